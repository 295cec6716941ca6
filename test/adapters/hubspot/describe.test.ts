import { describe, expect, it } from 'vitest';
import type { OwnField } from '../../../src/crm.ts';
import { neededScopes } from '../../../adapters/hubspot/permissions.ts';
import { openPortal, start } from './portal.ts';
import { pass } from './steps.ts';

const won: OwnField = { on: 'campaign', stem: 'won_deals', type: 'integer', label: 'Won deals', help: 'Deals won.' };
const outcome: OwnField = {
  on: 'person',
  stem: 'outcome',
  type: 'choice',
  label: 'Outcome',
  help: 'What became.',
  options: ['won', 'lost'],
};
const key: OwnField = { on: 'person', stem: 'key', type: 'unique-text', label: 'Truce key', help: 'Finds records again.' };
const member: OwnField = { on: 'member', stem: 'outcome', type: 'text', label: 'Outcome', help: 'x' };

describe('what describe says', () => {
  it('about fields: their types, options, and that every history is kept', async () => {
    const { objects, automation } = await openPortal().connect().describe();
    expect(objects.map((object) => [object.object, object.kind])).toEqual([
      ['contact', 'person'],
      ['campaign', 'campaign'],
      ['deal', 'deal'],
    ]);
    const fields = new Map(objects[0]?.fields.map((field) => [field.name, field]));
    expect(fields.get('hs_lead_status')).toMatchObject({ type: 'picklist', writable: true, restricted: true, historyTracked: null });
    expect(fields.get('createdate')).toMatchObject({ type: 'instant', writable: false });
    expect(fields.get('email')).toMatchObject({ type: 'text' });
    expect(automation).toBeNull();
  });

  it('about permissions: those that are missing, with the scope to add, from the token itself', async () => {
    const scopes = neededScopes
      .map((needed) => needed.scope)
      .filter((scope) => !scope.startsWith('marketing') && scope !== 'crm.objects.contacts.write');
    const portal = openPortal({ scopes });
    const { permissions } = await portal.connect().describe();
    const missing = permissions.filter((permission) => !permission.granted);
    expect(missing.map((permission) => permission.name).sort()).toEqual(['read campaigns', 'write campaigns', 'write people']);
    expect(
      missing.every((permission) => /scope (?:marketing\.campaigns|crm\.objects\.contacts)\.(?:read|write)/.test(permission.fix)),
    ).toBe(true);
  });

  it('about permissions: by harmless calls where the token says nothing', async () => {
    const scopes = neededScopes
      .map((needed) => needed.scope)
      .filter((scope) => scope !== 'marketing.campaigns.write' && scope !== 'crm.objects.deals.read');
    const portal = openPortal({ scopes });
    const id = portal.half.seed.record('contacts', { email: 'a@example.com' }, { at: start });
    portal.meddle((_request, path) =>
      path.includes('access-token-info')
        ? { status: 404, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode('{}') }
        : undefined,
    );
    const { permissions } = await portal.connect().describe();
    expect(
      permissions
        .filter((permission) => !permission.granted)
        .map((permission) => permission.name)
        .sort(),
    ).toEqual(['read deals', 'write campaigns']);
    const after = (await portal.user('GET', `/crm/v3/objects/contacts/${id}`)) as { updatedAt: string };
    expect(Date.parse(after.updatedAt)).toBe(start);
  });

  it('a stream whose scope is missing fails by naming it, and the others go on', async () => {
    const portal = openPortal({ scopes: neededScopes.map((needed) => needed.scope).filter((scope) => !scope.startsWith('marketing')) });
    portal.half.seed.record('contacts', { email: 'a@example.com' }, { at: start });
    const crm = portal.connect();
    await expect(pass(crm, 'campaigns')).rejects.toMatchObject({
      failure: 'permission',
      message: expect.stringContaining('marketing.campaigns') as string,
    });
    expect((await pass(crm, 'people')).records).toHaveLength(1);
  });

  it('works on a portal without the campaigns API, and has no own fields there', async () => {
    const { own, objects } = await openPortal({ tier: 'free' }).connect().describe();
    expect(objects.find((object) => object.kind === 'campaign')?.fields).toEqual([]);
    expect(own.filter((state) => state.on === 'campaign').every((state) => state.state === 'missing')).toBe(true);
  });

  it('about the native connector: absent, or which fields it writes, by its own traces', async () => {
    const portal = openPortal();
    expect(await portal.connect().describe()).toMatchObject({ connector: { present: false, fields: [] } });
    const id = portal.half.seed.record(
      'contacts',
      { email: 'a@example.com', hs_lead_status: 'NEW', salesforceleadid: '00Q000000000001AAA' },
      { at: start, source: { type: 'SALESFORCE' } },
    );
    portal.half.seed.change('contacts', id, { hs_lead_status: 'OPEN' }, { at: start + 1, source: { type: 'SALESFORCE' } });
    await portal.clock.advance(3_600_000);
    const { connector } = await portal.connect().describe();
    expect(connector).toMatchObject({ present: true });
    expect(connector?.fields).toContain('hs_lead_status');
    expect(connector?.fields).not.toContain('jobtitle');
  });
});

describe('provision', () => {
  it('writes the list for an admin and makes nothing unasked', async () => {
    const portal = openPortal({ provisioned: false });
    const { steps, files } = await portal.connect().provision([won, outcome, key, member], { create: false });
    expect(steps.map((step) => [step.what, step.status])).toEqual([
      ['campaigns.truce_won_deals', 'planned'],
      ['contacts.truce_outcome', 'planned'],
      ['contacts.truce_key', 'planned'],
    ]);
    const list = JSON.parse(files.get('hubspot-properties.json') ?? '') as {
      properties: { objectType: string; property: Record<string, unknown> }[];
    };
    expect(list.properties[0]).toMatchObject({ objectType: 'campaigns', property: { groupName: 'campaigninformation', type: 'number' } });
    expect(list.properties[2]).toMatchObject({ property: { name: 'truce_key', hasUniqueValue: true } });
    expect(portal.sent.some((one) => one.method === 'POST' && one.path.startsWith('/crm/v3/properties'))).toBe(false);
  });

  it('makes what is missing, finds it there the next time, and then it can be written', async () => {
    const portal = openPortal({ provisioned: false });
    const crm = portal.connect();
    const first = await crm.provision([won, outcome, key], { create: true });
    expect(first.steps.map((step) => step.status)).toEqual(['created', 'created', 'created']);
    const second = await portal.connect().provision([won, outcome, key], { create: true });
    expect(second.steps.map((step) => step.status)).toEqual(['present', 'present', 'present']);
    const states = (await crm.describe()).own.filter((state) => state.state === 'ready').map((state) => state.name);
    expect(states.sort()).toEqual(['truce_key', 'truce_outcome', 'truce_won_deals']);
    const [result] = await crm.write('person', [{ intentId: 'i', op: 'create', key: 'k', fields: new Map([['email', 'a@example.com']]) }]);
    expect(result?.status).toBe('applied');
  });

  it('says what an admin has to do when the credentials may not', async () => {
    const scopes = neededScopes.map((needed) => needed.scope);
    const portal = openPortal({ provisioned: false, scopes });
    const { steps } = await portal.connect().provision([outcome], { create: true });
    expect(steps).toMatchObject([{ status: 'failed', detail: expect.stringContaining('scope') as string }]);
  });

  it('calls a property of another type by its name, and leaves it alone', async () => {
    const portal = openPortal({ provisioned: false });
    await portal.user('POST', '/crm/v3/properties/contacts', {
      name: 'truce_key',
      label: 'Mine',
      groupName: 'contactinformation',
      type: 'string',
      fieldType: 'text',
    });
    const crm = portal.connect();
    const state = (await crm.describe()).own.find((one) => one.stem === 'key');
    expect(state).toMatchObject({ state: 'wrong-type', name: 'truce_key' });
    expect((await crm.provision([key], { create: true })).steps).toMatchObject([{ status: 'present' }]);
  });
});
