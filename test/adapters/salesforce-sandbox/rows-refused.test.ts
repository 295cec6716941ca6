import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const OBJECTS = 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference';
const CODES = 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm';

function made(r: Rig, fields: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Lead', { LastName: 'Doe', Company: 'Acme', ...fields }, { at: START - 3_600_000 });
}

function errorOf(answer: Answer): unknown {
  return answer.json.at(0);
}

/** Posts a record that is refused, and checks the error and that nothing was stored. */
async function refuses(object: string, body: unknown, error: Readonly<Record<string, unknown>>): Promise<void> {
  const r = rig();
  const before = r.half.counts().rows[object];
  const answer = await r.send('POST', `/sobjects/${object}`, { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toHaveLength(1);
  expect(errorOf(answer)).toMatchObject(error);
  expect(r.half.counts().rows[object]).toBe(before);
}

const LEAD = { LastName: 'x', Company: 'y' };
const DEAL = { Name: 'x', StageName: 'Prospecting', CloseDate: '2026-04-01' };

function like(pattern: RegExp): string {
  return expect.stringMatching(pattern) as string;
}

describe('what a record is refused for', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/SalesforceFoundation/NPSP/issues/3394' },
    'a record without a required field names the fields that are missing',
    () =>
      refuses(
        'Lead',
        { LastName: 'x' },
        { errorCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [Company]', fields: ['Company'] },
      ),
  );
  conforms({ known: 'specified', source: CODES }, 'a text longer than its field is STRING_TOO_LONG, with the text and the length', () =>
    refuses(
      'Lead',
      { ...LEAD, Company: 'y'.repeat(256) },
      { errorCode: 'STRING_TOO_LONG', message: like(/^Company: data value too large: y{256} \(max length=255\)$/), fields: ['Company'] },
    ),
  );
  conforms({ known: 'specified', source: CODES }, 'a text as long as its field is taken', async () => {
    expect((await rig().send('POST', '/sobjects/Lead', { body: { ...LEAD, Company: 'y'.repeat(255) } })).status).toBe(201);
  });
  conforms(
    { known: 'recorded', source: 'https://github.com/jsforce/jsforce/issues/553' },
    'a field that the object does not have is INVALID_FIELD',
    () => refuses('Lead', { ...LEAD, Nope: 1 }, { errorCode: 'INVALID_FIELD', message: "No such column 'Nope' on sobject of type Lead" }),
  );
  conforms({ known: 'specified', source: CODES }, 'an e-mail address that is none is INVALID_EMAIL_ADDRESS', () =>
    refuses(
      'Lead',
      { ...LEAD, Email: 'nobody' },
      { errorCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: nobody', fields: ['Email'] },
    ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/verbb/formie/issues/1981' },
    'a field that only Salesforce writes is INVALID_FIELD_FOR_INSERT_UPDATE',
    () =>
      refuses(
        'Lead',
        { ...LEAD, ConvertedDate: '2026-01-01' },
        {
          errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
          message:
            'Unable to create/update fields: ConvertedDate. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
          fields: ['ConvertedDate'],
        },
      ),
  );
  conforms(
    { known: 'recorded', source: 'https://github.com/SalesforceCommerceCloud/b2c-crm-sync/issues/272' },
    'several such fields are named in one error',
    () =>
      refuses(
        'Campaign',
        { Name: 'x', NumberOfLeads: 3, AmountWonOpportunities: 1 },
        {
          errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
          message: like(/^Unable to create\/update fields: NumberOfLeads, AmountWonOpportunities\./),
          fields: ['NumberOfLeads', 'AmountWonOpportunities'],
        },
      ),
  );
  conforms(
    { known: 'specified', source: CODES },
    'a value that a restricted picklist does not have is INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    () =>
      refuses(
        'Task',
        { CallType: 'Sideways' },
        {
          errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
          message: like(/bad value for restricted picklist field: Sideways$/),
          fields: ['CallType'],
        },
      ),
  );
  conforms({ known: 'specified', source: CODES }, 'a reference that is no id is MALFORMED_ID', () =>
    refuses(
      'Lead',
      { ...LEAD, OwnerId: 'me' },
      { errorCode: 'MALFORMED_ID', message: like(/id value of incorrect type: me$/), fields: ['OwnerId'] },
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST a lead whose OwnerId is an 18-character id with a wrong last letter' },
    'a reference whose check letters contradict it is MALFORMED_ID',
    () => refuses('Lead', { ...LEAD, OwnerId: '0055g0000000001AAZ' }, { errorCode: 'MALFORMED_ID', fields: ['OwnerId'] }),
  );
  conforms({ known: 'specified', source: CODES }, 'a reference to a record that is not there is INVALID_CROSS_REFERENCE_KEY', () =>
    refuses(
      'Opportunity',
      { ...DEAL, CampaignId: '7015g000000009zAAA' },
      { errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id' },
    ),
  );
  conforms({ known: 'specified', source: CODES }, 'a reference to a record of another object is FIELD_INTEGRITY_EXCEPTION', async () => {
    const r = rig();
    const body = { ...DEAL, CampaignId: made(r) };
    const answer = await r.send('POST', '/sobjects/Opportunity', { body });
    expect(errorOf(answer)).toMatchObject({ errorCode: 'FIELD_INTEGRITY_EXCEPTION', fields: ['CampaignId'] });
  });
  conforms({ known: 'specified', source: CODES }, 'a number with more digits than the field keeps is NUMBER_OUTSIDE_VALID_RANGE', () =>
    refuses('Opportunity', { ...DEAL, Amount: 1e17 }, { errorCode: 'NUMBER_OUTSIDE_VALID_RANGE', fields: ['Amount'] }),
  );
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'a truth value that is none is JSON_PARSER_ERROR', () =>
    refuses(
      'Lead',
      { ...LEAD, DoNotCall: 'maybe' },
      { errorCode: 'JSON_PARSER_ERROR', message: like(/Cannot deserialize instance of boolean from VALUE_STRING value maybe/) },
    ),
  );
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'a day that the calendar does not have is JSON_PARSER_ERROR', () =>
    refuses(
      'Opportunity',
      { ...DEAL, CloseDate: '2026-02-30' },
      { errorCode: 'JSON_PARSER_ERROR', message: like(/Cannot deserialize instance of date/) },
    ),
  );
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'a text for a number is JSON_PARSER_ERROR', () =>
    refuses(
      'Opportunity',
      { ...DEAL, Amount: 'much' },
      { errorCode: 'JSON_PARSER_ERROR', message: like(/Cannot deserialize instance of/) },
    ),
  );
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'an object for a text is JSON_PARSER_ERROR', () =>
    refuses('Lead', { LastName: 'x', Company: { nested: true } }, { errorCode: 'JSON_PARSER_ERROR', message: like(/START_OBJECT/) }),
  );
  conforms({ known: 'assumed', probe: 'POST a lead with Company given as a JSON list' }, 'a list for a text is JSON_PARSER_ERROR', () =>
    refuses('Lead', { LastName: 'x', Company: ['y'] }, { errorCode: 'JSON_PARSER_ERROR', message: like(/START_ARRAY/) }),
  );
  conforms(
    { known: 'assumed', probe: 'POST a lead with Status "Closed - Converted" and read the error, if there is one' },
    'a lead can not be made with a converted status',
    () =>
      refuses(
        'Lead',
        { ...LEAD, Status: 'Closed - Converted' },
        { errorCode: 'FIELD_INTEGRITY_EXCEPTION', message: like(/only by converting/), fields: ['Status'] },
      ),
  );
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_leadhistory.htm` },
    'a history can not be written: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    () =>
      refuses('LeadHistory', {}, { errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: like(/entity type cannot be inserted/) }),
  );
  conforms({ known: 'specified', source: CODES }, 'a field called __proto__ is a field that is not there', () =>
    refuses('Lead', '{"LastName":"x","Company":"y","__proto__":"z"}', {
      errorCode: 'INVALID_FIELD',
      message: like(/No such column '__proto__'/),
    }),
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_lead.htm` },
    'an unknown lead status is accepted: the picklist is not restricted',
    async () => {
      const r = rig();
      const answer = await r.send('POST', '/sobjects/Lead', { body: { LastName: 'x', Company: 'y', Status: 'Nurturing' } });
      expect(answer.status).toBe(201);
      expect((await r.records('SELECT Status FROM Lead')).map((one) => one['Status'])).toEqual(['Nurturing']);
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/field_types.htm` },
    'a unique external id is refused twice, naming the record that has it',
    async () => {
      const r = rig();
      const id = made(r, { Truce_Key__c: 'K' });
      const answer = await r.send('POST', '/sobjects/Lead', { body: { LastName: 'x', Company: 'y', Truce_Key__c: 'k' } });
      expect(errorOf(answer)).toMatchObject({
        errorCode: 'DUPLICATE_VALUE',
        message: `duplicate value found: Truce_Key__c duplicates value on record with id: ${id.slice(0, 15)}`,
      });
      await r.send('DELETE', `/sobjects/Lead/${id}`);
      expect((await r.send('POST', '/sobjects/Lead', { body: { LastName: 'x', Company: 'y', Truce_Key__c: 'k' } })).status).toBe(201);
    },
  );
});
