import { sandbox, type NativeConnectorOptions, type Sandbox } from '../../../adapters/sandbox/index.ts';
import { userHttp } from '../../support/user-http.ts';

/** Parsed JSON that a test reads wherever it likes. */
export type Json = any; // oxlint-disable-line typescript/no-explicit-any -- tests read answers of any shape

/** A sandbox with the native connector and nobody in it; both CRMs are read and written as users of theirs do. */
export interface Rig extends AsyncDisposable {
  readonly box: Sandbox;
  hubspot(line: string, body?: unknown): Promise<Json>;
  salesforce(line: string, body?: unknown): Promise<Json>;
  query(soql: string): Promise<readonly Json[]>;
  minutes(n: number): Promise<void>;
  /** Makes a contact at the screen; its id. */
  contact(properties: Readonly<Record<string, string>>): Promise<string>;
  change(id: string, properties: Readonly<Record<string, string>>): Promise<void>;
  /** Values and histories of a contact. */
  read(id: string, properties: readonly string[]): Promise<Json>;
  /** Makes a record as a salesperson; its id. */
  record(object: string, fields: Readonly<Record<string, unknown>>): Promise<string>;
  /** The ids under an address, of contacts in HubSpot. */
  byEmail(email: string): Promise<readonly string[]>;
}

const API = '/services/data/v67.0';

export async function rig(options: boolean | NativeConnectorOptions = true, more: Parameters<typeof sandbox>[0] = {}): Promise<Rig> {
  const box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 0, nativeConnector: options, ...more });
  const [marketing, sales] = [
    userHttp(box.hubspot.url, box.hubspot.userToken),
    userHttp(box.salesforce.url, box.salesforce.userAccessToken),
  ];
  const cut = (line: string): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
  const hubspot = (line: string, body?: unknown): Promise<Json> => marketing.send(...cut(line), body);
  const salesforce = (line: string, body?: unknown): Promise<Json> => {
    const [method, path] = cut(line);
    return sales.send(method, `${API}${path}`, body);
  };
  return {
    box,
    hubspot,
    salesforce,
    query: async (soql) => (await salesforce(`GET /query?q=${encodeURIComponent(soql)}`)).records as Json[],
    minutes: (n) => box.clock.moveTo(box.clock.now() + n * 60_000),
    contact: async (properties) => (await hubspot('POST /crm/v3/objects/contacts', { properties })).id as string,
    change: async (id, properties) => void (await hubspot(`PATCH /crm/v3/objects/contacts/${id}`, { properties })),
    read: (id, properties) =>
      hubspot(`GET /crm/v3/objects/contacts/${id}?properties=${properties.join(',')}&propertiesWithHistory=${properties.join(',')}`),
    record: async (object, fields) => (await salesforce(`POST /sobjects/${object}`, fields)).id as string,
    byEmail: async (email) => {
      const body = { inputs: [{ id: email }], idProperty: 'email', properties: [] };
      return ((await hubspot('POST /crm/v3/objects/contacts/batch/read', body)).results as Json[]).map((one) => one.id as string);
    },
    [Symbol.asyncDispose]: () => box.close(),
  };
}
