import { Agent } from 'node:http';
import { join } from 'node:path';
import { truce, type Truce } from 'truce';
import { hubspot } from 'truce/hubspot';
import { salesforce } from 'truce/salesforce';
import { sandbox, type Sandbox, type SandboxOptions } from 'truce/sandbox';
import { exchange } from '../../adapters/sandbox/http.ts';
import { parts, portsOn } from '../../contract/sandbox-harness.ts';

const hour = 3_600_000;
/** Guards are for people; a bench changes half a company at once. */
const guards = { canary: 0, changes: { count: 1_000_000, share: 1 } } as const;

export type Calls = Readonly<Record<'hubspot' | 'salesforce', number>>;
export const noCalls: Calls = { hubspot: 0, salesforce: 0 };

/** A person in both imitated CRMs. */
export interface Pair {
  readonly contactId: string;
  readonly leadId: string;
}

/** An imitated company on a virtual clock, with Truce opened on it. */
export interface Company extends AsyncDisposable {
  readonly box: Sandbox;
  readonly truce: Truce;
  /** Creates people in both CRMs with the same address and agreeing statuses, as a user. */
  addPairs(count: number): Promise<readonly Pair[]>;
  /** Sets the status of contacts, or of leads, as a user. */
  setContacts(pairs: readonly Pair[], status: string): Promise<void>;
  setLeads(pairs: readonly Pair[], status: string): Promise<void>;
  /** Lets enough time pass that no stream's overlap reaches back. */
  later(): Promise<void>;
  /** What the integration called while `work` ran. */
  callsDuring(work: () => Promise<unknown>): Promise<Calls>;
}

export interface CompanyOptions extends Omit<SandboxOptions, 'clock'> {
  readonly folder: string;
  /** Without one, only people are read. */
  readonly warehouse: boolean;
  /** @default every edit made meanwhile is found */
  readonly raceDetection?: 'detect' | 'none';
}

export async function companyOnSandbox({ folder, warehouse, raceDetection = 'detect', ...options }: CompanyOptions): Promise<Company> {
  const box = await sandbox({ clock: 'virtual', limits: 'none', ...options });
  const agent = new Agent({ keepAlive: true });
  const one = await truce({
    marketing: hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url }),
    sales: salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken }),
    state: join(folder, 'truce.db'),
    ...(warehouse ? { warehouse: join(folder, 'truce.duckdb') } : {}),
    config: { mode: 'sync', guards, raceDetection },
    ports: portsOn(box),
  });
  const ask = async (method: string, url: string, token: string, body: unknown): Promise<unknown> => {
    const answer = await exchange(url, { method, body, agent, headers: { authorization: `Bearer ${token}` } });
    if (answer.status >= 300) throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`);
    return answer.json() as unknown;
  };
  const askHubspot = (path: string, inputs: readonly unknown[]): Promise<unknown> =>
    ask('POST', `${box.hubspot.url}/crm/v3/objects/contacts/batch/${path}`, box.hubspot.userToken, { inputs });
  const askSalesforce = (method: 'POST' | 'PATCH', records: readonly object[]): Promise<unknown> => {
    const url = `${box.salesforce.url}/services/data/v${box.salesforce.apiVersion}/composite/sobjects`;
    const typed = records.map((record) => ({ attributes: { type: 'Lead' }, ...record }));
    return ask(method, url, box.salesforce.userAccessToken, { allOrNone: true, records: typed });
  };
  const integration = (): Calls => {
    const { hubspot, salesforce } = box.calls.totals();
    return { hubspot: hubspot.integration, salesforce: salesforce.integration };
  };
  return {
    box,
    truce: one,
    async addPairs(count) {
      const emails = Array.from({ length: count }, (_, index) => `person-${index}@example.com`);
      const contacts = new Map<string, string>();
      for (const part of parts(emails, 100)) {
        const made = await askHubspot(
          'create',
          part.map((email) => ({ properties: { email, hs_lead_status: 'NEW' } })),
        );
        const { results } = made as { results: { id: string; properties: { email: string } }[] };
        for (const { id, properties } of results) contacts.set(properties.email, id);
      }
      const pairs: Pair[] = [];
      for (const part of parts(emails, 200)) {
        const records = part.map((Email) => ({ Email, LastName: 'Example', Company: 'Example', Status: 'Open - Not Contacted' }));
        const made = (await askSalesforce('POST', records)) as { id: string }[];
        pairs.push(...part.map((email, index) => ({ contactId: contacts.get(email) ?? '', leadId: made[index]?.id ?? '' })));
      }
      return pairs;
    },
    async setContacts(pairs, status) {
      for (const part of parts(pairs, 100))
        await askHubspot(
          'update',
          part.map(({ contactId }) => ({ id: contactId, properties: { hs_lead_status: status } })),
        );
    },
    async setLeads(pairs, status) {
      for (const part of parts(pairs, 200))
        await askSalesforce(
          'PATCH',
          part.map(({ leadId }) => ({ id: leadId, Status: status })),
        );
    },
    later: () => box.clock.moveTo(box.clock.now() + hour),
    async callsDuring(work) {
      const before = integration();
      await work();
      const after = integration();
      return { hubspot: after.hubspot - before.hubspot, salesforce: after.salesforce - before.salesforce };
    },
    [Symbol.asyncDispose]: async () => {
      await one.close();
      agent.destroy();
      await box.close();
    },
  };
}
