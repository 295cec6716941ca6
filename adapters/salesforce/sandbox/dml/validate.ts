import { RecordProblem } from '../errors.ts';
import type { FieldDef, PicklistValue, Value } from '../schema/types.ts';
import { textOf } from '../schema/fields.ts';
import type { Org } from '../org.ts';
import type { Store } from '../store.ts';
import type { Draft } from './draft.ts';

/** A picklist's values: fixed ones, or the rows that define lead statuses, stages and a campaign's member statuses. */
export function picklistOf(store: Store, object: string, field: FieldDef): readonly PicklistValue[] {
  if (field.picklist !== null) return field.picklist;
  if (object === 'Lead' && field.name === 'Status') {
    return [...store.rows('LeadStatus')].map((row) => ({
      value: String(store.value(row, 'MasterLabel')),
      isDefault: store.value(row, 'IsDefault') === true,
      active: true,
    }));
  }
  if (field.name === 'StageName') {
    return [...store.rows('OpportunityStage')].map((row) => ({
      value: String(store.value(row, 'MasterLabel')),
      isDefault: false,
      active: true,
    }));
  }
  if (object === 'CampaignMember' && field.name === 'Status') {
    const labels = new Set([...store.rows('CampaignMemberStatus')].map((row) => String(store.value(row, 'Label'))));
    return [...labels].map((value) => ({ value, isDefault: false, active: true }));
  }
  if (field.name === 'CurrencyIsoCode') {
    return [...store.rows('CurrencyType')].map((row) => ({
      value: String(store.value(row, 'IsoCode')),
      isDefault: store.value(row, 'IsCorporate') === true,
      active: true,
    }));
  }
  return [];
}

/**
 * Checks what a draft would store: required fields, then each changed value.
 * @throws {RecordProblem} with Salesforce's code for the first thing that is wrong.
 */
export function validate(org: Org, draft: Draft): void {
  const missing: string[] = [];
  for (const field of draft.def.fields.values()) {
    if (field.nillable || field.type === 'boolean' || field.derive !== null || field.name === 'Id') continue;
    if ((draft.values.get(field.name) ?? null) === null) missing.push(field.name);
  }
  if (missing.length > 0)
    throw new RecordProblem('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
  for (const [name, value] of draft.values) {
    if (value === null || (draft.before !== null && draft.before.values.get(name) === value)) continue;
    const field = draft.def.fields.get(name.toLowerCase());
    if (field === undefined) continue;
    checkValue(org, draft, field, value);
  }
}

function checkValue(org: Org, draft: Draft, field: FieldDef, value: Value): void {
  const { store } = org;
  if (typeof value === 'string' && field.length > 0 && value.length > field.length && field.type !== 'reference') {
    throw new RecordProblem('STRING_TOO_LONG', `${field.label}: data value too large: ${value} (max length=${String(field.length)})`, [
      field.name,
    ]);
  }
  if (field.type === 'email' && !/^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+\.[^\s@<>()[\],;:\\".]+$/.test(String(value))) {
    throw new RecordProblem('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${String(value)}`, [field.name]);
  }
  if (field.restricted && !offers(org, draft, field, value)) {
    throw new RecordProblem(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `${field.label}: bad value for restricted picklist field: ${String(value)}`,
      [field.name],
    );
  }
  if (typeof value === 'number' && field.precision > 0 && Math.abs(value) >= 10 ** (field.precision - field.scale)) {
    throw new RecordProblem(
      'NUMBER_OUTSIDE_VALID_RANGE',
      `${field.label}: value outside of valid range on numeric field: ${String(value)}`,
      [field.name],
    );
  }
  if (field.type === 'reference' && field.derive === null) checkReference(store, field, String(value));
  if (field.unique) checkUnique(store, draft, field, value);
}

/** True for an active value of a picklist that the record's type offers. */
function offers({ store, custom }: Org, draft: Draft, field: FieldDef, value: Value): boolean {
  const chosen = custom.recordTypeValues.get(textOf(draft.values.get('RecordTypeId')) ?? '')?.get(field.name);
  if (chosen !== undefined && !chosen.has(String(value))) return false;
  return picklistOf(store, draft.def.name, field).some((option) => option.active && option.value === value);
}

function checkReference(store: Store, field: FieldDef, id: string): void {
  const known = field.referenceTo.filter((name) => store.object(name) !== undefined);
  if (known.length === 0) return;
  const target = store.row(id);
  if (target === undefined) throw new RecordProblem('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  if (!known.includes(target.def.name)) {
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${id}`, [field.name]);
  }
  if (store.value(target, 'IsDeleted') === true) throw new RecordProblem('ENTITY_IS_DELETED', 'entity is deleted', []);
}

function checkUnique(store: Store, draft: Draft, field: FieldDef, value: Value): void {
  const other = (store.find(draft.def.name, field.name, value) ?? []).find((row) => row.id !== draft.id);
  if (other === undefined) return;
  if (field.name === 'Username') throw new RecordProblem('DUPLICATE_USERNAME', 'Duplicate Username.', [field.name]);
  throw new RecordProblem(
    'DUPLICATE_VALUE',
    `duplicate value found: ${field.name} duplicates value on record with id: ${other.id.slice(0, 15)}`,
    [],
  );
}

/** Cuts numbers to the digits the field keeps. */
export function rounded(field: FieldDef, value: Value): Value {
  if (typeof value !== 'number' || !['int', 'double', 'currency', 'percent'].includes(field.type)) return value;
  const factor = 10 ** field.scale;
  return Math.round(value * factor) / factor;
}

/** A record's name as people read it: what histories write beside an id. */
export function nameOf(store: Store, id: Value | undefined): string | null {
  const row = store.row(textOf(id));
  const field = row?.def.fields.get('name') ?? row?.def.fields.get('masterlabel');
  return row === undefined || field === undefined ? null : textOf(store.read(row, field) as Value);
}
