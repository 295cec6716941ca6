import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Json, Rig } from './rig.ts';

const ORDER = 'https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm';
const RUNNING_USER = 'https://admin.salesforce.com/blog/2022/your-guide-to-determining-the-flow-running-user-and-its-execution-context';
const RECORDED_FLOW = 'https://github.com/SFDO-Community/declarative-lookup-rollup-summaries/issues/1035';
const RECORDED_TRIGGER = 'https://github.com/SFDO-Community/declarative-lookup-rollup-summaries/issues/98';
const VIEW =
  'https://developer.salesforce.com/docs/atlas.en-us.254.0.object_reference.meta/object_reference/sforce_api_objects_flowdefinitionview.htm';

const WORKING = 'Working - Contacted';
const MINUTE = 60_000;

function leadOf(r: Rig, more: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Lead', { LastName: 'Byron', Company: 'Engines', ...more }, { at: START });
}

function patch(r: Rig, id: string, body: Record<string, unknown>): Promise<Answer> {
  return r.send('PATCH', `/sobjects/Lead/${id}`, { body, headers: { 'sforce-auto-assign': 'FALSE' } });
}

function history(r: Rig): Promise<Json[]> {
  return r.records("SELECT Field, OldValue, NewValue, CreatedBy.Name, CreatedDate FROM LeadHistory WHERE Field != 'created' ORDER BY Id");
}

describe('flows that write', () => {
  conforms({ known: 'specified', source: ORDER }, 'a flow before the save changes the record in the same write', async () => {
    const r = rig();
    r.half.seed.automation('Lead', {
      name: 'Rate',
      when: { field: 'Status', becomes: WORKING },
      sets: { LeadSource: 'Other' },
      timing: 'before',
    });
    const lead = leadOf(r);
    expect((await patch(r, lead, { Status: WORKING })).status).toBe(204);
    expect(await history(r)).toMatchObject([
      { Field: 'Status', NewValue: WORKING, CreatedBy: { Name: 'Truce Integration' } },
      { Field: 'LeadSource', NewValue: 'Other', CreatedBy: { Name: 'Truce Integration' } },
    ]);
    await patch(r, lead, { LeadSource: 'Web' });
    expect((await r.records('SELECT LeadSource FROM Lead'))[0]?.['LeadSource']).toBe('Web');
  });

  conforms({ known: 'specified', source: ORDER }, 'what a flow sets before the save is checked by the validation rules', async () => {
    const r = rig();
    r.half.seed.automation('Lead', {
      name: 'Rate',
      when: { field: 'Status', becomes: WORKING },
      sets: { Rating: 'Cold' },
      timing: 'before',
    });
    r.half.seed.validationRule('Lead', { name: 'Warm', formula: 'ISPICKVAL(Rating, "Cold")', message: 'Too cold.' });
    expect((await patch(r, leadOf(r), { Status: WORKING })).json.at(0)?.['message']).toBe('Too cold.');
  });

  conforms(
    { known: 'specified', source: RUNNING_USER },
    'a flow after the save writes as the user who saved, in the same transaction',
    async () => {
      const r = rig();
      r.half.seed.automation('Lead', { name: 'Source', when: { field: 'Status', becomes: WORKING }, sets: { LeadSource: 'Other' } });
      const made = await r.send('POST', '/sobjects/Lead', { as: 'user', body: { LastName: 'B', Company: 'C', Status: WORKING } });
      expect(made.status).toBe(201);
      expect(await history(r)).toMatchObject([
        { Field: 'LeadSource', OldValue: null, NewValue: 'Other', CreatedBy: { Name: 'Sasha Seller' } },
      ]);
      expect((await r.records('SELECT LastModifiedBy.Name FROM Lead'))[0]?.['LastModifiedBy']?.['Name']).toBe('Sasha Seller');
    },
  );

  conforms({ known: 'specified', source: ORDER }, 'one flow sets off another, and none runs twice in a chain', async () => {
    const r = rig();
    r.half.seed.automation('Lead', {
      name: 'Forth',
      when: { field: 'Status', becomes: WORKING },
      sets: { Status: 'Closed - Not Converted' },
    });
    r.half.seed.automation('Lead', {
      name: 'Back',
      when: { field: 'Status', becomes: 'Closed - Not Converted' },
      sets: { Status: WORKING },
    });
    const lead = leadOf(r);
    expect((await patch(r, lead, { Status: WORKING })).status).toBe(204);
    expect((await history(r)).map((one) => String(one['NewValue']))).toEqual([WORKING, 'Closed - Not Converted', WORKING]);
  });

  conforms(
    {
      known: 'assumed',
      probe: 'LeadHistory.CreatedById after the scheduled path (30 minutes) of a record-triggered flow that sets a tracked field',
    },
    "a delayed action writes at its time as Salesforce's automated process, if the record still has the value",
    async () => {
      const r = rig();
      const timing = { delayMs: 30 * MINUTE };
      r.half.seed.automation('Lead', { name: 'Later', when: { field: 'Status', becomes: WORKING }, sets: { LeadSource: 'Other' }, timing });
      const [stays, leaves] = [leadOf(r), leadOf(r)];
      await patch(r, stays, { Status: WORKING });
      await patch(r, leaves, { Status: WORKING });
      r.advance(10 * MINUTE);
      await patch(r, leaves, { Status: 'Closed - Not Converted' });
      r.advance(19 * MINUTE);
      expect(await r.records("SELECT Id FROM Lead WHERE LeadSource = 'Other'")).toEqual([]);
      r.advance(60 * MINUTE);
      const rows = await r.records("SELECT Id, SystemModstamp FROM Lead WHERE LeadSource = 'Other'");
      expect(rows).toMatchObject([{ Id: stays, SystemModstamp: '2026-03-02T10:00:15.000+0000' }]);
      expect((await history(r)).at(-1)).toMatchObject({ Field: 'LeadSource', CreatedBy: { Name: 'Automated Process' } });
    },
  );

  conforms(
    { known: 'assumed', probe: 'queue a scheduled path inside a transaction that fails afterwards' },
    'a write that is taken back leaves no delayed action',
    async () => {
      const r = rig();
      r.half.seed.automation('Lead', {
        name: 'Later',
        when: { field: 'Status', becomes: WORKING },
        sets: { LeadSource: 'Other' },
        timing: { delayMs: MINUTE },
      });
      const lead = leadOf(r);
      const records = [
        { attributes: { type: 'Lead' }, id: lead, Status: WORKING },
        { attributes: { type: 'Lead' }, id: lead, LastName: '' },
      ];
      const answer = await r.send('PATCH', '/composite/sobjects', { body: { allOrNone: true, records } });
      expect(answer.json.map((one) => String(one['success']))).toEqual(['false', 'false']);
      r.advance(5 * MINUTE);
      expect((await r.records('SELECT LeadSource, Status FROM Lead'))[0]).toMatchObject({
        LeadSource: null,
        Status: 'Open - Not Contacted',
      });
    },
  );
});

describe('flows and triggers that fail', () => {
  conforms(
    { known: 'recorded', source: RECORDED_FLOW },
    'a flow whose update is refused takes the write back: CANNOT_EXECUTE_FLOW_TRIGGER',
    async () => {
      const r = rig();
      r.half.seed.validationRule('Lead', { name: 'Warm', formula: 'ISPICKVAL(Rating, "Cold")', message: 'Too cold.' });
      r.half.seed.automation('Lead', { name: 'Rate_Lead', when: { field: 'Status', becomes: WORKING }, sets: { Rating: 'Cold' } });
      const answer = await patch(r, leadOf(r), { Status: WORKING });
      expect(answer.json).toEqual([
        {
          errorCode: 'CANNOT_EXECUTE_FLOW_TRIGGER',
          message:
            "We can't save this record because the “Rate Lead” process failed. Give your Salesforce admin these details. This error occurred when the flow tried to update records: FIELD_CUSTOM_VALIDATION_EXCEPTION: Too cold.. You can look up ExceptionCode values in the SOAP API Developer Guide.",
          fields: [],
        },
      ]);
      expect((await r.records('SELECT Status FROM Lead'))[0]?.['Status']).toBe('Open - Not Contacted');
      expect(await history(r)).toEqual([]);
    },
  );

  conforms(
    { known: 'recorded', source: RECORDED_TRIGGER },
    'a trigger that throws refuses its record alone: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    async () => {
      const r = rig();
      r.half.seed.automation('Lead', {
        name: 'LeadTrigger',
        kind: 'trigger',
        when: { field: 'Status', becomes: WORKING },
        fails: 'System.DmlException: Update failed.',
      });
      const [poison, fine] = [leadOf(r), leadOf(r)];
      const records = [
        { attributes: { type: 'Lead' }, id: poison, Status: WORKING },
        { attributes: { type: 'Lead' }, id: fine, Status: 'Closed - Not Converted' },
      ];
      const answer = await r.send('PATCH', '/composite/sobjects', { body: { records } });
      expect(answer.json.at(0)).toEqual({
        success: false,
        errors: [
          {
            statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
            message: 'LeadTrigger: execution of AfterUpdate caused by: System.DmlException: Update failed.',
            fields: [],
          },
        ],
      });
      expect(answer.json.at(1)?.['success']).toBe(true);
    },
  );
});

describe('lists of automation', () => {
  conforms(
    { known: 'specified', source: VIEW },
    'FlowDefinitionView names active flows by object, and Flow.Metadata the fields they look at and set',
    async () => {
      const r = rig();
      r.half.seed.automation('Lead', { name: 'Rate_Lead', when: { field: 'Status', becomes: WORKING }, sets: { Rating: 'Hot' } });
      r.half.seed.automation('Opportunity', { name: 'Stage', when: { field: 'StageName' }, sets: { NextStep: 'Call' }, timing: 'before' });
      const flows = await r.records(
        "SELECT ApiName, ActiveVersionId, TriggerType, IsActive FROM FlowDefinitionView WHERE IsActive = true AND TriggerObjectOrEvent.QualifiedApiName = 'Lead'",
      );
      expect(flows).toMatchObject([{ ApiName: 'Rate_Lead', TriggerType: 'RecordAfterSave', IsActive: true }]);
      const soql = `SELECT Metadata FROM Flow WHERE Id = '${String(flows[0]?.['ActiveVersionId'])}'`;
      const flow = (await r.send('GET', `/tooling/query?q=${encodeURIComponent(soql)}`)).json['records']?.at(0);
      expect(flow?.['Metadata']).toMatchObject({
        start: { object: 'Lead', filters: [{ field: 'Status', operator: 'EqualTo' }] },
        recordUpdates: [{ inputAssignments: [{ field: 'Rating' }] }],
      });
    },
  );

  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_apextrigger.htm',
    },
    'ApexTrigger names active triggers, their object and their source',
    async () => {
      const r = rig();
      r.half.seed.automation('Lead', {
        name: 'LeadTrigger',
        kind: 'trigger',
        when: { field: 'Status' },
        sets: { Rating: 'Hot' },
        timing: 'before',
      });
      const [trigger] = await r.records(
        "SELECT Name, TableEnumOrId, Status, UsageBeforeUpdate, Body FROM ApexTrigger WHERE TableEnumOrId = 'Lead'",
      );
      expect(trigger).toMatchObject({ Name: 'LeadTrigger', Status: 'Active', UsageBeforeUpdate: true });
      expect(String(trigger?.['Body'])).toContain('record.Rating');
    },
  );
});
