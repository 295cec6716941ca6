import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StartLine } from '../../../adapters/sandbox/index.ts';
import { exchange, type Exchange } from '../../adapters/sandbox/http.ts';
import { median, type Figure, type Measured } from '../figure.ts';
import { root } from '../support/process.ts';

const made = 100_000;
const most = 200_000;
const pages = 60;

export const figure: Figure = {
  title: `the sandbox under load: ${made.toLocaleString('en')} people made, ${most.toLocaleString('en')} held and read`,
  async measure() {
    const ready = await withSandbox(made, ({ seconds }) => Promise.resolve(seconds));
    return withSandbox(most, async ({ line, pid, seconds }) => {
      const rows: Measured[] = [];
      for (const [what, next] of readers(line)) rows.push(await pageRow(what, next));
      const [peak, now] = [await memoryOf(pid, 'VmHWM'), await memoryOf(pid, 'VmRSS')];
      return [
        {
          what: `truce sandbox --people ${made}: until it is ready`,
          value: ready,
          unit: 's',
          bar: { is: 'at most', value: 15 },
          note: `the start of the process included; ${most.toLocaleString('en')} people took ${seconds.toFixed(1)} s`,
        },
        {
          what: `the sandbox with ${most.toLocaleString('en')} people: peak memory`,
          value: peak,
          unit: 'MB',
          bar: { is: 'at most', value: 1000 },
          note: `resident set of the process, while the company was made and after ${pages * rows.length} pages; ${now.toFixed(0)} MB at the end`,
        },
        ...rows,
      ];
    });
  },
};

interface Running {
  readonly line: StartLine;
  readonly pid: number;
  readonly seconds: number;
}

/** Runs the command as a user would, until it has printed its line of JSON. */
async function withSandbox<T>(people: number, use: (running: Running) => Promise<T>): Promise<T> {
  const args = ['sandbox', '--json', '--people', String(people), '--clock', 'virtual', '--limits', 'none'];
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--conditions=truce-source', join(root, 'src/cli/bin.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  try {
    const [text] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [''])])) as [string];
    if (text === '' || child.pid === undefined) throw new Error('the sandbox ended before it was ready');
    return await use({ line: JSON.parse(text) as StartLine, pid: child.pid, seconds: (performance.now() - startedAt) / 1000 });
  } finally {
    child.kill();
    await ended;
  }
}

/** In MB; NaN where the system does not tell. */
async function memoryOf(pid: number, name: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) * 1024) / 1_000_000;
}

/** Reads one page and says where the next one is; `''` begins anew. */
type Read = (from: string) => Promise<{ readonly next: string; readonly rows: number }>;

/** Answers of any shape. */
type Json = ReturnType<Exchange['json']>;

const agent = new Agent({ keepAlive: true });

function readers({ hubspot, salesforce }: StartLine): readonly (readonly [what: string, read: Read])[] {
  const marketing = async (path: string, body?: unknown): Promise<Json> => {
    const answer = await exchange(hubspot.url + path, { headers: { authorization: `Bearer ${hubspot.token}` }, agent, body });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    return answer.json();
  };
  const sales = async (path: string): Promise<Json> => {
    const answer = await exchange(salesforce.url + path, { headers: { authorization: `Bearer ${salesforce.accessToken}` }, agent });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    return answer.json();
  };
  const soql = (query: string): Promise<Json> => sales(`/services/data/v${salesforce.apiVersion}/query?q=${encodeURIComponent(query)}`);
  const properties = ['email', 'firstname', 'lastname', 'lifecyclestage', 'hs_lead_status', 'hubspot_owner_id', 'lastmodifieddate'];
  const search = (filters: unknown, sorts: unknown): Promise<Json> =>
    marketing('/crm/v3/objects/contacts/search', { filterGroups: [{ filters }], sorts, properties, limit: 200 });
  const fields = 'Id, FirstName, LastName, Email, Status, OwnerId, Company, LeadSource, SystemModstamp';
  const emails: string[] = [];
  return [
    [
      'HubSpot list, 100 contacts',
      async (from) => {
        const page = await marketing(`/crm/v3/objects/contacts?limit=100&properties=${properties.join(',')}${from && `&after=${from}`}`);
        for (const { properties: one } of page.results as { properties: { email: string } }[]) emails.push(one.email);
        return { next: page.paging?.next.after ?? '', rows: page.results.length };
      },
    ],
    [
      'HubSpot list, 50 contacts with two histories',
      async (from) => {
        const histories = 'propertiesWithHistory=hs_lead_status,lifecyclestage';
        const page = await marketing(`/crm/v3/objects/contacts?limit=50&${histories}${from && `&after=${from}`}`);
        return { next: page.paging?.next.after ?? '', rows: page.results.length };
      },
    ],
    [
      'HubSpot search by modified stamp, 200 contacts',
      async (from) => {
        const filters = [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: from || '0' }];
        const page = await search(filters, [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }]);
        return { next: page.results.length < 200 ? '' : page.results.at(-1).properties.lastmodifieddate, rows: page.results.length };
      },
    ],
    [
      'HubSpot search by id, 200 contacts',
      async (from) => {
        const filters = [{ propertyName: 'hs_object_id', operator: 'GT', value: from || '0' }];
        const page = await search(filters, [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }]);
        return { next: page.results.length < 200 ? '' : page.results.at(-1).id, rows: page.results.length };
      },
    ],
    [
      'HubSpot search by 40 e-mails',
      async (from) => {
        const start = Number(from);
        const values = emails.slice(start, start + 40).map((email) => email.toLowerCase());
        const page = await search([{ propertyName: 'email', operator: 'IN', values }], []);
        return { next: String(start + 40), rows: page.results.length };
      },
    ],
    [
      'SOQL by SystemModstamp, 2,000 leads',
      async (from) => {
        const where = from === '' ? '' : `WHERE SystemModstamp >= ${from.replace('.000+0000', 'Z')} `;
        const { records } = await soql(`SELECT ${fields} FROM Lead ${where}ORDER BY SystemModstamp, Id LIMIT 2000`);
        return { next: records.length < 2000 ? '' : records.at(-1).SystemModstamp, rows: records.length };
      },
    ],
    [
      'SOQL by Id, 2,000 tasks',
      async (from) => {
        const where = from === '' ? '' : `WHERE Id > '${from}' `;
        const { records } = await soql(`SELECT Id, WhoId, OwnerId, Subject, ActivityDate, Status FROM Task ${where}ORDER BY Id LIMIT 2000`);
        return { next: records.length < 2000 ? '' : records.at(-1).Id, rows: records.length };
      },
    ],
    [
      'SOQL and nextRecordsUrl, 2,000 leads',
      async (from) => {
        const page = from === '' ? await soql(`SELECT ${fields} FROM Lead`) : await sales(from);
        return { next: page.nextRecordsUrl ?? '', rows: page.records.length };
      },
    ],
  ];
}

async function pageRow(what: string, read: Read): Promise<Measured> {
  const times: number[] = [];
  let rows = 0;
  for (let count = 0, from = ''; count < pages; count += 1) {
    const startedAt = performance.now();
    const page = await read(from);
    times.push(performance.now() - startedAt);
    rows += page.rows;
    from = page.next;
  }
  const note = `median of ${pages} pages of ${Math.round(rows / pages).toLocaleString('en')} on average; the first ${(times[0] ?? 0).toFixed(0)} ms, the slowest ${Math.max(...times).toFixed(0)} ms`;
  return { what, value: median(times), unit: 'ms', bar: { is: 'at most', value: 20 }, note };
}
