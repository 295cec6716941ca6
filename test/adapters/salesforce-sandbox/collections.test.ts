import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Json, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const SOAP = 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api';

const lead = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  attributes: { type: 'Lead' },
  LastName: 'L',
  Company: 'C',
  ...more,
});

function post(r: Rig, records: readonly unknown[], allOrNone = false) {
  return r.send('POST', '/composite/sobjects', { body: { allOrNone, records } });
}

function codes(json: Json): unknown[] {
  return json.map((one) => (one['success'] === (true as unknown) ? 'ok' : String(one['errors']?.at(0)?.['statusCode'])));
}

describe('sObject collections', () => {
  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_create.htm` },
    'results come in request order; a refused record has errors and no id',
    async () => {
      const r = rig();
      const answer = await post(r, [lead({ LastName: 'a' }), lead({ Company: null }), lead({ LastName: 'c' })]);
      expect(answer.status).toBe(200);
      expect(codes(answer.json)).toEqual(['ok', 'REQUIRED_FIELD_MISSING', 'ok']);
      expect(answer.json.at(1)).toEqual({
        success: false,
        errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [Company]', fields: ['Company'] }],
      });
      expect((await r.records('SELECT LastName FROM Lead ORDER BY Id')).map((one) => one['LastName'])).toEqual(['a', 'c']);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_create.htm` },
    'allOrNone takes everything back, and says so of the good ones',
    async () => {
      const r = rig();
      const answer = await post(r, [lead(), lead({ Company: null })], true);
      expect(codes(answer.json)).toEqual(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
      expect(r.half.counts().rows).toMatchObject({ Lead: 0, LeadHistory: 0 });
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_create.htm` },
    'records of several objects may be mixed, with at most ten changes of type',
    async () => {
      const r = rig();
      const campaign = { attributes: { type: 'Campaign' }, Name: 'C' };
      const pairs = (count: number): unknown[] => Array.from({ length: count }, () => [lead(), campaign]).flat();
      expect(codes((await post(r, pairs(5))).json)).toEqual(Array.from({ length: 10 }, () => 'ok'));
      const refused = await post(r, pairs(6));
      expect([refused.status, String(refused.json.at(0)?.['message'])]).toEqual([
        400,
        'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.',
      ]);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_create.htm` },
    'two hundred records are taken',
    async () => {
      expect(
        codes(
          (
            await post(
              rig(),
              Array.from({ length: 200 }, () => lead()),
            )
          ).json,
        ),
      ).toHaveLength(200);
    },
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects with 201 records, and read code and words' },
    'two hundred and one are refused as a whole with EXCEEDED_ID_LIMIT',
    async () => {
      const r = rig();
      const answer = await post(
        r,
        Array.from({ length: 201 }, () => lead()),
      );
      expect([answer.status, answer.json.at(0)?.['errorCode'], r.half.counts().rows['Lead']]).toEqual([400, 'EXCEEDED_ID_LIMIT', 0]);
    },
  );

  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects with two leads, the second with a field that does not exist' },
    'an unknown field in one record refuses the whole request',
    async () => {
      const r = rig();
      const answer = await post(r, [lead(), lead({ Nope: 1 })]);
      expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([400, 'INVALID_FIELD']);
      expect(r.half.counts().rows['Lead']).toBe(0);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_update.htm` },
    'PATCH updates by id and reports each record that it can not',
    async () => {
      const r = rig();
      const ids = (await post(r, [lead(), lead(), lead()])).json.map((one) => String(one['id']));
      await r.send('DELETE', `/sobjects/Lead/${String(ids[2])}`);
      const update = (id: unknown): unknown => ({ attributes: { type: 'Lead' }, ...(id === undefined ? {} : { id }), Company: 'new' });
      const answer = await r.send('PATCH', '/composite/sobjects', {
        body: {
          records: [
            update(ids[0]),
            update('00Q5g000000000zAAA'),
            update(ids[2]),
            update(undefined),
            update('short'),
            update(ids[1]?.slice(0, 15)),
          ],
        },
      });
      expect(codes(answer.json)).toEqual([
        'ok',
        'INVALID_CROSS_REFERENCE_KEY',
        'ENTITY_IS_DELETED',
        'MISSING_ARGUMENT',
        'MALFORMED_ID',
        'ok',
      ]);
      expect(answer.json.at(5)?.['id']).toBe(ids[1]);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_delete.htm` },
    'DELETE takes up to 200 ids',
    async () => {
      const r = rig();
      const ids = (await post(r, [lead(), lead()])).json.map((one) => String(one['id']));
      const answer = await r.send('DELETE', `/composite/sobjects?ids=${ids.join(',')},00Q5g000000000zAAA&allOrNone=false`);
      expect(codes(answer.json)).toEqual(['ok', 'ok', 'INVALID_CROSS_REFERENCE_KEY']);
      expect(r.half.counts().rows['Lead']).toBe(0);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_retrieve.htm` },
    'reading by POST keeps the order and answers null for what is not there',
    async () => {
      const r = rig();
      const ids = (await post(r, [lead({ LastName: 'a' }), lead({ LastName: 'b' })])).json.map((one) => String(one['id']));
      const answer = await r.send('POST', '/composite/sobjects/Lead', {
        body: { ids: [ids[1], '00Q5g000000000zAAA', ids[0]], fields: ['LastName'] },
      });
      expect(answer.json.map((one) => (one === null ? null : one['LastName']))).toEqual(['b', null, 'a']);
      const get = await r.send('GET', `/composite/sobjects/Lead?ids=${ids.join(',')}&fields=Id,LastName`);
      expect(get.json.map((one) => one['LastName'])).toEqual(['a', 'b']);
      const many = await r.send('POST', '/composite/sobjects/Lead', {
        body: { ids: Array.from({ length: 2001 }, () => ids[0]), fields: ['Id'] },
      });
      expect(many.status).toBe(400);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_upsert.htm` },
    'PATCH with an external id upserts each record by its key',
    async () => {
      const r = rig();
      const upsert = (records: readonly unknown[]) =>
        r.send('PATCH', '/composite/sobjects/Lead/Truce_Key__c', { body: { allOrNone: false, records } });
      const first = await upsert([lead({ Truce_Key__c: 'a' }), lead({ Truce_Key__c: 'b' }), lead()]);
      expect(codes(first.json)).toEqual(['ok', 'ok', 'MISSING_ARGUMENT']);
      const second = await upsert([{ attributes: { type: 'Lead' }, truce_key__c: 'B', Company: 'new' }, lead({ Truce_Key__c: 'c' })]);
      expect(second.json.map((one) => one['created'])).toEqual([false, true]);
      expect(second.json.at(0)?.['id']).toBe(first.json.at(1)?.['id']);
      expect((await r.records("SELECT Company FROM Lead WHERE Truce_Key__c = 'b'"))[0]?.['Company']).toBe('new');
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_upsert.htm` },
    'two records that match one external id are reported, not chosen between',
    async () => {
      const r = rig();
      for (let n = 0; n < 2; n += 1) r.half.seed.insert('Lead', { LastName: 'x', Company: 'y', Truce_Cross_Id__c: '5' }, { at: START });
      const answer = await r.send('PATCH', '/composite/sobjects/Lead/Truce_Cross_Id__c', {
        body: { records: [lead({ Truce_Cross_Id__c: '5' })] },
      });
      expect(codes(answer.json)).toEqual(['DUPLICATE_EXTERNAL_ID']);
    },
  );
});

describe('row locks', () => {
  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_concepts_core_data_objects.htm` },
    'a record that another transaction holds is refused, and so is what belongs to it, until it is let go',
    async () => {
      const r = rig();
      const campaign = r.half.seed.insert('Campaign', { Name: 'Held' }, { at: START });
      const person = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
      r.half.seed.lock(campaign, { until: r.now() + 5000 });
      const write = () => post(r, [lead(), { attributes: { type: 'CampaignMember' }, CampaignId: campaign, LeadId: person }]);
      const refused = await write();
      expect(codes(refused.json)).toEqual(['ok', 'UNABLE_TO_LOCK_ROW']);
      expect(String(refused.json.at(1)?.['errors']?.at(0)?.['message'])).toBe(
        `unable to obtain exclusive access to this record or 1 records: ${campaign}`,
      );
      expect((await r.send('PATCH', `/sobjects/Campaign/${campaign}`, { body: { Name: 'x' } })).json.at(0)?.['errorCode']).toBe(
        'UNABLE_TO_LOCK_ROW',
      );
      expect((await r.send('DELETE', `/sobjects/Campaign/${campaign}`)).status).toBe(400);
      r.advance(5000);
      expect(codes((await write()).json)).toEqual(['ok', 'ok']);
    },
  );
});

describe('composite', () => {
  const body = (compositeRequest: readonly unknown[], allOrNone = false): Record<string, unknown> => ({ allOrNone, compositeRequest });
  const sub = (referenceId: string, method: string, path: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    referenceId,
    method,
    url: `/services/data/v67.0${path}`,
    ...more,
  });

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_composite.htm` },
    'later parts use what earlier ones answered; the whole is one API call',
    async () => {
      const r = rig();
      const before = r.half.counts().calls;
      const answer = await r.send('POST', '/composite', {
        body: body([
          sub('lead', 'POST', '/sobjects/Lead', { body: { LastName: 'Ref', Company: 'C' } }),
          sub('campaign', 'POST', '/sobjects/Campaign', { body: { Name: 'For @{lead.id}' } }),
          sub('member', 'POST', '/sobjects/CampaignMember', { body: { LeadId: '@{lead.id}', CampaignId: '@{campaign.id}' } }),
          sub('read', 'GET', "/query?q=SELECT+Lead.LastName,Campaign.Name+FROM+CampaignMember+WHERE+Id='@{member.id}'"),
          sub('again', 'GET', '/sobjects/Lead/@{read.records[0].Lead.attributes.type}'),
        ]),
      });
      expect(r.half.counts().calls - before).toBe(1);
      const parts = answer.json['compositeResponse'];
      expect(parts?.map((one) => [one['referenceId'], one['httpStatusCode']])).toEqual([
        ['lead', 201],
        ['campaign', 201],
        ['member', 201],
        ['read', 200],
        ['again', 404],
      ]);
      expect(parts?.at(0)?.['httpHeaders']).toEqual({ Location: expect.stringContaining('/sobjects/Lead/00Q') as string });
      expect(parts?.at(3)?.['body']?.['records']?.at(0)).toMatchObject({ Lead: { LastName: 'Ref' } });
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_composite.htm` },
    'a failed part stands alone; what refers to it is halted; allOrNone takes all back',
    async () => {
      const r = rig();
      const parts = [
        sub('good', 'POST', '/sobjects/Lead', { body: { LastName: 'G', Company: 'C' } }),
        sub('bad', 'POST', '/sobjects/Lead', { body: {} }),
        sub('after', 'GET', '/sobjects/Lead/@{bad.id}'),
      ];
      const loose = await r.send('POST', '/composite', { body: body(parts) });
      expect(
        loose.json['compositeResponse']?.map((one) => [
          one['httpStatusCode'],
          one['httpStatusCode'] === (201 as unknown) ? 'ok' : one['body']?.at(0)?.['errorCode'],
        ]),
      ).toEqual([
        [201, 'ok'],
        [400, 'REQUIRED_FIELD_MISSING'],
        [400, 'PROCESSING_HALTED'],
      ]);
      const strict = await r.send('POST', '/composite', { body: body(parts, true) });
      expect(strict.json['compositeResponse']?.map((one) => one['body']?.at(0)?.['errorCode'])).toEqual([
        'PROCESSING_HALTED',
        'REQUIRED_FIELD_MISSING',
        'PROCESSING_HALTED',
      ]);
      expect(r.half.counts().rows['Lead']).toBe(1);
    },
  );

  const many = (count: number, path: string): Record<string, unknown>[] =>
    Array.from({ length: count }, (_, index) => sub(`r${String(index)}`, 'GET', path));
  const status = async (parts: readonly unknown[]): Promise<number> =>
    (await rig().send('POST', '/composite', { body: body(parts) })).status;

  conforms({ known: 'specified', source: `${REST}/resources_composite_composite.htm` }, 'twenty-five parts are taken', async () => {
    expect(await status(many(25, '/limits'))).toBe(200);
  });
  conforms({ known: 'specified', source: `${REST}/resources_composite_composite.htm` }, 'twenty-six are refused', async () => {
    expect(await status(many(26, '/limits'))).toBe(400);
  });
  conforms({ known: 'specified', source: `${REST}/resources_composite_composite.htm` }, 'five of them may be queries', async () => {
    expect(await status(many(5, '/query?q=SELECT+Id+FROM+Lead'))).toBe(200);
  });
  conforms({ known: 'specified', source: `${REST}/resources_composite_composite.htm` }, 'six queries are refused', async () => {
    expect(await status(many(6, '/query?q=SELECT+Id+FROM+Lead'))).toBe(400);
  });
  conforms(
    { known: 'specified', source: `${REST}/resources_composite_composite.htm` },
    'queries and collections count together',
    async () => {
      const collections = Array.from({ length: 3 }, (_, index) =>
        sub(`c${String(index)}`, 'DELETE', '/composite/sobjects?ids=00Q5g0000000001AAA'),
      );
      expect(await status([...many(3, '/query?q=SELECT+Id+FROM+Lead'), ...collections])).toBe(400);
    },
  );
  conforms({ known: 'specified', source: `${REST}/resources_composite_composite.htm` }, 'a reference id comes once', async () => {
    expect(await status([...many(1, '/limits'), ...many(1, '/limits')])).toBe(400);
  });
  conforms(
    { known: 'specified', source: `${REST}/resources_composite_composite.htm` },
    'a composite without parts is refused',
    async () => {
      expect(await status([])).toBe(400);
    },
  );

  conforms(
    {
      known: 'assumed',
      probe: 'POST /composite with a PATCH of a lead whose httpHeaders carry an old If-Unmodified-Since, and then a fresh one',
    },
    'a part carries headers of its own, If-Unmodified-Since too',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
      const part = (since: string) =>
        sub('p', 'PATCH', `/sobjects/Lead/${id}`, {
          body: { Company: since },
          httpHeaders: { 'If-Unmodified-Since': since, 'Sforce-Auto-Assign': 'FALSE' },
        });
      const stale = await r.send('POST', '/composite', { body: body([part('Mon, 02 Mar 2026 09:30:00 GMT')]) });
      expect(stale.json['compositeResponse']?.at(0)?.['httpStatusCode']).toBe(412);
      const fresh = await r.send('POST', '/composite', { body: body([part('Mon, 02 Mar 2026 09:30:15 GMT')]) });
      expect(fresh.json['compositeResponse']?.at(0)?.['httpStatusCode']).toBe(204);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_graph_composite_subrequest.htm` },
    'a part takes over no Sforce header from the request around it, and may not carry a credential',
    async () => {
      const r = rig();
      const part = (httpHeaders: Record<string, string>) =>
        sub('p', 'POST', '/sobjects/Lead', { body: { LastName: 'x', Company: 'y' }, httpHeaders });
      const around = { 'sforce-auto-assign': 'FALSE' };
      await r.send('POST', '/composite', { headers: around, body: body([part({})]) });
      await r.send('POST', '/composite', { body: body([part({ 'Sforce-Auto-Assign': 'FALSE' })]) });
      expect((await r.records('SELECT Owner.Name FROM Lead ORDER BY Id')).map((one) => one['Owner']?.['Name'])).toEqual([
        'Robin Router',
        'Truce Integration',
      ]);
      for (const name of ['Authorization', 'accept', 'Content-Type']) {
        expect((await r.send('POST', '/composite', { body: body([part({ [name]: 'x' })]) })).status).toBe(400);
      }
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_composite_batch.htm` },
    'a batch runs calls that do not know of each other',
    async () => {
      const r = rig();
      const answer = await r.send('POST', '/composite/batch', {
        body: {
          haltOnError: true,
          batchRequests: [
            { method: 'POST', url: 'v67.0/sobjects/Lead', richInput: { LastName: 'B', Company: 'C' } },
            { method: 'GET', url: 'v67.0/sobjects/Nope' },
            { method: 'GET', url: 'v67.0/limits' },
          ],
        },
      });
      expect(answer.json['hasErrors']).toBe(true);
      expect(answer.json['results']?.map((one) => one['statusCode'])).toEqual([201, 404, 412]);
    },
  );
});
