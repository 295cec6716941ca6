import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from './install.ts';
import { kindsOfCall, readmeRow } from './tried.ts';

const VERSION = '2.150.6';
const client = await installed({ name: '@salesforce/cli', version: VERSION });

/** What `sf … --json` prints. */
interface Printed {
  readonly status: number;
  readonly name?: string;
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly result: Readonly<Record<string, unknown>> & { readonly records: readonly Readonly<Record<string, unknown>>[] };
}

describe.skipIf(!client.ready)(`@salesforce/cli ${VERSION}`, () => {
  let box: Sandbox;
  let home = '';
  beforeAll(async () => {
    box = await sandbox({ people: 60, lagMs: 0, limits: 'none' });
    home = await mkdtemp(join(tmpdir(), 'truce-sf-'));
  });
  afterAll(async () => {
    await box?.close();
    await rm(home, { recursive: true, force: true });
  });

  /** Runs the command with a home of its own: no keychain, no telemetry, no update, nothing of this machine's. */
  async function sf(line: readonly string[], env: Record<string, string> = {}): Promise<Printed> {
    const bin = join(client.ready ? client.folder : '', 'node_modules/@salesforce/cli/bin/run.js');
    const own = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      SF_DISABLE_TELEMETRY: 'true',
      SF_AUTOUPDATE_DISABLE: 'true',
      SF_SKIP_NEW_VERSION_CHECK: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
      SF_DISABLE_LOG_FILE: 'true',
      ...env,
    };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [bin, ...line, '--json'], { cwd: home, env: own, timeout: 100_000 }, (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Printed);
        } catch {
          reject(new Error(`sf ${line.join(' ')} printed no JSON: ${stdout} ${stderr}`, { cause: error }));
        }
      });
    });
  }

  /** As `sf`, in the organisation that was logged in to; anything but success fails the test with what was printed. */
  async function done(...line: string[]): Promise<Printed['result']> {
    const printed = await sf([...line, '--target-org', 'box']);
    if (printed.status !== 0) throw new Error(`sf ${line.join(' ')}: ${JSON.stringify({ ...printed, stack: undefined })}`);
    return printed.result;
  }

  it('logs in with an access token at a plain http address, and only warns of it', async () => {
    const line = ['org', 'login', 'access-token', '--instance-url', box.salesforce.url, '--alias', 'box', '--no-prompt'];
    const printed = await sf(line, { SF_ACCESS_TOKEN: box.salesforce.accessToken });
    expect(printed).toMatchObject({ status: 0, result: { username: 'truce.integration@example.com', orgId: box.salesforce.orgId } });
    expect(printed.warnings?.join()).toContain('Using insecure protocol: http:');
  });

  it('shows the organisation it is in', async () => {
    expect(await done('org', 'display')).toMatchObject({ connectedStatus: 'Connected', id: box.salesforce.orgId });
  });

  it('works without a login, by a token and an address in the environment', async () => {
    const line = ['data', 'query', '--query', 'SELECT Id FROM Lead LIMIT 1', '--target-org', box.salesforce.accessToken];
    expect(await sf(line, { SF_ORG_INSTANCE_URL: box.salesforce.url })).toMatchObject({ status: 0, result: { totalSize: 1 } });
  });

  it('queries, with parents and with children', async () => {
    const rows = await done('data', 'query', '--query', 'SELECT Id, Name, Account.Name FROM Contact LIMIT 3');
    expect(rows).toMatchObject({ totalSize: 3, done: true });
    expect(rows.records[0]).toMatchObject({ attributes: { type: 'Contact' }, Account: { Name: expect.any(String) as unknown } });
    const parents = 'SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Id IN (SELECT AccountId FROM Contact) LIMIT 1';
    expect((await done('data', 'query', '--query', parents)).records[0]).toHaveProperty('Contacts.records');
  });

  it('creates, reads, updates and deletes a record', async () => {
    const made = await done(
      'data',
      'create',
      'record',
      '--sobject',
      'Account',
      '--values',
      "Name='Universal Containers' Website=www.example.com",
    );
    expect(made).toMatchObject({ success: true, errors: [] });
    const id = String(made['id']);
    expect(await done('data', 'get', 'record', '--sobject', 'Account', '--record-id', id)).toMatchObject({ Website: 'www.example.com' });
    await done('data', 'update', 'record', '--sobject', 'Account', '--record-id', id, '--values', "Name='Acme' Website=acme.example");
    expect(await done('data', 'get', 'record', '--sobject', 'Account', '--where', 'Name=Acme')).toMatchObject({ Id: id });
    await done('data', 'delete', 'record', '--sobject', 'Account', '--record-id', id);
    const gone = await sf(['data', 'get', 'record', '--sobject', 'Account', '--record-id', id, '--target-org', 'box']);
    expect(gone).toMatchObject({ status: 1, name: 'ENTITY_IS_DELETED' });
  });

  it('describes an object, lists objects and limits', async () => {
    const lead = await done('sobject', 'describe', '--sobject', 'Lead');
    expect(lead).toMatchObject({ name: 'Lead', keyPrefix: '00Q' });
    expect(await done('sobject', 'list', '--sobject', 'all')).toContain('Campaign');
    const limits = (await done('limits', 'api', 'display')) as unknown as { name: string; max: number; remaining: number }[];
    expect(limits.find((limit) => limit.name === 'DailyApiRequests')?.max).toBeGreaterThan(100_000);
  });

  it('says why Salesforce refuses', async () => {
    const wrong = await sf(['data', 'query', '--query', 'SELECT Nonsense FROM Lead', '--target-org', 'box']);
    expect(wrong).toMatchObject({
      status: 1,
      name: 'INVALID_FIELD',
      message: expect.stringContaining("No such column 'Nonsense'") as unknown,
    });
    const missing = await sf(['data', 'create', 'record', '--sobject', 'Lead', '--values', 'Company=Acme', '--target-org', 'box']);
    expect(missing).toMatchObject({ status: 1, message: expect.stringContaining('Required fields are missing: [LastName]') as unknown });
  });

  it('writes what it queried as CSV', async () => {
    const file = join(home, 'leads.csv');
    const line = ['data', 'query', '--query', 'SELECT Id, LastName FROM Lead LIMIT 2', '--result-format', 'csv', '--output-file', file];
    await sf([...line, '--target-org', 'box']).catch(() => undefined);
    expect((await readFile(file, 'utf8')).split('\n')[0]).toBe('Id,LastName');
  });

  it('imports, upserts, exports and deletes in bulk', async () => {
    const file = join(home, 'accounts.csv');
    await writeFile(file, 'Name,Website\nBulk A,a.example\nBulk B,b.example\n');
    expect(await done('data', 'import', 'bulk', '--file', file, '--sobject', 'Account', '--wait', '2')).toMatchObject({
      processedRecords: 2,
      successfulRecords: 2,
      failedRecords: 0,
    });
    const keyed = join(home, 'leads.csv');
    await writeFile(keyed, 'Truce_Key__c,LastName,Company\nsf1,One,Acme\nsf2,Two,Acme\n');
    const upsert = ['data', 'upsert', 'bulk', '--file', keyed, '--sobject', 'Lead', '--external-id', 'Truce_Key__c', '--wait', '2'];
    expect(await done(...upsert)).toMatchObject({ jobInfo: { numberRecordsProcessed: 2, numberRecordsFailed: 0 } });
    const out = join(home, 'exported.csv');
    const query = "SELECT Id, Name FROM Account WHERE Name LIKE 'Bulk %' ORDER BY Name";
    expect(
      await done('data', 'export', 'bulk', '--query', query, '--output-file', out, '--result-format', 'csv', '--wait', '2'),
    ).toMatchObject({
      totalSize: 2,
    });
    const lines = (await readFile(out, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(3);
    const ids = join(home, 'ids.csv');
    await writeFile(
      ids,
      `Id\n${lines
        .slice(1)
        .map((line) => line.split(',')[0]?.replaceAll('"', '') ?? '')
        .join('\n')}\n`,
    );
    expect(await done('data', 'delete', 'bulk', '--file', ids, '--sobject', 'Account', '--wait', '2')).toMatchObject({
      jobInfo: { numberRecordsProcessed: 2, numberRecordsFailed: 0 },
    });
  });

  it('is counted in the README', async () => {
    const row = await readmeRow(`\`@salesforce/cli\` ${VERSION}`, [kindsOfCall(box).length]);
    expect(row.stands).toBe(row.should);
  });
});
