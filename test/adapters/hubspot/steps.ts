import type { ChangesOptions, Crm, Cursor, Stream, StreamRecords, WriteItem } from '../../../src/crm.ts';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';

/** Records of a stream's whole pass, and the cursor that ends it. */
export async function pass<S extends Stream>(
  crm: Crm,
  stream: S,
  cursor: Cursor | null = null,
  options: ChangesOptions = {},
): Promise<{
  readonly records: readonly StreamRecords[S][];
  readonly others: readonly { readonly type: string; readonly id: RecordId }[];
  readonly cursor: Cursor;
  readonly asOf: number;
  readonly pages: number;
}> {
  const records: StreamRecords[S][] = [];
  const others: { type: string; id: RecordId }[] = [];
  let last = cursor;
  let asOf = 0;
  let pages = 0;
  for await (const page of crm.changes(stream, cursor, options)) {
    pages += 1;
    asOf = page.asOf;
    last = page.cursor;
    for (const event of page.events) {
      if (event.type === 'upsert') records.push(event.record);
      else others.push({ type: event.type, id: event.id });
    }
  }
  if (last === null) throw new Error('the pass had no page');
  return { records, others, cursor: last, asOf, pages };
}

export function setStatus(id: RecordId | string, value: FieldValue, intentId: string = `set-${id}`): WriteItem {
  return { intentId, op: 'update', id: id as RecordId, fields: new Map([['hs_lead_status', value]]) };
}
