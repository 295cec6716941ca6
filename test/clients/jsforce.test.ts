import type * as jsforce from 'jsforce';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from './install.ts';
import { kindsOfCall, readmeRow } from './tried.ts';

/** The latest of each major; 2 never left beta. */
const VERSIONS = ['3.10.26', '2.0.0-beta.29', '1.11.1'] as const;

// jsforce sends loopback requests to a proxy, too, when these are set.
for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name];

const NAMES = Array.from({ length: 450 }, (_, index) => `Page ${String(index).padStart(3, '0')}`);

for (const version of VERSIONS) {
  const client = await installed({ name: 'jsforce', version });

  describe.skipIf(!client.ready)(`jsforce ${version}`, () => {
    let box: Sandbox;
    let pack: typeof jsforce;
    let conn: jsforce.Connection;
    beforeAll(async () => {
      if (!client.ready) return;
      box = await sandbox({ people: 60, lagMs: 0, limits: 'none', clock: 'virtual' });
      pack = client.require('jsforce') as typeof jsforce;
      // No version: each major has its own default, 42.0 or 50.0.
      conn = new pack.Connection({ instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken });
    });
    afterAll(async () => {
      await box?.close();
    });

    it('queries, counts, and pages by locator', async () => {
      const result = await conn.query('SELECT Id, Name FROM Account');
      expect(result.done).toBe(true);
      expect(result.totalSize).toBe(result.records.length);
      expect(result.records[0]).toMatchObject({ attributes: { type: 'Account' }, Id: expect.stringMatching(/^001/) as unknown });
      for (let at = 0; at < NAMES.length; at += 200) {
        const made = await conn.sobject('Account').create(NAMES.slice(at, at + 200).map((Name) => ({ Name })));
        expect(made.every((one) => one.success)).toBe(true);
      }
      const options = { headers: { 'Sforce-Query-Options': 'batchSize=200' }, autoFetch: false };
      let page = await conn.query("SELECT Name FROM Account WHERE Name LIKE 'Page %' ORDER BY Name", options);
      const names = page.records.map((row) => String(row['Name']));
      while (!page.done) {
        page = await conn.queryMore(String(page.nextRecordsUrl), options as never);
        names.push(...page.records.map((row) => String(row['Name'])));
      }
      expect(names).toEqual(NAMES);
      expect(await conn.sobject('Account').count({ Name: { $like: 'Page %' } })).toBe(450);
    });

    it('fetches all pages by itself and hands them out record by record', async () => {
      const names: string[] = [];
      const query = conn.query("SELECT Name FROM Account WHERE Name LIKE 'Page %'", {
        headers: { 'Sforce-Query-Options': 'batchSize=200' },
      });
      await new Promise<void>((resolve, reject) => {
        query.on('record', (row: { Name: string }) => names.push(row.Name));
        query.on('end', () => resolve());
        query.on('error', reject);
        (query as unknown as { run(options: object): unknown }).run({ autoFetch: true, maxFetch: 4000 });
      });
      expect(new Set(names).size).toBe(450);
    });

    it('builds a query from conditions, sorts, limits, skips and includes children', async () => {
      const found = await conn
        .sobject('Account')
        .find({ Name: { $like: 'Page %' }, CreatedDate: { $gte: pack.Date.YESTERDAY } } as never, { Id: 1, Name: 1 } as never)
        .sort({ Name: -1 } as never)
        .limit(3)
        .skip(1)
        .execute();
      expect((found as { Name: string }[]).map((row) => row.Name)).toEqual(['Page 448', 'Page 447', 'Page 446']);
      const [account] = found as { Id: string }[];
      await conn.sobject('Contact').create({ LastName: 'Child', AccountId: account?.Id } as never);
      const parents = conn
        .sobject('Account')
        .find({ Id: account?.Id } as never)
        .select('Id, Name');
      const [parent] = (await (parents as unknown as Including).include('Contacts').select('LastName').end().execute()) as {
        Contacts: { records: { LastName: string }[] };
      }[];
      expect(parent?.Contacts.records.map((row) => row.LastName)).toEqual(['Child']);
      const one = await conn.sobject('Contact').findOne({ LastName: 'Child' });
      expect(one).toMatchObject({ AccountId: account?.Id });
    });

    it('creates, retrieves, updates and deletes one row and many', async () => {
      const leads = conn.sobject('Lead');
      const made = await leads.create({ LastName: 'Stranger', Company: 'Acme' });
      expect(made).toMatchObject({ success: true, errors: [] });
      const id = String(made.id);
      expect(await leads.update({ Id: id, Company: 'Acme Inc' })).toMatchObject({ id, success: true });
      expect(await leads.retrieve(id)).toMatchObject({ Id: id, Company: 'Acme Inc', attributes: { type: 'Lead' } });
      const many = await leads.insert(['A', 'B', 'C'].map((LastName) => ({ LastName, Company: 'Many' })));
      const ids = many.map((one) => String(one.id));
      const changed = await leads.update(ids.map((each) => ({ Id: each, Rating: 'Hot' })));
      expect(changed.map((one) => one.success)).toEqual([true, true, true]);
      expect((await leads.retrieve(ids)).map((row) => row['Rating'])).toEqual(['Hot', 'Hot', 'Hot']);
      expect((await leads.destroy(ids)).map((one) => one.success)).toEqual([true, true, true]);
      await leads.del(id);
      await expect(leads.retrieve(id)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
    });

    it('upserts by an external id', async () => {
      const upsert = (row: Record<string, string>) => conn.sobject('Lead').upsert(row as never, 'Truce_Key__c');
      expect(await upsert({ Truce_Key__c: 'stranger', LastName: 'Key', Company: 'K' })).toMatchObject({ success: true });
      expect(await upsert({ Truce_Key__c: 'stranger', Company: 'K2' })).toMatchObject({ success: true });
      expect(await conn.query("SELECT Company FROM Lead WHERE Truce_Key__c = 'stranger'")).toMatchObject({
        totalSize: 1,
        records: [{ Company: 'K2' }],
      });
    });

    it('updates and deletes what a query finds', async () => {
      await conn.sobject('Lead').create(['X', 'Y'].map((LastName) => ({ LastName, Company: 'Found' })));
      const updated = await conn
        .sobject('Lead')
        .find({ Company: 'Found' })
        .update({ Rating: 'Cold' } as never, 'Lead' as never);
      expect(updated).toHaveLength(2);
      expect(await conn.sobject('Lead').count({ Company: 'Found', Rating: 'Cold' })).toBe(2);
      const destroyed = await conn
        .sobject('Lead')
        .find({ Company: 'Found' })
        .destroy('Lead' as never);
      expect(destroyed).toHaveLength(2);
      expect(await conn.sobject('Lead').count({ Company: 'Found' })).toBe(0);
    });

    it('describes one object and all, and reads what changed and went', async () => {
      const lead = await conn.sobject('Lead').describe();
      expect(lead.label).toBe('Lead');
      expect(lead.fields.find((field) => field.name === 'Status')).toMatchObject({ type: 'picklist', nillable: false });
      const all = await conn.describeGlobal();
      expect(all.sobjects.map((object) => object.name)).toContain('Campaign');
      const made = await conn.sobject('Lead').create({ LastName: 'Gone', Company: 'Acme' });
      await conn.sobject('Lead').destroy(String(made.id));
      await box.clock.moveTo(box.clock.now() + 120_000);
      const start = new Date(box.clock.now() - 3_600_000).toISOString();
      const end = new Date(box.clock.now()).toISOString();
      expect((await conn.sobject('Lead').deleted(start, end)).deletedRecords.map((row) => row.id)).toContain(made.id);
      expect((await conn.sobject('Account').updated(start, end)).ids.length).toBeGreaterThanOrEqual(450);
    });

    it('reads who it is and what it may still ask', async () => {
      const identity = await conn.identity();
      expect(identity).toMatchObject({ username: 'truce.integration@example.com', organization_id: box.salesforce.orgId });
      const limits = (await conn.limits()) as unknown as Record<string, { Max: number; Remaining: number }>;
      expect(limits['DailyApiRequests']?.Remaining).toBeLessThan(limits['DailyApiRequests']?.Max ?? 0);
      const { limitInfo } = conn as unknown as { limitInfo: { apiUsage?: { used: number; limit: number } } };
      expect(limitInfo.apiUsage?.limit).toBe(limits['DailyApiRequests']?.Max);
    });

    it('converts a lead and merges two over SOAP', async () => {
      const lead = await conn.sobject('Lead').create({ LastName: 'Convert', Company: 'Turn' });
      const converted = (await conn.soap.convertLead({
        leadId: String(lead.id),
        convertedStatus: 'Closed - Converted',
      } as never)) as unknown as {
        success: boolean | string;
        accountId: string;
        contactId: string;
      };
      expect(String(converted.success)).toBe('true');
      expect(await conn.sobject('Contact').retrieve(converted.contactId)).toMatchObject({ AccountId: converted.accountId });
      const [master, loser] = await conn.sobject('Lead').create(['M1', 'M2'].map((LastName) => ({ LastName, Company: 'Merge' })));
      const merged = (await conn.soap.merge({
        masterRecord: { type: 'Lead', Id: String(master?.id) },
        recordToMergeIds: [String(loser?.id)],
      } as never)) as unknown as { success: boolean | string };
      expect(String(merged.success)).toBe('true');
      await expect(conn.sobject('Lead').retrieve(String(loser?.id))).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
    });

    it('sends what it has no method for: composite requests and raw paths', async () => {
      const answer = await conn.requestPost<{ compositeResponse: { httpStatusCode: number; body: { id?: string } }[] }>('/composite', {
        compositeRequest: [
          { method: 'POST', url: `/services/data/v${conn.version}/sobjects/Account`, referenceId: 'a', body: { Name: 'Composite' } },
          {
            method: 'POST',
            url: `/services/data/v${conn.version}/sobjects/Contact`,
            referenceId: 'c',
            body: { LastName: 'Part', AccountId: '@{a.id}' },
          },
        ],
      });
      expect(answer.compositeResponse.map((part) => part.httpStatusCode)).toEqual([201, 201]);
      const versions = await conn.request<{ version: string }[]>('/services/data');
      expect(versions.map((each) => each.version)).toContain('67.0');
      const tooling = await conn.tooling.query("SELECT QualifiedApiName FROM EntityDefinition WHERE QualifiedApiName = 'Lead'");
      expect(tooling.totalSize).toBe(1);
    });

    it('gets refusals with their error code', async () => {
      await expect(conn.query('SELECT Nonsense FROM Lead')).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' });
      await expect(conn.query('SELEC Id FROM Lead')).rejects.toMatchObject({ errorCode: 'MALFORMED_QUERY' });
      await expect(conn.sobject('Lead').create({ Company: 'No name' } as never)).rejects.toMatchObject({
        errorCode: 'REQUIRED_FIELD_MISSING',
      });
      const some = await conn.sobject('Lead').create([{ LastName: 'Ok', Company: 'Ok' }, { Company: 'No name' }] as never);
      expect((some as unknown as { success: boolean }[]).map((one) => one.success)).toEqual([true, false]);
      const stranger = new pack.Connection({ instanceUrl: box.salesforce.url, accessToken: 'nobody' });
      await expect(stranger.query('SELECT Id FROM Lead')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
    });

    it('is counted in the README', async () => {
      const row = await readmeRow(`\`jsforce\` ${version}`, [kindsOfCall(box).length]);
      expect(row.stands).toBe(row.should);
    });
  });

  /** Child queries, as every major has them; 3 types them more strictly than a test of all three can be. */
  interface Including {
    include(name: string): { select(fields: string): { end(): { execute(): Promise<unknown[]> } } };
  }
}
