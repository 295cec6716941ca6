import type { FieldDef, FieldType, ObjectDef, PicklistValue, Value } from './types.ts';

type Extra = Partial<Omit<FieldDef, 'name' | 'type'>>;

/** A field with every fact filled in; what `extra` doesn't say is the usual writable, optional field. */
export function field(name: string, type: FieldType, extra: Extra = {}): FieldDef {
  return {
    name,
    label: extra.label ?? labelOf(name),
    type,
    length: 0,
    precision: 0,
    scale: 0,
    createable: true,
    updateable: true,
    nillable: type !== 'boolean',
    defaulted: type === 'boolean',
    defaultValue: type === 'boolean' ? false : null,
    picklist: null,
    restricted: false,
    referenceTo: [],
    relationship: null,
    children: null,
    cascadeDelete: false,
    externalId: false,
    unique: false,
    custom: name.endsWith('__c'),
    filterable: true,
    help: null,
    needsGrant: false,
    derive: null,
    ...extra,
  };
}

/** The facts of a field that only Salesforce writes. */
export const readOnly = { createable: false, updateable: false } as const;
/** The facts of a field without which a record can't be made. */
export const required = { nillable: false } as const;

export function text(name: string, length: number, extra: Extra = {}): FieldDef {
  return field(name, 'string', { length, ...extra });
}

/** Long text: it can't be filtered, sorted or grouped by. */
export function longText(name: string, length: number, extra: Extra = {}): FieldDef {
  return field(name, 'textarea', { length, filterable: false, ...extra });
}

export function flag(name: string, extra: Extra = {}): FieldDef {
  return field(name, 'boolean', extra);
}

export function day(name: string, extra: Extra = {}): FieldDef {
  return field(name, 'date', extra);
}

export function instant(name: string, extra: Extra = {}): FieldDef {
  return field(name, 'datetime', extra);
}

export function count(name: string, extra: Extra = {}): FieldDef {
  return field(name, 'int', { precision: 9, ...extra });
}

export function amount(name: string, extra: Extra = {}): FieldDef {
  return field(name, 'currency', { precision: 18, scale: 2, ...extra });
}

export function percent(name: string, extra: Extra = {}): FieldDef {
  return field(name, 'percent', { precision: 5, scale: 2, ...extra });
}

/** A picklist of fixed values, the first being the default when `extra.defaulted` says so. */
export function picklist(name: string, values: readonly string[], extra: Extra = {}): FieldDef {
  return field(name, 'picklist', {
    length: 255,
    picklist: values.map((value, index): PicklistValue => ({ value, isDefault: extra.defaulted === true && index === 0, active: true })),
    defaultValue: extra.defaulted === true ? (values[0] ?? null) : null,
    ...extra,
  });
}

/** A lookup to one or several objects; its relationship is named like the field without `Id`. */
export function lookup(name: string, to: readonly string[], extra: Extra = {}): FieldDef {
  return field(name, 'reference', {
    length: 18,
    referenceTo: to,
    relationship: name.endsWith('__c') ? name.replace(/c$/, 'r') : name.endsWith('Id') ? name.slice(0, -2) : null,
    label: `${labelOf(name.replace(/Id$/, ''))} ID`,
    ...extra,
  });
}

/** The fields that every object has. */
function systemFields(): readonly FieldDef[] {
  return [
    flag('IsDeleted', { ...readOnly, label: 'Deleted' }),
    instant('CreatedDate', { ...readOnly, ...required, defaulted: true }),
    lookup('CreatedById', ['User'], { ...readOnly, ...required, defaulted: true }),
    instant('LastModifiedDate', { ...readOnly, ...required, defaulted: true }),
    lookup('LastModifiedById', ['User'], { ...readOnly, ...required, defaulted: true }),
    instant('SystemModstamp', { ...readOnly, ...required, defaulted: true }),
  ];
}

type ObjectExtra = Partial<Omit<ObjectDef, 'name' | 'prefix' | 'fields'>> & {
  /** System fields that this object doesn't have. */
  readonly lacks?: readonly string[];
};

/** System fields that setup objects don't have: they never go to the recycle bin. */
export const NO_BIN: readonly string[] = ['IsDeleted'];

/** An object with its id and system fields around `fields`. */
export function object(name: string, prefix: string, fields: readonly FieldDef[], extra: ObjectExtra = {}): ObjectDef {
  const { lacks = [], ...facts } = extra;
  const all = [
    field('Id', 'id', { ...readOnly, ...required, length: 18, defaulted: true, label: `${labelOf(name)} ID` }),
    ...fields,
    ...systemFields(),
  ].filter((one) => !lacks.includes(one.name));
  return {
    name,
    label: labelOf(name),
    labelPlural: plural(labelOf(name)),
    prefix,
    createable: true,
    updateable: true,
    deletable: true,
    mergeable: false,
    replicateable: true,
    home: 'data',
    tracking: null,
    fields: new Map(all.map((one) => [one.name.toLowerCase(), one])),
    ...facts,
  };
}

/** The facts of an object that only Salesforce writes. */
export const readOnlyObject = { createable: false, updateable: false, deletable: false } as const;

/** `Truce_Won_Deals__c` reads `Truce Won Deals`, `LastModifiedDate` reads `Last Modified Date`. */
function labelOf(name: string): string {
  return name
    .replace(/__c$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .trim();
}

function plural(label: string): string {
  return label.endsWith('y') ? `${label.slice(0, -1)}ies` : label.endsWith('s') ? `${label}es` : `${label}s`;
}

/** The value of a text field, or null. */
export function textOf(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
