import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandbox, type Call, type Sandbox, type SandboxOptions } from 'truce/sandbox';
import type { ExitCode } from '../../src/cli/exit.ts';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { exchange } from '../adapters/sandbox/http.ts';

/** Memory instead of a disk, where there is such a folder: these tests are about words and effects, not about durability. */
const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface Ran {
  readonly exit: ExitCode;
  /** Lines of stdout. */
  readonly out: readonly string[];
  /** Lines of stderr. */
  readonly err: readonly string[];
  /** The last line of stdout as JSON. */
  json(): any; // oxlint-disable-line typescript/no-explicit-any -- tests read answers of any shape
  /** Both streams, for what must be said somewhere. */
  readonly text: string;
}

export interface RunOptions {
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What somebody at a terminal answers to each question, in order; without answers there is no terminal. */
  readonly answers?: readonly string[];
  readonly signal?: AbortSignal;
  readonly terminal?: NodeJS.WritableStream;
}

/** A working folder, its own environment, and the command run in it. */
export interface Desk extends Disposable {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | object): string;
  /** Runs the command as `truce ARGS` would. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** SHA-256 of every file of the folder, by name. */
  hashes(): Readonly<Record<string, string>>;
}

/** An empty folder to work in, with the credentials of `box` in the environment. */
export function desk(box: Sandbox | null, env: Readonly<Record<string, string>> = {}): Desk {
  const folder = mkdtempSync(join(root, 'truce-cli-'));
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    path,
    write(name, content) {
      writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
      return path(name);
    },
    run: (args, options = {}) =>
      run(args, { ...options, cwd: folder, env: { ...(box === null ? {} : credentials(box)), ...env, ...options.env } }),
    hashes: () =>
      Object.fromEntries(
        readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: false })
          .filter((name) => !readdirSafe(path(name)))
          .toSorted()
          .map((name) => [
            name,
            createHash('sha256')
              .update(readFileSync(path(name)))
              .digest('hex'),
          ]),
      ),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function readdirSafe(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What `truce sandbox` prints for a `.env` file: the integration's credentials. */
export function credentials(box: Sandbox): Readonly<Record<string, string>> {
  return {
    HUBSPOT_BASE_URL: box.hubspot.url,
    HUBSPOT_ACCESS_TOKEN: box.hubspot.token,
    SALESFORCE_INSTANCE_URL: box.salesforce.url,
    SALESFORCE_ACCESS_TOKEN: box.salesforce.accessToken,
  };
}

async function run(
  args: readonly string[],
  {
    cwd,
    env,
    answers,
    signal,
    terminal,
  }: RunOptions & { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const asked = [...(answers ?? [])];
  const io: Io = {
    env,
    cwd,
    terminal: terminal ?? null,
    data: (line) => void out.push(...line.split('\n')),
    document: (text) => void out.push(...text.split('\n')),
    say: (line) => void err.push(...line.split('\n')),
    ask: async (question) => {
      err.push(question);
      return asked.shift() ?? null;
    },
    signal: signal ?? new AbortController().signal,
  };
  const exit = await main(args, io);
  noSecrets(env, [...out, ...err]);
  return { exit, out, err, json: () => JSON.parse(out.at(-1) ?? '') as unknown, text: [...out, ...err].join('\n') };
}

/** No command ever prints a credential, whatever happens. */
function noSecrets(env: Readonly<Record<string, string | undefined>>, lines: readonly string[]): void {
  for (const [name, value] of Object.entries(env)) {
    if (!/TOKEN|SECRET/.test(name) || value === undefined || value.length < 5) continue;
    if (lines.some((line) => line.includes(value))) throw new Error(`the value of ${name} was printed`);
  }
}

/** Both imitated CRMs, and a user at each who reads and writes them over raw HTTP. */
export interface Office extends AsyncDisposable {
  readonly box: Sandbox;
  readonly hubspot: Ask;
  readonly salesforce: Ask;
  /** Calls of the integration that change something in a CRM. */
  writes(): readonly Call[];
  /** Everything that a user sees in both CRMs, as one text. */
  everything(): Promise<string>;
  person(of: NewPerson): Promise<Pair>;
  /** Lead status as each CRM's user sees it. */
  statuses(pair: Pair): Promise<readonly [string | null, string | null]>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers of any shape
type Ask = (method: string, path: string, body?: unknown) => Promise<any>;

export interface NewPerson {
  readonly email: string | null;
  /** HubSpot's lead status; null: no contact. @default NEW */
  readonly marketing?: string | null;
  /** Salesforce's lead status; null: no lead. @default Open - Not Contacted */
  readonly sales?: string | null;
}

export interface Pair {
  readonly contact: string;
  readonly lead: string;
}

/** Opens both CRMs, on the machine's clock, without limits and lag. */
export async function office(options: SandboxOptions = {}): Promise<Office> {
  const box = await sandbox({ empty: true, limits: 'none', lagMs: 0, ...options });
  const agent = new Agent({ keepAlive: true });
  const ask =
    (url: string, token: string): Ask =>
    async (method, path, body) => {
      const answer = await exchange(url + path, { method, body, agent, headers: { authorization: `Bearer ${token}` } });
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.text === '' ? null : (answer.json() as unknown);
    };
  const hubspot = ask(box.hubspot.url, box.hubspot.userToken);
  const salesforce = ask(box.salesforce.url, box.salesforce.userAccessToken);
  return {
    box,
    hubspot,
    salesforce,
    writes: () => box.calls.last().filter(changesSomething),
    everything: () => everythingOf(hubspot, salesforce),
    async person({ email, marketing = 'NEW', sales = 'Open - Not Contacted' }) {
      const name = (email ?? 'nobody').split('@', 1)[0];
      const contact =
        marketing === null
          ? ''
          : (await hubspot('POST', '/crm/v3/objects/contacts', { properties: { email, lastname: name, hs_lead_status: marketing } })).id;
      const lead =
        sales === null
          ? ''
          : (await salesforce('POST', `${api}/sobjects/Lead`, { Email: email, LastName: name, Company: 'Acme', Status: sales })).id;
      return { contact: String(contact), lead: String(lead) };
    },
    async statuses({ contact, lead }) {
      const [left, right] = await Promise.all([
        hubspot('GET', `/crm/v3/objects/contacts/${contact}?properties=hs_lead_status`),
        salesforce('GET', `${api}/sobjects/Lead/${lead}?fields=Status`),
      ]);
      return [left.properties.hs_lead_status as string | null, right.Status as string | null];
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await box.close();
    },
  };
}

/** Any version will do for a user. */
export const api = '/services/data/v67.0';

/** Searches, batch reads and tokens are asked for by POST too. */
function changesSomething({ by, method, path }: Call): boolean {
  return (
    by === 'integration' && method !== 'GET' && !/\/(search|read|oauth2\/token|token-info|graph|access-token-info|batch\/read)$/.test(path)
  );
}

const objects = ['contacts', 'companies', 'deals', '0-35'];
const fields: Readonly<Record<string, string>> = {
  contacts: 'email,hs_lead_status,lifecyclestage,truce_outcome',
  companies: 'name,domain',
  deals: 'dealname,dealstage,amount',
  '0-35': 'hs_name,truce_leads,truce_won_deals',
};

async function everythingOf(hubspot: Ask, salesforce: Ask): Promise<string> {
  const parts: unknown[] = [];
  for (const object of objects) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: { results: unknown[]; paging?: { next: { after: string } } } = await hubspot(
        'GET',
        `/crm/v3/objects/${object}?limit=100&properties=${fields[object] ?? ''}${after === '' ? '' : `&after=${after}`}`,
      );
      parts.push(...page.results);
      after = page.paging?.next.after;
    }
  }
  for (const object of ['Lead', 'Contact', 'Campaign', 'CampaignMember', 'Opportunity', 'Task']) {
    const soql = encodeURIComponent(`SELECT Id, SystemModstamp, LastModifiedById FROM ${object} ORDER BY Id LIMIT 2000`);
    parts.push(await salesforce('GET', `${api}/query?q=${soql}`));
  }
  return JSON.stringify(parts);
}
