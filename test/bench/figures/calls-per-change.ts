import type { SyncResult } from 'truce';
import type { Figure, Measured } from '../figure.ts';
import { companyOnSandbox, type Calls } from '../support/company-on-sandbox.ts';
import { withFolder } from '../support/process.ts';

/** Records per call, in the order of the work: detected, values read again, written, histories read after. */
const hubspotSizes = { page: 200, read: 100, write: 100 } as const;
const salesforceSizes = { page: 2_000, read: 2_000, write: 1_000 } as const;
const slack = 1.15;
/** Create, upload, close, a few polls, three lists of results. */
const bulkJobCalls = 10;

export const figure: Figure = {
  title: 'calls per changed lead, incremental, N changed in each CRM',
  async measure() {
    return [...(await rowsFor(1_000)), ...(await rowsFor(10_000)), await bulkRow(10_000)];
  },
};

async function rowsFor(changed: number): Promise<readonly Measured[]> {
  return withFolder(async (folder) => {
    await using company = await companyOnSandbox({ empty: true, lagMs: 0, folder, warehouse: false });
    const pairs = await company.addPairs(2 * changed);
    await company.later();
    await company.truce.sync({ yes: true });
    await company.later();
    await company.truce.sync({ yes: true });
    await company.later();
    const idle = await company.callsDuring(() => company.truce.sync({ yes: true }));
    await company.setContacts(pairs.slice(0, changed), 'UNQUALIFIED');
    await company.setLeads(pairs.slice(changed), 'Working - Contacted');
    // Past HubSpot's search lag, as the scheduler's next run is.
    await company.box.clock.moveTo(company.box.clock.now() + 60_000);
    let result: SyncResult | null = null;
    const calls = await company.callsDuring(async () => (result = await company.truce.sync({ yes: true })));
    check(result, 2 * changed);
    const echo = await company.callsDuring(async () => (result = await company.truce.sync({ yes: true })));
    check(result, 0);
    return rows(changed, { idle, calls, echo });
  });
}

/** A backfill into Salesforce where the user accepts that edits made meanwhile are not found: values read again, one bulk job. */
async function bulkRow(changed: number): Promise<Measured> {
  return withFolder(async (folder) => {
    await using company = await companyOnSandbox({ empty: true, lagMs: 0, folder, warehouse: false, raceDetection: 'none' });
    const pairs = await company.addPairs(changed);
    await company.later();
    await company.truce.sync({ yes: true });
    await company.later();
    await company.truce.sync({ yes: true });
    await company.later();
    const idle = await company.callsDuring(() => company.truce.sync({ yes: true }));
    await company.setContacts(pairs, 'UNQUALIFIED');
    await company.later();
    let result: SyncResult | null = null;
    const calls = await company.callsDuring(async () => (result = await company.truce.sync({ yes: true })));
    check(result, changed);
    const most = slack * (idle.salesforce + Math.ceil(changed / salesforceSizes.read) + bulkJobCalls);
    return {
      what: `Salesforce, ${changed.toLocaleString('en')} changed by one bulk job (raceDetection: none)`,
      value: calls.salesforce,
      unit: 'calls',
      bar: { is: 'at most', value: Math.floor(most) },
      note: `${(calls.salesforce / changed).toFixed(4)} per changed lead; of them ${idle.salesforce} as in an idle run`,
    };
  });
}

function check(result: SyncResult | null, applied: number): void {
  if (result?.applied !== applied || result.rejected + result.raced + result.skipped > 0)
    throw new Error(`expected ${applied} writes and nothing else, got ${JSON.stringify(result)}`);
}

interface Taken {
  /** A run with nothing to find: what detecting costs before the first changed lead. */
  readonly idle: Calls;
  readonly calls: Calls;
  /** The next run, which reads our own writes. */
  readonly echo: Calls;
}

function rows(changed: number, { idle, calls, echo }: Taken): readonly Measured[] {
  const times = (size: number): number => Math.ceil(changed / size);
  const { hubspot, salesforce } = { hubspot: hubspotSizes, salesforce: salesforceSizes };
  // HubSpot gives 50 records with their histories a call, Salesforce 1,000 records in one call and their histories in another.
  const after: Calls = { hubspot: times(50), salesforce: 2 * times(1_000) };
  const bounds: Calls = {
    hubspot: slack * (idle.hubspot + times(hubspot.page) + times(hubspot.read) + times(hubspot.write) + after.hubspot),
    salesforce: slack * (idle.salesforce + times(salesforce.page) + times(salesforce.read) + times(salesforce.write) + after.salesforce),
  };
  return (['hubspot', 'salesforce'] as const).map((side) => ({
    what: `${side === 'hubspot' ? 'HubSpot' : 'Salesforce'}, ${changed.toLocaleString('en')} changed each way`,
    value: calls[side],
    unit: 'calls',
    bar: { is: 'at most', value: Math.floor(bounds[side]) },
    note: `${(calls[side] / changed).toFixed(3)} per changed lead; of them ${idle[side]} as in an idle run; the next run read its echoes with ${echo[side] - idle[side]} more than an idle one`,
  }));
}
