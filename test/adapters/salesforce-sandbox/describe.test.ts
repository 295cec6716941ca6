import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';

describe('describe', () => {
  /** The members of a type in jsforce's typings. `idEnabled` is in them and in no recorded answer. */
  async function members(type: string): Promise<string[]> {
    const text = await readFile(join(import.meta.dirname, '../../../node_modules/jsforce/lib/types/common.d.ts'), 'utf8');
    const body = new RegExp(`export type ${type} = [^{]*\\{(.*?)\\n\\};`, 's').exec(text)?.[1] ?? '';
    return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? '').filter((name) => name !== 'idEnabled');
  }

  conforms(
    { known: 'specified', source: 'jsforce lib/types/common.d.ts' },
    'every member that the typings promise of an object is there',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Lead/describe');
      const promised = [...(await members('DescribeGlobalSObjectResult')), ...(await members('DescribeSObjectResult'))];
      expect(promised.length).toBeGreaterThan(30);
      expect(promised.filter((name) => !(name in answer.json))).toEqual([]);
    },
  );
  conforms(
    { known: 'specified', source: 'jsforce lib/types/common.d.ts' },
    'every member that the typings promise of a field is there, on every field',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Lead/describe');
      const promised = await members('Field');
      expect(promised.length).toBeGreaterThan(40);
      const missing = answer.json['fields']?.map((field) => promised.filter((name) => !(name in field))) ?? [];
      expect([...new Set(missing.flat())]).toEqual([]);
    },
  );
  conforms(
    { known: 'specified', source: 'jsforce lib/types/common.d.ts' },
    'every member that the typings promise of an entry of describeGlobal is there',
    async () => {
      const answer = await rig().send('GET', '/sobjects');
      const promised = await members('DescribeGlobalSObjectResult');
      expect(answer.json['sobjects']?.map((one) => promised.filter((name) => !(name in one))).flat()).toEqual([]);
    },
  );
  conforms(
    { known: 'specified', source: 'jsforce lib/types/common.d.ts' },
    'every member that the typings promise of childRelationships is there',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Account/describe');
      const promised = await members('ChildRelationship');
      expect(promised.length).toBeGreaterThan(1);
      expect(answer.json['childRelationships']?.map((one) => promised.filter((name) => !(name in one))).flat()).toEqual([]);
    },
  );
  conforms(
    { known: 'specified', source: 'jsforce lib/types/common.d.ts' },
    'every member that the typings promise of recordTypeInfos is there',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Account/describe');
      const promised = await members('RecordTypeInfo');
      expect(promised.length).toBeGreaterThan(1);
      expect(answer.json['recordTypeInfos']?.map((one) => promised.filter((name) => !(name in one))).flat()).toEqual([]);
    },
  );
  conforms(
    { known: 'specified', source: 'jsforce lib/types/common.d.ts' },
    'every member that the typings promise of supportedScopes is there',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Account/describe');
      const promised = await members('ScopeInfo');
      expect(promised.length).toBeGreaterThan(1);
      expect(answer.json['supportedScopes']?.map((one) => promised.filter((name) => !(name in one))).flat()).toEqual([]);
    },
  );
  conforms({ known: 'specified', source: 'jsforce lib/types/common.d.ts' }, 'a picklist value has its members', async () => {
    const answer = await rig().send('GET', '/sobjects/Lead/describe');
    const status = answer.json['fields']?.map((one) => one).find((one) => String(one['name']) === 'Status');
    const promised = await members('PicklistEntry');
    expect(promised.filter((name) => !(name in (status?.['picklistValues']?.at(0) ?? {})))).toEqual([]);
  });
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm',
    },
    'prefixes are those of Salesforce',
    async () => {
      const answer = await rig().send('GET', '/sobjects');
      const prefixes = Object.fromEntries(answer.json['sobjects']?.map((one) => [String(one['name']), String(one['keyPrefix'])]) ?? []);
      expect(prefixes).toMatchObject({
        Lead: '00Q',
        Contact: '003',
        Account: '001',
        Campaign: '701',
        CampaignMember: '00v',
        Opportunity: '006',
        OpportunityContactRole: '00K',
        Task: '00T',
        Event: '00U',
        User: '005',
        Group: '00G',
        CampaignMemberStatus: '01Y',
        OpportunityHistory: '008',
      });
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm',
    },
    'an id field is an id of 18 characters',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Lead/describe');
      expect(answer.json['fields']?.at(0)).toMatchObject({
        name: 'Id',
        type: 'id',
        length: 18,
        soapType: 'tns:ID',
        nillable: false,
        createable: false,
      });
    },
  );
  conforms(
    {
      known: 'specified',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm',
    },
    'compound fields name their whole',
    async () => {
      const answer = await rig().send('GET', '/sobjects/Lead/describe');
      const parts = answer.json['fields']?.map((one) => [String(one['name']), one['compoundFieldName']] as const) ?? [];
      expect(Object.fromEntries(parts)).toMatchObject({ FirstName: 'Name', LastName: 'Name', City: 'Address', Company: null });
    },
  );
});
