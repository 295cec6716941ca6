import { RequestProblem } from '../errors.ts';
import type { ObjectDef } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { parseInstant, restInstant } from '../time.ts';
import { allow } from './reply.ts';
import type { Call, Reply } from './reply.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const UPDATED_DAYS = 30;
const DELETED_DAYS = 15;
const MOST_IDS = 600_000;

function invalidDate(message: string): RequestProblem {
  return new RequestProblem('INVALID_REPLICATION_DATE', message);
}

/** A parameter's instant without its seconds. An unencoded `+` has arrived as a blank. */
function minuteOf(call: Call, name: string): number {
  const at = parseInstant((call.query.get(name) ?? '').replace(' ', '+'));
  if (at === null) throw new RequestProblem('INVALID_REPLICATION_DATE', `${name} is not a valid date`);
  return Math.floor(at / MINUTE) * MINUTE;
}

function windowOf(call: Call, days: number): { readonly start: number; readonly end: number } {
  const now = call.org.store.now();
  const start = minuteOf(call, 'start');
  const end = Math.min(minuteOf(call, 'end'), Math.floor(now / MINUTE) * MINUTE);
  if (start >= end) throw invalidDate('startDate must be at least one minute before endDate');
  if (start < now - days * DAY) throw invalidDate(`startDate can't be more than ${String(days)} days ago`);
  return { start, end };
}

/** Rows stamped since then as queries see them. */
function seenSince(call: Call, def: ObjectDef, start: number): readonly Row[] {
  const { store } = call.org;
  const unseen = store.unseen(def.name);
  const rows = store.since(def.name, start);
  if (unseen === null) return rows;
  const before = [...unseen.values()].filter((row) => row !== undefined && row.stamp >= start) as Row[];
  return [...rows.filter((row) => !unseen.has(row.id)), ...before];
}

/** `GET /sobjects/Lead/updated?start&end`: ids of records made or changed in whole minutes. */
export function updated(call: Call, def: ObjectDef): Reply {
  allow(call, ['GET']);
  const { start, end } = windowOf(call, UPDATED_DAYS);
  const ids = seenSince(call, def, start)
    .filter((row) => row.stamp < end && row.values.get('IsDeleted') !== true)
    .map((row) => row.id);
  if (ids.length > MOST_IDS) throw new RequestProblem('EXCEEDED_ID_LIMIT', 'limit of 600000 ids exceeded');
  return { status: 200, json: { ids, latestDateCovered: restInstant(end) } };
}

/** `GET /sobjects/Lead/deleted?start&end`: what went to the recycle bin in whole minutes. */
export function deleted(call: Call, def: ObjectDef): Reply {
  allow(call, ['GET']);
  const { start, end } = windowOf(call, DELETED_DAYS);
  const rows = seenSince(call, def, start).filter((row) => row.stamp < end && row.values.get('IsDeleted') === true);
  return {
    status: 200,
    json: {
      deletedRecords: rows.map((row) => ({ deletedDate: restInstant(row.stamp), id: row.id })),
      earliestDateAvailable: restInstant(Math.floor((call.org.store.now() - DELETED_DAYS * DAY) / MINUTE) * MINUTE),
      latestDateCovered: restInstant(end),
    },
  };
}
