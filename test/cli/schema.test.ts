import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sandbox } from 'truce/sandbox';
import { hubspotHalf } from '../../adapters/hubspot/sandbox/index.ts';
import { parseSchemaFile, type SchemaFile } from '../../src/schema-file.ts';
import { userHttp } from '../support/user-http.ts';
import { desk, type Desk } from './support.ts';

const quick = { people: 20, clock: 'real', limits: 'none', lagMs: 0 } as const;

/** What a check said, without what only a live CRM can say. */
const findings = (json: { readonly problems: readonly { readonly code: string }[] }): readonly unknown[] =>
  json.problems.filter((problem) => problem.code !== 'PERMISSION_MISSING' && problem.code !== 'CONNECTOR_OWNS_FIELD');

const read = (d: Desk, name: string): SchemaFile => JSON.parse(readFileSync(d.path(name), 'utf8')) as SchemaFile;

/** An account that an admin changed: fields, picklists, a record type, a validation rule. */
async function customized(options: { readonly provisioned?: boolean } = {}) {
  const box = await sandbox({ ...quick, ...options, seed: 7 });
  const marketing = userHttp(box.hubspot.url, box.hubspot.userToken);
  const property = { groupName: 'contactinformation' };
  await marketing.send('POST', '/crm/v3/properties/contacts', {
    ...property,
    name: 'region',
    label: 'Region',
    type: 'enumeration',
    fieldType: 'select',
    options: [
      { value: 'emea', label: 'EMEA' },
      { value: 'apac', label: 'APAC' },
    ],
  });
  await marketing.send('POST', '/crm/v3/properties/contacts', {
    ...property,
    name: 'born',
    label: 'Born',
    type: 'date',
    fieldType: 'date',
  });
  const status = (await marketing.send('GET', '/crm/v3/properties/contacts/hs_lead_status')) as { options: { value: string }[] };
  const options_ = [
    ...status.options.filter((one) => one.value !== 'BAD_TIMING'),
    { value: 'NURTURE', label: 'Nurturing', displayOrder: 9 },
  ];
  await marketing.send('PATCH', '/crm/v3/properties/contacts/hs_lead_status', { options: options_ });
  const sales = userHttp(box.salesforce.url, box.salesforce.accessToken);
  const tooling = '/services/data/v67.0/tooling/sobjects';
  await sales.send('POST', `${tooling}/CustomField`, {
    FullName: 'Lead.Tier__c',
    Metadata: {
      type: 'Picklist',
      label: 'Tier',
      required: true,
      valueSet: { restricted: true, valueSetDefinition: { value: [{ valueName: 'Gold' }, { valueName: 'Silver' }] } },
    },
  });
  await sales.send('POST', `${tooling}/ValidationRule`, {
    FullName: 'Lead.No_Gmail',
    Metadata: {
      active: true,
      errorConditionFormula: 'CONTAINS(Email, "gmail")',
      errorMessage: 'Business addresses only',
      errorDisplayField: 'Email',
    },
  });
  return box;
}

describe('a schema file', () => {
  it('is the same again when it is saved from a sandbox that imitates it, and every check finds the same', async () => {
    await using a = await customized();
    using d = desk(a);
    d.write('truce.config.json', {
      fields: [
        { name: 'region', marketing: 'region', sales: 'Region__c' },
        { name: 'tier', marketing: 'tier', sales: 'Tier__c' },
      ],
    });
    const live = await d.run(['check', '--json', '--mode', 'sync', '--save-schema', 'a.json']);
    const fromFile = await d.run(['check', '--json', '--mode', 'sync', '--schema', 'a.json'], {
      env: { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_ACCESS_TOKEN: undefined },
    });
    await using b = await sandbox({ ...quick, seed: 8, schema: parseSchemaFile(read(d, 'a.json')) });
    using e = desk(b);
    e.write('truce.config.json', readFileSync(d.path('truce.config.json'), 'utf8'));
    const imitated = await e.run(['check', '--json', '--mode', 'sync', '--save-schema', 'b.json']);
    expect(read(e, 'b.json')).toEqual(read(d, 'a.json'));
    const codes = findings(live.json()).map((problem) => (problem as { code: string }).code);
    expect(codes).toContain('FIELD_MISSING');
    expect(codes).toContain('VALUE_MISSING');
    expect(findings(fromFile.json())).toEqual(findings(live.json()));
    expect(findings(imitated.json())).toEqual(findings(live.json()));
    expect([live.exit, fromFile.exit, imitated.exit]).toEqual([3, 3, 3]);
  });

  it("imitates an account without Truce's own fields as well", async () => {
    await using a = await customized({ provisioned: false });
    using d = desk(a);
    await d.run(['check', '--json', '--save-schema', 'a.json']);
    await using b = await sandbox({ ...quick, seed: 9, schema: read(d, 'a.json') });
    using e = desk(b);
    const imitated = await e.run(['check', '--json', '--save-schema', 'b.json']);
    expect(read(e, 'b.json')).toEqual(read(d, 'a.json'));
    expect(imitated.json().problems.some((problem: { code: string }) => problem.code === 'OWN_FIELD_MISSING')).toBe(true);
  });

  it('makes the sandbox refuse what the account refuses', async () => {
    await using a = await customized();
    using d = desk(a);
    await d.run(['check', '--json', '--save-schema', 'a.json']);
    await using b = await sandbox({ ...quick, schema: read(d, 'a.json') });
    const marketing = userHttp(b.hubspot.url, b.hubspot.userToken);
    const contact = (properties: object): Promise<unknown> => marketing.send('POST', '/crm/v3/objects/contacts', { properties });
    await expect(contact({ email: 'x@example.com', region: 'mars' })).rejects.toThrow(/INVALID_OPTION/);
    await expect(contact({ email: 'x@example.com', hs_lead_status: 'BAD_TIMING' })).rejects.toThrow(/INVALID_OPTION/);
    await contact({ email: 'x@example.com', region: 'emea', born: '2001-02-03', hs_lead_status: 'NURTURE' });
    const sales = userHttp(b.salesforce.url, b.salesforce.accessToken);
    const lead = (fields: object): Promise<unknown> =>
      sales.send('POST', '/services/data/v67.0/sobjects/Lead', { LastName: 'X', Company: 'X', ...fields });
    await expect(lead({})).rejects.toThrow(/REQUIRED_FIELD_MISSING.*Tier__c|Tier__c.*REQUIRED_FIELD_MISSING/);
    await expect(lead({ Tier__c: 'Bronze' })).rejects.toThrow(/INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST/);
    await expect(lead({ Tier__c: 'Gold', Email: 'x@gmail.com' })).rejects.toThrow(/Business addresses only/);
    await lead({ Tier__c: 'Gold', Email: 'x@example.com' });
  });

  it('holds no person and no value of a record', async () => {
    await using a = await customized();
    using d = desk(a);
    await d.run(['check', '--json', '--save-schema', 'a.json']);
    const text = readFileSync(d.path('a.json'), 'utf8');
    expect(text).not.toMatch(/@/);
    const owners = (await userHttp(a.hubspot.url, a.hubspot.userToken).send('GET', '/crm/v3/owners')) as {
      results: { lastName: string }[];
    };
    expect(owners.results.length).toBeGreaterThan(2);
    for (const { lastName } of owners.results) expect(text).not.toContain(`"${lastName}"`);
    expect(text).not.toContain(a.hubspot.token);
  });

  it('is refused with the path of what is wrong', async () => {
    await using a = await sandbox({ ...quick, empty: true });
    using d = desk(a);
    await d.run(['check', '--json', '--save-schema', 'a.json']);
    const good = read(d, 'a.json');
    const spoilt: readonly (readonly [unknown, string])[] = [
      ['[]', '(the whole file)'],
      [{ ...good, version: 2 }, 'version'],
      [
        { ...good, sales: { ...good.sales, objects: [{ ...good.sales.objects[0], fields: [{ name: '__proto__; DROP' }] }] } },
        'sales.objects[0].fields[0].name',
      ],
      [{ ...good, extra: 1 }, '(the whole file)'],
      [
        { ...good, marketing: { ...good.marketing, objects: [good.marketing.objects[0], { ...good.marketing.objects[0], kind: 'spy' }] } },
        'marketing.objects[1].kind',
      ],
      [
        {
          ...good,
          sales: {
            ...good.sales,
            objects: [{ ...good.sales.objects[0], fields: [good.sales.objects[0]?.fields[0], good.sales.objects[0]?.fields[0]] }],
          },
        },
        'sales.objects[0].fields[1].name',
      ],
    ];
    for (const [content, path] of spoilt) {
      d.write('bad.json', content as string | object);
      const ran = await d.run(['check', '--schema', 'bad.json']);
      expect([ran.exit, ran.text.includes(path), path]).toEqual([2, true, path]);
    }
    d.write('bad.json', 'no json');
    expect((await d.run(['check', '--schema', 'bad.json'])).exit).toBe(2);
    expect((await d.run(['check', '--schema', 'nowhere.json'])).exit).toBe(2);
    expect((await d.run(['check', '--schema', 'a.json', '--save-schema', 'b.json'])).exit).toBe(2);
    const rule = { name: 'Odd', active: true, formula: 'NO_SUCH(1', message: 'x', field: null };
    const odd = {
      ...good,
      sales: { ...good.sales, objects: good.sales.objects.map((one, index) => (index === 0 ? { ...one, rules: [rule] } : one)) },
    };
    await expect(sandbox({ ...quick, empty: true, schema: odd })).rejects.toMatchObject({ code: 'SCHEMA_INVALID' });
  });

  it('keeps what kind of property each is, amounts of money included', async () => {
    await using a = await sandbox({ ...quick, empty: true });
    using d = desk(a);
    await d.run(['check', '--json', '--save-schema', 'a.json']);
    const good = read(d, 'a.json');
    const kinds = ['text', 'number', 'boolean', 'date', 'instant', 'picklist', 'multi-picklist', 'money', 'reference', 'other'] as const;
    const plain = { label: 'X', writable: true, required: false, options: [], restricted: false, maxLength: null, historyTracked: null };
    const more = kinds.map((type) => ({ ...plain, name: `zz_${type.replace('-', '_')}`, type }));
    const half = hubspotHalf({
      ports: { clock: { now: () => 0, sleep: async () => undefined }, random: { next: () => 0.5 } },
      portalId: '1',
      token: 't',
      userToken: 'u',
      tier: 'pro',
      limits: 'none',
      searchLagMs: 0,
      provisioned: true,
    });
    half.imitate(good.marketing.objects.map((one) => ({ ...one, fields: [...one.fields, ...more] })));
    await using b = await sandbox({
      ...quick,
      empty: true,
      schema: {
        ...good,
        marketing: { ...good.marketing, objects: good.marketing.objects.map((one) => ({ ...one, fields: [...one.fields, ...more] })) },
      },
    });
    using e = desk(b);
    await e.run(['check', '--json', '--save-schema', 'b.json']);
    const saved = new Map(read(e, 'b.json').marketing.objects[0]?.fields.map((field) => [field.name, field.type]));
    for (const type of kinds) expect(saved.get(`zz_${type.replace('-', '_')}`)).toBe(type);
  });
});
