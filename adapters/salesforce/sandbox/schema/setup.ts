import { metadataField } from './automation.ts';
import { fullName } from './shared.ts';
import { NO_BIN, count, day, field, flag, instant, lookup, object, picklist, readOnly, readOnlyObject, required, text } from './fields.ts';
import type { Row, Store } from '../store.ts';
import type { ObjectDef, Value } from './types.ts';

/** Definitions carry no stamps of their own. */
const SETUP_ONLY = ['IsDeleted', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp'];
const noDelete = { deletable: false, lacks: NO_BIN } as const;

export function userObject(): ObjectDef {
  const fields = [
    text('Username', 80, { ...required, unique: true }),
    text('LastName', 80, required),
    text('FirstName', 40),
    text('Name', 121, { ...readOnly, derive: fullName }),
    text('CompanyName', 80),
    text('Division', 80),
    text('Department', 80),
    text('Title', 80),
    field('Email', 'email', { ...required, length: 128 }),
    text('Alias', 8, required),
    text('CommunityNickname', 40),
    flag('IsActive', { label: 'Active' }),
    picklist('TimeZoneSidKey', ['GMT', 'America/Los_Angeles', 'America/New_York', 'Europe/London', 'Europe/Berlin'], {
      ...required,
      length: 40,
      defaulted: true,
    }),
    picklist('LocaleSidKey', ['en_US', 'en_GB', 'de_DE', 'pt_BR'], { ...required, length: 40, defaulted: true }),
    picklist('LanguageLocaleKey', ['en_US', 'de', 'pt_BR'], { ...required, length: 40, defaulted: true }),
    picklist('EmailEncodingKey', ['UTF-8', 'ISO-8859-1'], { ...required, length: 40, defaulted: true }),
    lookup('UserRoleId', ['UserRole'], { relationship: 'UserRole', children: 'Users' }),
    lookup('ProfileId', ['Profile'], { ...required, relationship: 'Profile', children: 'Users' }),
    picklist('UserType', ['Standard', 'AutomatedProcess', 'CloudIntegrationUser'], {
      ...readOnly,
      length: 40,
      defaulted: true,
      restricted: true,
    }),
    text('EmployeeNumber', 20),
    field('Phone', 'phone', { length: 40 }),
    lookup('ManagerId', ['User'], { relationship: 'Manager' }),
    flag('UserPermissionsMarketingUser', { label: 'Marketing User' }),
    instant('LastLoginDate', readOnly),
    text('FederationIdentifier', 512),
  ];
  return object('User', '005', fields, noDelete);
}

export function groupObject(): ObjectDef {
  const fields = [
    text('Name', 40, required),
    text('DeveloperName', 80),
    picklist('Type', ['Regular', 'Queue', 'Role', 'Organization'], {
      ...required,
      length: 40,
      updateable: false,
      restricted: true,
      defaulted: true,
    }),
    field('Email', 'email', { length: 255 }),
  ];
  return object('Group', '00G', fields, { lacks: NO_BIN });
}

export function queueSobjectObject(): ObjectDef {
  const fields = [
    lookup('QueueId', ['Group'], { ...required, updateable: false, relationship: 'Queue', children: 'QueueSobjects', cascadeDelete: true }),
    picklist('SobjectType', ['Lead', 'Task'], { ...required, updateable: false, length: 40 }),
  ];
  return object('QueueSobject', '03g', fields, { lacks: NO_BIN });
}

export function userRoleObject(): ObjectDef {
  const fields = [text('Name', 80, required), text('DeveloperName', 80), lookup('ParentRoleId', ['UserRole'], { relationship: null })];
  return object('UserRole', '00E', fields, { lacks: NO_BIN });
}

export function profileObject(): ObjectDef {
  const fields = [text('Name', 255, readOnly), picklist('UserType', ['Standard'], { ...readOnly, length: 40 })];
  return object('Profile', '00e', fields, { ...readOnlyObject, lacks: NO_BIN });
}

export function organizationObject(): ObjectDef {
  const fields = [
    text('Name', 80, readOnly),
    text('Country', 80, readOnly),
    picklist('OrganizationType', ['Developer Edition', 'Enterprise Edition', 'Unlimited Edition'], { ...readOnly, length: 40 }),
    text('InstanceName', 5, readOnly),
    flag('IsSandbox', readOnly),
    text('NamespacePrefix', 15, readOnly),
    picklist('TimeZoneSidKey', ['GMT'], { ...readOnly, length: 40 }),
    picklist('LanguageLocaleKey', ['en_US'], { ...readOnly, length: 40 }),
    picklist('DefaultLocaleSidKey', ['en_US'], { ...readOnly, length: 40 }),
    count('FiscalYearStartMonth', readOnly),
    flag('UsesStartDateAsFiscalYearName', readOnly),
    instant('TrialExpirationDate', readOnly),
  ];
  return object('Organization', '00D', fields, { ...readOnlyObject, lacks: NO_BIN });
}

/** Exists only where several currencies are switched on. */
export function currencyTypeObject(): ObjectDef {
  const fields = [
    text('IsoCode', 3, readOnly),
    field('ConversionRate', 'double', { ...readOnly, precision: 18, scale: 6 }),
    count('DecimalPlaces', readOnly),
    flag('IsActive', readOnly),
    flag('IsCorporate', readOnly),
  ];
  return object('CurrencyType', '01L', fields, { ...readOnlyObject, lacks: NO_BIN });
}

/** The day on which the next rate of the same currency begins. */
function nextStart(row: Row, store: Store): Value {
  const mine = String(store.value(row, 'StartDate'));
  const later = (store.find('DatedConversionRate', 'IsoCode', store.value(row, 'IsoCode')) ?? [])
    .map((other) => String(store.value(other, 'StartDate')))
    .filter((start) => start > mine);
  return later.reduce((first, start) => (start < first ? start : first), '9999-12-31');
}

/** Exists only where advanced currency management is switched on. */
export function datedRateObject(): ObjectDef {
  const fields = [
    text('IsoCode', 3, required),
    field('ConversionRate', 'double', { ...required, precision: 18, scale: 6 }),
    day('StartDate', required),
    day('NextStartDate', { ...readOnly, derive: nextStart }),
  ];
  return object('DatedConversionRate', '04w', fields, { lacks: NO_BIN });
}

export function assignmentRuleObject(): ObjectDef {
  const fields = [
    text('Name', 120, readOnly),
    picklist('SobjectType', ['Lead', 'Case'], { ...readOnly, length: 40 }),
    flag('Active', readOnly),
  ];
  return object('AssignmentRule', '01Q', fields, { ...readOnlyObject, lacks: NO_BIN });
}

export function permissionSetObject(): ObjectDef {
  const fields = [
    text('Name', 80, required),
    text('Label', 80, required),
    text('Description', 255),
    flag('IsOwnedByProfile', readOnly),
    flag('IsCustom', { ...readOnly, derive: (row, store) => store.value(row, 'IsOwnedByProfile') !== true }),
    lookup('ProfileId', ['Profile'], { ...readOnly, relationship: 'Profile' }),
    lookup('LicenseId', ['PermissionSetLicense'], { relationship: null }),
    text('NamespacePrefix', 15, readOnly),
    picklist('Type', ['Regular', 'Profile', 'Standard'], { ...readOnly, length: 40 }),
    ...['ApiEnabled', 'ViewSetup', 'CustomizeApplication', 'ModifyAllData', 'ViewAllData', 'BulkApiHardDelete'].map((name) =>
      flag(`Permissions${name}`),
    ),
  ];
  return object('PermissionSet', '0PS', fields, { lacks: NO_BIN });
}

export function permissionSetAssignmentObject(): ObjectDef {
  const once = { updateable: false } as const;
  const fields = [
    lookup('PermissionSetId', ['PermissionSet'], { ...required, ...once, children: 'Assignments', cascadeDelete: true }),
    lookup('AssigneeId', ['User'], { ...required, ...once, children: 'PermissionSetAssignments' }),
  ];
  return object('PermissionSetAssignment', '0Pa', fields, { lacks: NO_BIN });
}

export function fieldPermissionsObject(): ObjectDef {
  const fields = [
    lookup('ParentId', ['PermissionSet'], { ...required, updateable: false, children: 'FieldPerms', cascadeDelete: true }),
    text('SobjectType', 255, { ...required, updateable: false }),
    text('Field', 255, { ...required, updateable: false }),
    flag('PermissionsRead'),
    flag('PermissionsEdit'),
  ];
  return object('FieldPermissions', '01k', fields, { lacks: NO_BIN });
}

export function objectPermissionsObject(): ObjectDef {
  const fields = [
    lookup('ParentId', ['PermissionSet'], { ...required, updateable: false, children: 'ObjectPerms', cascadeDelete: true }),
    text('SobjectType', 255, { ...required, updateable: false }),
    ...['Create', 'Read', 'Edit', 'Delete', 'ViewAllRecords', 'ModifyAllRecords'].map((name) => flag(`Permissions${name}`)),
  ];
  return object('ObjectPermissions', '110', fields, { lacks: NO_BIN });
}

/** Fields as setup data: one row a field, written by Salesforce itself. */
export function fieldDefinitionObject(): ObjectDef {
  const fields = [
    text('DurableId', 255, readOnly),
    text('QualifiedApiName', 255, readOnly),
    text('DeveloperName', 255, readOnly),
    text('NamespacePrefix', 15, readOnly),
    text('Label', 255, readOnly),
    text('DataType', 255, readOnly),
    count('Length', readOnly),
    text('EntityDefinitionId', 255, { ...readOnly, referenceTo: ['EntityDefinition'], relationship: 'EntityDefinition' }),
    flag('IsFieldHistoryTracked', readOnly),
    flag('IsIndexed', readOnly),
    flag('IsNillable', readOnly),
  ];
  return object('FieldDefinition', '0FD', fields, { ...readOnlyObject, home: 'both', lacks: SETUP_ONLY });
}

export function entityDefinitionObject(): ObjectDef {
  const fields = [
    text('DurableId', 255, readOnly),
    text('QualifiedApiName', 255, readOnly),
    text('DeveloperName', 255, readOnly),
    text('Label', 255, readOnly),
    text('PluralLabel', 255, readOnly),
    text('KeyPrefix', 3, readOnly),
    flag('IsFieldHistoryTracked', readOnly),
    flag('IsQueryable', readOnly),
  ];
  return object('EntityDefinition', '4ie', fields, { ...readOnlyObject, home: 'both', lacks: SETUP_ONLY });
}

/** A custom field as the Tooling API makes it; its definition comes in `Metadata`. */
export function customFieldObject(): ObjectDef {
  const fields = [
    text('DeveloperName', 80, readOnly),
    text('TableEnumOrId', 255, readOnly),
    text('NamespacePrefix', 15, readOnly),
    text('FullName', 255, { nillable: false }),
    metadataField(),
  ];
  return object('CustomField', '00N', fields, { home: 'tooling', updateable: false, deletable: false });
}
