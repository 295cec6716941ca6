import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

function filled(count: number): Rig {
  const r = rig();
  for (let n = 0; n < count; n += 1) r.half.seed.insert('Account', { Name: `A${String(n)}` }, { at: START - n * 1000 });
  return r;
}

function sizes(answer: Answer): unknown[] {
  return [answer.json['totalSize'], answer.json['done'], answer.json['records']?.length];
}

describe('paging', () => {
  conforms(
    { known: 'specified', source: `${REST}/dome_query.htm` },
    'a page holds 2,000 rows and names the next one by its locator',
    async () => {
      const r = filled(4500);
      const first = await r.soql('SELECT Id FROM Account');
      expect(sizes(first)).toEqual([4500, false, 2000]);
      expect(String(first.json['nextRecordsUrl'])).toMatch(/^\/services\/data\/v67\.0\/query\/0r8\w{15}-2000$/);
      const second = await r.send('GET', String(first.json['nextRecordsUrl']));
      expect(sizes(second)).toEqual([4500, false, 2000]);
      const third = await r.send('GET', String(second.json['nextRecordsUrl']));
      expect(sizes(third)).toEqual([4500, true, 500]);
      expect(third.json['nextRecordsUrl']).toBeUndefined();
    },
  );

  const sized = async (batchSize: number): Promise<unknown> =>
    (await filled(450).soql('SELECT Id FROM Account', { headers: { 'sforce-query-options': `batchSize=${String(batchSize)}` } })).json[
      'records'
    ]?.length;

  conforms({ known: 'specified', source: `${REST}/headers_queryoptions.htm` }, 'Sforce-Query-Options asks for pages of 200', async () => {
    expect(await sized(200)).toBe(200);
  });
  conforms({ known: 'specified', source: `${REST}/headers_queryoptions.htm` }, 'or of more', async () => {
    expect(await sized(300)).toBe(300);
  });
  conforms(
    { known: 'assumed', probe: 'GET /query of 450 rows with Sforce-Query-Options: batchSize=1' },
    'a size below 200 is taken for 200',
    async () => {
      expect(await sized(1)).toBe(200);
    },
  );
  conforms(
    { known: 'assumed', probe: 'GET /query of 4,500 rows with Sforce-Query-Options: batchSize=5000' },
    'a size above 2,000 is taken for 2,000',
    async () => {
      expect(await sized(5000)).toBe(450);
    },
  );
  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-apicursors.html',
    },
    'a user may have any number of results open',
    async () => {
      const r = filled(250);
      const headers = { 'sforce-query-options': 'batchSize=200' };
      const first = String((await r.soql('SELECT Id FROM Account', { headers })).json['nextRecordsUrl']);
      for (let n = 0; n < 60; n += 1) await r.soql('SELECT Id FROM Account', { headers });
      expect((await r.send('GET', first)).status).toBe(200);
    },
  );
  conforms(
    {
      known: 'specified',
      source:
        'https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-apicursors.html',
    },
    'a result may be idle for hours',
    async () => {
      const r = filled(250);
      const next = String(
        (await r.soql('SELECT Id FROM Account', { headers: { 'sforce-query-options': 'batchSize=200' } })).json['nextRecordsUrl'],
      );
      r.advance(47 * 3_600_000);
      expect((await r.send('GET', next)).status).toBe(200);
    },
  );

  conforms(
    { known: 'assumed', probe: 'page through a query of 450 rows with batchSize=200, changing a row of the last page between the pages' },
    'every row comes once, in order, though rows change between the pages',
    async () => {
      const r = filled(450);
      const headers = { 'sforce-query-options': 'batchSize=200' };
      let answer = await r.soql('SELECT Id, Name, SystemModstamp FROM Account ORDER BY SystemModstamp, Id', { headers });
      const names: unknown[] = [];
      for (;;) {
        names.push(...(answer.json['records']?.map((one) => one['Name']) ?? []));
        const next = answer.json['nextRecordsUrl'];
        if (next === undefined) break;
        const [row] = await r.records("SELECT Id FROM Account WHERE Name = 'A449'");
        await r.send('PATCH', `/sobjects/Account/${String(row?.['Id'])}`, { body: { Phone: '1' } });
        answer = await r.send('GET', String(next), { headers });
      }
      expect(names).toEqual(Array.from({ length: 450 }, (_, index) => `A${String(449 - index)}`));
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/salesforce-python-client/pyforce/issues/17' },
    'an unknown, foreign or expired locator is INVALID_QUERY_LOCATOR',
    async () => {
      const r = filled(450);
      const first = await r.soql('SELECT Id FROM Account', { headers: { 'sforce-query-options': 'batchSize=200' } });
      const next = String(first.json['nextRecordsUrl']);
      const refused = async (url: string, as?: 'user'): Promise<void> => {
        const answer = await r.send('GET', url, as === undefined ? {} : { as });
        expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([400, 'INVALID_QUERY_LOCATOR']);
      };
      await refused('/query/0r85g000000000zAAA-200');
      await refused('/query/nonsense');
      await refused(next.replace(/-200$/, '-100000'));
      await refused(next, 'user');
      expect((await r.send('GET', next)).status).toBe(200);
      r.advance(2 * 86_400_000 + 1);
      await refused(next);
    },
  );

  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_select_orderby.htm` },
    'the same stamp on more rows than a page holds is read through by (stamp, id)',
    async () => {
      const r = rig();
      for (let n = 0; n < 600; n += 1) r.half.seed.insert('Account', { Name: `S${String(n)}` }, { at: START });
      const stamp = '2026-03-02T09:30:15Z';
      const seen = new Set<string>();
      let after = '';
      for (;;) {
        const where = after === '' ? `SystemModstamp >= ${stamp}` : `SystemModstamp = ${stamp} AND Id > '${after}'`;
        const page = await r.records(`SELECT Id FROM Account WHERE ${where} ORDER BY SystemModstamp, Id LIMIT 250`);
        for (const row of page) seen.add(String(row['Id']));
        if (page.length < 250) break;
        after = String(page.at(-1)?.['Id']);
      }
      expect(seen.size).toBe(600);
    },
  );
});
