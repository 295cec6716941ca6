import type { HistoryEntry } from '../../src/crm.ts';
import type { ActorKind, ActorRef } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { RawEntry, RawRecord } from './shapes.ts';
import { fromHubspot, instantOf } from './values.ts';
import type { ValueType } from './values.ts';

/** The history source under which HubSpot's own Salesforce integration writes. */
export const connectorSource = 'SALESFORCE';

/**
 * HubSpot's history sources. The set is open: a word that is not here is `unknown`, never a human.
 * @source the enumeration in @hubspot/api-client 14 and https://developers.hubspot.com/docs/api-reference, checked 2026-11
 */
const kinds: ReadonlyMap<string, ActorKind> = new Map<string, ActorKind>([
  ...each('human', 'CRM_UI', 'CRM_UI_BULK_ACTION', 'CONTACTS_WEB', 'CONTACTS', 'COMPANIES', 'DEALS', 'SALES', 'SALES_MESSAGES'),
  ...each('human', 'MOBILE_IOS', 'MOBILE_ANDROID', 'MEETINGS', 'IMPORT', 'BCC_TO_CRM', 'FORWARD_TO_CRM', 'INLINE_EDIT'),
  ...each('integration', 'INTEGRATION', 'API', 'INTEGRATIONS_PLATFORM', 'INTEGRATIONS_SYNC', 'BATCH_UPDATE', 'ECOMMERCE', 'MIGRATION'),
  ...each('workflow', 'WORKFLOWS', 'AUTOMATION_PLATFORM', 'AUTOMATION_JOURNEY', 'CALCULATED', 'MERGE_CONTACTS', 'MERGE_OBJECTS', 'BIDEN'),
  ...each('workflow', 'ENGAGEMENTS', 'DATA_ENRICHMENT', 'ASSOCIATIONS', 'PROPERTY_SETTINGS', 'DEFAULT', 'RECYCLING_BIN', 'SYSTEM'),
  ...each('sequence', 'SEQUENCES'),
  ...each('bot', 'PROSPECTING_AGENT', 'AI_GROUP', 'CHATSPOT', 'CONVERSATIONS', 'BOT'),
  ...each('prospect', 'FORM', 'ANALYTICS', 'EMAIL', 'EMAIL_INTEGRATION', 'PUBLIC_FORM', 'MARKETPLACE_FORM'),
  ...each('connector', connectorSource),
]);

function each(kind: ActorKind, ...sources: readonly string[]): readonly (readonly [string, ActorKind])[] {
  return sources.map((source) => [source, kind] as const);
}

/** Knows which history sources are this integration itself. */
export interface Self {
  /** Recognises an integration's source id as ours. */
  is(sourceId: string | null): boolean;
  /** The app id, where the token told it. */
  learn(sourceId: string): void;
  /** Remembers a write of ours, so that the source id of its history entry can be learnt. */
  wrote(id: string, at: number, values: ReadonlyMap<string, string>): void;
  /** Learns from a history that holds a write of ours at its time. */
  recognise(id: string, field: string, entries: readonly RawEntry[]): void;
}

/** How far the answer to a write and its history entry may lie apart. */
const sameWriteMs = 10_000;
/** Enough for a few batches; older writes have been recognised or don't matter any more. */
const rememberedWrites = 5000;

/**
 * HubSpot does not say under which source id a service key writes, so it is told (`appId`), read from the token's own
 * description, or learnt from the first write of ours that comes back in a history.
 */
export function createSelf(appId: string | undefined): Self {
  const ids = new Set<string>(appId === undefined ? [] : [appId]);
  const writes = new Map<string, { readonly at: number; readonly values: ReadonlyMap<string, string> }>();
  return {
    is: (sourceId) => sourceId !== null && ids.has(sourceId),
    learn: (sourceId) => void ids.add(sourceId),
    wrote: (id, at, values) => {
      if (ids.size > 0) return;
      writes.delete(id);
      writes.set(id, { at, values });
      const [oldest] = writes.keys();
      if (writes.size > rememberedWrites && oldest !== undefined) writes.delete(oldest);
    },
    recognise: (id, field, entries) => {
      const write = ids.size > 0 ? undefined : writes.get(id);
      const value = write?.values.get(field);
      if (write === undefined || value === undefined) return;
      const ours = entries.find(
        (entry) =>
          kinds.get(entry.sourceType) === 'integration' &&
          (entry.value ?? '') === value &&
          Math.abs((instantOf(entry.timestamp) ?? 0) - write.at) <= sameWriteMs,
      );
      if (ours?.sourceId === undefined || ours.sourceId === null) return;
      ids.add(ours.sourceId);
      writes.clear();
    },
  };
}

interface Source {
  readonly sourceType: string | null;
  readonly sourceId: string | null;
  readonly userId: string | null;
}

/** Who a history source is. */
export function actorOf({ sourceType, sourceId, userId }: Source, self: Self): ActorRef {
  const named = /^userId:(\d+)$/.exec(sourceId ?? '')?.[1] ?? userId;
  const kind = kinds.get(sourceType ?? '') ?? 'unknown';
  return {
    kind: kind === 'integration' && self.is(sourceId) ? 'truce' : kind,
    userId: named as RecordId | null,
    label: sourceType,
  };
}

/** Who created a record, by its own statement. */
export function creatorOf(record: RawRecord, self: Self): ActorRef {
  const property = (name: string): string | null => record.properties.get(name) ?? null;
  return actorOf(
    {
      sourceType: property('hs_object_source'),
      sourceId: property('hs_object_source_id'),
      userId: property('hs_object_source_user_id') ?? property('hs_created_by_user_id'),
    },
    self,
  );
}

/** The properties that `creatorOf` reads. */
export const creatorProperties = ['hs_object_source', 'hs_object_source_id', 'hs_object_source_user_id', 'hs_created_by_user_id'] as const;

/** A field's history at the boundary, newest first. Entries without a readable time are left out. */
export function historyOf(entries: readonly RawEntry[], type: ValueType, self: Self): readonly HistoryEntry[] {
  return entries
    .flatMap((entry): HistoryEntry[] => {
      const at = instantOf(entry.timestamp);
      if (at === null) return [];
      return [{ value: fromHubspot(entry.value, type), at, precision: 'ms', actor: entryActor(entry, self) }];
    })
    .sort((a, b) => b.at - a.at);
}

/** The author of one history entry. */
export function entryActor(entry: RawEntry, self: Self): ActorRef {
  return actorOf({ sourceType: entry.sourceType, sourceId: entry.sourceId, userId: entry.updatedByUserId }, self);
}
