import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';

describe('rows by their addresses', () => {
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_upsert_post.htm` },
    'POST to the address of the id field makes a record, as POST to the object does',
    async () => {
      const r = rig();
      const made = await r.send('POST', '/sobjects/Account/Id', { body: { Name: 'Express Logistics and Transport' } });
      expect(made.status).toBe(201);
      expect(made.json).toEqual({ id: expect.stringMatching(/^001\w{15}$/) as unknown, success: true, errors: [] });
      expect((await r.send('PATCH', '/sobjects/Account/Id', { body: { Name: 'x' } })).status).toBe(404);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/dome_composite_batch_example.htm` },
    'fields shows those asked for, and the id behind them',
    async () => {
      const r = rig();
      const made = await r.send('POST', '/sobjects/Account', { body: { Name: 'Acme' } });
      const id = String(made.json['id']);
      const read = async (fields: string) => Object.keys((await r.send('GET', `/sobjects/Account/${id}?fields=${fields}`)).json);
      expect(await read('Name,BillingPostalCode')).toEqual(['attributes', 'Name', 'BillingPostalCode', 'Id']);
      expect(await read('id,name')).toEqual(['attributes', 'Id', 'Name']);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/dome_composite_sobject_tree_flat.htm` },
    'a slash may end the address of a tree',
    async () => {
      const body = { records: [{ attributes: { type: 'Account', referenceId: 'ref1' }, name: 'SampleAccount1' }] };
      expect((await rig().send('POST', '/composite/tree/Account/', { body })).status).toBe(201);
    },
  );
});
