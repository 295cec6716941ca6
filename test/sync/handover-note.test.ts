import { expect, it } from 'vitest';
import type { ReadRecord } from '../../src/crm.ts';
import { noteFor } from '../../src/sync/handover-note.ts';
import type { MergedEvent, MergedPerson } from '../../src/warehouse/person-story.ts';

const day = 86_400_000;
const at = (n: number): number => Date.UTC(2026, 0, 1) + n * day;

const touch = (n: number, side: 'marketing' | 'sales', campaign: string | null = null): MergedEvent => ({
  at: at(n),
  dayOnly: false,
  what: { kind: 'touch', touch: `form${n}`, direction: 'in', result: null, campaign },
  side,
  who: null,
  byIntegration: false,
});

const record = (optedOut: boolean) =>
  ({
    record: { optedOut },
    fields: new Map([['status', 'Ready']]),
    history: new Map([['status', [{ value: 'Ready', at: at(9), precision: 'ms', actor: { kind: 'human', userId: null, label: null } }]]]),
  }) as unknown as ReadRecord<'person'>;

it('says why, names the last five touches of marketing from the newest on, the campaign, the opt-out and the page', () => {
  const events = [...[3, 1, 6, 2, 5, 4].map((n) => touch(n, 'marketing', n === 6 ? 'Fair' : null)), touch(8, 'sales')];
  const story: MergedPerson = { name: 'Ann', campaign: 'Fair', owner: null, dealIds: [], events };
  const { subject, text } = noteFor({ rung: 'mql', record: record(true), statusField: 'status', story, url: 'https://app.example.com/1' });
  expect(subject).toBe('New lead from marketing: mql');
  expect(text.split('\n')).toEqual([
    'Why now: marketing has it at "Ready" (mql) since 2026-01-10.',
    '',
    'Last touches in marketing:',
    '- 2026-01-07 form6, by the person, campaign Fair',
    '- 2026-01-06 form5, by the person',
    '- 2026-01-05 form4, by the person',
    '- 2026-01-04 form3, by the person',
    '- 2026-01-03 form2, by the person',
    '',
    'Campaign: Fair',
    '',
    'Has opted out of marketing e-mail.',
    '',
    'In marketing: https://app.example.com/1',
  ]);
});

it('says less where less is known, and invents nothing', () => {
  const { text } = noteFor({
    rung: 'mql',
    record: { ...record(false), history: new Map() },
    statusField: 'status',
    story: null,
    url: undefined,
  });
  expect(text).toBe('Why now: marketing has it at "Ready" (mql).');
});
