import { picklistOf } from '../dml/validate.ts';
import type { FieldDef, ObjectDef } from '../schema/types.ts';
import type { Call, Reply } from './reply.ts';
import { allow } from './reply.ts';

const SOAP_TYPES: Readonly<Record<string, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  address: 'urn:address',
  anyType: 'xsd:anyType',
};

/** Objects whose rows only marketing users may write. */
const MARKETING = new Set(['Campaign']);

function mayWrite(call: Call, def: ObjectDef): boolean {
  if (!MARKETING.has(def.name)) return true;
  return call.org.store.value(call.org.store.row(call.userId), 'UserPermissionsMarketingUser') === true;
}

/** What describeGlobal and describe say of an object alike. */
function summary(call: Call, def: ObjectDef): Readonly<Record<string, unknown>> {
  const writes = mayWrite(call, def);
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: def.createable && writes,
    custom: false,
    customSetting: false,
    deepCloneable: false,
    deletable: def.deletable && writes,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: def.prefix,
    label: def.label,
    labelPlural: def.labelPlural,
    layoutable: def.createable,
    mergeable: def.mergeable,
    mruEnabled: false,
    name: def.name,
    queryable: true,
    replicateable: def.replicateable,
    retrieveable: true,
    searchable: def.createable,
    triggerable: def.createable,
    undeletable: def.deletable,
    updateable: def.updateable && writes,
  };
}

function inHome(def: ObjectDef, tooling: boolean): boolean {
  return def.home === 'both' || (def.home === 'tooling') === tooling;
}

/** `GET /sobjects`. */
export function describeGlobal(call: Call, tooling: boolean): Reply {
  allow(call, ['GET']);
  const sobjects = call.org.store
    .objects()
    .filter((def) => inHome(def, tooling))
    .map((def) => {
      const path = `${call.base}${tooling ? '/tooling' : ''}/sobjects/${def.name}`;
      return { ...summary(call, def), urls: { rowTemplate: `${path}/{ID}`, describe: `${path}/describe`, sobject: path } };
    });
  return { status: 200, json: { encoding: 'UTF-8', maxBatchSize: 200, sobjects } };
}

/** `GET /sobjects/Lead`. */
export function basicInfo(call: Call, def: ObjectDef): Reply {
  const path = `${call.base}/sobjects/${def.name}`;
  return {
    status: 200,
    json: {
      objectDescribe: { ...summary(call, def), urls: { rowTemplate: `${path}/{ID}`, describe: `${path}/describe`, sobject: path } },
      recentItems: [],
    },
  };
}

/** `GET /sobjects/Lead/describe`: fields that this user can see, relationships, what may be done. */
export function describe(call: Call, def: ObjectDef): Reply {
  allow(call, ['GET']);
  const fields = [...def.fields.values()].flatMap((field) => {
    const access = call.org.access.field(call.userId, def, field);
    return access.read ? [fieldJson(call, def, field, access.edit && mayWrite(call, def))] : [];
  });
  const path = `${call.base}/sobjects/${def.name}`;
  return {
    status: 200,
    json: {
      actionOverrides: [],
      ...summary(call, def),
      childRelationships: childRelationships(call, def),
      compactLayoutable: true,
      defaultImplementation: null,
      extendedBy: null,
      extendsInterfaces: null,
      fields,
      implementedBy: null,
      implementsInterfaces: null,
      listviewable: null,
      lookupLayoutable: null,
      namedLayoutInfos: [],
      networkScopeFieldName: null,
      recordTypeInfos: recordTypeInfos(call, def, path),
      searchLayoutable: true,
      sobjectDescribeOption: 'FULL',
      supportedScopes: [
        { label: 'All records', name: 'everything' },
        { label: 'My records', name: 'mine' },
      ],
      urls: { describe: `${path}/describe`, rowTemplate: `${path}/{ID}`, sobject: path },
    },
  };
}

const MASTER = { id: '012000000000000AAA', name: 'Master', developerName: 'Master', active: true } as const;

/** The record types of an object, and the one that all begin with. */
function recordTypeInfos(call: Call, def: ObjectDef, path: string): readonly unknown[] {
  const { store } = call.org;
  const own = [...store.rows('RecordType')]
    .filter((row) => store.value(row, 'SobjectType') === def.name)
    .map((row) => ({
      id: row.id,
      name: store.value(row, 'Name'),
      developerName: store.value(row, 'DeveloperName'),
      active: store.value(row, 'IsActive') === true,
    }));
  return [...own, MASTER].map((type) => ({
    active: type.active,
    available: true,
    defaultRecordTypeMapping: type.id === MASTER.id,
    developerName: type.developerName,
    master: type.id === MASTER.id,
    name: type.name,
    recordTypeId: type.id,
    urls: { layout: `${path}/describe/layouts/${type.id}` },
  }));
}

function childRelationships(call: Call, def: ObjectDef): readonly unknown[] {
  return call.org.store.objects().flatMap((child) =>
    [...child.fields.values()]
      .filter((field) => field.children !== null && field.referenceTo.includes(def.name))
      .map((field) => ({
        cascadeDelete: field.cascadeDelete,
        childSObject: child.name,
        deprecatedAndHidden: false,
        field: field.name,
        junctionIdListNames: [],
        junctionReferenceTo: [],
        relationshipName: field.children,
        restrictedDelete: false,
      })),
  );
}

function fieldJson(call: Call, def: ObjectDef, field: FieldDef, editable: boolean): unknown {
  const options = picklistOf(call.org.store, def.name, field);
  const numeric = ['double', 'currency', 'percent'].includes(field.type);
  const isName = field.name === 'Name' || field.name === 'MasterLabel';
  return {
    aggregatable: field.filterable,
    aiPredictionField: false,
    autoNumber: false,
    byteLength: field.type === 'id' || field.type === 'reference' ? 18 : field.length * 3,
    calculated: false,
    calculatedFormula: null,
    cascadeDelete: field.cascadeDelete,
    caseSensitive: false,
    compoundFieldName: compoundOf(def, field),
    controllerName: null,
    createable: field.createable && def.createable && editable,
    custom: field.custom,
    defaultValue: field.type === 'boolean' ? field.defaultValue : null,
    defaultValueFormula: null,
    defaultedOnCreate: field.defaulted,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? field.precision : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: field.filterable && field.type !== 'datetime' && !numeric,
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.type === 'id' || field.externalId || field.name === 'Email',
    inlineHelpText: field.help,
    label: field.label,
    length: field.type === 'id' || field.type === 'reference' ? 18 : field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: isName,
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    permissionable: field.nillable && field.type !== 'id',
    picklistValues: options.map((option) => ({
      active: option.active,
      defaultValue: option.isDefault,
      label: option.label ?? option.value,
      validFor: null,
      value: option.value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: numeric ? field.precision : 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationship,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restricted,
    scale: numeric ? field.scale : 0,
    searchPrefilterable: false,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: field.filterable,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && def.updateable && editable,
    writeRequiresMasterRead: false,
  };
}

function compoundOf(def: ObjectDef, field: FieldDef): string | null {
  if (['FirstName', 'LastName', 'Salutation'].includes(field.name) && def.fields.has('salutation')) return 'Name';
  const part = /^(|Mailing|Other|Billing|Shipping)(?:Street|City|State|PostalCode|Country)$/.exec(field.name);
  const compound = part === null ? null : `${part[1] ?? ''}Address`;
  return compound !== null && def.fields.has(compound.toLowerCase()) ? compound : null;
}
