import type { HistoryEntry, OwnStem } from '../../src/crm.ts';
import type { ActorRef, Campaign, Conversion, DealOutcome, Member, Person } from '../../src/model/records.ts';
import type { FieldValue, Fields, Instant, Precision, RecordId } from '../../src/model/words.ts';

/** A person as stored: what the boundary's record says is computed from it when it is read. */
export interface PersonRow {
  readonly id: RecordId;
  object: string;
  readonly createdAt: Instant;
  readonly createdBy: ActorRef;
  accountId: RecordId | null;
  /** Further addresses beside the field `email`. */
  otherEmails: readonly string[];
  crossIds: readonly string[];
  hints: ReadonlyMap<string, string>;
  converted: Conversion | null;
  readonly fields: Map<string, FieldValue>;
  readonly own: Map<OwnStem, FieldValue>;
  /** By field, oldest first. */
  readonly history: Map<string, HistoryEntry[]>;
}

/** A campaign or a member: the record, with Truce's own fields beside it. */
interface OwnedRow<R> {
  readonly id: RecordId;
  record: R;
  readonly own: Map<OwnStem, FieldValue>;
}

export type CampaignRow = OwnedRow<Campaign>;
export type MemberRow = OwnedRow<Member>;

/** The reserved names of the people's stock fields that carry meaning for the boundary. */
const text = (row: PersonRow, field: string): string | null => {
  const value = row.fields.get(field);
  return typeof value === 'string' && value !== '' ? value : null;
};

/** All addresses of a person as they stand, the primary one first. */
export function emailsOf(row: PersonRow): readonly string[] {
  const primary = text(row, 'email');
  return primary === null ? row.otherEmails : [primary, ...row.otherEmails];
}

/** The person as the boundary shows it; `wanted` are the field names asked for. */
export function toPerson(row: PersonRow, wanted: readonly string[], dealOutcomes: readonly DealOutcome[]): Person {
  const crossId = row.own.get('cross_id');
  const key = row.own.get('key');
  const score = row.fields.get('score');
  const owner = text(row, 'owner');
  return {
    id: row.id,
    object: row.object,
    createdAt: row.createdAt,
    emails: emailsOf(row),
    name: text(row, 'name'),
    company: text(row, 'company'),
    crossIds: typeof crossId === 'string' && crossId !== '' ? [crossId, ...row.crossIds] : row.crossIds,
    key: typeof key === 'string' && key !== '' ? key : null,
    accountId: row.accountId,
    ownerId: owner === null ? null : (owner as RecordId),
    channel: text(row, 'channel'),
    hints: row.hints,
    score: score === undefined || score === null || score === '' ? null : Number(score),
    optedOut: row.fields.get('opted_out') === true,
    createdBy: row.createdBy,
    converted: row.converted,
    dealOutcomes,
    fields: pick(row.fields, wanted),
  };
}

/** Those of the wanted fields that there are. */
export function pick(fields: Fields, wanted: readonly string[]): Fields {
  const picked = new Map<string, FieldValue>();
  for (const name of wanted) {
    const value = fields.get(name);
    if (value !== undefined) picked.set(name, value);
  }
  return picked;
}

/** A campaign's fields by their raw names. */
export function campaignFields(campaign: Campaign): Fields {
  return new Map<string, FieldValue>([
    ['name', campaign.name],
    ['status', campaign.status],
    ['channel', campaign.channel],
    ['utm', campaign.utm],
  ]);
}

/** Cuts an instant to the precision of this CRM's stamps. */
export function cut(at: Instant, precision: Precision): Instant {
  if (precision === 'ms') return at;
  const step = precision === 'second' ? 1_000 : 86_400_000;
  return Math.floor(at / step) * step;
}
