import type * as jsforce from 'jsforce';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from './install.ts';
import { kindsOfCall, readmeRow } from './tried.ts';

for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name];

/** What both majors have; 1 knows only the first Bulk API, which the imitation doesn't serve. */
interface Bulk2 {
  pollInterval: number;
  pollTimeout: number;
  loadAndWaitForResults(options: {
    object: string;
    operation: string;
    externalIdFieldName?: string;
    input: readonly object[] | string;
  }): Promise<{ successfulResults: readonly Row[]; failedResults: readonly Row[]; unprocessedRecords: readonly Row[] }>;
  query(soql: string, options?: object): Promise<readonly Row[] | { toArray(): Promise<readonly Row[]> }>;
}
type Row = Readonly<Record<string, string>>;

for (const version of ['3.10.26', '2.0.0-beta.29']) {
  const client = await installed({ name: 'jsforce', version });

  describe.skipIf(!client.ready)(`jsforce ${version}, bulk2`, () => {
    let box: Sandbox;
    let bulk2: Bulk2;
    let conn: jsforce.Connection;
    beforeAll(async () => {
      if (!client.ready) return;
      box = await sandbox({ people: 60, lagMs: 0, limits: 'none' });
      const pack = client.require('jsforce') as typeof jsforce;
      conn = new pack.Connection({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken, version: '60.0' });
      bulk2 = conn.bulk2 as unknown as Bulk2;
      bulk2.pollInterval = 100;
      bulk2.pollTimeout = 30_000;
    });
    afterAll(async () => {
      await box?.close();
    });

    it('inserts rows and tells the good from the bad', async () => {
      const input = [{ Name: 'Bulk one' }, { Name: 'Bulk, "two"' }, { Name: 'x'.repeat(300) }];
      const done = await bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input });
      expect(new Set(done.successfulResults.map((row) => row['Name']))).toEqual(new Set(['Bulk one', 'Bulk, "two"']));
      expect(done.successfulResults[0]).toMatchObject({ sf__Id: expect.stringMatching(/^001\w{15}$/) as unknown, sf__Created: 'true' });
      expect(done.failedResults).toMatchObject([{ sf__Error: expect.stringMatching(/^STRING_TOO_LONG:/) as unknown }]);
      expect(done.unprocessedRecords).toEqual([]);
    });

    it('updates and upserts by an external id', async () => {
      const [lead] = await conn.sobject('Lead').create([{ LastName: 'Bulk', Company: 'Acme' }]);
      const updated = await bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'update', input: [{ Id: lead?.id, Rating: 'Hot' }] });
      expect(updated.failedResults).toEqual([]);
      expect(await conn.sobject('Lead').retrieve(String(lead?.id))).toMatchObject({ Rating: 'Hot' });
      const upsert = () =>
        bulk2.loadAndWaitForResults({
          object: 'Lead',
          operation: 'upsert',
          externalIdFieldName: 'Truce_Key__c',
          input: [{ Truce_Key__c: 'bulk', LastName: 'Bulk', Company: 'Upserted' }],
        });
      expect((await upsert()).successfulResults).toMatchObject([{ sf__Created: 'true' }]);
      expect((await upsert()).successfulResults).toMatchObject([{ sf__Created: 'false' }]);
    });

    it('takes CSV as it is, and deletes', async () => {
      const made = await bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input: 'Name\nFrom text\n' });
      const input = made.successfulResults.map((row) => ({ Id: row['sf__Id'] }));
      expect((await bulk2.loadAndWaitForResults({ object: 'Account', operation: 'delete', input })).successfulResults).toHaveLength(1);
      expect(await conn.sobject('Account').count({ Name: 'From text' })).toBe(0);
    });

    it('queries', async () => {
      const found = await bulk2.query("SELECT Id, Name FROM Account WHERE Name LIKE 'Bulk%' ORDER BY Name");
      // 2 answers with the rows, 3 with a stream of them.
      const rows = 'toArray' in found ? await found.toArray() : found;
      expect(rows.map((row) => row['Name'])).toEqual(['Bulk one', 'Bulk, "two"']);
    });

    it('is refused a query that is wrong', async () => {
      await expect(bulk2.query('SELECT Nonsense FROM Account')).rejects.toThrow(/Nonsense/);
    });

    it('is counted in the README', async () => {
      const row = await readmeRow(`\`jsforce\` ${version}, \`bulk2\``, [kindsOfCall(box).length]);
      expect(row.stands).toBe(row.should);
    });
  });
}
