import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';
import { DAY, names, readOnly } from './soql-rig.ts';

const SOQL = 'https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl';

describe('ids', () => {
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    '18 characters find their record',
    async () => {
      expect(await names(`Id = '${await alpha()}'`)).toEqual(['Alpha']);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    'so do the first 15 of them',
    async () => {
      expect(await names(`Id = '${(await alpha()).slice(0, 15)}'`)).toEqual(['Alpha']);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    '18 characters may have lost their case',
    async () => {
      expect(await names(`Id = '${(await alpha()).toLowerCase()}'`)).toEqual(['Alpha']);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    '15 and 18 of one record in a list find it once',
    async () => {
      const id = await alpha();
      expect(await names(`Id IN ('${id}', '${id.slice(0, 15)}')`)).toEqual(['Alpha']);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    '!= leaves the record out',
    async () => {
      expect(await names(`Id != '${await alpha()}'`)).toHaveLength(4);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    'an id of another object finds nothing',
    async () => {
      expect(await names("Id = '0035g0000000001AAA'")).toEqual([]);
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm',
    },
    '> reads on behind an id',
    async () => {
      expect(await names(`Id > '${await alpha()}'`)).toHaveLength(4);
    },
  );

  async function alpha(): Promise<string> {
    return String((await readOnly().records("SELECT Id FROM Lead WHERE LastName = 'Alpha'"))[0]?.['Id']);
  }
});

describe('deleted and archived rows', () => {
  function gone(): Promise<Rig> {
    const r = rig();
    const id = r.half.seed.insert('Lead', { LastName: 'Gone', Company: 'C' }, { at: START });
    return r.send('DELETE', `/sobjects/Lead/${id}`).then(() => r);
  }

  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm' },
    'query hides deleted rows',
    async () => {
      expect(await (await gone()).records('SELECT Id FROM Lead')).toHaveLength(0);
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm' },
    'query hides them even when they are asked for',
    async () => {
      expect(await (await gone()).records('SELECT Id FROM Lead WHERE IsDeleted = true')).toHaveLength(0);
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm' },
    'queryAll shows them',
    async () => {
      expect((await (await gone()).records('SELECT IsDeleted FROM Lead', { all: true })).map((one) => one['IsDeleted'])).toEqual([true]);
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm' },
    'queryAll tells them from the others',
    async () => {
      expect(await (await gone()).records('SELECT Id FROM Lead WHERE IsDeleted = false', { all: true })).toHaveLength(0);
    },
  );
  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm' },
    'queryAll counts them',
    async () => {
      expect((await (await gone()).soql('SELECT COUNT() FROM Lead', { all: true })).json['totalSize']).toBe(1);
    },
  );
  conforms(
    { known: 'specified', source: 'https://help.salesforce.com/s/articleView?id=sf.home_delete.htm' },
    'the recycle bin keeps them for fifteen days',
    async () => {
      const r = await gone();
      r.advance(15 * DAY - 60_000);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toHaveLength(1);
      r.advance(120_000);
      expect(await r.records('SELECT Id FROM Lead', { all: true })).toHaveLength(0);
    },
  );
  function tasks(): Rig {
    const r = rig();
    for (const [days, Status] of [
      [400, 'Completed'],
      [400, 'Not Started'],
      [10, 'Completed'],
    ] as const) {
      const ActivityDate = new Date(START - days * DAY).toISOString().slice(0, 10);
      r.half.seed.insert('Task', { Subject: `${Status} ${String(days)}`, Status, ActivityDate }, { at: START - days * DAY });
    }
    return r;
  }

  conforms(
    { known: 'specified', source: 'https://help.salesforce.com/s/articleView?id=sf.activities_archived.htm' },
    'activities closed more than a year ago are archived: query hides them',
    async () => {
      expect((await tasks().records('SELECT Subject FROM Task ORDER BY Subject')).map((one) => one['Subject'])).toEqual([
        'Completed 10',
        'Not Started 400',
      ]);
    },
  );
  conforms(
    { known: 'specified', source: 'https://help.salesforce.com/s/articleView?id=sf.activities_archived.htm' },
    'queryAll shows archived activities',
    async () => {
      expect(
        (await tasks().records('SELECT Subject FROM Task WHERE IsArchived = true', { all: true })).map((one) => one['Subject']),
      ).toEqual(['Completed 400']);
    },
  );
});

describe('several selected values', () => {
  async function found(where: string): Promise<unknown[]> {
    const r = rig({ provisioned: false });
    const values = ['A', 'B', 'C'].map((valueName) => ({ valueName, label: valueName }));
    const Metadata = {
      type: 'MultiselectPicklist',
      label: 'Interests',
      visibleLines: 3,
      valueSet: { valueSetDefinition: { value: values } },
    };
    await r.send('POST', '/tooling/sobjects/CustomField', { body: { FullName: 'Lead.Interests__c', Metadata } });
    const [profile] = await r.records("SELECT Id FROM PermissionSet WHERE Profile.Name = 'System Administrator'");
    await r.send('POST', '/sobjects/FieldPermissions', {
      body: { ParentId: profile?.['Id'], SobjectType: 'Lead', Field: 'Lead.Interests__c', PermissionsEdit: true },
    });
    for (const chosen of ['A', 'A;B', 'B;C', null])
      await r.send('POST', '/sobjects/Lead', { body: { LastName: chosen ?? 'none', Company: 'y', Interests__c: chosen } });
    return (await r.records(`SELECT LastName FROM Lead WHERE ${where} ORDER BY Id`)).map((one) => one['LastName']);
  }

  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_multiselect_picklists.htm` },
    'INCLUDES takes one of the values',
    async () => {
      expect(await found("Interests__c INCLUDES ('A')")).toEqual(['A', 'A;B']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_multiselect_picklists.htm` },
    'INCLUDES takes any of several',
    async () => {
      expect(await found("Interests__c INCLUDES ('A', 'C')")).toEqual(['A', 'A;B', 'B;C']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_multiselect_picklists.htm` },
    'a semicolon wants all of them',
    async () => {
      expect(await found("Interests__c INCLUDES ('A;B', 'C')")).toEqual(['A;B', 'B;C']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_multiselect_picklists.htm` },
    'EXCLUDES leaves them out',
    async () => {
      expect(await found("Interests__c EXCLUDES ('A')")).toEqual(['B;C', 'none']);
    },
  );
  conforms(
    { known: 'specified', source: `${SOQL}/sforce_api_calls_soql_querying_multiselect_picklists.htm` },
    '= wants exactly these',
    async () => {
      expect(await found("Interests__c = 'A;B'")).toEqual(['A;B']);
    },
  );
});
