import type { OwnStem, WriteKind } from '../crm.ts';
import type { FieldValue, RecordId, Side } from '../model/words.ts';
import type { JournalStore } from '../state/types.ts';

/** What was last written to a record's own fields; null when nothing ever was. */
export type WrittenLookup = (side: Side, kind: WriteKind, id: RecordId) => Promise<ReadonlyMap<OwnStem, FieldValue> | null>;

/**
 * Looks up in the journal, so that people whose outcome did not change cost no call: their records are read, and written,
 * only when the outcome differs from what was last applied.
 */
export function writtenBefore(journal: Pick<JournalStore, 'ofRecord'>): WrittenLookup {
  return async (side, kind, id) => {
    const written = new Map<OwnStem, FieldValue>();
    const intents = await journal.ofRecord(side, id);
    for (const intent of intents.toSorted((a, b) => a.at - b.at)) {
      if (intent.status !== 'applied' || intent.line.kind !== kind) continue;
      for (const change of intent.line.changes) if (change.own !== null) written.set(change.own, change.after);
    }
    return written.size === 0 ? null : written;
  };
}
