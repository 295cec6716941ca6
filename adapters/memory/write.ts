import type { FieldDescription, RejectCode, WriteItem, WriteKind, WriteResult } from '../../src/crm.ts';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import type { PersonRow } from './rows.ts';
import { ownName, type Act, type Store } from './store.ts';

/** Why an item is refused. */
interface Refusal {
  readonly code: RejectCode;
  readonly cause: string;
  readonly fix: string;
  readonly existingId?: RecordId;
  readonly retryable?: boolean;
}

/** Writes one item as the integration; what refuses it is data. */
export function writeOne(store: Store, kind: WriteKind, item: WriteItem, by: Act): WriteResult {
  const outcome =
    permitted(store, kind) ??
    checkNames(store, kind, item) ??
    (item.op === 'create' ? create(store, kind, item, by) : update(store, kind, item, by));
  if (typeof outcome === 'string') return { intentId: item.intentId, status: 'applied', id: outcome, at: store.stamp(by.at) };
  return { ...outcome, intentId: item.intentId, status: 'rejected', retryable: outcome.retryable ?? false };
}

function permitted(store: Store, kind: WriteKind): Refusal | null {
  const permission = `write ${kind === 'person' ? 'people' : `${kind}s`}`;
  if (!store.settings.denied.has(permission)) return null;
  return { code: 'NO_ACCESS', cause: `the integration lacks "${permission}"`, fix: `Grant the permission "${permission}".` };
}

function fieldsOf(store: Store, kind: WriteKind): ReadonlyMap<string, FieldDescription> {
  const { people, campaigns, members } = store.settings;
  return { person: people, campaign: campaigns, member: members }[kind];
}

function checkNames(store: Store, kind: WriteKind, item: WriteItem): Refusal | null {
  for (const stem of [...(item.own?.keys() ?? []), ...(item.op === 'create' ? (['key'] as const) : [])]) {
    if (!store.own.has(ownName(kind, stem))) {
      return { code: 'UNKNOWN_FIELD', cause: `Truce's own field ${stem} does not exist`, fix: 'Create it with `truce provision`.' };
    }
  }
  const fields = fieldsOf(store, kind);
  for (const [name, value] of item.fields) {
    const field = fields.get(name);
    if (field === undefined)
      return {
        code: 'UNKNOWN_FIELD',
        cause: `there is no field ${name}`,
        fix: 'Correct the name in the configuration, or create the field.',
      };
    const refusal = checkValue(field, value);
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkValue(field: FieldDescription, value: FieldValue): Refusal | null {
  const { name } = field;
  if (!field.writable) return { code: 'READ_ONLY_FIELD', cause: `${name} is read-only`, fix: 'Map another field.' };
  if (value === null || value === '') {
    return field.required ? { code: 'REQUIRED_FIELD', cause: `${name} may not be empty`, fix: 'Give it a value.' } : null;
  }
  const parts = field.type === 'multi-picklist' ? String(value).split(';') : [value];
  for (const part of field.restricted ? parts : []) {
    const option = field.options.find((candidate) => candidate.value === part && candidate.active);
    if (option === undefined)
      return {
        code: 'INVALID_VALUE',
        cause: `${name} has no such option`,
        fix: 'Add the option to the picklist, or correct the status map.',
      };
    if (option.converted)
      return {
        code: 'INVALID_VALUE',
        cause: `this option of ${name} is reached by conversion only`,
        fix: 'Put the rung on hold in the status map.',
      };
  }
  if (field.type === 'number' && !Number.isFinite(Number(value)))
    return { code: 'INVALID_VALUE', cause: `${name} takes numbers`, fix: 'Map a field of the same type.' };
  if (field.type === 'boolean' && typeof value !== 'boolean')
    return { code: 'INVALID_VALUE', cause: `${name} takes true or false`, fix: 'Map a field of the same type.' };
  if (field.maxLength !== null && String(value).length > field.maxLength) {
    return {
      code: 'INVALID_VALUE',
      cause: `${name} takes ${field.maxLength} characters`,
      fix: 'Shorten the value, or lengthen the field.',
    };
  }
  return null;
}

function create(store: Store, kind: WriteKind, item: WriteItem, by: Act): RecordId | Refusal {
  if (kind !== 'person') return { code: 'OTHER', cause: `a ${kind} is not created by the integration`, fix: 'Create it in the CRM.' };
  if (item.key === undefined || item.key === '')
    return { code: 'REQUIRED_FIELD', cause: 'a create needs a unique key', fix: 'Report this as a defect of the caller.' };
  const existing = store.personByKey(item.key);
  if (existing !== undefined) return duplicate(existing.id, 'the key is in use');
  const missing = [...store.settings.people.values()].find((field) => field.required && (item.fields.get(field.name) ?? '') === '');
  if (missing !== undefined) return { code: 'REQUIRED_FIELD', cause: `${missing.name} may not be empty`, fix: 'Give it a value.' };
  const email = item.fields.get('email');
  const twin = store.settings.uniqueEmail && typeof email === 'string' ? store.peopleByEmail(email)[0] : undefined;
  if (twin !== undefined) return duplicate(twin.id, 'the e-mail address is in use');
  const row: PersonRow = {
    id: store.nextId('P'),
    object: item.object ?? store.settings.objects[0] ?? 'contact',
    createdAt: store.stamp(by.at),
    createdBy: by.actor,
    accountId: null,
    otherEmails: [],
    crossIds: [],
    converted: null,
    hints: new Map(),
    fields: new Map(),
    own: new Map(),
    history: new Map(),
  };
  const { statusField, people } = store.settings;
  const first = people.get(statusField)?.options.find((option) => option.isDefault)?.value;
  store.addHistory({ entity: 'person', entityId: row.id, field: 'created', from: null, to: null, actor: by.actor, outcome: null }, by.at);
  store.setFields(
    row,
    first === undefined || item.fields.has(statusField) ? item.fields : [...item.fields, [statusField, first] as const],
    by,
  );
  store.setOwn(row.own, [...(item.own ?? []), ['key', item.key] as const]);
  store.putPerson(row, by.at);
  return row.id;
}

function duplicate(existingId: RecordId, cause: string): Refusal {
  return { code: 'DUPLICATE', cause, fix: 'Use the record that is there.', existingId };
}

function update(store: Store, kind: WriteKind, item: WriteItem, by: Act): RecordId | Refusal {
  const id = item.id;
  if (id === undefined) return { code: 'NOT_FOUND', cause: 'an update needs an id', fix: 'Report this as a defect of the caller.' };
  if (kind === 'person') return updatePerson(store, id, item, by);
  const table = kind === 'campaign' ? store.campaigns : store.members;
  const stored = table.get(id);
  if (stored === undefined) return gone();
  const late = changedMeanwhile(store, stored.modifiedAt, item);
  if (late !== null) return late;
  return kind === 'campaign' ? updateCampaign(store, id, item, by) : updateMember(store, id, item, by);
}

function updatePerson(store: Store, id: RecordId, item: WriteItem, by: Act): RecordId | Refusal {
  const stored = store.people.get(id);
  if (stored === undefined) {
    const fate = store.people.fate(id);
    if (fate?.type !== 'merged') return gone();
    return { code: 'MERGED', cause: 'the record was merged into another one', fix: 'Link the record that remains.', existingId: fate.into };
  }
  const { row } = stored;
  if (item.object !== undefined && item.object !== row.object) return gone();
  if (row.converted !== null) return { code: 'CONVERTED', cause: 'the lead was converted', fix: 'Write to the contact that it became.' };
  const late = changedMeanwhile(store, stored.modifiedAt, item);
  if (late !== null) return late;
  const changed = store.setFields(row, item.fields, by);
  if (store.setOwn(row.own, item.own) || changed) store.putPerson(row, by.at);
  return id;
}

function updateCampaign(store: Store, id: RecordId, item: WriteItem, by: Act): RecordId | Refusal {
  const row = store.campaigns.get(id)?.row;
  if (row === undefined) return gone();
  const before = row.record;
  const text = (name: string, old: string | null): string | null => (item.fields.has(name) ? asText(item.fields.get(name)) : old);
  const record = { ...before, name: text('name', before.name) ?? before.name, status: text('status', before.status) };
  const after = { ...record, channel: text('channel', before.channel), utm: text('utm', before.utm) };
  const same = after.name === before.name && after.status === before.status && after.channel === before.channel && after.utm === before.utm;
  if (store.setOwn(row.own, item.own) || !same) {
    row.record = after;
    store.campaigns.put(row, by.at);
  }
  return id;
}

function updateMember(store: Store, id: RecordId, item: WriteItem, by: Act): RecordId | Refusal {
  const row = store.members.get(id)?.row;
  if (row === undefined) return gone();
  const status = item.fields.has('status') ? asText(item.fields.get('status')) : row.record.status;
  if (store.setOwn(row.own, item.own) || status !== row.record.status) {
    row.record = { ...row.record, status };
    store.members.put(row, by.at);
  }
  return id;
}

const asText = (value: FieldValue | undefined): string | null =>
  value === null || value === undefined || value === '' ? null : String(value);

const gone = (): Refusal => ({ code: 'NOT_FOUND', cause: 'there is no such record', fix: 'It was deleted; nothing has to be written.' });

function changedMeanwhile(store: Store, modifiedAt: number, item: WriteItem): Refusal | null {
  if (!store.settings.conditionalWrite || item.ifUnmodifiedSince === undefined) return null;
  if (store.stamp(modifiedAt) <= item.ifUnmodifiedSince) return null;
  return { code: 'CHANGED_MEANWHILE', cause: 'the record changed after it was read', fix: 'Read it again and merge.', retryable: true };
}
