import type { ChangeEvent, ChangePage, Cursor, Stream, StreamRecords } from '../../src/crm.ts';
import type { Instant } from '../../src/model/words.ts';
import type { Feed, LogEntry, Stored } from './table.ts';

/** A position in a table's change log, as it stands in the cursor's JSON. */
interface Position {
  readonly stream: string;
  /** Next log position to look at. */
  readonly at: number;
  /** Only within a pass: where it ends, when it began, where the next one starts, and whether it lists everything. */
  readonly pass?: { readonly end: number; readonly asOf: Instant; readonly next: number; readonly full: boolean };
}

/** What a pass over a table's changes needs to know of its stream. */
export interface PassOptions<S extends Stream, Row> {
  readonly stream: S;
  readonly table: Feed<Row>;
  readonly cursor: Cursor | null;
  readonly now: Instant;
  /** Changes younger than this are not visible yet, in milliseconds; null: all are. */
  readonly lagOf: ((entry: LogEntry) => number) | null;
  /** Changes this young are delivered again by the next pass, in milliseconds. */
  readonly overlapMs: number;
  readonly pageSize: number;
  readonly snapshot: boolean;
  /** The record as delivered; null: not part of this stream; `left`: outside the scope. */
  readonly record: (stored: Stored<Row>) => StreamRecords[S] | 'left' | null;
  readonly stamp: (at: Instant) => Instant;
  /** Runs before each page, as a request would. */
  readonly request: <T>(work: () => T) => Promise<T>;
  readonly badCursor: (why: string) => Error;
}

/** Delivers what changed in a table since the cursor, page by page. */
export async function* pass<S extends Stream, Row>(options: PassOptions<S, Row>): AsyncGenerator<ChangePage<S>> {
  const log = options.table.log;
  let position = begin(options);
  for (;;) {
    const from = position;
    const page = await options.request(() => fill(options, from, log));
    yield page.page;
    if (page.page.done) return;
    position = page.position;
  }
}

type InPass = Required<Position>;

function begin<S extends Stream, Row>(options: PassOptions<S, Row>): InPass {
  const known = options.cursor === null ? null : parse(options.cursor, options.stream, options.badCursor);
  if (known?.pass !== undefined) return { ...known, pass: known.pass };
  const full = known === null || options.snapshot;
  const at = full ? 0 : known.at;
  const log = options.table.log;
  let next = at;
  // The first change that the next pass has to look at again: not visible yet, or within the overlap.
  while (next < log.length && !recent(log[next], options)) next += 1;
  return { stream: options.stream, at, pass: { end: log.length, asOf: options.now, next, full } };
}

function recent<S extends Stream, Row>(entry: LogEntry | undefined, options: PassOptions<S, Row>): boolean {
  if (entry === undefined) return false;
  if (!visible(entry, options.lagOf, options.now)) return true;
  return options.overlapMs > 0 && entry.at > options.now - options.overlapMs;
}

function visible(entry: LogEntry, lagOf: ((entry: LogEntry) => number) | null, asOf: Instant): boolean {
  return lagOf === null || entry.at + lagOf(entry) <= asOf;
}

function fill<S extends Stream, Row>(
  options: PassOptions<S, Row>,
  from: InPass,
  log: readonly LogEntry[],
): { page: ChangePage<S>; position: InPass } {
  const { end, asOf, next, full } = from.pass;
  const events: ChangeEvent<StreamRecords[S]>[] = [];
  let at = from.at;
  while (at < end && events.length < options.pageSize) {
    const entry = log[at];
    at += 1;
    if (entry === undefined || !visible(entry, options.lagOf, asOf)) continue;
    if (superseded(entry, log, { end, lagOf: options.lagOf, asOf })) continue;
    const event = toEvent(options, entry, full);
    if (event !== null) events.push(event);
  }
  const done = at >= end;
  const position: InPass = { ...from, at };
  const cursor = write(done ? { stream: options.stream, at: next } : position);
  return { page: { events, cursor, done, asOf, historyFrom: null }, position };
}

/** True when a later entry of the same record is delivered within this pass: each record comes once. */
function superseded(
  entry: LogEntry,
  log: readonly LogEntry[],
  pass: { end: number; lagOf: ((entry: LogEntry) => number) | null; asOf: Instant },
): boolean {
  for (let next = entry.next; next !== -1 && next < pass.end;) {
    const later = log[next];
    if (later === undefined) return false;
    if (visible(later, pass.lagOf, pass.asOf)) return true;
    next = later.next;
  }
  return false;
}

function toEvent<S extends Stream, Row>(
  options: PassOptions<S, Row>,
  entry: LogEntry,
  full: boolean,
): ChangeEvent<StreamRecords[S]> | null {
  const { id } = entry;
  if (entry.removal !== undefined) {
    // Everything from the start lists what is there; what is gone shows only to those who may know it.
    if (full) return null;
    const at = options.stamp(entry.at);
    return entry.removal.type === 'merged' ? { type: 'merged', id, into: entry.removal.into, at } : { type: entry.removal.type, id, at };
  }
  const stored = options.table.of(entry);
  if (stored === undefined) return null; // removed since the pass began: the next pass says so
  const record = options.record(stored);
  const at = options.stamp(stored.modifiedAt);
  if (record === null) return null;
  if (record === 'left') return full ? null : { type: 'left', id, at };
  return { type: 'upsert', id, version: String(stored.version), at, record };
}

function write(position: Position): Cursor {
  return JSON.stringify(position) as Cursor;
}

function parse(cursor: Cursor, stream: Stream, bad: (why: string) => Error): Position {
  let value: unknown;
  try {
    value = JSON.parse(cursor);
  } catch {
    throw bad('it is not JSON');
  }
  const position = value as Partial<Position> | null;
  if (typeof position !== 'object' || position === null || typeof position.at !== 'number') throw bad('it holds no position');
  if (position.stream !== stream) throw bad(`it belongs to the stream ${String(position.stream)}`);
  return position as Position;
}
