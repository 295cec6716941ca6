import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hubspot } from 'truce/hubspot';
import { salesforce, type SalesforceOptions } from 'truce/salesforce';
import { sandbox, type Call, type Sandbox, type SandboxOptions } from 'truce/sandbox';
import type { Crm } from '../../src/crm.ts';
import type { Ports } from '../../src/ports.ts';
import type { Intent } from '../../src/state/types.ts';
import { systemPorts } from '../../src/system-ports.ts';
import { truce, type Truce, type TruceOptions } from '../../src/truce.ts';
import { nodeHttp } from '../../src/transport/node-http.ts';
import { userHttp, type UserHttp } from '../support/user-http.ts';
import { seededRandom } from '../support/virtual-clock.ts';
import type { Stage } from './stage.ts';

export interface ImitationsOptions extends SandboxOptions {
  /** Milliseconds for a silent answer, instead of the half minute that a real vendor gets. @default that half minute */
  readonly patienceMs?: number;
}

/** One person in both CRMs. */
export interface Twin {
  readonly contact: string;
  readonly lead: string;
}

/** Both imitations, the users who work there by raw HTTP, and Truce on the same clock: its waits move it on at once. */
export interface Imitations {
  readonly box: Sandbox;
  readonly marketer: UserHttp;
  readonly rep: UserHttp;
  readonly statePath: string;
  /** Path of Salesforce's REST resources. */
  readonly rest: string;
  readonly ports: Partial<Ports>;
  /** What Truce logged, warnings and errors only. */
  readonly warnings: string[];
  /** Opens Truce; the one before is closed. */
  open(rest?: Partial<TruceOptions> & { readonly salesforce?: Partial<SalesforceOptions> }): Promise<Truce>;
  /** The adapters by themselves, for what happens below a run. */
  crm(side: 'hubspot' | 'salesforce'): Crm;
  /** A person with a contact and a lead, both fresh. */
  twin(name: string, rest?: { readonly contact?: Record<string, string>; readonly lead?: Record<string, unknown> }): Promise<Twin>;
  setContact(id: string, properties: Record<string, string>): Promise<void>;
  setLead(id: string, fields: Record<string, unknown>): Promise<void>;
  contact(id: string, properties: string): Promise<Record<string, string | null>>;
  lead(id: string, fields: string): Promise<Record<string, unknown>>;
  soql(query: string): Promise<readonly Record<string, unknown>[]>;
  later(ms?: number): Promise<void>;
  /** Calls of the integration since the start, or since `calls.clear()`. */
  calls(side: 'hubspot' | 'salesforce', path?: RegExp): readonly Call[];
  /** Notes what both hold of these people, the journal and the quarantine. */
  end(twins: Readonly<Record<string, Twin>>): Promise<readonly Intent[]>;
}

const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const minute = 60_000;

export async function imitationsOf(stage: Stage, { patienceMs = 30_000, ...options }: ImitationsOptions = {}): Promise<Imitations> {
  const box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 0, ...options });
  stage.closing(() => box.close());
  const folder = mkdtempSync(join(root, 'truce-scenario-'));
  stage.closing(() => rmSync(folder, { recursive: true, force: true }));
  const marketer = userHttp(box.hubspot.url, box.hubspot.userToken);
  const rep = userHttp(box.salesforce.url, box.salesforce.userAccessToken);
  const rest = `/services/data/v${box.salesforce.apiVersion}`;
  const warnings: string[] = [];
  const ports = portsOn(box, { patienceMs, warnings });
  const statePath = join(folder, 'truce.db');
  const opened: Truce[] = [];
  const closeAll = async (): Promise<void> => {
    for (const one of opened.splice(0)) await one.close();
  };
  stage.closing(closeAll);
  const factories = (given: Partial<SalesforceOptions> = {}) => ({
    hubspot: hubspot({ accessToken: box.hubspot.token, baseUrl: box.hubspot.url, tier: 'enterprise' }),
    salesforce: salesforce({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken, ...given }),
  });
  const contact = async (id: string, properties: string): Promise<Record<string, string | null>> =>
    (await marketer.send('GET', `/crm/v3/objects/contacts/${id}?properties=${properties}`))['properties'] as Record<string, string | null>;
  const lead = (id: string, fields: string): Promise<Record<string, unknown>> =>
    rep.send('GET', `${rest}/sobjects/Lead/${id}?fields=${fields}`);
  return {
    box,
    marketer,
    rep,
    rest,
    statePath,
    ports,
    warnings,
    open: async ({ salesforce: given, ...more } = {}) => {
      await closeAll();
      const made = factories(given);
      const one = await truce({
        marketing: made.hubspot,
        sales: made.salesforce,
        state: statePath,
        config: { mode: 'sync' },
        ports,
        ...more,
      });
      opened.push(one);
      return one;
    },
    crm: (side) => {
      const crm = factories()[side].connect(systemPorts(ports));
      stage.closing(() => crm.close());
      return crm;
    },
    twin: async (name, more = {}) => {
      const email = `${name}@example.com`;
      const properties = { email, lastname: name, hs_lead_status: 'NEW', ...more.contact };
      const fields = { Email: email, LastName: name, Company: 'Example', Status: 'Open - Not Contacted', ...more.lead };
      return {
        contact: String((await marketer.send('POST', '/crm/v3/objects/contacts', { properties }))['id']),
        lead: String((await rep.send('POST', `${rest}/sobjects/Lead`, fields))['id']),
      };
    },
    setContact: async (id, properties) => void (await marketer.send('PATCH', `/crm/v3/objects/contacts/${id}`, { properties })),
    setLead: async (id, fields) => void (await rep.send('PATCH', `${rest}/sobjects/Lead/${id}`, fields)),
    contact,
    lead,
    soql: async (query) =>
      (await rep.send('GET', `${rest}/query?q=${encodeURIComponent(query)}`))['records'] as readonly Record<string, unknown>[],
    later: (ms = minute) => box.clock.moveTo(box.clock.now() + ms),
    calls: (side, path = /./) => box.calls().filter((call) => call.side === side && call.by === 'integration' && path.test(call.url)),
    end: async (twins) => {
      await closeAll();
      const names = new Map<string, string>();
      for (const [name, one] of Object.entries(twins)) {
        names.set(one.contact, `${name}'s contact`).set(one.lead, `${name}'s lead`);
        const left =
          one.contact === ''
            ? '(none)'
            : await contact(one.contact, 'hs_lead_status')
                .then(({ hs_lead_status }) => hs_lead_status)
                .catch(() => '(gone)');
        const right =
          one.lead === ''
            ? '(none)'
            : await lead(one.lead, 'Status')
                .then(({ Status }) => Status)
                .catch(() => '(gone)');
        stage.note(`${name}: hubspot ${String(left)} | salesforce ${String(right)}`);
      }
      return stage.books(statePath, names);
    },
  };
}

/** Truce's ports on the imitations' clock: whoever waits has waited. */
function portsOn(box: Sandbox, { patienceMs, warnings }: { readonly patienceMs: number; readonly warnings: string[] }): Partial<Ports> {
  const http = nodeHttp();
  let serial = 0;
  const timeouts = { headersMs: patienceMs, idleMs: patienceMs, totalMs: patienceMs * 2 };
  // A large page may take its time on a busy machine; what is silent for good is what these time-outs are for.
  return {
    clock: {
      now: () => box.clock.now(),
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        await box.clock.moveTo(box.clock.now() + Math.max(0, ms));
      },
    },
    random: seededRandom(1),
    // Counted over all processes of the scenario: two of them may begin in one instant of this clock.
    ids: { next: (prefix) => `${prefix}_${String((serial += 1)).padStart(6, '0')}` },
    http: {
      exchange: (request) => http.exchange(patienceMs >= 5_000 ? request : { ...request, timeouts }),
      close: () => http.close(),
    },
    log: {
      write: (level, message) => {
        if (level === 'warn' || level === 'error') warnings.push(message);
      },
    },
  };
}
