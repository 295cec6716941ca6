import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const HEADER = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm';
const STANDARD = 'https://help.salesforce.com/apex/HTViewHelpDoc?id=sales.duplicate_rules_standard_contact_rule.htm';
const MATCHING = 'https://help.salesforce.com/htviewhelpdoc?err=1&id=matching_rules_standard_contact_rule.htm&siteLang=de_DE';
const RECORDED_BODY = 'https://github.com/rudderlabs/rudder-server/blob/master/enterprise/reporting/error_extractor_test.go';

const ADA = { FirstName: 'Ada', LastName: 'Byron', Company: 'Engines', Email: 'ada@example.com' };

function withRule(o: { readonly onCreate?: 'block' | 'alert' | 'report'; readonly onEdit?: 'block' | 'alert' | 'report' } = {}): Rig {
  const r = rig();
  r.half.seed.duplicateRule('Lead', { active: true, ...o });
  r.half.seed.insert('Lead', ADA, { at: START });
  return r;
}

function save(r: Rig, fields: Record<string, unknown>, header?: string) {
  return r.send('POST', '/sobjects/Lead', {
    body: fields,
    ...(header === undefined ? {} : { headers: { 'sforce-duplicate-rule-header': header } }),
  });
}

describe('duplicate rules', () => {
  conforms(
    { known: 'recorded', source: RECORDED_BODY },
    'a record that looks like another is a 400 DUPLICATES_DETECTED with what it looks like under the key duplicateResut',
    async () => {
      const r = withRule();
      const [original] = await r.records('SELECT Id FROM Lead');
      const answer = await save(r, ADA);
      expect(answer.status).toBe(400);
      const id = original?.['Id'];
      expect(answer.json).toEqual([
        {
          duplicateResut: {
            allowSave: true,
            duplicateRule: 'Standard_Lead_Duplicate_Rule',
            duplicateRuleEntityType: 'Lead',
            errorMessage: 'Use one of these records?',
            matchResults: [
              {
                entityType: 'Lead',
                errors: [],
                matchEngine: 'FuzzyMatchEngine',
                matchRecords: [
                  {
                    additionalInformation: [],
                    fieldDiffs: [],
                    matchConfidence: 100,
                    record: { attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${String(id)}` }, Id: id },
                  },
                ],
                rule: 'Standard_Lead_Match_Rule_v1_0',
                size: 1,
                success: true,
              },
            ],
          },
          errorCode: 'DUPLICATES_DETECTED',
          message: 'Use one of these records?',
        },
      ]);
      expect(r.half.counts().rows['Lead']).toBe(1);
    },
  );

  conforms(
    { known: 'specified', source: HEADER },
    'allowSave=true acknowledges an alert and saves the record, whatever separates it from the other settings',
    async () => {
      for (const header of [
        'allowSave=true',
        'allowSave=true; includeRecordDetails=true; runAsCurrentUser=true',
        'allowSave=true, includeRecordDetails=true',
      ]) {
        const r = withRule();
        expect((await save(r, ADA, header)).status).toBe(201);
      }
      expect((await save(withRule(), ADA, 'allowSave=false')).status).toBe(400);
    },
  );

  conforms({ known: 'specified', source: HEADER }, 'before version 52.0 the header is not read', async () => {
    const r = withRule();
    const old = await r.send('POST', '/services/data/v51.0/sobjects/Lead', {
      body: ADA,
      headers: { 'sforce-duplicate-rule-header': 'allowSave=true' },
    });
    expect([old.status, old.json.at(0)?.['errorCode']]).toEqual([400, 'DUPLICATES_DETECTED']);
  });

  conforms({ known: 'specified', source: HEADER }, 'a rule that blocks is not talked round by allowSave', async () => {
    const r = withRule({ onCreate: 'block' });
    const answer = await save(r, ADA, 'allowSave=true');
    expect(answer.json.at(0)).toMatchObject({ errorCode: 'DUPLICATES_DETECTED', duplicateResut: { allowSave: false } });
  });

  conforms({ known: 'specified', source: HEADER }, 'includeRecordDetails=true shows the fields of the records it looks like', async () => {
    const answer = await save(withRule(), ADA, 'includeRecordDetails=true');
    const [match] = (answer.json.at(0)?.['duplicateResut']?.['matchResults']?.at(0)?.['matchRecords'] ?? []) as unknown as {
      record: object;
    }[];
    expect(match?.record).toMatchObject({ Email: 'ada@example.com', Company: 'Engines' });
  });

  conforms({ known: 'specified', source: STANDARD }, 'on an edit the standard rules report and let the record through', async () => {
    const r = withRule();
    const other = r.half.seed.insert('Lead', { ...ADA, Email: 'other@example.com' }, { at: START });
    const path = `/sobjects/Lead/${other}`;
    expect((await r.send('PATCH', path, { body: { Email: ADA.Email } })).status).toBe(204);
  });

  conforms(
    { known: 'specified', source: STANDARD },
    'a rule that watches edits runs only when a field that it compares has changed',
    async () => {
      const r = withRule({ onEdit: 'block' });
      const other = r.half.seed.insert('Lead', { ...ADA, Email: 'other@example.com' }, { at: START });
      const path = `/sobjects/Lead/${other}`;
      expect((await r.send('PATCH', path, { body: { Status: 'Working - Contacted' } })).status).toBe(204);
      expect((await r.send('PATCH', path, { body: { Email: ADA.Email } })).json.at(0)?.['errorCode']).toBe('DUPLICATES_DETECTED');
    },
  );

  conforms(
    { known: 'specified', source: STANDARD },
    'the contact rule compares with contacts and with leads, each by its own matching rule',
    async () => {
      const r = rig();
      r.half.seed.duplicateRule('Contact', { active: true });
      r.half.seed.insert('Lead', ADA, { at: START });
      const account = r.half.seed.insert('Account', { Name: 'Engines' }, { at: START });
      r.half.seed.insert('Contact', { FirstName: 'Ada', LastName: 'Byron', Email: 'ADA@example.com', AccountId: account }, { at: START });
      const answer = await r.send('POST', '/sobjects/Contact', { body: { FirstName: 'Ada', LastName: 'Byron', Email: 'ada@example.com' } });
      const rules = answer.json.at(0)?.['duplicateResut']?.['matchResults']?.map((one) => String(one['rule']));
      expect(rules).toEqual(['Standard_Contact_Match_Rule_v1_1', 'Standard_Lead_Match_Rule_v1_0']);
    },
  );

  conforms(
    { known: 'specified', source: MATCHING },
    'people match by name together with e-mail, phone, or title and company; not by one of these alone',
    async () => {
      const matches: readonly (readonly [boolean, object])[] = [
        [true, { FirstName: 'ADA', LastName: 'byron', Company: 'X', Email: 'Ada@Example.com' }],
        [true, { FirstName: 'Byron', LastName: 'Ada', Company: 'X', Email: 'ada@example.com' }],
        [true, { LastName: 'Byron', Company: 'X', Email: 'ada@example.com' }],
        [false, { FirstName: 'Ada', LastName: 'Byron', Company: 'X' }],
        [false, { FirstName: 'Grace', LastName: 'Hopper', Company: 'X', Email: 'ada@example.com' }],
        [true, { FirstName: 'Ada', LastName: 'Byron', Company: 'X', Phone: '+1 (415) 555-1234' }],
        [true, { FirstName: 'Ada', LastName: 'Byron', Company: 'ENGINES', Title: 'Countess' }],
        [false, { FirstName: 'Ada', LastName: 'Byron', Company: 'X', Title: 'Countess' }],
      ];
      const r = rig();
      r.half.seed.duplicateRule('Lead', { active: true });
      r.half.seed.insert('Lead', { ...ADA, Phone: '415-555-1234', Title: 'Countess' }, { at: START });
      for (const [expected, fields] of matches) {
        const answer = await r.send('POST', '/sobjects/Lead', { body: fields, as: 'user' });
        expect([answer.status === 400, fields]).toEqual([expected, fields]);
        if (answer.status === 201) await r.send('DELETE', `/sobjects/Lead/${String(answer.json['id'])}`);
      }
    },
  );

  conforms(
    { known: 'recorded', source: 'https://help.salesforce.com/apex/HTViewSolution?id=000247089&language=en_US' },
    'accounts match by name and postal code, unless the code has letters',
    async () => {
      const r = rig();
      r.half.seed.duplicateRule('Account', { active: true });
      r.half.seed.insert('Account', { Name: 'Acme', BillingPostalCode: 'WT15 7TB' }, { at: START });
      r.half.seed.insert('Account', { Name: 'AW Computing', BillingPostalCode: '94105' }, { at: START });
      expect((await r.send('POST', '/sobjects/Account', { body: { Name: 'Acme', BillingPostalCode: 'WT15 7TB' } })).status).toBe(201);
      expect((await r.send('POST', '/sobjects/Account', { body: { Name: 'aw computing', BillingPostalCode: '94105-1234' } })).status).toBe(
        400,
      );
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/jetstreamapp/jetstream/issues/482' },
    'in a collection a duplicate is an error of its record, without the records it looks like',
    async () => {
      const r = withRule();
      const records = [ADA, { ...ADA, FirstName: 'Grace' }].map((fields) => ({ attributes: { type: 'Lead' }, ...fields }));
      const answer = await r.send('POST', '/composite/sobjects', { body: { records } });
      expect(answer.json.at(0)).toEqual({
        success: false,
        errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }],
      });
      expect(answer.json.at(1)?.['success']).toBe(true);
    },
  );

  conforms({ known: 'specified', source: STANDARD }, 'DuplicateRule lists the rule and whether it is active', async () => {
    const r = withRule();
    const query = 'SELECT DeveloperName, MasterLabel, SobjectType, IsActive FROM DuplicateRule';
    const lead = `${query} WHERE SobjectType = 'Lead'`;
    expect((await r.records(lead))[0]).toMatchObject({ DeveloperName: 'Standard_Lead_Duplicate_Rule', IsActive: true });
    expect((await r.records(query)).map((one) => String(one['IsActive'])).sort()).toEqual(['false', 'false', 'true']);
    r.half.seed.duplicateRule('Lead', { active: false });
    expect((await r.records(lead))[0]).toMatchObject({ IsActive: false });
    expect((await save(r, ADA)).status).toBe(201);
  });

  conforms(
    {
      known: 'assumed',
      probe: 'convertLead of a lead whose e-mail a contact has, with the standard rules active and no DuplicateRuleHeader',
    },
    'a conversion is not held up by an alert',
    async () => {
      const r = withRule();
      r.half.seed.duplicateRule('Contact', { active: true });
      const [lead] = await r.records('SELECT Id FROM Lead');
      const body = `<convertLead><leadConverts><leadId>${String(lead?.['Id'])}</leadId><convertedStatus>Closed - Converted</convertedStatus></leadConverts></convertLead>`;
      const answer = await r.send('POST', '/services/Soap/u/67.0', {
        as: 'nobody',
        headers: { 'content-type': 'text/xml' },
        body: `<Envelope><Header><SessionHeader><sessionId>user-token</sessionId></SessionHeader></Header><Body>${body}</Body></Envelope>`,
      });
      expect(answer.text).toContain('<success>true</success>');
    },
  );
});
