import { RecordProblem } from '../errors.ts';
import type { WriteContext } from '../org.ts';
import type { ObjectDef, Value } from '../schema/types.ts';
import { refuseTroubled } from '../troubles.ts';

/**
 * Refuses a write that needs a row which another transaction holds: the record itself, or one it belongs to (a member
 * needs its campaign and its person, an opportunity its account).
 * @throws {RecordProblem} UNABLE_TO_LOCK_ROW, naming the held record.
 */
export function refuseLocked(
  context: WriteContext,
  id: string,
  record: { readonly def: ObjectDef; readonly values: ReadonlyMap<string, Value> },
): void {
  refuseTroubled(context, id, record.values);
  const { locks } = context.org;
  if (locks.size === 0 || context.trusted) return;
  const needed: Value[] = [id];
  for (const field of record.def.fields.values()) if (field.cascadeDelete) needed.push(record.values.get(field.name) ?? null);
  const held = needed.find((one) => typeof one === 'string' && (locks.get(one) ?? 0) > context.at);
  if (held !== undefined) {
    throw new RecordProblem('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${String(held)}`);
  }
}
