import { createHash } from 'node:crypto';

import type { ChangeEvent, Stream, StreamRecords } from '../crm.ts';
import type { ActorRef } from '../model/records.ts';
import type { Money, RecordId } from '../model/words.ts';

/** A value of a staging column: TEXT, BIGINT or BOOLEAN. */
export type StagedValue = string | bigint | boolean | null;
type ColumnType = 'TEXT' | 'BIGINT' | 'BOOLEAN';
type StagedColumn = readonly [name: string, type: ColumnType];

/** How one stream's records are kept as each CRM delivered them, before anything is merged. */
export interface StagedStream<S extends Stream> {
  readonly columns: readonly StagedColumn[];
  readonly values: (record: StreamRecords[S]) => readonly StagedValue[];
}

/**
 * Columns in front of every staged record. `seen_at` is the change's own instant, `pass` the beginning of the pass that
 * delivered it; `gone` is null, `deleted`, `merged`, `erased` or `left`.
 */
export const stagedHead: readonly StagedColumn[] = [
  ['side', 'TEXT'],
  ['id', 'TEXT'],
  ['version', 'TEXT'],
  ['seen_at', 'BIGINT'],
  ['pass', 'BIGINT'],
  ['gone', 'TEXT'],
  ['into_id', 'TEXT'],
];

const big = (value: number | null): bigint | null => (value === null ? null : BigInt(Math.trunc(value)));
const json = (value: unknown): string => JSON.stringify(value);
const minor = (money: Money | null): bigint | null => money?.minor ?? null;
const actorColumns: readonly StagedColumn[] = [
  ['actor_kind', 'TEXT'],
  ['actor_user', 'TEXT'],
  ['actor_label', 'TEXT'],
];
const actor = (ref: ActorRef): readonly StagedValue[] => [ref.kind, ref.userId, ref.label];

/** The address as it is compared: trimmed and lower case; null when it has no domain. */
function normalAddress(raw: string | undefined): string | null {
  const address = raw?.normalize('NFC').trim().toLowerCase() ?? '';
  const separator = address.lastIndexOf('@');
  return separator > 0 && separator < address.length - 1 ? address : null;
}

/** SHA-256 of the normalised address, hex; the address itself is not kept. Null for a malformed one. */
function emailHash(raw: string | undefined): string | null {
  const address = normalAddress(raw);
  return address === null ? null : createHash('sha256').update(address).digest('hex');
}

/** The part after the `@`, lower case; null for a malformed address. */
function emailDomain(raw: string | undefined): string | null {
  const address = normalAddress(raw);
  return address === null ? null : address.slice(address.lastIndexOf('@') + 1);
}

const people: StagedStream<'people'> = {
  columns: [
    ['object', 'TEXT'],
    ['created_at', 'BIGINT'],
    ['email_hash', 'TEXT'],
    ['email_domain', 'TEXT'],
    ['name', 'TEXT'],
    ['account_id', 'TEXT'],
    ['owner_id', 'TEXT'],
    ['channel', 'TEXT'],
    ['hints', 'TEXT'],
    ['opted_out', 'BOOLEAN'],
    ...actorColumns,
    ['converted_contact', 'TEXT'],
    ['converted_account', 'TEXT'],
    ['converted_deal', 'TEXT'],
    ['converted_at', 'BIGINT'],
    ['deal_outcomes', 'TEXT'],
    ['fields', 'TEXT'],
  ],
  values: (person) => [
    person.object,
    big(person.createdAt),
    emailHash(person.emails[0]),
    emailDomain(person.emails[0]),
    person.name,
    person.accountId,
    person.ownerId,
    person.channel,
    json([...person.hints].map(([key, value]) => ({ key, value }))),
    person.optedOut,
    ...actor(person.createdBy),
    person.converted?.contactId ?? null,
    person.converted?.accountId ?? null,
    person.converted?.dealId ?? null,
    big(person.converted?.at ?? null),
    json(person.dealOutcomes),
    // fromEntries defines own properties, so a field called __proto__ stays a field.
    json(Object.fromEntries([...person.fields].map(([key, value]) => [key, value === null ? null : String(value)]))),
  ],
};

const accounts: StagedStream<'accounts'> = {
  columns: [
    ['name', 'TEXT'],
    ['domain', 'TEXT'],
    ['employees', 'BIGINT'],
    ['industry', 'TEXT'],
    ['country', 'TEXT'],
  ],
  values: (account) => [
    account.name,
    account.domain?.trim().toLowerCase() ?? null,
    big(account.employees),
    account.industry,
    account.country,
  ],
};

const campaigns: StagedStream<'campaigns'> = {
  columns: [
    ['name', 'TEXT'],
    ['parent_id', 'TEXT'],
    ['cross_ids', 'TEXT'],
    ['channel', 'TEXT'],
    ['utm', 'TEXT'],
    ['starts_at', 'BIGINT'],
    ['ends_at', 'BIGINT'],
    ['created_at', 'BIGINT'],
    ['cost_minor', 'BIGINT'],
    ['cost_currency', 'TEXT'],
    ['currency', 'TEXT'],
  ],
  values: (campaign) => [
    campaign.name,
    campaign.parentId,
    json(campaign.crossIds),
    campaign.channel,
    campaign.utm,
    big(campaign.startsAt),
    big(campaign.endsAt),
    big(campaign.createdAt),
    minor(campaign.cost),
    campaign.cost?.currency ?? null,
    campaign.currency,
  ],
};

const members: StagedStream<'members'> = {
  columns: [
    ['campaign_id', 'TEXT'],
    ['person_id', 'TEXT'],
    ['added_at', 'BIGINT'],
    ['responded_at', 'BIGINT'],
    ['at_precision', 'TEXT'],
    ['status', 'TEXT'],
    ['responded', 'BOOLEAN'],
  ],
  values: (member) => [
    member.campaignId,
    member.personId,
    big(member.addedAt),
    big(member.respondedAt),
    member.precision,
    member.status,
    member.responded,
  ],
};

const deals: StagedStream<'deals'> = {
  columns: [
    ['name', 'TEXT'],
    ['cross_ids', 'TEXT'],
    ['account_id', 'TEXT'],
    ['owner_id', 'TEXT'],
    ['created_at', 'BIGINT'],
    ['outcome', 'TEXT'],
    ['stage', 'TEXT'],
    ['closed_at', 'BIGINT'],
    ['closed_precision', 'TEXT'],
    ['amount_minor', 'BIGINT'],
    ['currency', 'TEXT'],
    ['type', 'TEXT'],
    ['reason', 'TEXT'],
    ['campaign_id', 'TEXT'],
    ['campaign_set_by_person', 'BOOLEAN'],
    ['channel', 'TEXT'],
    ['reopened', 'BIGINT'],
  ],
  values: (deal) => [
    deal.name,
    json(deal.crossIds),
    deal.accountId,
    deal.ownerId,
    big(deal.createdAt),
    deal.outcome,
    deal.stage,
    big(deal.closedAt),
    deal.closedPrecision,
    minor(deal.amount),
    deal.amount?.currency ?? null,
    deal.type,
    deal.reason,
    deal.campaignId,
    deal.campaignSetByPerson,
    deal.channel,
    big(deal.reopened),
  ],
};

const dealPeople: StagedStream<'deal-people'> = {
  columns: [
    ['deal_id', 'TEXT'],
    ['person_id', 'TEXT'],
    ['role', 'TEXT'],
    ['is_primary', 'BOOLEAN'],
    ['added_at', 'BIGINT'],
  ],
  values: (part) => [part.dealId, part.personId, part.role, part.primary, big(part.addedAt)],
};

const touches: StagedStream<'touches'> = {
  columns: [
    ['person_ids', 'TEXT'],
    ['deal_id', 'TEXT'],
    ['occurred_at', 'BIGINT'],
    ['at_precision', 'TEXT'],
    ['kind', 'TEXT'],
    ['direction', 'TEXT'],
    ...actorColumns,
    ['result', 'TEXT'],
    ['campaign_id', 'TEXT'],
  ],
  values: (touch) => [
    json(touch.personIds),
    touch.dealId,
    big(touch.occurredAt),
    touch.precision,
    touch.kind,
    touch.direction,
    ...actor(touch.actor),
    touch.result,
    touch.campaignId,
  ],
};

const statusHistory: StagedStream<'status-history'> = {
  columns: [
    ['entity', 'TEXT'],
    ['entity_id', 'TEXT'],
    ['field', 'TEXT'],
    ['from_raw', 'TEXT'],
    ['to_raw', 'TEXT'],
    ['occurred_at', 'BIGINT'],
    ['at_precision', 'TEXT'],
    ...actorColumns,
    ['outcome', 'TEXT'],
  ],
  values: (change) => [
    change.entity,
    change.entityId,
    change.field,
    change.from === null ? null : String(change.from),
    change.to === null ? null : String(change.to),
    big(change.at),
    change.precision,
    ...actor(change.actor),
    change.outcome,
  ],
};

const users: StagedStream<'users'> = {
  columns: [
    ['other_id', 'TEXT'],
    ['name', 'TEXT'],
    ['email', 'TEXT'],
    ['active', 'BOOLEAN'],
    ['kind', 'TEXT'],
    ['teams', 'TEXT'],
    ['time_zone', 'TEXT'],
  ],
  values: (user) => [user.otherId, user.name, user.email, user.active, user.kind, json(user.teams), user.timeZone],
};

const rates: StagedStream<'rates'> = {
  columns: [
    ['currency', 'TEXT'],
    ['starts_at', 'BIGINT'],
    ['rate', 'TEXT'],
    ['corporate', 'BOOLEAN'],
  ],
  values: (rate) => [rate.currency, big(rate.startsAt), rate.rate, rate.corporate],
};

/** Every stream's staging, by stream. */
export const staged: { readonly [S in Stream]: StagedStream<S> } = {
  people,
  accounts,
  campaigns,
  members,
  deals,
  'deal-people': dealPeople,
  touches,
  'status-history': statusHistory,
  users,
  rates,
};

/** All streams that can be staged. */
const stagedStreams: readonly Stream[] = Object.keys(staged) as Stream[];

/** `raw_…` holds each record's latest version; `new_…` what was loaded since it was last folded in. */
export const stagedTable = (stream: Stream, kind: 'raw' | 'new'): string => `${kind}_${stream.replaceAll('-', '_')}`;

/** The staging tables and what the warehouse remembers about itself. */
export const stagingSql: string = [
  'CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);',
  'CREATE TABLE load_state (recorded_in TEXT NOT NULL, stream TEXT NOT NULL, cursor TEXT NOT NULL, pass BIGINT NOT NULL, in_pass BOOLEAN NOT NULL, PRIMARY KEY (recorded_in, stream));',
  ...stagedStreams.flatMap((stream) => {
    const columns = [...stagedHead, ...staged[stream].columns].map(([name, type]) => `${name} ${type}`).join(', ');
    return [`CREATE TABLE ${stagedTable(stream, 'raw')} (${columns});`, `CREATE TABLE ${stagedTable(stream, 'new')} (${columns});`];
  }),
].join('\n');

/** One event as a row of its stream's staging table; a record that is gone keeps nothing but its id. */
export function stagedRow<S extends Stream>(
  stream: StagedStream<S>,
  event: ChangeEvent<StreamRecords[S]>,
  head: { readonly side: string; readonly pass: number; readonly seenAt: number },
): readonly StagedValue[] {
  const start = (version: string | null, gone: string | null, into: RecordId | null): StagedValue[] => [
    head.side,
    event.id,
    version,
    BigInt(Math.trunc(head.seenAt)),
    BigInt(Math.trunc(head.pass)),
    gone,
    into,
  ];
  if (event.type === 'upsert') return [...start(event.version, null, null), ...stream.values(event.record)];
  const empty = stream.columns.map(() => null);
  return [...start(null, event.type, event.type === 'merged' ? event.into : null), ...empty];
}
