import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CURL_EXAMPLES, type CurlExample } from './curl-examples.ts';
import { readmeRow } from './tried.ts';

const missing = spawnSync('curl', ['--version']).status !== 0;
if (missing) console.warn('the curl examples are not tried: there is no curl here');

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Runs the curl binary; its arguments are those of a shell line, the body comes from standard input as from a file. */
function curl(args: readonly string[], body: string | undefined): Promise<Answer> {
  const line = ['--silent', '--show-error', '--globoff', '--noproxy', '*', '--include', '--write-out', '\n%{http_code}', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn('curl', body === undefined ? line : [...line, '--data-binary', '@-'], { timeout: 30_000 });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`curl ${args.join(' ')} ended with ${String(code)}: ${err}`));
      const at = out.lastIndexOf('\n');
      const [head = ''] = out.split('\r\n\r\n', 1);
      const headers = head.split('\r\n').flatMap((header) => {
        const colon = header.indexOf(':');
        return colon < 0 ? [] : [[header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()] as const];
      });
      resolve({ status: Number(out.slice(at + 1)), headers: Object.fromEntries(headers), text: out.slice(head.length + 4, at) });
    });
    child.stdin.end(body ?? '');
  });
}

describe.skipIf(missing)("the examples of the vendors' documentation, sent by curl", () => {
  let box: Sandbox;
  const ids = new Map<string, string>();
  const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => ids.get(name) ?? fail(name));

  function send(example: Pick<CurlExample, 'vendor' | 'method' | 'path' | 'headers' | 'body' | 'token'>): Promise<Answer> {
    const host = example.vendor === 'hubspot' ? box.hubspot.url : box.salesforce.url;
    const token = example.vendor === 'hubspot' ? box.hubspot.token : box.salesforce.accessToken;
    const headers = [...(example.token === false ? [] : [`Authorization: Bearer ${token}`]), ...(example.headers ?? [])];
    const args = [host + filled(example.path), '--request', example.method, ...headers.flatMap((header) => ['--header', header])];
    return curl(args, example.body === undefined ? undefined : filled(example.body));
  }

  /** Makes what an example takes for granted; the answer's id. */
  async function make(vendor: CurlExample['vendor'], path: string, body: unknown): Promise<string> {
    const answer = await send({ vendor, method: 'POST', path, headers: ['Content-Type: application/json'], body: JSON.stringify(body) });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
    return (JSON.parse(answer.text) as { id: string }).id;
  }

  beforeAll(async () => {
    box = await sandbox({ people: 60, lagMs: 0, limits: 'none' });
    await forHubspot(make, ids);
    await forSalesforce(make, ids);
    const owners = await send({ vendor: 'hubspot', method: 'GET', path: '/crm/v3/owners?limit=1' });
    ids.set('owner', String(at(JSON.parse(owners.text), 'results.0.id')));
    const user = "/services/data/v66.0/query?q=SELECT+Id+FROM+User+WHERE+Username='truce.integration@example.com'";
    const users = await send({ vendor: 'salesforce', method: 'GET', path: user });
    await make('salesforce', '/services/data/v66.0/sobjects/PermissionSetAssignment', {
      PermissionSetId: ids.get('grants'),
      AssigneeId: at(JSON.parse(users.text), 'records.0.Id'),
    });
  });
  afterAll(async () => {
    await box?.close();
  });

  it.each(CURL_EXAMPLES.map((example) => [`${example.vendor} ${example.does}: ${example.method} ${example.path}`, example] as const))(
    '%s',
    async (_, example) => {
      if (example.first !== undefined) await make(example.vendor, ...example.first);
      let answer = await send(example);
      for (let asked = 0; example.until !== undefined && !answer.text.includes(example.until) && asked < 100; asked += 1) {
        await wait(100);
        answer = await send(example);
      }
      expect([answer.status, answer.status === example.status ? '' : answer.text]).toEqual([example.status, '']);
      if (example.status === 204) expect(answer.text).toBe('');
      const body: unknown = /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(answer.text) : answer.text;
      if (example.shape !== undefined && typeof example.shape === 'object' && example.shape !== null && !isMatcher(example.shape))
        expect(body).toMatchObject(example.shape);
      else if (example.shape !== undefined) expect(body).toEqual(example.shape);
      for (const [name, pattern] of Object.entries(example.answers ?? {})) expect(answer.headers[name]).toMatch(pattern);
      for (const [name, place] of Object.entries(example.keeps ?? {})) ids.set(name, String(at(body, place)));
    },
  );

  it('are at least forty, each with the page that shows it', async () => {
    expect(CURL_EXAMPLES.length).toBeGreaterThanOrEqual(40);
    expect(CURL_EXAMPLES.filter((example) => !/^https:\/\/developer(s\.hubspot|\.salesforce)\.com\/docs\//.test(example.source))).toEqual(
      [],
    );
    const row = await readmeRow('`curl`, examples of the documentation', [CURL_EXAMPLES.length]);
    expect(row.stands).toBe(row.should);
  });
});

function fail(name: string): never {
  throw new Error(`nothing was made that is called ${name}`);
}

function isMatcher(shape: object): boolean {
  return '$$typeof' in shape;
}

function at(body: unknown, place: string): unknown {
  return place.split('.').reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], body);
}

type Make = (vendor: CurlExample['vendor'], path: string, body: unknown) => Promise<string>;

async function forHubspot(make: Make, ids: Map<string, string>): Promise<void> {
  const object = (type: string, properties: Record<string, string>) => make('hubspot', `/crm/v3/objects/${type}`, { properties });
  for (const [type, groupName, name] of [['contacts', 'contactinformation', 'internalcustomerid']] as const)
    await make('hubspot', `/crm/v3/properties/${type}`, {
      groupName,
      name,
      label: name,
      type: 'string',
      fieldType: 'text',
      hasUniqueValue: true,
    });
  ids.set('company', await object('companies', { name: 'Dragonfly', domain: 'thedragonfly.com' }));
  ids.set('contact', await object('contacts', { email: 'lgilmore@thedragonfly.com', lifecyclestage: 'lead', internalcustomerid: '12345' }));
  ids.set('other', await object('contacts', { email: 'sstjames@thedragonfly.com', lifecyclestage: 'lead', internalcustomerid: '67891' }));
  ids.set('email', await object('emails', { hs_timestamp: '2026-01-01T00:00:00Z', hs_email_direction: 'EMAIL' }));
}

async function forSalesforce(make: Make, ids: Map<string, string>): Promise<void> {
  const V = '/services/data/v66.0';
  const row = (object: string, values: unknown) => make('salesforce', `${V}/sobjects/${object}`, values);
  const field = 'Account.customExtIdField__c';
  await make('salesforce', `${V}/tooling/sobjects/CustomField`, {
    FullName: field,
    Metadata: { type: 'Text', label: 'customExtIdField', length: 40, externalId: true, unique: true },
  });
  ids.set('grants', await row('PermissionSet', { Name: 'Examples', Label: 'Examples' }));
  await row('FieldPermissions', {
    ParentId: ids.get('grants'),
    SobjectType: 'Account',
    Field: field,
    PermissionsRead: true,
    PermissionsEdit: true,
  });
  ids.set('person', await row('Contact', { LastName: 'Person', AccountId: await row('Account', { Name: 'Parent' }) }));
}
