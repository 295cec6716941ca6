import type { WriteItem, WriteResult } from '../../src/crm.ts';
import type { FieldValue, Fields, RecordId, Side } from './model.ts';
import type { StateBatch } from '../../src/state/types.ts';

/** One thing that happened, in the order in which it did. Positions in the history are the oracle's clock. */
export type Happening =
  /** A field of a record got another value. `intent`: the write of Truce's that did it. */
  | {
      readonly kind: 'change';
      readonly side: Side;
      readonly id: RecordId;
      readonly field: string;
      readonly before: FieldValue | undefined;
      readonly value: FieldValue;
      readonly by: 'user' | 'automation' | 'truce';
      readonly intent: string | null;
      readonly at: number;
    }
  | { readonly kind: 'born'; readonly side: Side; readonly id: RecordId; readonly by: 'user' | 'truce' | 'automation' }
  | { readonly kind: 'gone'; readonly side: Side; readonly id: RecordId; readonly by: 'user' | 'truce' | 'automation' }
  | { readonly kind: 'converted'; readonly side: Side; readonly id: RecordId }
  /** A record's values reached Truce. `asOf`: length of the history when they were taken. */
  | {
      readonly kind: 'read';
      readonly side: Side;
      readonly id: RecordId;
      readonly fields: Fields;
      readonly asOf: number;
      readonly modifiedAt: number;
      readonly page: string | null;
    }
  /** A page of people reached Truce. */
  | { readonly kind: 'page'; readonly side: Side; readonly ids: readonly RecordId[]; readonly cursor: string }
  /** Truce sent a write; what it did follows as changes. */
  | { readonly kind: 'send'; readonly side: Side; readonly item: WriteItem }
  | { readonly kind: 'answer'; readonly side: Side; readonly result: WriteResult }
  /** Truce stored something. */
  | { readonly kind: 'commit'; readonly batch: StateBatch; readonly operation: number }
  | { readonly kind: 'begin'; readonly operation: number; readonly what: string; readonly clean: boolean }
  | { readonly kind: 'end'; readonly operation: number; readonly how: string; readonly run: string | null; readonly result: unknown }
  /** A call for changes failed. */
  | { readonly kind: 'unread'; readonly side: Side }
  | { readonly kind: 'crash' }
  | { readonly kind: 'faults-off' };

/** The history of one simulated life of two CRMs and Truce. */
export interface History {
  readonly all: readonly Happening[];
  add(happening: Happening): void;
}

export function makeHistory(): History {
  const all: Happening[] = [];
  return { all, add: (happening) => void all.push(happening) };
}

/** A rule that was broken. */
export interface Violation {
  /** Number of the invariant in `README.md`. */
  readonly invariant: number;
  readonly what: string;
}
