import type { FieldDescription, ObjectDescription } from '../../../src/crm.ts';
import type { Portal, PropertyDefinition, Table } from './model.ts';

/** Properties without which the account could not work: an account that doesn't name them has them all the same. */
const ALWAYS: ReadonlySet<string> = new Set([
  'hs_object_id',
  'createdate',
  'lastmodifieddate',
  'hs_createdate',
  'hs_lastmodifieddate',
  'email',
  'hs_name',
  'hs_object_source',
  'hs_object_source_id',
  'hs_object_source_label',
  'hs_all_contact_vids',
  'dealname',
  'pipeline',
  'dealstage',
]);

/** Campaign properties whose definition says read-only although the campaigns API writes them: they keep saying so. */
const READ_ONLY_BY_NAME: ReadonlySet<string> = new Set(['hs_name', 'hs_utm']);

/**
 * Gives contacts, campaigns and deals the properties of another account, as it described them: those that it lacks go, the
 * values in them with them; pipelines stay as HubSpot ships them.
 */
export function imitate(portal: Portal, objects: readonly ObjectDescription[]): void {
  const now = portal.clock.now();
  for (const described of objects) {
    const table = [...portal.tables.values()].find((one) => one.type.singular === described.object);
    if (table !== undefined && described.fields.length > 0) retype(table, described, now);
  }
}

function retype(table: Table, { object, fields }: ObjectDescription, now: number): void {
  const group = table.definitions.get('hs_object_id')?.groupName ?? `${object}information`;
  const wanted = new Set(fields.map((field) => field.name));
  for (const name of table.definitions.keys()) {
    if (wanted.has(name) || ALWAYS.has(name)) continue;
    table.definitions.delete(name);
    table.unique.delete(name);
  }
  for (const field of fields) {
    const present = table.definitions.get(field.name);
    const base = present !== undefined && kindOf(present) === field.type ? present : { ...fresh(field, group, now), ...uniqueOf(present) };
    const readOnlyValue = READ_ONLY_BY_NAME.has(field.name) && object === 'campaign' ? base.readOnlyValue : !field.writable;
    table.definitions.set(field.name, { ...base, label: field.label, readOnlyValue, options: optionsOf(field, base) });
  }
}

function uniqueOf(present: PropertyDefinition | undefined): Partial<PropertyDefinition> {
  return present === undefined ? {} : { hasUniqueValue: present.hasUniqueValue, hubspotDefined: present.hubspotDefined };
}

function optionsOf(field: FieldDescription, base: PropertyDefinition): PropertyDefinition['options'] {
  if (base.type !== 'enumeration' && base.type !== 'bool') return base.options;
  return field.options.map(({ value, label }, displayOrder) => ({ value, label, displayOrder, hidden: false }));
}

/** What a property is, in the words of a description. */
function kindOf(definition: PropertyDefinition): FieldDescription['type'] {
  if (definition.externalOptions) return 'reference';
  switch (definition.type) {
    case 'enumeration':
      if (definition.fieldType === 'booleancheckbox') return 'boolean';
      return definition.fieldType === 'checkbox' ? 'multi-picklist' : 'picklist';
    case 'number':
      return definition.showCurrencySymbol === true ? 'money' : 'number';
    case 'bool':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return 'instant';
    case 'string':
    case 'phone_number':
      return 'text';
    default:
      return 'other';
  }
}

const TYPES: Readonly<Record<FieldDescription['type'], readonly [type: string, fieldType: string]>> = {
  text: ['string', 'text'],
  number: ['number', 'number'],
  money: ['number', 'number'],
  boolean: ['bool', 'booleancheckbox'],
  date: ['date', 'date'],
  instant: ['datetime', 'date'],
  picklist: ['enumeration', 'select'],
  'multi-picklist': ['enumeration', 'checkbox'],
  reference: ['enumeration', 'select'],
  other: ['json', 'text'],
};

function fresh(field: FieldDescription, groupName: string, now: number): PropertyDefinition {
  const [type, fieldType] = TYPES[field.type];
  return {
    name: field.name,
    label: field.label,
    description: '',
    groupName,
    type,
    fieldType,
    options: [],
    hasUniqueValue: false,
    hidden: false,
    formField: false,
    displayOrder: -1,
    hubspotDefined: false,
    calculated: false,
    externalOptions: field.type === 'reference',
    readOnlyValue: false,
    ...(field.type === 'money' ? { showCurrencySymbol: true } : {}),
    createdAt: now,
    updatedAt: now,
    archivedAt: null,
    createdUserId: null,
  };
}
