import { listPage, refuseRepeated } from './objects.ts';
import type { RawPage, Wanted } from './objects.ts';
import type { Room } from './room.ts';
import type { RawRecord } from './shapes.ts';
import { readAnchor, walk } from './walk.ts';
import type { Anchor, Found } from './walk.ts';
import { modifiedOf } from './map.ts';

/** The property that carries an object type's change stamp. */
function modifiedProperty(objectType: string): string {
  return objectType === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
}

/** All records of a type, page by page, from a token on. */
export async function* listed(
  room: Room,
  objectType: string,
  options: Wanted & { readonly after: string | null; readonly archived?: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<RawPage> {
  const seen = new Set<string>();
  let { after } = options;
  for (;;) {
    const page = await listPage(room.wire, objectType, { ...options, after });
    if (page.next !== null) refuseRepeated(seen, page.next);
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}

interface ChangedOptions {
  readonly since: number;
  /** An anchor as text, where a pass was interrupted. */
  readonly next: string | null;
  /** What the records will have, in a search or after `refine`. */
  readonly properties: readonly string[];
  /** Only these are searched for; the rest comes by `refine`. */
  readonly searched?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** True: searches, whatever another stream has found just before. */
  readonly anew?: boolean;
  /** Replaces what the search found by something fuller (histories) before it is delivered and remembered. */
  readonly refine?: (records: readonly RawRecord[]) => Promise<readonly RawRecord[]>;
}

const portion = 200;
/**
 * Searches reach this much further back than asked: the streams' passes begin seconds apart, and this way the search of
 * one also answers the next.
 */
const slackMs = 2 * 60_000;

/**
 * What changed since an instant: from the search that another stream of this connection has just made, else by walking
 * the search index.
 */
export async function* changed(room: Room, objectType: string, options: ChangedOptions): AsyncGenerator<Found> {
  const known = options.next === null && options.anew !== true ? room.recent.get(objectType, options) : null;
  if (known !== null) {
    yield* replay(
      known.records.filter((record) => modifiedOf(record) >= options.since),
      known.asOf,
    );
    return;
  }
  const since = Math.max(0, options.since - slackMs);
  const from: Anchor = options.next === null ? { at: since, seen: [], walked: null } : readAnchor(options.next);
  const kept: RawRecord[] = [];
  let asOf: number | null = null;
  const query = {
    objectType,
    modified: modifiedProperty(objectType),
    properties: options.searched ?? options.properties,
    signal: options.signal,
  };
  for await (const found of walk(room.wire, query, from)) {
    const records = options.refine === undefined ? found.records : await options.refine(found.records);
    asOf ??= found.at;
    kept.push(...records);
    // Remembered before it is delivered: who reads a stream to its last page need not ask for one more.
    if (found.anchor === null && options.next === null)
      room.recent.set(objectType, { since, asOf, records: kept, properties: options.properties });
    yield { ...found, records, at: asOf };
  }
}

function* replay(records: readonly RawRecord[], at: number): Generator<Found> {
  for (let index = 0; index === 0 || index < records.length; index += portion) {
    const part = records.slice(index, index + portion);
    const over = index + portion >= records.length;
    const last = part.length === 0 ? 0 : Math.max(...part.map(modifiedOf));
    const seen = part.filter((record) => modifiedOf(record) === last).map((record) => record.id);
    yield { records: part, anchor: over ? null : { at: last, seen, walked: null }, at };
  }
}

/** The anchor of a walk as a step's position. */
export function positionOf(found: Found): string | null {
  return found.anchor === null ? null : JSON.stringify(found.anchor);
}
