import { expect } from 'vitest';
import { ORG, START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

export const DAY = 86_400_000;

/** Five leads of different ages and contents; the clock stands on Monday, 2 March 2026, 09:30:15 GMT. */
export function filled(): Rig {
  const r = rig();
  const lead = (name: string, days: number, more: Record<string, unknown> = {}): string =>
    r.half.seed.insert('Lead', { LastName: name, Company: 'Acme', ...more }, { at: START - days * DAY });
  lead('Alpha', 0, { Email: 'alpha@example.com', AnnualRevenue: 100, Rating: 'Hot', FirstName: 'Ann', NumberOfEmployees: 5 });
  lead('beta', 1, { Email: 'Beta@Example.com', AnnualRevenue: 250.4, LeadSource: 'Web', NumberOfEmployees: -5 });
  lead('Gamma_1', 40, { LeadSource: 'Web', HasOptedOutOfEmail: true, Website: 'back\\slash' });
  lead('Gamma%2', 100, { Rating: 'Cold', City: 'line\nbreak' });
  lead("O'Neill", 400, { Status: 'Working - Contacted', Company: 'Zeta', City: 'tab\there' });
  return r;
}

let shared: Rig | null = null;

/** The same five leads for every case that only reads. */
export function readOnly(): Rig {
  return (shared ??= filled());
}

/** The last names that a condition finds, in the order of creation. */
export async function names(where: string, r: Rig = readOnly()): Promise<string[]> {
  return (await r.records(`SELECT LastName FROM Lead WHERE ${where} ORDER BY Id`)).map((record) => String(record['LastName']));
}

/** Checks which leads a condition finds. */
export function finds(where: string, expected: readonly string[]): () => Promise<void> {
  return async () => {
    expect(await names(where)).toEqual(expected);
  };
}

/** Checks that a query is refused with 400, one error, this code and these words. */
export function refuses(soql: string, code: string, message: RegExp | string, version = '67.0'): () => Promise<void> {
  return async () => {
    const answer = await readOnly().send('GET', `/services/data/v${version}/query?q=${encodeURIComponent(soql)}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toHaveLength(1);
    expect(answer.json.at(0)?.['errorCode']).toBe(code);
    if (typeof message === 'string') expect(answer.json.at(0)?.['message']).toBe(message);
    else expect(String(answer.json.at(0)?.['message'])).toMatch(message);
  };
}

/** An organisation whose fiscal year begins in this month, 1 being January. */
export function fiscal(month: number, namedForStart = false): Rig {
  const r = rig();
  r.half.seed.update('Organization', ORG, { FiscalYearStartMonth: month, UsesStartDateAsFiscalYearName: namedForStart }, { at: r.now() });
  return r;
}
