import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseEmail, normaliseEmails } from '../../src/sync/email.ts';

test('case, surrounding blanks, full-width letters and a final dot make no other address', () => {
  for (const raw of ['ann@example.com', ' Ann@Example.COM ', 'ANN@example.com.', 'ａnn@example.com', '\tann@EXAMPLE.com\n']) {
    expect(normaliseEmail(raw)).toBe('ann@example.com');
  }
});

test('plus tags and dots in the local part stay, because they may be other people', () => {
  expect(normaliseEmail('a.n.n+news@example.com')).toBe('a.n.n+news@example.com');
});

test('an international domain is compared in its ASCII form', () => {
  expect(normaliseEmail('ann@BÜCHER.example')).toBe('ann@xn--bcher-kva.example');
  expect(normaliseEmail('ann@xn--bcher-kva.example')).toBe('ann@xn--bcher-kva.example');
});

test.each([
  '',
  '   ',
  '@example.com',
  'ann@',
  'ann',
  'ann@localhost',
  'ann@exam ple.com',
  'ann smith@example.com',
  'Ann <ann@example.com>',
  'a@b@example.com',
  'ann@example..com',
  'ann@-example.com',
  'ann@127.0.0.1',
  'ann@[10.0.0.1]',
  'ann@example.com, bob@example.com',
  `${'x'.repeat(65)}@example.com`,
  `ann@${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.${'w'.repeat(60)}.${'v'.repeat(20)}.com`,
  'ann\u200b@example.com',
  "ann'--\u0000@example.com",
])('%j is no address', (raw) => {
  expect(normaliseEmail(raw)).toBeNull();
});

test('normalising twice is the same as once, and blanks around or case never matter', () => {
  const text = fc.oneof(
    fc.emailAddress(),
    fc.string(),
    fc.string({ unit: 'grapheme' }).map((local) => `${local}@example.com`),
  );
  fc.assert(
    fc.property(text, (raw) => {
      const once = normaliseEmail(raw);
      if (once !== null) expect(normaliseEmail(once)).toBe(once);
      expect(normaliseEmail(` ${raw}\t`)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test('an ordinary address is always one, whatever its case', () => {
  fc.assert(
    fc.property(fc.emailAddress({ size: 'small' }), (raw) => {
      fc.pre(/^[a-z0-9.+_-]{1,40}@[a-z0-9.-]{3,60}$/i.test(raw));
      expect(normaliseEmail(raw.toUpperCase())).toBe(raw.toLowerCase());
    }),
  );
});

test('the addresses of a record: each once, in order, blanks ignored, what is none counted', () => {
  expect(normaliseEmails(['B@x.io', '', 'a@x.io', 'b@x.io ', 'nonsense'])).toEqual({ emails: ['b@x.io', 'a@x.io'], bad: 1 });
});
