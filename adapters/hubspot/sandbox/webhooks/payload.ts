import { type CrmEvent, changedProperties } from '../events.ts';
import type { Table } from '../model.ts';

/** What a subscription listens to, as far as payloads depend on it. */
export interface Wanted {
  /** `contact.creation`, `object.propertyChange`, ... */
  readonly eventType: string;
  /** Of a `propertyChange` subscription. */
  readonly propertyName?: string;
  /** Of an `object.*` subscription. */
  readonly objectTypeId?: string;
}

/** The members of a notification that depend on what happened; the delivery adds ids and the attempt. */
export type Payload = Readonly<Record<string, unknown>>;

/**
 * What a subscription is told of an event: usually nothing or one notification, in the classic form (`contact.*`) or in
 * the generic one (`object.*`), which names the object type in a member of its own.
 * @source https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide and
 * https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions (checked 2026-11)
 */
export function payloadsOf(event: CrmEvent, wanted: Wanted): readonly Payload[] {
  const table = 'from' in event ? event.from.table : event.table;
  const [kind = '', what = ''] = wanted.eventType.split('.');
  if (kind === 'object' ? wanted.objectTypeId !== table.type.typeId : kind !== table.type.singular) return [];
  const { sourceType, sourceId } = event.source;
  const common = {
    occurredAt: event.at,
    subscriptionType: wanted.eventType,
    ...(kind === 'object' ? { objectTypeId: table.type.typeId } : {}),
    changeSource: sourceType,
    ...(sourceId === undefined ? {} : { sourceId }),
  };
  return detailsOf(event, { ...wanted, what, generic: kind === 'object' }).map((detail) => ({ ...common, ...detail }));
}

interface Asked extends Wanted {
  readonly what: string;
  readonly generic: boolean;
}

function detailsOf(event: CrmEvent, asked: Asked): readonly Payload[] {
  const { what } = asked;
  switch (event.kind) {
    case 'created':
      return what === 'creation' ? [{ objectId: event.record.n, changeFlag: 'CREATED' }] : [];
    case 'archived':
      return what === 'deletion' ? [{ objectId: event.record.n, changeFlag: 'DELETED' }] : [];
    case 'restored':
      return what === 'restore' ? [{ objectId: event.record.n }] : [];
    case 'erased':
      // A permanent deletion is told twice: as such, and as a deletion.
      if (what === 'deletion') return [{ objectId: event.record.n, changeFlag: 'DELETED' }];
      return what === 'privacyDeletion' ? [{ objectId: event.record.n }] : [];
    case 'written':
      if (what !== 'propertyChange' || asked.propertyName === undefined || !event.properties.has(asked.propertyName)) return [];
      if (!changedProperties(event).includes(asked.propertyName)) return [];
      return [
        {
          objectId: event.record.n,
          propertyName: asked.propertyName,
          propertyValue: event.record.values.get(asked.propertyName) ?? '',
          ...(asked.generic ? { isSensitive: false } : {}),
        },
      ];
    case 'merged':
      return what === 'merge' ? [mergeDetail(event)] : [];
    case 'associated':
    case 'dissociated':
      return what === 'associationChange' ? [associationDetail(event, asked.generic)] : [];
  }
}

/** `primaryObjectId` is the winner; since 2025 a record of its own stands for both, `newObjectId`. */
function mergeDetail(event: Extract<CrmEvent, { kind: 'merged' }>): Payload {
  return {
    objectId: event.primary.n,
    primaryObjectId: event.primary.n,
    mergedObjectIds: [event.other.n],
    newObjectId: event.record.n,
    numberOfPropertiesMoved: event.moved,
  };
}

function associationDetail(event: Extract<CrmEvent, { kind: 'associated' | 'dissociated' }>, generic: boolean): Payload {
  const { from, to, type } = event;
  const types = generic
    ? {
        fromObjectTypeId: from.table.type.typeId,
        toObjectTypeId: to.table.type.typeId,
        associationTypeId: type.typeId,
        associationCategory: 'HUBSPOT_DEFINED',
      }
    : { associationType: `${upper(from.table)}_TO_${upper(to.table)}` };
  return {
    ...types,
    fromObjectId: Number(from.id),
    toObjectId: Number(to.id),
    associationRemoved: event.kind === 'dissociated',
    isPrimaryAssociation: type.label === 'Primary',
  };
}

function upper(table: Table): string {
  return table.type.upper;
}
