import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';

function account(r: Rig, more: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Account', { Name: 'Acme', ...more }, { at: START - 3_600_000 });
}

function code(answer: Answer): unknown[] {
  return [answer.status, answer.json.at(0)?.['errorCode']];
}

describe('records', () => {
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` }, 'an empty change is 204', async () => {
    const r = rig();
    expect((await r.send('PATCH', `/sobjects/Account/${account(r)}`, { body: {} })).status).toBe(204);
  });
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` }, 'null clears a field', async () => {
    const r = rig();
    const path = `/sobjects/Account/${account(r, { Phone: '1' })}`;
    await r.send('PATCH', path, { body: { Phone: null } });
    expect((await r.send('GET', path)).json['Phone']).toBeNull();
  });
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` }, 'the empty text clears a field', async () => {
    const r = rig();
    const path = `/sobjects/Account/${account(r, { Phone: '1' })}`;
    await r.send('PATCH', path, { body: { Phone: '' } });
    expect((await r.send('GET', path)).json['Phone']).toBeNull();
  });
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` },
    'a required field can not be cleared',
    async () => {
      const r = rig();
      expect(code(await r.send('PATCH', `/sobjects/Account/${account(r)}`, { body: { Name: null } }))).toEqual([
        400,
        'REQUIRED_FIELD_MISSING',
      ]);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` },
    'a checkbox that is cleared is false',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y', HasOptedOutOfEmail: true }, { at: START });
      await r.send('PATCH', `/sobjects/Lead/${id}`, { body: { HasOptedOutOfEmail: null } });
      expect((await r.records('SELECT HasOptedOutOfEmail FROM Lead'))[0]?.['HasOptedOutOfEmail']).toBe(false);
    },
  );
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` }, 'field names are read in any case', async () => {
    const r = rig();
    const path = `/sobjects/Account/${account(r)}`;
    await r.send('PATCH', path, { body: { pHoNe: '7' } });
    expect((await r.send('GET', path)).json['Phone']).toBe('7');
  });
  conforms({ known: 'specified', source: `${REST}/dome_sobject_create.htm` }, 'text is trimmed', async () => {
    const r = rig();
    const answer = await r.send('POST', '/sobjects/Account', { body: { Name: '  Acme  ' } });
    expect((await r.send('GET', `/sobjects/Account/${String(answer.json['id'])}`)).json['Name']).toBe('Acme');
  });
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_relationships.htm` },
    'a parent is read by its relationship',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Contact', { LastName: 'c', AccountId: account(r) }, { at: START });
      expect((await r.send('GET', `/sobjects/Contact/${id}/Account?fields=Name`)).json).toMatchObject({
        attributes: { type: 'Account' },
        Name: 'Acme',
      });
    },
  );
  conforms({ known: 'specified', source: `${REST}/resources_sobject_relationships.htm` }, 'children are listed by theirs', async () => {
    const r = rig();
    const id = account(r);
    r.half.seed.insert('Contact', { LastName: 'c', AccountId: id }, { at: START });
    expect((await r.send('GET', `/sobjects/Account/${id}/Contacts`)).json).toMatchObject({
      totalSize: 1,
      done: true,
      records: [{ LastName: 'c' }],
    });
  });
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_relationships.htm` },
    'a relationship that leads nowhere is 404',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Contact', { LastName: 'c' }, { at: START });
      expect(code(await r.send('GET', `/sobjects/Contact/${id}/Account`))).toEqual([404, 'NOT_FOUND']);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_relationships.htm` },
    'a relationship that is not there is 404',
    async () => {
      const r = rig();
      expect(code(await r.send('GET', `/sobjects/Account/${account(r)}/Nopes`))).toEqual([404, 'NOT_FOUND']);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_recent_items.htm` },
    'recent lists what the user viewed, the latest first',
    async () => {
      const r = rig();
      const ids = [account(r), account(r, { Name: 'Zeta' })];
      await r.records("SELECT Id FROM Account WHERE Name = 'Acme' FOR VIEW");
      await r.records("SELECT Id FROM Account WHERE Name = 'Zeta' FOR VIEW");
      expect((await r.send('GET', '/recent')).json.map((one) => [one['Id'], one['Name']])).toEqual([
        [ids[1], 'Zeta'],
        [ids[0], 'Acme'],
      ]);
      expect((await r.send('GET', '/recent?limit=1')).json).toHaveLength(1);
      expect((await r.send('GET', '/recent', { as: 'user' })).json).toEqual([]);
    },
  );
});

describe('explain', () => {
  conforms({ known: 'specified', source: `${REST}/dome_query_explain.htm` }, 'a query is explained instead of answered', async () => {
    const r = rig();
    account(r);
    const answer = await r.send('GET', `/query?explain=${encodeURIComponent("SELECT Id FROM Account WHERE Name = 'x'")}`);
    expect(answer.json).toMatchObject({
      sourceQuery: "SELECT Id FROM Account WHERE Name = 'x'",
      plans: [{ cardinality: 0, sobjectCardinality: 1, sobjectType: 'Account', relativeCost: 0 }],
    });
  });
  conforms({ known: 'specified', source: `${REST}/dome_query_explain.htm` }, 'a wrong query is refused as ever', async () => {
    expect(code(await rig().send('GET', '/query?explain=SELECT+Nope+FROM+Account'))).toEqual([400, 'INVALID_FIELD']);
  });
});
