import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const OBJECTS = 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference';

async function made(r: Rig, more: Record<string, unknown> = {}): Promise<string> {
  const body = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-06-30', Amount: 200, ...more };
  return String((await r.send('POST', '/sobjects/Opportunity', { body, as: 'user' })).json['id']);
}

describe('opportunities', () => {
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_opportunity.htm` },
    'closed, won, forecast and probability follow the stage',
    async () => {
      const r = rig();
      const id = await made(r);
      const read = async () =>
        (
          await r.records(
            'SELECT IsClosed, IsWon, Probability, ForecastCategoryName, ExpectedRevenue, LastStageChangeDate FROM Opportunity',
          )
        )[0];
      expect(await read()).toMatchObject({
        IsClosed: false,
        IsWon: false,
        Probability: 10,
        ForecastCategoryName: 'Pipeline',
        ExpectedRevenue: 20,
        LastStageChangeDate: null,
      });
      r.advance(60_000);
      await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { StageName: 'Closed Won' } });
      expect(await read()).toMatchObject({
        IsClosed: true,
        IsWon: true,
        Probability: 100,
        ForecastCategoryName: 'Closed',
        ExpectedRevenue: 200,
        LastStageChangeDate: '2026-03-02T09:31:15.000+0000',
      });
      await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { StageName: 'Closed Lost', Loss_Reason__c: 'Price' } });
      expect(await read()).toMatchObject({ IsClosed: true, IsWon: false, Probability: 0, ForecastCategoryName: 'Omitted' });
      await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { StageName: 'Value Proposition', Probability: 33 } });
      expect(await read()).toMatchObject({ IsClosed: false, IsWon: false, Probability: 33 });
      const refused = await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { IsWon: true } });
      expect(refused.json.at(0)?.['errorCode']).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_opportunityhistory.htm` },
    'OpportunityHistory has a row for the creation and for every change of stage, amount or close date',
    async () => {
      const r = rig();
      const id = await made(r);
      r.advance(60_000);
      await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { StageName: 'Closed Won', Amount: 250 } });
      await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { NextStep: 'celebrate' } });
      const rows = await r.records(
        'SELECT StageName, Amount, Probability, CreatedDate, CreatedBy.Name FROM OpportunityHistory ORDER BY CreatedDate',
      );
      expect(
        rows.map((one) => [one['StageName'], one['Amount'], one['Probability'], one['CreatedDate'], one['CreatedBy']?.['Name']]),
      ).toEqual([
        ['Prospecting', 200, 10, '2026-03-02T09:30:15.000+0000', 'Sasha Seller'],
        ['Closed Won', 250, 100, '2026-03-02T09:31:15.000+0000', 'Truce Integration'],
      ]);
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_opportunityfieldhistory.htm` },
    'OpportunityFieldHistory tells who set the campaign: two rows, by id and by name',
    async () => {
      const r = rig();
      const campaign = r.half.seed.insert('Campaign', { Name: 'Fair' }, { at: START });
      const id = await made(r);
      await r.send('PATCH', `/sobjects/Opportunity/${id}`, { body: { CampaignId: campaign }, as: 'user' });
      const rows = await r.records(
        "SELECT Field, OldValue, NewValue, DataType, CreatedBy.Name FROM OpportunityFieldHistory WHERE Field = 'Campaign' ORDER BY Id",
      );
      expect(rows.map((one) => [one['DataType'], one['OldValue'], one['NewValue'], one['CreatedBy']?.['Name']])).toEqual([
        ['EntityId', null, campaign, 'Sasha Seller'],
        ['Text', null, 'Fair', 'Sasha Seller'],
      ]);
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_opportunitycontactrole.htm` },
    'one contact of an opportunity is the primary one',
    async () => {
      const r = rig();
      const OpportunityId = await made(r);
      for (const name of ['a', 'b']) {
        const ContactId = r.half.seed.insert('Contact', { LastName: name }, { at: START });
        await r.send('POST', '/sobjects/OpportunityContactRole', {
          body: { OpportunityId, ContactId, Role: 'Evaluator', IsPrimary: true },
        });
      }
      const rows = await r.records('SELECT Contact.LastName, IsPrimary FROM OpportunityContactRole ORDER BY Contact.LastName');
      expect(rows.map((one) => one['IsPrimary'])).toEqual([false, true]);
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_opportunitystage.htm` },
    'stages and lead statuses can be read, not written',
    async () => {
      const r = rig();
      const stages = await r.records(
        'SELECT MasterLabel, IsClosed, IsWon, DefaultProbability, ForecastCategory FROM OpportunityStage WHERE IsActive = true ORDER BY SortOrder',
      );
      expect(stages).toHaveLength(10);
      expect(stages.at(-2)).toMatchObject({ MasterLabel: 'Closed Won', IsClosed: true, IsWon: true, DefaultProbability: 100 });
      const statuses = await r.records('SELECT MasterLabel, ApiName, IsDefault, IsConverted FROM LeadStatus ORDER BY SortOrder');
      expect(statuses.map((one) => [one['MasterLabel'], one['IsDefault'], one['IsConverted']])).toEqual([
        ['Open - Not Contacted', true, false],
        ['Working - Contacted', false, false],
        ['Closed - Converted', false, true],
        ['Closed - Not Converted', false, false],
      ]);
      expect((await r.send('POST', '/sobjects/LeadStatus', { body: { MasterLabel: 'x' } })).status).toBe(400);
    },
  );
});

describe('several currencies', () => {
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_datedconversionrate.htm` },
    'CurrencyType and DatedConversionRate exist only where they are switched on',
    async () => {
      const r = rig({ multiCurrency: true, currency: 'EUR' });
      expect((await r.records('SELECT IsoCode, IsCorporate, ConversionRate FROM CurrencyType'))[0]).toMatchObject({
        IsoCode: 'EUR',
        IsCorporate: true,
        ConversionRate: 1,
      });
      for (const [StartDate, ConversionRate] of [
        ['2026-01-01', 1.1],
        ['2026-02-01', 1.2],
      ] as const) {
        r.half.seed.insert('DatedConversionRate', { IsoCode: 'EUR', StartDate, ConversionRate }, { at: START });
      }
      const rates = await r.records('SELECT StartDate, NextStartDate, ConversionRate FROM DatedConversionRate ORDER BY StartDate');
      expect(rates.map((one) => [one['StartDate'], one['NextStartDate'], one['ConversionRate']])).toEqual([
        ['2026-01-01', '2026-02-01', 1.1],
        ['2026-02-01', '9999-12-31', 1.2],
      ]);
      await made(r);
      expect((await r.records('SELECT CurrencyIsoCode FROM Opportunity'))[0]?.['CurrencyIsoCode']).toBe('EUR');
      const unknown = await r.send('POST', '/sobjects/Opportunity', {
        body: { Name: 'x', StageName: 'Prospecting', CloseDate: '2026-06-30', CurrencyIsoCode: 'XXX' },
      });
      expect(unknown.json.at(0)?.['errorCode']).toBe('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST');
      expect((await rig().send('GET', '/sobjects/CurrencyType/describe')).status).toBe(404);
    },
  );
});

describe('activities', () => {
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_task.htm` },
    'a completed task has its moment and counts for the last activity',
    async () => {
      const r = rig();
      const lead = r.half.seed.insert('Lead', { LastName: 'L', Company: 'C' }, { at: START });
      const body = { WhoId: lead, Subject: 'Call', TaskSubtype: 'Call', CallDurationInSeconds: 60, ActivityDate: '2026-03-01' };
      const id = String((await r.send('POST', '/sobjects/Task', { body, as: 'user' })).json['id']);
      const read = async () =>
        (await r.records('SELECT Status, Priority, IsClosed, CompletedDateTime, Who.Name, Who.Type, Owner.Name FROM Task'))[0];
      expect(await read()).toMatchObject({
        Status: 'Not Started',
        Priority: 'Normal',
        IsClosed: false,
        CompletedDateTime: null,
        Who: { Name: 'L', Type: 'Lead' },
        Owner: { Name: 'Sasha Seller' },
      });
      await r.send('PATCH', `/sobjects/Task/${id}`, { body: { Status: 'Completed' } });
      expect(await read()).toMatchObject({ IsClosed: true, CompletedDateTime: '2026-03-02T09:30:15.000+0000' });
      expect((await r.records('SELECT LastActivityDate, (SELECT Subject FROM Tasks) FROM Lead'))[0]).toMatchObject({
        LastActivityDate: '2026-03-01',
        Tasks: { totalSize: 1 },
      });
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_event.htm` },
    'an event knows its end from its length, and the reverse',
    async () => {
      const r = rig();
      const long = await r.send('POST', '/sobjects/Event', {
        body: { Subject: 'Meeting', StartDateTime: '2026-03-05T10:00:00Z', DurationInMinutes: 30 },
      });
      expect(long.status).toBe(201);
      expect((await r.records('SELECT EndDateTime, ActivityDate FROM Event'))[0]).toMatchObject({
        EndDateTime: '2026-03-05T10:30:00.000+0000',
        ActivityDate: '2026-03-05',
      });
      const backwards = await r.send('POST', '/sobjects/Event', {
        body: { StartDateTime: '2026-03-05T10:00:00Z', EndDateTime: '2026-03-05T09:00:00Z' },
      });
      expect(backwards.status).toBe(400);
      expect((await r.send('POST', '/sobjects/Event', { body: { Subject: 'x' } })).json.at(0)?.['errorCode']).toBe(
        'REQUIRED_FIELD_MISSING',
      );
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_task.htm` },
    'with a lead as its person an activity is related to nothing else',
    async () => {
      const r = rig();
      const WhoId = r.half.seed.insert('Lead', { LastName: 'L', Company: 'C' }, { at: START });
      const WhatId = r.half.seed.insert('Account', { Name: 'A' }, { at: START });
      expect((await r.send('POST', '/sobjects/Task', { body: { WhoId, WhatId } })).json.at(0)?.['errorCode']).toBe(
        'FIELD_INTEGRITY_EXCEPTION',
      );
    },
  );
});
