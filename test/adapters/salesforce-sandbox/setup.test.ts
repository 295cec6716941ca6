import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const OBJECTS = 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference';
const SOAP = 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api';
const TOOLING = 'https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling';

const WON = {
  FullName: 'Campaign.Truce_Won_Deals__c',
  Metadata: { type: 'Number', label: 'Truce won deals', precision: 18, scale: 0, inlineHelpText: 'Deals won' },
};

async function fieldOf(r: Rig, object: string, name: string, as?: 'user') {
  const answer = await r.send('GET', `/sobjects/${object}/describe`, as === undefined ? {} : { as });
  return answer.json['fields']?.map((one) => one).find((one) => String(one['name']) === name);
}

describe('describe', () => {
  conforms(
    { known: 'specified', source: `${SOAP}/sforce_api_calls_describesobjects_describesobjectresult.htm` },
    'a lead has the stock fields with their facts',
    async () => {
      const r = rig();
      expect(await fieldOf(r, 'Lead', 'Status')).toMatchObject({
        type: 'picklist',
        length: 40,
        nillable: false,
        defaultedOnCreate: true,
        restrictedPicklist: false,
        createable: true,
        updateable: true,
        picklistValues: [
          { value: 'Open - Not Contacted', label: 'Open - Not Contacted', active: true, defaultValue: true },
          { value: 'Working - Contacted', defaultValue: false },
          { value: 'Closed - Converted' },
          { value: 'Closed - Not Converted' },
        ],
      });
      expect(await fieldOf(r, 'Lead', 'OwnerId')).toMatchObject({
        type: 'reference',
        referenceTo: ['Group', 'User'],
        relationshipName: 'Owner',
        polymorphicForeignKey: true,
      });
      expect(await fieldOf(r, 'Lead', 'IsConverted')).toMatchObject({ createable: true, updateable: false });
      expect(await fieldOf(r, 'Lead', 'ConvertedDate')).toMatchObject({ type: 'date', createable: false, updateable: false });
      expect(await fieldOf(r, 'Lead', 'Truce_Key__c')).toMatchObject({ custom: true, externalId: true, unique: true, idLookup: true });
      expect(await fieldOf(r, 'Opportunity', 'Loss_Reason__c')).toMatchObject({ type: 'picklist', custom: true });
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_campaign.htm` },
    'the figures of a campaign are read-only although nothing says that they are calculated',
    async () => {
      const r = rig();
      for (const name of ['NumberOfLeads', 'AmountWonOpportunities', 'HierarchyNumberOfContacts', 'HierarchyActualCost']) {
        expect(await fieldOf(r, 'Campaign', name)).toMatchObject({ createable: false, updateable: false, calculated: false });
      }
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_describeGlobal.htm` },
    'describeGlobal and describe agree on the object, whatever the case of its name',
    async () => {
      const r = rig();
      const global = await r.send('GET', '/sobjects');
      expect(global.json).toMatchObject({ encoding: 'UTF-8', maxBatchSize: 200 });
      const entry = global.json['sobjects']?.map((one) => one).find((one) => String(one['name']) === 'CampaignMember');
      expect(entry).toMatchObject({
        keyPrefix: '00v',
        createable: true,
        urls: { describe: '/services/data/v67.0/sobjects/CampaignMember/describe' },
      });
      const lead = await r.send('GET', '/sobjects/LEAD/Describe');
      expect(lead.json).toMatchObject({ name: 'Lead', mergeable: true, undeletable: true, replicateable: true });
      expect(lead.json['childRelationships']?.map((one) => String(one['relationshipName']))).toEqual(
        expect.arrayContaining(['CampaignMembers', 'Histories', 'Tasks']),
      );
      expect((await r.send('GET', '/sobjects/Nope/describe')).status).toBe(404);
    },
  );

  conforms(
    { known: 'specified', source: `${TOOLING}/tooling_api_objects_fielddefinition.htm` },
    'FieldDefinition tells which fields have their history tracked',
    async () => {
      const r = rig();
      const soql =
        "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' AND IsFieldHistoryTracked = true ORDER BY QualifiedApiName";
      expect((await r.records(soql)).map((one) => one['QualifiedApiName'])).toEqual(['LeadSource', 'OwnerId', 'Status']);
      const tooling = await r.send(
        'GET',
        `/tooling/query?q=${encodeURIComponent(soql.replace('EntityDefinition.QualifiedApiName', 'EntityDefinitionId'))}`,
      );
      expect(tooling.json['totalSize']).toBe(3);
    },
  );
});

describe('an unprovisioned organisation', () => {
  it("has none of Truce's fields, but its own custom ones", async () => {
    const r = rig({ provisioned: false });
    expect(await fieldOf(r, 'Campaign', 'Truce_Won_Deals__c')).toBeUndefined();
    expect(await fieldOf(r, 'Lead', 'Rejection_Reason__c')).toBeDefined();
    expect((await r.soql('SELECT Truce_Key__c FROM Lead')).json.at(0)?.['errorCode']).toBe('INVALID_FIELD');
  });

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_fieldpermissions.htm` },
    'a field made by API is invisible to everyone, its maker too, until it is granted',
    async () => {
      const r = rig({ provisioned: false });
      const campaign = r.half.seed.insert('Campaign', { Name: 'C' }, { at: START });
      const made = await r.send('POST', '/tooling/sobjects/CustomField', { body: WON });
      expect(made.status).toBe(201);
      expect(await fieldOf(r, 'Campaign', 'Truce_Won_Deals__c')).toBeUndefined();
      expect((await r.soql('SELECT Truce_Won_Deals__c FROM Campaign')).status).toBe(400);
      const blind = await r.send('PATCH', `/sobjects/Campaign/${campaign}`, { body: { Truce_Won_Deals__c: 3 } });
      expect(blind.json.at(0)?.['errorCode']).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');

      const set = await r.send('POST', '/sobjects/PermissionSet', { body: { Name: 'Truce_Integration', Label: 'Truce Integration' } });
      const ParentId = String(set.json['id']);
      const grant = {
        ParentId,
        SobjectType: 'Campaign',
        Field: 'Campaign.Truce_Won_Deals__c',
        PermissionsRead: true,
        PermissionsEdit: true,
      };
      expect((await r.send('POST', '/sobjects/FieldPermissions', { body: grant })).status).toBe(201);
      expect((await r.send('POST', '/sobjects/FieldPermissions', { body: grant })).json.at(0)?.['errorCode']).toBe('DUPLICATE_VALUE');
      const [user] = await r.records("SELECT Id FROM User WHERE Username = 'truce.integration@example.com'");
      expect(
        (await r.send('POST', '/sobjects/PermissionSetAssignment', { body: { PermissionSetId: ParentId, AssigneeId: user?.['Id'] } }))
          .status,
      ).toBe(201);

      expect((await r.send('PATCH', `/sobjects/Campaign/${campaign}`, { body: { Truce_Won_Deals__c: 3 } })).status).toBe(204);
      expect((await r.records('SELECT Truce_Won_Deals__c FROM Campaign'))[0]?.['Truce_Won_Deals__c']).toBe(3);
      expect(await fieldOf(r, 'Campaign', 'Truce_Won_Deals__c')).toMatchObject({
        type: 'double',
        inlineHelpText: 'Deals won',
        updateable: true,
      });
      expect(await fieldOf(r, 'Campaign', 'Truce_Won_Deals__c', 'user')).toBeUndefined();
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_fieldpermissions.htm` },
    'a right to read is no right to edit; a profile can be granted too',
    async () => {
      const r = rig({ provisioned: false });
      const campaign = r.half.seed.insert('Campaign', { Name: 'C' }, { at: START });
      await r.send('POST', '/tooling/sobjects/CustomField', { body: WON });
      const [profile] = await r.records("SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true AND Profile.Name = 'Standard User'");
      await r.send('POST', '/sobjects/FieldPermissions', {
        body: { ParentId: profile?.['Id'], SobjectType: 'Campaign', Field: WON.FullName, PermissionsRead: true },
      });
      expect(await fieldOf(r, 'Campaign', 'Truce_Won_Deals__c', 'user')).toMatchObject({ updateable: false });
      const answer = await r.send('PATCH', `/sobjects/Campaign/${campaign}`, { as: 'user', body: { Truce_Won_Deals__c: 3 } });
      expect(answer.json.at(0)).toMatchObject({ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['Truce_Won_Deals__c'] });
    },
  );

  conforms(
    { known: 'assumed', probe: 'as a Standard User POST a PermissionSet, FieldPermissions, ObjectPermissions and PermissionSetAssignment' },
    'who may not customize makes no permission set, grants nothing and assigns nobody',
    async () => {
      const r = rig({ provisioned: false });
      const body = { Name: 'Mine', Label: 'Mine' };
      const refused = await r.send('POST', '/sobjects/PermissionSet', { body, as: 'user' });
      expect([refused.status, refused.json.at(0)?.['errorCode']]).toEqual([400, 'INSUFFICIENT_ACCESS_OR_READONLY']);
      const ParentId = (await r.send('POST', '/sobjects/PermissionSet', { body })).json['id'];
      const grants = {
        FieldPermissions: { ParentId, SobjectType: 'Opportunity', Field: 'Opportunity.Loss_Reason__c', PermissionsRead: true },
        ObjectPermissions: { ParentId, SobjectType: 'Lead', PermissionsRead: true },
        PermissionSetAssignment: { PermissionSetId: ParentId, AssigneeId: (await r.records('SELECT Id FROM User LIMIT 1'))[0]?.['Id'] },
      };
      for (const [object, grant] of Object.entries(grants)) {
        expect((await r.send('POST', `/sobjects/${object}`, { body: grant, as: 'user' })).json.at(0)?.['errorCode']).toBe(
          'INSUFFICIENT_ACCESS_OR_READONLY',
        );
      }
    },
  );

  conforms(
    { known: 'specified', source: `${TOOLING}/tooling_api_objects_customfield.htm` },
    'who may not customize makes no field; a bad definition makes none either',
    async () => {
      const r = rig({ provisioned: false });
      expect((await r.send('POST', '/tooling/sobjects/CustomField', { body: WON, as: 'user' })).status).toBe(403);
      const bad: readonly (readonly [Record<string, unknown>, string])[] = [
        [{ FullName: 'Campaign.Loose', Metadata: WON.Metadata }, 'FIELD_INTEGRITY_EXCEPTION'],
        [{ FullName: 'Nope.X__c', Metadata: WON.Metadata }, 'INVALID_TYPE'],
        [{ FullName: 'Campaign.X__c', Metadata: { type: 'Text', label: 'X' } }, 'FIELD_INTEGRITY_EXCEPTION'],
        [{ FullName: 'Campaign.X__c', Metadata: { type: 'Picklist', label: 'X' } }, 'FIELD_INTEGRITY_EXCEPTION'],
        [{ FullName: 'Campaign.X__c', Metadata: { type: 'Hologram', label: 'X' } }, 'FIELD_INTEGRITY_EXCEPTION'],
        [{ FullName: 'Opportunity.Loss_Reason__c', Metadata: WON.Metadata }, 'DUPLICATE_DEVELOPER_NAME'],
        [{ Metadata: WON.Metadata }, 'INVALID_TYPE'],
      ];
      for (const [body, code] of bad) {
        const answer = await r.send('POST', '/tooling/sobjects/CustomField', { body });
        expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([400, code]);
      }
      expect(r.half.counts().rows['CustomField']).toBe(0);
    },
  );
});

describe('an external id made by API', () => {
  conforms(
    { known: 'specified', source: `${TOOLING}/tooling_api_objects_customfield.htm` },
    'is unique and finds its record once it is granted',
    async () => {
      const r = rig({ provisioned: false });
      const body = {
        FullName: 'Lead.Truce_Key__c',
        Metadata: { type: 'Text', label: 'Truce key', length: 64, unique: true, externalId: true },
      };
      await r.send('POST', '/tooling/sobjects/CustomField', { body });
      const [profile] = await r.records("SELECT Id FROM PermissionSet WHERE Profile.Name = 'System Administrator'");
      await r.send('POST', '/sobjects/FieldPermissions', {
        body: { ParentId: profile?.['Id'], SobjectType: 'Lead', Field: 'Lead.Truce_Key__c', PermissionsEdit: true },
      });
      const path = '/sobjects/Lead/Truce_Key__c/k';
      expect((await r.send('PATCH', path, { body: { LastName: 'x', Company: 'y' } })).status).toBe(201);
      expect((await r.send('PATCH', path, { body: { Company: 'z' } })).status).toBe(200);
      expect(r.half.counts().rows['Lead']).toBe(1);
    },
  );
});

describe('users', () => {
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_user.htm` },
    'users, roles, queues and the rule that assigns leads can be read',
    async () => {
      const r = rig();
      r.half.seed.user({ name: 'Mia Market Er', email: 'mia@example.com', role: 'Marketing', department: 'Marketing', active: false });
      const [mia] = await r.records(
        "SELECT FirstName, LastName, IsActive, UserRole.Name, Profile.Name, Department FROM User WHERE Email = 'mia@example.com'",
      );
      expect(mia).toMatchObject({
        FirstName: 'Mia',
        LastName: 'Market Er',
        IsActive: false,
        UserRole: { Name: 'Marketing' },
        Profile: { Name: 'Standard User' },
        Department: 'Marketing',
      });
      expect((await r.records("SELECT Name, (SELECT SobjectType FROM QueueSobjects) FROM Group WHERE Type = 'Queue'"))[0]).toMatchObject({
        Name: 'Unworked Leads',
      });
      expect(await r.records("SELECT Name FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true")).toHaveLength(1);
      expect((await r.records('SELECT Id, OrganizationType, IsSandbox, TimeZoneSidKey FROM Organization'))[0]).toMatchObject({
        OrganizationType: 'Enterprise Edition',
        IsSandbox: true,
      });
    },
  );
});
