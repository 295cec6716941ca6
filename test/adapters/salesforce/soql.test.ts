import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, condition, isLiteral, name, names, soql } from '../../../adapters/salesforce/soql.ts';

/** An independent reader of the literal's grammar: the text between the quotes, and what follows the closing one. */
function lex(source: string): { readonly value: string; readonly rest: string } {
  const unescape: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '"': '"', "'": "'", '\\': '\\' };
  if (source[0] !== "'") throw new Error('not a literal');
  let value = '';
  for (let index = 1; index < source.length; index += 1) {
    const char = source[index] ?? '';
    if (char === "'") return { value, rest: source.slice(index + 1) };
    if (char === '\n' || char === '\r') throw new Error('a raw line break in a literal');
    if (char === '\\') {
      index += 1;
      const escaped = unescape[source[index] ?? ''];
      if (escaped === undefined) throw new Error('an unknown escape');
      value += escaped;
    } else value += char;
  }
  throw new Error('not closed');
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom("'", '\\', '"', '\n', '\r', '\t', '\b', '\f', '%', '_', ')', ' OR ', 'Id', '\u2028', '😀'), { maxLength: 30 })
    .map((parts) => parts.join('')),
);

describe('the soql tag', () => {
  test('reads back as the value that was put in, with nothing left outside the literal', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        fc.pre(isLiteral(value));
        const { text } = soql`${value}`;
        expect(lex(text)).toEqual({ value, rest: '' });
      }),
      { numRuns: 20_000 },
    );
  });

  test('keeps every value of a list apart', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (values) => {
        fc.pre(values.every(isLiteral));
        let rest = soql`${values}`.text;
        const read: string[] = [];
        while (rest !== ')') {
          const next = lex(rest.slice(1));
          read.push(next.value);
          rest = next.rest;
        }
        expect(read).toEqual(values);
      }),
    );
  });

  test('encodes a backslash, which would otherwise turn into a line break or close the literal', () => {
    expect(soql`WHERE Company = ${'C:\\new'}`.text).toBe("WHERE Company = 'C:\\\\new'");
    expect(soql`WHERE Company = ${"\\' OR Id != '"}`.text).toBe("WHERE Company = '\\\\\\' OR Id != \\''");
  });

  test('writes instants unquoted and without milliseconds, and numbers, booleans and null as they are', () => {
    expect(soql`${at(Date.UTC(2026, 0, 2, 3, 4, 5, 678))} ${3} ${true} ${null}`.text).toBe('2026-01-02T03:04:05Z 3 true null');
  });

  test.each(['', '1a', 'a b', 'a;', "a'b", 'Status, Id', 'a..b', '__proto__', 'a.'])('refuses %j as a name', (bad) => {
    expect(() => name(bad)).toThrow(TypeError);
  });

  test('takes a relationship path as a name, and drops repeated ones from a select list', () => {
    expect(names(['Id', 'Opportunity.IsWon', 'Id']).text).toBe('Id,Opportunity.IsWon');
  });

  test.each([[[]], ['\u0000'], ['\ud800'], ['x'.repeat(4001)], [Number.NaN]])('refuses %j as a value', (bad) => {
    expect(() => soql`${bad}`).toThrow(TypeError);
  });
});

describe('the scope', () => {
  test('is put into brackets of its own', () => {
    expect(condition(" LeadSource = 'a)b' OR Rating = 'Hot' ").text).toBe("(LeadSource = 'a)b' OR Rating = 'Hot')");
  });

  test.each(['', 'a = 1) OR (b = 2', "a = 'x", '(a = 1', "a = '\\'"])('is refused when it is not one closed condition: %j', (bad) => {
    expect(() => condition(bad)).toThrow(expect.objectContaining({ code: 'BAD_SCOPE' }));
  });
});
