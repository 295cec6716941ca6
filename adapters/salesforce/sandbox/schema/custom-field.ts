import { RecordProblem } from '../errors.ts';
import { field } from './fields.ts';
import type { FieldDef, FieldType, PicklistValue } from './types.ts';

/** Metadata types of custom fields and what describe calls them. */
const TYPES: ReadonlyMap<string, FieldType> = new Map([
  ['Text', 'string'],
  ['TextArea', 'textarea'],
  ['LongTextArea', 'textarea'],
  ['Checkbox', 'boolean'],
  ['Currency', 'currency'],
  ['Number', 'double'],
  ['Percent', 'percent'],
  ['Date', 'date'],
  ['DateTime', 'datetime'],
  ['Email', 'email'],
  ['Phone', 'phone'],
  ['Url', 'url'],
  ['Picklist', 'picklist'],
  ['MultiselectPicklist', 'multipicklist'],
]);

/** A property of parsed JSON, read without trusting its shape. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return current;
}

/**
 * Reads a custom field's metadata as the Tooling API takes it: `{ type, label, length, precision, scale, unique, externalId, required, inlineHelpText, valueSet }`.
 * @throws {RecordProblem} FIELD_INTEGRITY_EXCEPTION for what Salesforce would not build.
 */
export function customFieldOf(name: string, json: string): FieldDef {
  if (!/^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__c$/.test(name)) {
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Enter a valid fullName: it begins with a letter and ends with __c', ['FullName']);
  }
  let metadata: unknown;
  try {
    metadata = JSON.parse(json);
  } catch {
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Metadata is not readable', ['Metadata']);
  }
  const kind = String(at(metadata, 'type'));
  const type = TYPES.get(kind);
  const label = at(metadata, 'label');
  if (type === undefined) throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', `Field type ${kind} can't be made`, ['Metadata']);
  if (typeof label !== 'string' || label === '' || label.length > 40) {
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Field Label: required, at most 40 characters', ['Metadata']);
  }
  const length = Number(at(metadata, 'length') ?? 0);
  if (kind === 'Text' && !(length >= 1 && length <= 255))
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Length: between 1 and 255', ['Metadata']);
  if (kind === 'LongTextArea' && !(length >= 256 && length <= 131_072))
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Length: between 256 and 131,072', ['Metadata']);
  const numeric = type === 'currency' || type === 'double' || type === 'percent';
  const precision = Number(at(metadata, 'precision') ?? Number.NaN);
  const scale = Number(at(metadata, 'scale') ?? Number.NaN);
  if (numeric && !(precision >= 1 && precision <= 18 && scale >= 0 && scale <= precision)) {
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Precision and scale are required: at most 18 digits', ['Metadata']);
  }
  const help = at(metadata, 'inlineHelpText');
  return field(name, type, {
    label,
    length:
      type === 'multipicklist'
        ? 4099
        : type === 'picklist' || type === 'textarea'
          ? length || 255
          : type === 'email'
            ? 80
            : type === 'phone'
              ? 40
              : type === 'url'
                ? 255
                : length,
    precision: numeric ? precision : 0,
    scale: numeric ? scale : 0,
    unique: at(metadata, 'unique') === true,
    externalId: at(metadata, 'externalId') === true,
    nillable: type !== 'boolean' && at(metadata, 'required') !== true,
    filterable: kind !== 'LongTextArea',
    picklist: type === 'picklist' || type === 'multipicklist' ? picklistValues(metadata) : null,
    restricted: at(metadata, 'valueSet', 'restricted') === true,
    help: typeof help === 'string' ? help : null,
    // Required fields are visible to all from the start; the rest waits for a grant.
    needsGrant: at(metadata, 'required') !== true,
  });
}

function picklistValues(metadata: unknown): readonly PicklistValue[] {
  const values = at(metadata, 'valueSet', 'valueSetDefinition', 'value');
  if (!Array.isArray(values) || values.length === 0)
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', 'Picklist: values are required', ['Metadata']);
  return values.map((value: unknown) => ({
    value: String(at(value, 'valueName') ?? at(value, 'fullName') ?? at(value, 'label')),
    isDefault: at(value, 'default') === true,
    active: true,
  }));
}
