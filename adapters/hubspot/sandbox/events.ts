import type { AssociationType } from './association-types.ts';
import type { CrmRecord, Portal, Source, Table } from './model.ts';

/** A record of a type, by id. */
interface Side {
  readonly table: Table;
  readonly id: string;
}

/** What happened to a record, told after it happened. */
interface RecordEvent {
  readonly table: Table;
  readonly record: CrmRecord;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly source: Source;
}

/** One thing that happened in the account. */
export type CrmEvent =
  | (RecordEvent & { readonly kind: 'created' | 'archived' | 'restored' | 'erased' })
  | (RecordEvent & {
      readonly kind: 'written';
      /** The values before; compare with the record's to see which of `properties` changed. */
      readonly before: ReadonlyMap<string, string>;
      readonly properties: ReadonlySet<string>;
    })
  | (RecordEvent & {
      readonly kind: 'merged';
      readonly primary: CrmRecord;
      readonly other: CrmRecord;
      /** How many values came from the other record. */
      readonly moved: number;
    })
  | {
      readonly kind: 'associated' | 'dissociated';
      readonly from: Side;
      readonly to: Side;
      readonly type: AssociationType;
      readonly at: number;
      readonly source: Source;
    };

/** Who hears of what happens, and who is at work. */
export interface EventHub {
  readonly listeners: ((event: CrmEvent) => void)[];
  /** Whose request is being answered: the source of what has no stamp of its own. */
  actor: Source;
  /** The account is being filled from outside the API: HubSpot's own automations stand still. */
  seeding: boolean;
}

/** A hub that nobody listens to yet. */
export function createHub(): EventHub {
  return { listeners: [], actor: { sourceType: 'CRM_UI' }, seeding: false };
}

/** Tells all listeners, in the order in which they came. */
export function tell(portal: Portal, event: CrmEvent): void {
  for (const listener of portal.events.listeners) listener(event);
}

/** The names of the properties whose value a write changed. */
export function changedProperties(event: Extract<CrmEvent, { kind: 'written' }>): readonly string[] {
  return [...event.properties].filter((name) => event.before.get(name) !== event.record.values.get(name));
}
