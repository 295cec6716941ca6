import { z } from 'zod';
import type { Cursor, Stream } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { Instant } from '../../src/model/words.ts';
import { overlapMs, system } from './limits.ts';

/** A place in the order (stamp, Id): rows at or after `at`; with an id, rows after exactly that row. */
export interface Position {
  readonly at: Instant;
  readonly id: string | null;
}

/** What a cursor says, once read. Sources are the queries that a stream consists of. */
export interface Standing {
  /** Where the next pass begins, by source; a source that is absent is read from its beginning. */
  readonly since: ReadonlyMap<string, Position>;
  /** How far back a history reaches. */
  readonly from: Instant | null;
  /** Set while a pass is under way. */
  readonly pass: Underway | null;
}

interface Underway {
  readonly asOf: Instant;
  readonly source: string;
  readonly after: Position;
  /** Sources of this pass that are read to their end, with where their next pass begins. */
  readonly done: ReadonlyMap<string, Position>;
}

const position = z.object({ at: z.number().int(), id: z.string().nullable() });
const positions = z.array(z.tuple([z.string(), position]));
const schema = z.object({
  v: z.literal(1),
  stream: z.string(),
  since: positions,
  from: z.number().int().nullable(),
  pass: z.object({ asOf: z.number().int(), source: z.string(), after: position, done: positions }).nullable(),
});

const beginning: Standing = { since: new Map(), from: null, pass: null };

/** @throws {CrmError} `BAD_CURSOR` when the cursor is not one of this stream */
export function readCursor(stream: Stream, cursor: Cursor | null): Standing {
  if (cursor === null) return beginning;
  const parsed = schema.safeParse(tryJson(cursor));
  if (!parsed.success || parsed.data.stream !== stream) {
    throw new CrmError('BAD_CURSOR', `${system}: the stored cursor of ${stream} can't be read.`, {
      system,
      failure: 'request',
      hint: 'It was written by another version or belongs to another stream. Read the stream from its beginning.',
    });
  }
  const { since, from, pass } = parsed.data;
  return { since: new Map(since), from, pass: pass === null ? null : { ...pass, done: new Map(pass.done) } };
}

export function writeCursor(stream: Stream, standing: Standing): Cursor {
  const { since, from, pass } = standing;
  const done = pass === null ? [] : [...pass.done];
  return JSON.stringify({ v: 1, stream, since: [...since], from, pass: pass === null ? null : { ...pass, done } }) as Cursor;
}

/**
 * Where the next pass begins: behind the last row seen, but never less than the overlap behind this pass's begin, since
 * rows that were not visible yet may carry older stamps.
 */
export function nextPosition(last: Position | null, asOf: Instant): Position | null {
  if (last === null) return null;
  return last.at < asOf - overlapMs ? last : { at: asOf - overlapMs, id: null };
}

/** Answers come with the server's time to the second, and its parts may disagree by some. */
const toleranceMs = 60_000;

/** @throws {CrmError} `CURSOR_IN_FUTURE` when a cursor lies in the server's future: it would hide every change until then */
export function refuseFuture(standing: Standing, serverNow: Instant): void {
  for (const [source, { at }] of standing.since) {
    if (at <= serverNow + toleranceMs) continue;
    throw new CrmError('CURSOR_IN_FUTURE', `${system}: the stored cursor of ${source} lies in the future of the server's clock.`, {
      system,
      failure: 'request',
      hint: 'The state was written against another clock or organisation. Restore the right state, or read the stream from its beginning.',
    });
  }
}

function tryJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}
