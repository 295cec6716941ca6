import type { SyncResult } from 'truce';
import type { Figure, Measured } from '../figure.ts';
import { companyOnSandbox, noCalls, type Calls } from '../support/company-on-sandbox.ts';
import { costOf, withFolder, type Cost } from '../support/process.ts';

const people = 2_000;

export const figure: Figure = {
  title: `a second run's writes and an idle run's calls, a company of ${people.toLocaleString('en')} people with deals, campaigns and touches`,
  measure: () =>
    withFolder(async (folder) => {
      await using company = await companyOnSandbox({ people, lagMs: 0, folder, warehouse: true });
      const sync = async (): Promise<Ran> => {
        let cost: Cost & { result: SyncResult } = undefined as never;
        const calls = await company.callsDuring(async () => (cost = await costOf(() => company.truce.sync({ yes: true }))));
        await company.later();
        return { calls, ...cost };
      };
      const first = await sync();
      const second = await sync();
      // The second run and what came of its reading has to be out of every overlap, too.
      await sync();
      const idle = await sync();
      return [...writesOf(first, second), ...callsOf(idle)];
    }),
};

interface Ran extends Cost {
  readonly result: SyncResult;
  readonly calls: Calls;
}

function written({ applied, outcomes }: SyncResult): { readonly status: number; readonly outcomes: number } {
  const { campaigns, people, members } = outcomes ?? { campaigns: { written: 0 }, people: { written: 0 }, members: { written: 0 } };
  return { status: applied, outcomes: campaigns.written + people.written + members.written };
}

function writesOf(first: Ran, second: Ran): readonly Measured[] {
  const [before, after] = [written(first.result), written(second.result)];
  return (['status', 'outcomes'] as const).map((room) => ({
    what: `second run: ${room === 'status' ? 'status writes' : 'outcome writes'}`,
    value: after[room],
    unit: 'writes',
    bar: { is: 'at most', value: 0 },
    note: `the first run wrote ${before[room]}`,
  }));
}

function callsOf(idle: Ran): readonly Measured[] {
  const calls = { ...noCalls, ...idle.calls };
  return [
    ...(['hubspot', 'salesforce'] as const).map((side): Measured => ({
      what: `idle run: calls to ${side === 'hubspot' ? 'HubSpot' : 'Salesforce'}`,
      value: calls[side],
      unit: 'calls',
      bar: { is: 'at most', value: 20 },
      note: side === 'hubspot' ? '' : `every five minutes ${calls[side] * 288} a day of the 10,000 that are a tenth of a 100,000-call day`,
    })),
    {
      what: 'idle run: CPU',
      value: idle.cpuSeconds,
      unit: 's',
      bar: null,
      note: `both imitations' included, which run in the same process; ${idle.seconds.toFixed(2)} s of wall time`,
    },
  ];
}
