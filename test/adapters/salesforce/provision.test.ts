import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { metadataFiles } from '../../../adapters/salesforce/metadata.ts';
import { ownStems } from '../../../adapters/salesforce/own.ts';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { OwnField, OwnStem } from '../../../src/crm.ts';
import type { RecordId } from '../../../src/model/words.ts';
import { describeOf, fakeOrg, instanceUrl, leadFields, refused, rows } from './fake.ts';
import { sandboxOrg } from './org.ts';

const typeOf = (stem: OwnStem): OwnField['type'] => {
  if (stem === 'key') return 'unique-text';
  if (stem === 'outcome') return 'choice';
  if (/_amount$|^cost_/.test(stem)) return 'money';
  if (stem.endsWith('_at')) return 'instant';
  if (stem === 'win_rate') return 'percent';
  if (stem === 'loss_reasons') return 'long-text';
  return /leads$|_deals$/.test(stem) ? 'integer' : 'text';
};
const fields: readonly OwnField[] = [...ownStems].flatMap(([on, stems]) =>
  stems.map((stem) => ({
    on,
    stem,
    type: typeOf(stem),
    label: `Label of ${stem}`,
    help: 'What it means & "why" <b>',
    options: ['won', 'lost', 'rejected', 'open'],
  })),
);

describe('the metadata folder', () => {
  const files = metadataFiles(fields, '67.0');
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false });
  const parsed = (path: string): Record<string, Record<string, unknown>> =>
    parser.parse(files.get(path) ?? '', true) as Record<string, Record<string, unknown>>;

  test('has a file for each field on each object, two permission sets, a manifest and a project', () => {
    const paths = [...files.keys()];
    // 20 on campaigns, 7 on leads and on contacts, 5 on members.
    expect(paths.filter((path) => path.includes('/fields/'))).toHaveLength(39);
    expect(paths).toContain('force-app/main/default/objects/CampaignMember/fields/Truce_Outcome__c.field-meta.xml');
    expect(paths).toContain('force-app/main/default/permissionsets/Truce_Integration.permissionset-meta.xml');
    expect(paths).toContain('force-app/main/default/permissionsets/Truce_Viewer.permissionset-meta.xml');
    expect(JSON.parse(files.get('sfdx-project.json') ?? '')).toMatchObject({
      packageDirectories: [{ path: 'force-app', default: true }],
      sourceApiVersion: '67.0',
    });
  });

  test('is well-formed XML that gives every text back as it was', () => {
    for (const path of files.keys()) if (path.endsWith('.xml')) expect(() => parsed(path), path).not.toThrow();
    const key = parsed('force-app/main/default/objects/Lead/fields/Truce_Key__c.field-meta.xml')['CustomField'];
    expect(key).toMatchObject({
      fullName: 'Truce_Key__c',
      type: 'Text',
      length: '255',
      externalId: 'true',
      unique: 'true',
      caseSensitive: 'true',
      inlineHelpText: 'What it means & "why" <b>',
    });
  });

  test('grants the integration edit rights on own fields only, and the viewer none', () => {
    interface Grant {
      readonly field: string;
      readonly editable: string;
    }
    const grants = (set: string): readonly Grant[] =>
      parsed(`force-app/main/default/permissionsets/${set}.permissionset-meta.xml`)['PermissionSet']?.[
        'fieldPermissions'
      ] as readonly Grant[];
    const integration = grants('Truce_Integration');
    expect(integration.filter((grant) => grant.editable === 'true').every((grant) => grant.field.includes('.Truce_'))).toBe(true);
    expect(integration.filter((grant) => grant.editable === 'true')).toHaveLength(39);
    expect(integration.map((grant) => grant.field)).toContain('Opportunity.CampaignId');
    expect(grants('Truce_Viewer').every((grant) => grant.editable === 'false')).toBe(true);
  });
});

describe('provisioning an organisation', () => {
  test('says what is missing, makes it once, and leaves every field readable and writable', async () => {
    const org = sandboxOrg({ provisioned: false });
    const before = await org.crm.describe();
    expect(new Set(before.own.map((own) => own.state))).toEqual(new Set(['missing']));
    expect(before.own.every((own) => own.fix !== '')).toBe(true);

    const planned = await org.crm.provision(fields, { create: false });
    expect(new Set(planned.steps.map((step) => step.status))).toEqual(new Set(['planned']));
    expect((await org.crm.describe()).own.every((own) => own.state === 'missing')).toBe(true);

    const made = await org.crm.provision(fields, { create: true });
    expect(made.steps.filter((step) => step.status !== 'created')).toEqual([]);
    const after = await org.crm.describe();
    expect(after.own.filter((own) => own.state !== 'ready')).toEqual([]);

    const again = await org.crm.provision(fields, { create: true });
    expect(again.steps.filter((step) => step.status !== 'present')).toEqual([]);

    const id = org.half.seed.insert('Lead', { LastName: 'Doe', Company: 'Acme' }, { at: org.clock.now() }) as RecordId;
    const own = new Map<OwnStem, string>([['outcome', 'won']]);
    expect(await org.crm.write('person', [{ intentId: 'i', op: 'update', id, fields: new Map(), own }])).toMatchObject([
      { status: 'applied' },
    ]);
  });

  test('without the right to do so fails step by step and says why', async () => {
    const org = sandboxOrg({ provisioned: false });
    const { steps } = await org.connect({ accessToken: 'user-token' }).provision(fields.slice(0, 2), { create: true });
    expect(steps[0]).toMatchObject({ status: 'failed' });
    expect(steps[0]?.detail).toMatch(/INSUFFICIENT_ACCESS/);
  });

  test('leaves a permission set of its name alone that it did not make', async () => {
    const org = sandboxOrg({ provisioned: false });
    org.half.seed.insert(
      'PermissionSet',
      { Name: 'Truce_Integration', Label: 'Mine', Description: 'made by hand' },
      { at: org.clock.now() },
    );
    const { steps } = await org.crm.provision(fields.slice(0, 1), { create: true });
    expect(steps.at(-1)).toMatchObject({ what: 'permission set Truce_Integration', status: 'failed' });
    expect(steps.at(-1)?.detail).toContain('left alone');
  });

  test('assigns the permission set to the configured user', async () => {
    const org = sandboxOrg({ provisioned: false });
    const { steps } = await org.connect({ integrationUser: 'sasha.seller@example.com' }).provision(fields, { create: true });
    expect(steps.at(-1)).toMatchObject({ what: 'assignment of Truce_Integration', status: 'created', detail: 'user 0055g0000000002AAA' });
    const nobody = await org.connect({ integrationUser: 'nobody@example.com' }).provision(fields, { create: true });
    expect(nobody.steps.at(-1)).toMatchObject({ status: 'failed' });
  });
});

describe('the description', () => {
  test('marks the converted status, the tracked fields and the required ones', async () => {
    const { objects } = await sandboxOrg().crm.describe();
    const lead = objects.find((object) => object.object === 'Lead');
    const status = lead?.fields.find((field) => field.name === 'Status');
    expect(status).toMatchObject({ type: 'picklist', writable: true, historyTracked: true, restricted: false });
    expect(status?.options.filter((option) => option.converted).map((option) => option.value)).toEqual(['Closed - Converted']);
    expect(lead?.fields.find((field) => field.name === 'LastName')).toMatchObject({ required: true, maxLength: 80 });
    expect(objects.find((object) => object.object === 'Campaign')?.fields.find((field) => field.name === 'NumberOfLeads')).toMatchObject({
      writable: false,
    });
  });

  test('names what is not granted, with the fix an admin needs', async () => {
    const fake = fakeOrg((asked) => {
      if (asked.path === '/services/oauth2/userinfo')
        return { body: { user_id: '0055f0000000001', organization_id: '00D5f0000000001', name: 'Truce' } };
      if (asked.path === '/limits') return { body: { DailyApiRequests: { Max: 100, Remaining: 0 } } };
      if (asked.path === '/sobjects/Lead/describe') {
        return describeOf(
          'Lead',
          leadFields.map((field) => (typeof field === 'object' && field.name === 'Status' ? { ...field, updateable: false } : field)),
        );
      }
      if (asked.path.endsWith('/describe')) return refused('NOT_FOUND', 'The requested resource does not exist', 404);
      return asked.soql.includes('LeadStatus') ? rows([]) : refused('INVALID_TYPE', 'not supported');
    });
    const { permissions, own } = await salesforce({ instanceUrl, accessToken: 'x' }).connect(fake.ports).describe();
    expect(permissions.filter((check) => !check.granted).map((check) => check.name)).toEqual([
      'read people',
      'read accounts',
      'read campaigns',
      'read deals',
      'read touches',
      'read status history',
      'write campaigns',
      'write members',
      'write people',
      'write status',
      'API calls left today',
    ]);
    expect(permissions.find((check) => check.name === 'write campaigns')?.fix).toContain('Marketing User');
    expect(own.find((one) => one.name === 'Lead.Truce_Key__c')?.state).toBe('ready');
    expect(own.find((one) => one.name === 'Lead.Truce_Outcome__c')?.state).toBe('missing');
  });

  test('says that a field exists but is hidden from these credentials', async () => {
    const org = sandboxOrg({ provisioned: false });
    const made = await org.crm.provision(fields, { create: true });
    expect(made.steps.some((step) => step.status === 'created')).toBe(true);
    const { own } = await org.connect({ accessToken: 'user-token' }).describe();
    expect(new Set(own.map((one) => one.state))).toEqual(new Set(['invisible']));
    expect(own[0]?.fix).toContain('Truce_Integration');
  });

  test('knows the day’s allowance afterwards', async () => {
    const org = sandboxOrg();
    await org.crm.describe();
    expect((await org.crm.budget()).perDay?.limit).toBeGreaterThan(0);
  });
});
