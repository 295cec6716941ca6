import assert from 'node:assert/strict';
import { expect, test } from 'vitest';
import { checkMapping, tryPlan } from 'truce/testing';
import { defineConfig } from 'truce';
import type { FieldDescription } from '../../src/crm.ts';

function field(name: string, type: FieldDescription['type'], options: readonly string[] = []): FieldDescription {
  return {
    name,
    label: name,
    type,
    writable: true,
    required: false,
    options: options.map((value) => ({ value, label: value, active: true, isDefault: false, converted: false })),
    restricted: true,
    maxLength: type === 'text' ? 20 : null,
    historyTracked: true,
  };
}

function side(system: string, object: string, fields: readonly FieldDescription[]) {
  return {
    system,
    account: { id: '1', timeZone: 'UTC', currency: 'EUR', multiCurrency: false, apiVersion: '1' },
    objects: [{ object, label: object, kind: 'person', fields }],
    own: [],
  };
}

const status = ['NEW', 'IN_PROGRESS', 'CONNECTED', 'UNQUALIFIED'];
const schema = {
  format: 'truce-schema',
  version: 1,
  marketing: side('hubspot', 'contact', [
    field('hs_lead_status', 'picklist', status),
    field('lifecyclestage', 'picklist', ['lead', 'salesqualifiedlead', 'customer']),
    field('jobtitle', 'text'),
    field('hubspot_owner_id', 'reference'),
  ]),
  sales: side('salesforce', 'Lead', [
    field('Status', 'picklist', ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted']),
    field('Title', 'text'),
    field('OwnerId', 'reference'),
  ]),
};
const config = defineConfig({
  mode: 'sync',
  status: { marketing: { also: [{ field: 'lifecyclestage', writes: { handed: 'salesqualifiedlead' } }] } },
  fields: [
    { name: 'title', marketing: 'jobtitle', sales: 'Title' },
    { name: 'owner', marketing: 'hubspot_owner_id', sales: 'OwnerId', transform: 'owner-by-email', policy: 'prefer-sales' },
  ],
});

test('a mapping is checked against a schema without any runner, CRM or state', () => {
  const mapping = checkMapping(config, schema);
  assert.ok(mapping.ready, JSON.stringify(mapping.problems));
  assert.deepEqual(mapping.verdict('unknown', 'refused'), []);
  assert.deepEqual(
    mapping.verdict('kept').map(({ value, back }) => [value, back]),
    [['CONNECTED', 'IN_PROGRESS']],
  );
  expect(checkMapping({ fields: [{ name: 'x', marketing: 'hubspot_owner_id', sales: 'Title' }] }, schema)).toMatchObject({ ready: false });
  expect(() => checkMapping({ modus: 'sync' }, schema)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(() => checkMapping({}, { format: 'other' })).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }));
});

test('a plan is tried on made-up people, and a second one has nothing to do', () => {
  const users = {
    marketing: [{ id: '11', email: 'Rep@example.com' }],
    sales: [
      { id: '005A', email: 'rep@example.com' },
      { id: '005B', email: 'left@example.com', active: false },
    ],
  };
  const { writes, held, again } = tryPlan(config, {
    schema,
    users,
    people: [
      {
        name: 'ann',
        marketing: { fields: { hs_lead_status: 'UNQUALIFIED', lifecyclestage: 'lead', jobtitle: null, hubspot_owner_id: null } },
        sales: { fields: { Status: 'Working - Contacted', Title: 'CEO', OwnerId: '005A' } },
      },
      {
        name: 'bob',
        marketing: { fields: { hs_lead_status: 'NEW', lifecyclestage: 'lead', jobtitle: 'CTO' }, changedAt: '2026-02-01T00:00:00Z' },
        sales: { fields: { Status: 'Open - Not Contacted', Title: 'CFO' }, changedAt: '2026-01-15T00:00:00Z' },
        agreed: { title: { marketing: 'COO', sales: 'COO' } },
      },
      {
        name: 'carl',
        marketing: { fields: { hs_lead_status: 'NEW', jobtitle: 'Head of a very long department' } },
        sales: { fields: { Status: 'Open - Not Contacted', Title: null } },
      },
    ],
  });
  expect(writes.map((one) => [one.person, one.side, one.remote, one.after, one.rule])).toEqual([
    ['ann', 'marketing', 'jobtitle', 'CEO', 'propagate'],
    ['ann', 'marketing', 'hubspot_owner_id', '11', 'propagate'],
    ['ann', 'sales', 'Status', 'Closed - Not Converted', 'furthest'],
    ['bob', 'marketing', 'lifecyclestage', 'salesqualifiedlead', 'follow-forward'],
    ['bob', 'sales', 'Title', 'CTO', 'most-recent'],
  ]);
  expect(held).toMatchObject([{ person: 'carl', side: 'sales', code: 'VALUE_NOT_ALLOWED' }]);
  expect(again).toEqual([]);
});
