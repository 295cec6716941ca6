import assert from 'node:assert/strict';
import type { ChangeEvent, ChangesOptions, Crm, Cursor, ReadOptions, ReadRecord, Ref, Stream, StreamRecords, WriteItem } from '../crm.ts';
import type { FieldValue, RecordId } from '../model/words.ts';

/** Longer than any index lag or overlap that an adapter may own, in milliseconds. */
export const LONG = 6 * 3_600_000;

/** A whole pass of a stream. */
export interface Drained<S extends Stream> {
  readonly events: readonly ChangeEvent<StreamRecords[S]>[];
  readonly cursor: Cursor;
  /** The cursor after each page, and the ids that had been delivered until then. */
  readonly pages: readonly { readonly cursor: Cursor; readonly ids: readonly RecordId[] }[];
}

/** Reads a stream to the end of its pass. */
export async function drain<S extends Stream>(
  crm: Crm,
  stream: S,
  cursor: Cursor | null,
  options: ChangesOptions = {},
): Promise<Drained<S>> {
  const events: ChangeEvent<StreamRecords[S]>[] = [];
  const pages: { cursor: Cursor; ids: readonly RecordId[] }[] = [];
  let done = false;
  for await (const page of crm.changes(stream, cursor, options)) {
    assert.equal(done, false, 'no page comes after the one that says it is the last');
    assert.equal(typeof page.cursor, 'string');
    assert.ok(Number.isFinite(page.asOf), 'every page says since when it stands');
    events.push(...page.events);
    pages.push({ cursor: page.cursor, ids: page.events.map((event) => event.id) });
    done = page.done;
  }
  const last = pages.at(-1);
  assert.ok(last !== undefined, 'a pass has at least one page');
  assert.ok(done, 'the last page says that it is the last');
  return { events, cursor: last.cursor, pages };
}

/** The ids of upserts, each once. */
export function upserted<R>(events: readonly ChangeEvent<R>[]): ReadonlySet<RecordId> {
  return new Set(events.flatMap((event) => (event.type === 'upsert' ? [event.id] : [])));
}

/** Reads one person that must be there. */
export async function person(crm: Crm, ref: Ref, options: ReadOptions): Promise<ReadRecord<'person'>> {
  const [answer, more] = await crm.read('person', [ref], options);
  assert.equal(more, undefined, 'one answer per reference');
  const found = answer?.found[0];
  assert.ok(found !== undefined, 'the person is found');
  assert.equal(answer?.found.length, 1, 'only this person is found');
  return found;
}

/** An update of one person. */
export function update(intentId: string, id: RecordId, fields: readonly (readonly [string, FieldValue])[]): WriteItem {
  return { intentId, op: 'update', id, fields: new Map(fields) };
}
