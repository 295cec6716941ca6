import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const TOOLING =
  'https://developer.salesforce.com/docs/atlas.en-us.260.0.api_tooling.meta/api_tooling/tooling_api_objects_validationrule.htm';
const FUNCTIONS = 'https://help.salesforce.com/s/articleView?id=platform.customize_functions.htm';
const PICKLISTS = 'https://trailhead.salesforce.com/en/content/learn/modules/advanced_formulas/picklist_formulas';
const ORDER = 'https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm';

const LEAD = { LastName: 'Byron', Company: 'Engines' };

function create(r: Rig, fields: Record<string, unknown>): Promise<Answer> {
  return r.send('POST', '/sobjects/Lead', { body: { ...LEAD, ...fields } });
}

/** True when a lead with these fields is refused by a rule of this formula. */
async function refuses(formula: string, fields: Record<string, unknown>): Promise<boolean> {
  const r = rig();
  r.half.seed.validationRule('Lead', { name: 'Rule', formula, message: 'No.' });
  const answer = await create(r, fields);
  if (answer.status === 400) expect(answer.json.at(0)?.['errorCode']).toBe('FIELD_CUSTOM_VALIDATION_EXCEPTION');
  return answer.status === 400;
}

describe('validation rules', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/salesforcecli/plugin-data/pull/249' },
    "a refused record has the rule's message, and its field unless the message stands on top of the page",
    async () => {
      const r = rig();
      r.half.seed.validationRule('Lead', { name: 'Phone', formula: 'ISBLANK(Phone)', message: 'Who calls whom?', field: 'phone' });
      expect((await create(r, {})).json).toEqual([
        { message: 'Who calls whom?', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['Phone'] },
      ]);
      r.half.seed.validationRule('Lead', { name: 'Top', formula: 'NOT(ISBLANK(Phone))', message: 'Top of the page' });
      expect((await create(r, { Phone: '1' })).json.at(0)?.['fields']).toEqual([]);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/jsforce/jsforce/issues/861' },
    'every broken rule is an error of its own',
    async () => {
      const r = rig();
      r.half.seed.validationRule('Lead', { name: 'One', formula: 'ISBLANK(Phone)', message: 'Phone', field: 'Phone' });
      r.half.seed.validationRule('Lead', { name: 'Two', formula: 'ISBLANK(Email)', message: 'Email', field: 'Email' });
      r.half.seed.validationRule('Lead', { name: 'Off', formula: 'true', message: 'Never', active: false });
      expect((await create(r, {})).json.map((one) => String(one['message']))).toEqual(['Phone', 'Email']);
      const records = [{ attributes: { type: 'Lead' }, ...LEAD }];
      const many = await r.send('POST', '/composite/sobjects', { body: { records } });
      expect(many.json.at(0)?.['errors']?.map((one) => String(one['statusCode']))).toEqual([
        'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      ]);
    },
  );

  conforms({ known: 'specified', source: ORDER }, 'required fields are checked before the rules of the administrator', async () => {
    const r = rig();
    r.half.seed.validationRule('Lead', { name: 'Rule', formula: 'ISBLANK(Phone)', message: 'No.' });
    const answer = await r.send('POST', '/sobjects/Lead', { body: { LastName: 'Byron' } });
    expect(answer.json.map((one) => String(one['errorCode']))).toEqual(['REQUIRED_FIELD_MISSING']);
  });

  conforms(
    { known: 'specified', source: FUNCTIONS },
    'logic, comparison and text functions decide as they do in the formula editor',
    async () => {
      const cases: readonly (readonly [boolean, string, Record<string, unknown>])[] = [
        [true, 'AND(ISBLANK(Phone), NOT(ISBLANK(Company)))', {}],
        [false, 'AND(ISBLANK(Phone), LEN(Company) > 100)', {}],
        [true, 'OR(AnnualRevenue > 1000, NumberOfEmployees >= 10)', { NumberOfEmployees: 10 }],
        [false, 'AnnualRevenue < 1000', {}],
        [true, 'AnnualRevenue * 2 - 1 = 199', { AnnualRevenue: 100 }],
        [true, 'NOT(CONTAINS(Email, "@example.com"))', { Email: 'a@elsewhere.com' }],
        [true, 'BEGINS(UPPER(LastName), "BY") && RIGHT(LastName, 2) = "on"', {}],
        [true, 'TRIM(Title) & "!" = "Countess!"', { Title: 'Countess' }],
        [true, 'IF(DoNotCall, ISBLANK(Description), false)', { DoNotCall: true }],
        [true, 'TODAY() - DATEVALUE("2026-03-01") = 1', {}],
        [true, '/* who? */ $User.Username = "truce.integration@example.com" || $Profile.Name = "Read Only"', {}],
        [true, 'Owner.Name <> "Nobody"', {}],
        [true, '(1 + 2) * 3 = 9', {}],
        [true, 'ISNEW()', {}],
        [false, 'ISCHANGED(LastName)', {}],
        [true, "LastName = 'Byron'", {}],
        [false, 'LastName = "byron"', {}],
      ];
      for (const [expected, formula, fields] of cases) expect([formula, await refuses(formula, fields)]).toEqual([formula, expected]);
    },
  );

  conforms({ known: 'specified', source: PICKLISTS }, 'ISPICKVAL, CASE and TEXT read a picklist, and PRIORVALUE what it was', async () => {
    expect(await refuses('ISPICKVAL(LeadSource, "Web")', { LeadSource: 'Web' })).toBe(true);
    expect(await refuses('ISPICKVAL(LeadSource, "")', {})).toBe(true);
    expect(await refuses('CASE(LeadSource, "Web", 1, "Other", 2, 0) > 1', { LeadSource: 'Other' })).toBe(true);
    expect(await refuses('TEXT(LeadSource) = "Web"', { LeadSource: 'Partner Referral' })).toBe(false);
    const r = rig();
    const lead = r.half.seed.insert('Lead', { ...LEAD, Status: 'Working - Contacted' }, { at: START });
    r.half.seed.validationRule('Lead', {
      name: 'Back',
      formula: 'AND(ISCHANGED(Status), ISPICKVAL(PRIORVALUE(Status), "Working - Contacted"), ISPICKVAL(Status, "Open - Not Contacted"))',
      message: 'A lead at work does not become new again.',
      field: 'Status',
    });
    const back = await r.send('PATCH', `/sobjects/Lead/${lead}`, { body: { Status: 'Open - Not Contacted' } });
    expect(back.json.at(0)).toMatchObject({ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['Status'] });
    expect((await r.send('PATCH', `/sobjects/Lead/${lead}`, { body: { Title: 'Countess' } })).status).toBe(204);
    expect((await r.send('PATCH', `/sobjects/Lead/${lead}`, { body: { Status: 'Closed - Not Converted' } })).status).toBe(204);
  });

  conforms({ known: 'specified', source: PICKLISTS }, 'a formula that makes no sense can not be saved, and says why', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /Syntax error/],
      ['ISBLANK(Phone', /Missing '\)'/],
      ['Phone ==', /Syntax error/],
      ['LastName = "a" )', /Extra '\)'/],
      ['ISBLANK(Shoe_Size__c)', /Field Shoe_Size__c does not exist/],
      ['NOPE(Phone)', /Unknown function NOPE/],
      ['Status = "Open"', /Picklist fields are only supported in certain functions/],
      ['LEN(Phone)', /incompatible with expected data type/],
      ['AnnualRevenue > "much"', /Expected Number, received Text/],
      ['NOT(Phone)', /Expected Boolean, received Text/],
      ['ISPICKVAL(LastName, "a")', /Expected Picklist/],
      ['LEN(Phone, 2) > 1', /Incorrect number of parameters/],
      [`${'('.repeat(3000)}1`, /too deeply nested/],
      [`"${'x'.repeat(4000)}" = ""`, /too long/],
      ['Phone # 1', /Found '#'/],
    ];
    const r = rig();
    for (const [formula, message] of wrong) {
      const answer = await r.send('POST', '/tooling/sobjects/ValidationRule', {
        body: { FullName: 'Lead.Wrong', Metadata: { active: true, errorConditionFormula: formula, errorMessage: 'No.' } },
      });
      expect([formula.slice(0, 40), answer.status, answer.json.at(0)?.['errorCode']]).toEqual([
        formula.slice(0, 40),
        400,
        'FIELD_INTEGRITY_EXCEPTION',
      ]);
      expect(String(answer.json.at(0)?.['message'])).toMatch(message);
    }
    expect((await create(r, {})).status).toBe(201);
  });

  conforms({ known: 'specified', source: TOOLING }, 'the Tooling API makes, lists, changes and removes a rule', async () => {
    const r = rig();
    const metadata = { active: true, errorConditionFormula: 'ISBLANK(Phone)', errorMessage: 'Phone, please.', errorDisplayField: 'Phone' };
    const made = await r.send('POST', '/tooling/sobjects/ValidationRule', { body: { FullName: 'Lead.Phone_needed', Metadata: metadata } });
    expect([made.status, made.json['success']]).toEqual([201, true]);
    const again = await r.send('POST', '/tooling/sobjects/ValidationRule', { body: { FullName: 'Lead.Phone_needed', Metadata: metadata } });
    expect(again.json.at(0)?.['errorCode']).toBe('DUPLICATE_DEVELOPER_NAME');
    const soql =
      "SELECT ValidationName, Active, ErrorMessage, ErrorDisplayField, EntityDefinition.QualifiedApiName FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'Lead'";
    const listed = await r.send('GET', `/tooling/query?q=${encodeURIComponent(soql)}`);
    expect(listed.json['records']?.at(0)).toMatchObject({
      ValidationName: 'Phone_needed',
      Active: true,
      ErrorDisplayField: 'Phone',
      EntityDefinition: { QualifiedApiName: 'Lead' },
    });
    const path = `/tooling/sobjects/ValidationRule/${String(made.json['id'])}`;
    expect((await r.send('GET', path)).json).toMatchObject({ FullName: 'Lead.Phone_needed', Metadata: metadata });
    expect((await create(r, {})).status).toBe(400);
    expect((await r.send('PATCH', path, { body: { Metadata: { ...metadata, active: false } } })).status).toBe(204);
    expect((await create(r, {})).status).toBe(201);
    expect((await r.send('PATCH', path, { body: { Metadata: metadata } })).status).toBe(204);
    expect((await r.send('DELETE', path)).status).toBe(204);
    expect((await create(r, {})).status).toBe(201);
    expect((await r.soql('SELECT Id FROM ValidationRule')).json.at(0)?.['errorCode']).toBe('INVALID_TYPE');
  });

  conforms({ known: 'specified', source: TOOLING }, 'only who may customise the organisation makes rules', async () => {
    const metadata = { active: true, errorConditionFormula: 'true', errorMessage: 'No.' };
    const answer = await rig().send('POST', '/tooling/sobjects/ValidationRule', {
      as: 'user',
      body: { FullName: 'Lead.X', Metadata: metadata },
    });
    expect(answer.status).toBe(403);
  });

  conforms(
    { known: 'recorded', source: 'https://github.com/sorenkrabbe/Chrome-Salesforce-inspector/issues/39' },
    'Metadata and FullName are shown for one row of a query only',
    async () => {
      const r = rig();
      for (const name of ['One', 'Two']) r.half.seed.validationRule('Lead', { name, formula: 'false', message: name });
      const ask = (soql: string): Promise<Answer> => r.send('GET', `/tooling/query?q=${encodeURIComponent(soql)}`);
      const both = await ask('SELECT Id, Metadata FROM ValidationRule');
      expect([both.status, both.json.at(0)?.['errorCode']]).toEqual([400, 'MALFORMED_QUERY']);
      expect(String(both.json.at(0)?.['message'])).toMatch(/no more than one row for retrieval\. Result size: 2$/);
      const one = await ask("SELECT FullName, Metadata FROM ValidationRule WHERE ValidationName = 'Two'");
      expect(one.json['records']?.at(0)).toMatchObject({
        FullName: 'Lead.Two',
        Metadata: { errorMessage: 'Two', errorConditionFormula: 'false' },
      });
    },
  );
});

describe('picklists', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/MinnPost/object-sync-for-salesforce/issues/128' },
    'a restricted picklist takes its own values, and of them those of the record type; an open one takes any',
    async () => {
      const r = rig();
      expect((await create(r, { Status: 'Nurture' })).status).toBe(201);
      r.half.seed.restrictPicklist('Lead', 'Status', true);
      expect((await create(r, { Status: 'Nurture' })).json.at(0)).toEqual({
        message: 'Status: bad value for restricted picklist field: Nurture',
        errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        fields: ['Status'],
      });
      const partner = r.half.seed.recordType('Lead', { name: 'Partner', values: { Status: ['Open - Not Contacted'] } });
      expect((await create(r, { Status: 'Working - Contacted' })).status).toBe(201);
      const refused = await create(r, { Status: 'Working - Contacted', RecordTypeId: partner });
      expect(refused.json.at(0)?.['errorCode']).toBe('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST');
      expect((await create(r, { Status: 'Open - Not Contacted', RecordTypeId: partner })).status).toBe(201);
      r.half.seed.restrictPicklist('Lead', 'Status', false);
      expect((await create(r, { Status: 'Nurture', RecordTypeId: partner })).status).toBe(201);
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_recordtype.htm',
    },
    'record types are rows; an object without any has no RecordTypeId',
    async () => {
      const r = rig();
      expect((await r.soql('SELECT RecordTypeId FROM Lead')).json.at(0)?.['errorCode']).toBe('INVALID_FIELD');
      const id = r.half.seed.recordType('Lead', { name: 'Partner Lead' });
      await create(r, { RecordTypeId: id });
      expect((await r.records('SELECT RecordType.DeveloperName FROM Lead'))[0]?.['RecordType']?.['DeveloperName']).toBe('Partner_Lead');
      expect((await r.records("SELECT Id, Name, IsActive FROM RecordType WHERE SobjectType = 'Lead'"))[0]).toMatchObject({
        Id: id,
        IsActive: true,
      });
      const infos = (await r.send('GET', '/sobjects/Lead/describe')).json['recordTypeInfos']?.map((one) => String(one['developerName']));
      expect(infos).toEqual(['Partner_Lead', 'Master']);
    },
  );
});
