import type { FieldDescription, ObjectDescription, OwnFieldState } from '../../../src/crm.ts';
import { defineField } from './definitions.ts';
import type { Org } from './org.ts';
import { field as plainField } from './schema/fields.ts';
import type { FieldDef, FieldType, ObjectDef, PicklistValue } from './schema/types.ts';
import type { SalesforceSeed } from './seed.ts';
import type { Row } from './store.ts';

/** Fields without which the organisation could not work: one that doesn't name them has them all the same. */
const ALWAYS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'firstname',
  'lastname',
  'email',
  'company',
  'status',
  'ownerid',
  'isdeleted',
  'systemmodstamp',
  'recordtypeid',
  'createddate',
  'createdbyid',
  'lastmodifieddate',
  'lastmodifiedbyid',
  'isconverted',
  'converteddate',
  'convertedcontactid',
  'convertedaccountid',
  'convertedopportunityid',
  'accountid',
  'stagename',
  'closedate',
  'isclosed',
  'iswon',
  'probability',
  'forecastcategory',
  'forecastcategoryname',
  'campaignid',
  'amount',
  'isactive',
  'parentid',
  'masterrecordid',
]);

/** What of another organisation is imitated. */
export interface Imitated {
  readonly objects: readonly ObjectDescription[];
  readonly own: readonly OwnFieldState[];
}

/**
 * Gives objects the fields, picklists, record types and validation rules of another organisation, as it described them:
 * what it lacks goes. Stages that are called won or lost are closed, other new ones are open.
 * @throws {Error} when a formula of a validation rule is one that the imitation can't read
 */
export function imitate(org: Org, seed: SalesforceSeed, { objects, own }: Imitated): void {
  for (const described of objects) {
    const def = org.store.object(described.object);
    if (def === undefined || described.fields.length === 0) continue;
    for (const { name } of described.recordTypes ?? []) seed.recordType(def.name, { name });
    retype(org, def, described);
    for (const { name, formula, message, field, active } of described.rules ?? [])
      seed.validationRule(def.name, { name, formula, message, active, ...(field === null ? {} : { field }) });
  }
  for (const state of own) {
    // Members are described by Truce's own fields alone.
    if (state.on === 'member' && state.state === 'missing') drop(org, 'CampaignMember', state.name.replace(/^.*\./, ''));
  }
}

function drop(org: Org, object: string, name: string): void {
  org.store.object(object)?.fields.delete(name.toLowerCase());
  redefine(org, object);
}

function retype(org: Org, def: ObjectDef, { fields }: ObjectDescription): void {
  const wanted = new Set(fields.map((one) => one.name.toLowerCase()));
  for (const key of def.fields.keys()) if (!wanted.has(key) && !ALWAYS.has(key)) def.fields.delete(key);
  for (const described of fields) {
    const present = def.fields.get(described.name.toLowerCase());
    if (present === undefined) org.store.addField(def.name, dressed(plainField(described.name, TYPES[described.type]), described));
    else
      def.fields.set(
        described.name.toLowerCase(),
        dressed(kindOf(present.type) === described.type ? present : { ...present, type: TYPES[described.type] }, described),
      );
    if (def.name === 'Lead' && described.name === 'Status') rows(org, 'LeadStatus', described);
    if (described.name === 'StageName') rows(org, 'OpportunityStage', described);
  }
  redefine(org, def.name, new Map(fields.map((one) => [one.name, one.historyTracked === true])));
}

const TYPES: Readonly<Record<FieldDescription['type'], FieldType>> = {
  text: 'string',
  number: 'double',
  money: 'currency',
  boolean: 'boolean',
  date: 'date',
  instant: 'datetime',
  picklist: 'picklist',
  'multi-picklist': 'multipicklist',
  reference: 'reference',
  other: 'anyType',
};

function kindOf(type: FieldType): FieldDescription['type'] {
  switch (type) {
    case 'int':
    case 'double':
    case 'percent':
      return 'number';
    case 'currency':
      return 'money';
    case 'boolean':
    case 'date':
    case 'picklist':
    case 'reference':
      return type;
    case 'multipicklist':
      return 'multi-picklist';
    case 'datetime':
      return 'instant';
    case 'address':
    case 'anyType':
      return 'other';
    case 'id':
    case 'string':
    case 'textarea':
    case 'email':
    case 'phone':
    case 'url':
    case 'combobox':
      return 'text';
  }
}

/** A field with what is said of it; values that stand in rows (statuses, stages) stay there. */
function dressed(base: FieldDef, described: FieldDescription): FieldDef {
  const numeric = base.type === 'double' || base.type === 'currency' || base.type === 'percent';
  const inRows =
    base.type === 'picklist' &&
    base.picklist === null &&
    (base.name === 'Status' || base.name === 'StageName' || base.name === 'CurrencyIsoCode');
  const picklist = described.options.map(({ value, label, active, isDefault }): PicklistValue => ({ value, label, active, isDefault }));
  return {
    ...base,
    label: described.label,
    updateable: described.writable,
    createable: base.createable || described.writable || described.required,
    ...(described.required ? { nillable: false, defaulted: false } : base.defaulted ? {} : { nillable: true }),
    restricted: described.restricted,
    length: described.maxLength ?? 0,
    ...(numeric && base.precision === 0 ? { precision: 18, scale: 2 } : {}),
    ...(picklist.length > 0 && !inRows ? { picklist } : {}),
  };
}

/** Statuses and stages stand in rows of their own: those that aren't named go, new ones come. */
function rows(org: Org, object: 'LeadStatus' | 'OpportunityStage', { options }: FieldDescription): void {
  const { store, ids } = org;
  const def = store.object(object);
  if (def === undefined || options.length === 0) return;
  const before = new Map([...store.rows(object)].map((row) => [String(store.value(row, 'MasterLabel')), row] as const));
  for (const row of before.values()) store.drop(row);
  for (const [index, option] of options.entries()) {
    const present = before.get(option.value);
    const won = /\bwon\b/i.test(option.value);
    const closed = won || /\blost\b/i.test(option.value);
    const facts =
      object === 'LeadStatus'
        ? { IsDefault: option.isDefault, IsConverted: option.converted }
        : { IsActive: option.active, IsClosed: closed, IsWon: won, DefaultProbability: won ? 100 : closed ? 0 : 50 };
    // What a stage means is not described: one that Salesforce ships keeps its meaning.
    const known = object === 'OpportunityStage' && present !== undefined ? [...present.values] : Object.entries(facts);
    const values = new Map([...known, ['MasterLabel', option.value], ['ApiName', option.value], ['SortOrder', index + 1]]);
    store.set({ def, id: present?.id ?? ids.next(def.prefix), stamp: store.now(), values });
  }
}

/** Writes an object's field definitions anew. `tracked`: whose history is kept, as far as an administrator's queries see. */
function redefine(org: Org, object: string, tracked: ReadonlyMap<string, boolean> = new Map()): void {
  const { store } = org;
  const definitions = (): readonly Row[] =>
    [...store.rows('FieldDefinition')].filter((row) => store.value(row, 'EntityDefinitionId') === object);
  for (const row of definitions()) store.drop(row);
  for (const one of store.object(object)?.fields.values() ?? []) defineField(store, org.ids, object, one);
  for (const row of definitions()) {
    const said = tracked.get(String(store.value(row, 'QualifiedApiName')));
    if (said !== undefined) store.set({ ...row, values: new Map([...row.values, ['IsFieldHistoryTracked', said]]) });
  }
}
