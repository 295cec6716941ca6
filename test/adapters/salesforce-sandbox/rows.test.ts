import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';

function made(r: Rig, fields: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Lead', { LastName: 'Doe', Company: 'Acme', ...fields }, { at: START - 3_600_000 });
}

function errorOf(answer: Answer): unknown {
  return answer.json.at(0);
}

describe('sobject rows', () => {
  conforms(
    { known: 'specified', source: `${REST}/dome_sobject_create.htm` },
    'POST answers 201 with id, success, errors and a Location',
    async () => {
      const r = rig();
      const answer = await r.send('POST', '/sobjects/lead', { body: { lastname: ' Doe ', COMPANY: 'Acme' } });
      expect(answer.status).toBe(201);
      expect(answer.json).toEqual({ id: expect.stringMatching(/^00Q\w{15}$/) as string, success: true, errors: [] });
      expect(answer.headers['location']).toBe(`/services/data/v67.0/sobjects/Lead/${String(answer.json['id'])}`);
      expect((await r.send('GET', `/sobjects/Lead/${String(answer.json['id'])}?fields=LastName,status`)).json).toMatchObject({
        LastName: 'Doe',
        Status: 'Open - Not Contacted',
      });
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/dome_get_field_values.htm` },
    'GET gives every visible field, or those asked for, by 15 or 18 characters',
    async () => {
      const r = rig();
      const id = made(r);
      const all = (await r.send('GET', `/sobjects/Lead/${id.slice(0, 15)}`)).json;
      expect(all).toMatchObject({
        Id: id,
        IsConverted: false,
        Email: null,
        CreatedDate: '2026-03-02T08:30:15.000+0000',
        Truce_Key__c: null,
      });
      expect(Object.keys((await r.send('GET', `/sobjects/Lead/${id}?fields=Id,Company`)).json)).toEqual(['attributes', 'Id', 'Company']);
      expect(errorOf(await r.send('GET', `/sobjects/Lead/${id}?fields=Nope`))).toMatchObject({ errorCode: 'INVALID_FIELD' });
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/dome_update_fields.htm` },
    'PATCH answers 204 with nothing, and moves the stamps and their author',
    async () => {
      const r = rig();
      const id = made(r);
      const answer = await r.send('PATCH', `/sobjects/Lead/${id}`, {
        body: { Company: 'New' },
        headers: { 'sforce-auto-assign': 'FALSE' },
      });
      expect([answer.status, answer.text]).toEqual([204, '']);
      const [lead] = await r.records(
        'SELECT Company, CreatedBy.Name, LastModifiedBy.Name, LastModifiedDate, SystemModstamp, CreatedDate FROM Lead',
      );
      expect(lead).toMatchObject({
        Company: 'New',
        CreatedBy: { Name: 'Sasha Seller' },
        LastModifiedBy: { Name: 'Truce Integration' },
        LastModifiedDate: '2026-03-02T09:30:15.000+0000',
        SystemModstamp: '2026-03-02T09:30:15.000+0000',
        CreatedDate: '2026-03-02T08:30:15.000+0000',
      });
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/dome_delete_record.htm` },
    'DELETE answers 204; afterwards the record is 404 ENTITY_IS_DELETED',
    async () => {
      const r = rig();
      const id = made(r);
      expect((await r.send('DELETE', `/sobjects/Lead/${id}`)).status).toBe(204);
      for (const method of ['GET', 'DELETE']) {
        const answer = await r.send(method, `/sobjects/Lead/${id}`);
        expect(answer.status).toBe(404);
        expect(errorOf(answer)).toMatchObject({ errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted' });
      }
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'unknown ids, objects and methods are refused in an array',
    async () => {
      const r = rig();
      expect((await r.send('GET', '/sobjects/Lead/00Q5g000000000zAAA')).status).toBe(404);
      expect((await r.send('GET', '/sobjects/Nope')).json).toEqual([
        { errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' },
      ]);
      const put = await r.send('PUT', `/sobjects/Lead/${made(r)}`);
      expect(put.status).toBe(405);
      expect(errorOf(put)).toEqual({
        errorCode: 'METHOD_NOT_ALLOWED',
        message: "HTTP Method 'PUT' not allowed. Allowed are GET,PATCH,DELETE,HEAD",
      });
    },
  );

  conforms({ known: 'specified', source: `${REST}/dome_update_fields.htm` }, 'POST with _HttpMethod=PATCH is a PATCH', async () => {
    const r = rig();
    expect((await r.send('POST', `/sobjects/Lead/${made(r)}?_HttpMethod=PATCH`, { body: { Company: 'Tunnel' } })).status).toBe(204);
    expect(await r.records("SELECT Id FROM Lead WHERE Company = 'Tunnel'")).toHaveLength(1);
  });
});

describe('rows by external id', () => {
  const path = (key: string): string => `/sobjects/Lead/Truce_Key__c/${encodeURIComponent(key)}`;

  conforms({ known: 'specified', source: `${REST}/dome_upsert.htm` }, 'PATCH creates with 201, then updates with 200', async () => {
    const r = rig();
    const first = await r.send('PATCH', path('a/b c'), { body: { LastName: 'x', Company: 'y' } });
    expect([first.status, first.json['created']]).toEqual([201, true]);
    const second = await r.send('PATCH', path('a/b c'), { body: { Company: 'z' } });
    expect([second.status, second.json]).toEqual([200, { id: first.json['id'], success: true, errors: [], created: false }]);
    expect((await r.send('GET', path('a/b c'))).json).toMatchObject({ Company: 'z', Truce_Key__c: 'a/b c' });
    expect((await r.send('GET', path('other'))).status).toBe(404);
  });

  conforms({ known: 'specified', source: `${REST}/dome_upsert.htm` }, 'several matches answer 300 with their addresses', async () => {
    const r = rig();
    const ids = [made(r, { Truce_Cross_Id__c: '7' }), made(r, { Truce_Cross_Id__c: '7' })];
    const answer = await r.send('GET', '/sobjects/Lead/Truce_Cross_Id__c/7');
    expect([answer.status, answer.json]).toEqual([300, ids.map((id) => `/services/data/v67.0/sobjects/Lead/${id}`)]);
  });

  conforms(
    { known: 'specified', source: `${REST}/dome_upsert.htm` },
    'a field that is no external id is 404, the key in the body is refused',
    async () => {
      const r = rig();
      const answer = await r.send('PATCH', '/sobjects/Lead/Company/x', { body: { LastName: 'x' } });
      expect(answer.status).toBe(404);
      expect(errorOf(answer)).toEqual({
        errorCode: 'NOT_FOUND',
        message: 'Provided external ID field does not exist or is not accessible: Company',
      });
      const twice = await r.send('PATCH', path('k'), { body: { LastName: 'x', Company: 'y', Truce_Key__c: 'k' } });
      expect(errorOf(twice)).toMatchObject({
        errorCode: 'INVALID_FIELD',
        message: 'The Truce_Key__c field should not be specified in the sobject data.',
      });
    },
  );

  conforms({ known: 'specified', source: `${REST}/dome_sobject_create.htm` }, 'a parent can be named by its external id', async () => {
    const r = rig();
    const campaign = r.half.seed.insert('Campaign', { Name: 'C', Truce_Key__c: 'camp' }, { at: START });
    const answer = await r.send('POST', '/sobjects/CampaignMember', { body: { Campaign: { Truce_Key__c: 'camp' }, LeadId: made(r) } });
    expect(answer.status).toBe(201);
    expect((await r.records('SELECT CampaignId FROM CampaignMember'))[0]?.['CampaignId']).toBe(campaign);
    const missing = await r.send('POST', '/sobjects/CampaignMember', { body: { Campaign: { Truce_Key__c: 'none' }, LeadId: made(r) } });
    expect(errorOf(missing)).toMatchObject({
      errorCode: 'INVALID_FIELD',
      message: expect.stringMatching(/^Foreign key external ID: none not found/) as string,
    });
  });
});

describe('If-Unmodified-Since', () => {
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'a record changed later, to the second, is not written: 412',
    async () => {
      const r = rig();
      const id = made(r);
      const patch = (since: string, body: Record<string, unknown>): Promise<Answer> =>
        r.send('PATCH', `/sobjects/Lead/${id}`, { body, headers: { 'if-unmodified-since': since, 'sforce-auto-assign': 'FALSE' } });
      expect((await patch('Mon, 02 Mar 2026 08:30:14 GMT', { Company: 'stale' })).status).toBe(412);
      expect((await patch('Mon, 02 Mar 2026 08:30:15 GMT', { Company: 'fresh' })).status).toBe(204);
      // Twice within one second can't be told apart.
      expect((await patch(new Date(r.now()).toUTCString(), { Company: 'same second' })).status).toBe(204);
      expect((await patch('yesterday', { Company: 'bad' })).status).toBe(400);
      expect((await r.records('SELECT Company FROM Lead'))[0]?.['Company']).toBe('same second');
    },
  );
});

describe('Sforce-Auto-Assign', () => {
  conforms(
    { known: 'specified', source: `${REST}/headers_autoassign.htm` },
    'the active rule takes every lead written over REST unless the header says FALSE',
    async () => {
      const r = rig();
      const owner = async (id: string): Promise<unknown> =>
        (await r.records(`SELECT Owner.Name FROM Lead WHERE Id = '${id}'`))[0]?.['Owner']?.['Name'];
      const body = { LastName: 'x', Company: 'y' };
      const routed = String((await r.send('POST', '/sobjects/Lead', { body })).json['id']);
      const kept = String((await r.send('POST', '/sobjects/Lead', { body, headers: { 'sforce-auto-assign': 'FALSE' } })).json['id']);
      expect([await owner(routed), await owner(kept)]).toEqual(['Robin Router', 'Truce Integration']);
      await r.send('PATCH', `/sobjects/Lead/${kept}`, { body: { Rating: 'Hot' }, headers: { 'sforce-auto-assign': 'false' } });
      expect(await owner(kept)).toBe('Truce Integration');
      await r.send('PATCH', `/sobjects/Lead/${kept}`, { body: { Rating: 'Cold' } });
      expect(await owner(kept)).toBe('Robin Router');
    },
  );
});
