import { describe, expect, it } from 'vitest';
import type { FaultRule } from 'truce/sandbox';
import type { SyncResult } from 'truce';
import { exitCodeOf } from '../../src/cli/exit.ts';
import { companyOnSandbox, type Company, type Pair } from '../bench/support/company-on-sandbox.ts';
import { withFolder } from '../bench/support/process.ts';

const people = 250;

/** From the nth matching write on, and for every call after it, the vendor says that the day's calls are used up. */
const outOfBudget: Readonly<Record<'hubspot' | 'salesforce', (nth: number) => FaultRule>> = {
  hubspot: (nth) => ({
    side: 'hubspot',
    match: { method: 'POST', path: 'contacts/batch/update', by: 'integration' },
    nth: Array.from({ length: 50 }, (_, index) => nth + index),
    effect: { type: 'answer', answer: 'rate-daily' },
  }),
  salesforce: (nth) => ({
    side: 'salesforce',
    match: { method: 'PATCH', path: 'sobjects/Lead', by: 'integration' },
    nth: Array.from({ length: 500 }, (_, index) => nth + index),
    effect: { type: 'answer', answer: 'rate-total' },
  }),
};

async function converged(folder: string): Promise<{ readonly company: Company; readonly pairs: readonly Pair[] }> {
  const company = await companyOnSandbox({ empty: true, lagMs: 0, folder, warehouse: false });
  const pairs = await company.addPairs(people);
  await company.later();
  await company.truce.sync({ yes: true });
  await company.later();
  return { company, pairs };
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it went through');
}

describe.each([
  ['hubspot', 2],
  ['salesforce', 100],
] as const)('when the day of %s ends in the middle of writing', (side, nth) => {
  it('the run stops with exit code 5, holds nobody back, and the next one writes the rest, each record once', async () => {
    await withFolder(async (folder) => {
      const { company, pairs } = await converged(folder);
      await using _ = company;
      if (side === 'hubspot') await company.setLeads(pairs, 'Working - Contacted');
      else await company.setContacts(pairs, 'UNQUALIFIED');
      await company.later();
      company.box.faults.add([outOfBudget[side](nth)]);
      const error = await failure(company.truce.sync({ yes: true }));
      expect(error).toMatchObject({ name: 'CrmError', failure: 'budget' });
      expect(exitCodeOf(error)).toBe(5);
      const status = await company.truce.status();
      expect(status.quarantine).toEqual([]);
      expect(status.runs[0]).toMatchObject({ status: 'failed' });
      const writesBefore = written(company, side);
      company.box.faults.clear();
      await company.later();
      const result: SyncResult = await company.truce.sync({ yes: true });
      // What stood already when the day ended is looked up, not written again.
      expect(result.applied).toBe(people - standing(side, nth));
      expect(result.rejected + result.quarantined + result.raced).toBe(0);
      expect(written(company, side)).toBeGreaterThan(writesBefore);
      await company.later();
      expect((await company.truce.sync({ yes: true })).applied).toBe(0);
      expect(await company.truce.status()).toMatchObject({ openIntents: 0, open: 0 });
    });
  });
});

/** Records that had taken their write before the first refusal: a batch of 100, or one by one. */
function standing(side: 'hubspot' | 'salesforce', nth: number): number {
  return side === 'hubspot' ? 100 : nth - 1;
}

function written({ box }: Company, side: 'hubspot' | 'salesforce'): number {
  const write = side === 'hubspot' ? /contacts\/batch\/update/ : /sobjects\/Lead/;
  return box.calls.last().filter((call) => call.by === 'integration' && call.side === side && write.test(call.path)).length;
}
