import { expect, it } from 'vitest';
import type { SyncResult } from 'truce';
import { companyOnSandbox } from '../bench/support/company-on-sandbox.ts';
import { withFolder } from '../bench/support/process.ts';

const people = 2_050;

it.each([
  ['none', 25],
  ['detect', 40],
] as const)(
  'with raceDetection %s a backfill of 2,050 leads takes its own way, and the plan says what it costs',
  async (raceDetection, most) => {
    await withFolder(async (folder) => {
      await using company = await companyOnSandbox({ empty: true, lagMs: 0, folder, warehouse: false, raceDetection });
      const pairs = await company.addPairs(people);
      await company.later();
      await company.truce.sync({ yes: true });
      await company.later();
      await company.setContacts(pairs, 'UNQUALIFIED');
      await company.later();
      const { summary } = await company.truce.plan();
      let result: SyncResult | null = null;
      const calls = await company.callsDuring(async () => (result = await company.truce.sync({ yes: true })));
      expect(result).toMatchObject({ applied: people, rejected: 0, raced: 0, quarantined: 0 });
      const jobs = company.box.calls.last().filter((call) => call.path.includes('/jobs/ingest'));
      expect(jobs.length > 0).toBe(raceDetection === 'none');
      expect(jobs.length).toBeLessThanOrEqual(12);
      expect(calls.salesforce).toBeLessThanOrEqual(most);
      expect(summary.calls.sales).toBeLessThanOrEqual(calls.salesforce);
      expect(summary.budget?.sales?.remaining).toBeGreaterThan(0);
      await company.later();
      expect(await company.truce.sync({ yes: true })).toMatchObject({ applied: 0, plan: { update: 0 } });
    });
  },
  60_000,
);
