import type { DealOutcome } from '../model/records.ts';
import type { FieldValue, RecordId, Rung, Side } from '../model/words.ts';
import type { Cell, Cells } from './database.ts';
import type { Base, Link, StoredPerson } from './types.ts';

/** What of a person is only stored, never searched for. Arrays of pairs, because field names are hostile. */
interface PersonDoc {
  readonly c: number;
  readonly b: number;
  readonly v: boolean;
  readonly d: readonly DealOutcome[];
  readonly f: readonly (readonly [string, FieldValue])[];
}

/** What other records find a person by. */
interface IdentityDoc {
  readonly e: readonly string[];
  readonly x: readonly string[];
  readonly t: string | null;
}

/** The identity of a person as text: equal text, same identity. */
export function identityText(person: StoredPerson): string {
  const identity: IdentityDoc = { e: person.emails, x: person.crossIds, t: person.convertedTo };
  return JSON.stringify(identity);
}

export function personText(person: StoredPerson): string {
  const doc: PersonDoc = { c: person.createdAt, b: person.badEmails, v: person.converted, d: person.dealOutcomes, f: [...person.fields] };
  return JSON.stringify(doc);
}

/** The columns that `personFrom` needs. */
export const personColumns = 'side, record_id, object, version, modified_at, person_key, link_id, identity, doc';

export function personFrom(row: Cells): StoredPerson {
  const doc = JSON.parse(text(row['doc'])) as PersonDoc;
  const identity = JSON.parse(text(row['identity'])) as IdentityDoc;
  return {
    side: text(row['side']) as Side,
    id: text(row['record_id']) as RecordId,
    object: text(row['object']),
    version: text(row['version']),
    modifiedAt: Number(row['modified_at']),
    createdAt: doc.c,
    emails: identity.e,
    badEmails: doc.b,
    crossIds: identity.x,
    key: textOrNull(row['person_key']),
    convertedTo: identity.t as RecordId | null,
    converted: doc.v,
    dealOutcomes: doc.d,
    fields: new Map(doc.f),
    linkId: textOrNull(row['link_id']),
  };
}

export function baseFrom(row: Cells): Base {
  return {
    linkId: text(row['link_id']),
    field: text(row['field']),
    marketing: valueFrom(row['marketing']),
    sales: valueFrom(row['sales']),
    rung: textOrNull(row['rung']) as Rung | null,
    held: textOrNull(row['held']) as Side | null,
    at: Number(row['at']),
  };
}

export function candidatesFrom(cell: Cell | undefined): Link['candidates'] {
  return cell === null || cell === undefined ? [] : (JSON.parse(String(cell)) as Link['candidates']);
}

/** Absent is NULL, cleared is the text `null`: the merge must tell them apart. */
export function valueText(value: FieldValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export function valueFrom(cell: Cell | undefined): FieldValue | undefined {
  return cell === null || cell === undefined ? undefined : (JSON.parse(String(cell)) as FieldValue);
}

export function text(cell: Cell | undefined): string {
  return String(cell);
}

export function textOrNull(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

export function numberOrNull(cell: Cell | undefined): number | null {
  return cell === null || cell === undefined ? null : Number(cell);
}
