import type { IdMint } from './ids.ts';
import type { FieldDef, ObjectDef, Value } from './schema/types.ts';
import type { Store } from './store.ts';

function put(store: Store, object: string, id: string, values: Readonly<Record<string, Value>>): void {
  const def = store.object(object);
  if (def !== undefined) store.set({ def, id, stamp: 0, values: new Map(Object.entries(values)) });
}

/** Writes a field's row of FieldDefinition: what an administrator's queries see of the schema, history tracking included. */
export function defineField(store: Store, ids: IdMint, object: string, field: FieldDef): void {
  put(store, 'FieldDefinition', ids.next('0FD'), {
    DurableId: `${object}.${field.name}`,
    QualifiedApiName: field.name,
    DeveloperName: field.name.replace(/__c$/, ''),
    Label: field.label,
    DataType: dataType(field),
    Length: field.length,
    EntityDefinitionId: object,
    IsFieldHistoryTracked: store.object(object)?.tracking?.fields.has(field.name) ?? false,
    IsIndexed: field.externalId || field.unique || field.type === 'reference',
    IsNillable: field.nillable,
  });
}

/** Writes EntityDefinition and FieldDefinition rows for the whole schema. */
export function defineAll(store: Store, ids: IdMint): void {
  for (const def of store.objects()) {
    if (def.home !== 'data') continue;
    put(store, 'EntityDefinition', def.name, entity(def));
    for (const field of def.fields.values()) defineField(store, ids, def.name, field);
  }
}

function entity(def: ObjectDef): Readonly<Record<string, Value>> {
  return {
    DurableId: def.name,
    QualifiedApiName: def.name,
    DeveloperName: def.name,
    Label: def.label,
    PluralLabel: def.labelPlural,
    KeyPrefix: def.prefix,
    IsFieldHistoryTracked: def.tracking !== null,
    IsQueryable: true,
  };
}

function dataType(field: FieldDef): string {
  switch (field.type) {
    case 'id':
      return 'Lookup()';
    case 'string':
    case 'textarea':
      return field.filterable ? `Text(${String(field.length)})` : `Long Text Area(${String(field.length)})`;
    case 'boolean':
      return 'Checkbox';
    case 'int':
    case 'double':
      return `Number(${String(field.precision - field.scale)}, ${String(field.scale)})`;
    case 'currency':
      return `Currency(${String(field.precision - field.scale)}, ${String(field.scale)})`;
    case 'percent':
      return `Percent(${String(field.precision - field.scale)}, ${String(field.scale)})`;
    case 'date':
      return 'Date';
    case 'datetime':
      return 'Date/Time';
    case 'reference':
      return `Lookup(${field.referenceTo.join(',')})`;
    case 'email':
      return 'Email';
    case 'phone':
      return 'Phone';
    case 'url':
      return 'URL(255)';
    case 'picklist':
    case 'combobox':
      return 'Picklist';
    case 'multipicklist':
      return 'Picklist (Multi-Select)';
    case 'address':
      return 'Address';
    case 'anyType':
      return 'Any';
  }
}
