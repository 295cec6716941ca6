import * as z from 'zod';
import type { ChangeEvent, ChangePage, Cursor, Stream, StreamRecords } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';

/**
 * How far a pass begins before the end of the one before: HubSpot's search index shows a change seconds to minutes late,
 * with its old stamp. What is delivered twice the engine recognises by id and version.
 */
export const overlapMs = 15 * 60_000;
/** Clocks of HubSpot's servers may differ a little; a cursor further ahead is a damaged state. */
const skewMs = 60_000;

/** One portion of a step. */
export interface Part<R> {
  readonly events: readonly ChangeEvent<R>[];
  /** Where the step goes on; null when it is over. */
  readonly next: string | null;
  /** Server time of the first answer behind this portion. */
  readonly at: number;
  /** Numbers to keep for later passes. */
  readonly notes?: Readonly<Record<string, number>>;
}

/** Where a step begins. */
export interface StepFrom {
  /** Null: everything. */
  readonly since: number | null;
  readonly next: string | null;
  readonly notes: Readonly<Record<string, number>>;
}

/** A stream is read in steps, one kind of record after the other; each gives at least one portion. */
export type Step<R> = (from: StepFrom) => AsyncIterable<Part<R>>;

const stateShape = z.object({
  v: z.literal(1),
  stream: z.string(),
  since: z.number().nullable(),
  asOf: z.number().nullable(),
  step: z.number().int().min(0),
  next: z.string().nullable(),
  notes: z.record(z.string(), z.number()),
});
type State = z.output<typeof stateShape>;

interface Plan<S extends Stream> {
  readonly stream: S;
  readonly mode: 'incremental' | 'snapshot';
  readonly steps: readonly Step<StreamRecords[S]>[];
}

/**
 * Reads a stream from its cursor to its end. The cursor that ends a pass stands the overlap before the server time at
 * which the pass began, so nothing that was changed meanwhile is passed over.
 * @throws {CrmError} `BAD_CURSOR`, `CURSOR_IN_FUTURE`
 */
export async function* runPass<S extends Stream>(plan: Plan<S>, cursor: Cursor | null): AsyncGenerator<ChangePage<S>> {
  let state = cursor === null ? begin(plan.stream) : readCursor(plan.stream, cursor);
  while (state.step < plan.steps.length) {
    const step = plan.steps[state.step] as Step<StreamRecords[S]>;
    for await (const part of step({ since: state.since, next: state.next, notes: state.notes })) {
      const asOf = state.asOf ?? part.at;
      if (state.since !== null && state.since > asOf + skewMs) throw inFuture(plan.stream);
      const over = part.next === null;
      state = { ...state, asOf, next: part.next, step: state.step + (over ? 1 : 0), notes: { ...state.notes, ...part.notes } };
      const done = state.step >= plan.steps.length;
      const cursorNow = done ? end(plan, state, asOf) : state;
      yield { events: part.events, cursor: JSON.stringify(cursorNow) as Cursor, done, asOf, historyFrom: null };
      if (over) break;
    }
  }
}

function begin(stream: Stream): State {
  return { v: 1, stream, since: null, asOf: null, step: 0, next: null, notes: {} };
}

function end<S extends Stream>(plan: Plan<S>, state: State, asOf: number): State {
  return { ...begin(plan.stream), since: plan.mode === 'incremental' ? asOf - overlapMs : null, notes: state.notes };
}

function readCursor(stream: Stream, cursor: Cursor): State {
  try {
    const state = stateShape.parse(JSON.parse(cursor));
    if (state.stream === stream) return state;
  } catch {
    // Said below, without the parser's words.
  }
  throw new CrmError('BAD_CURSOR', `The stored position of HubSpot's ${stream} can't be read.`, {
    system: 'hubspot',
    failure: 'request',
    hint: 'It was written by another version or damaged. `truce pull --rebuild` reads the stream from its beginning.',
  });
}

function inFuture(stream: Stream): CrmError {
  return new CrmError('CURSOR_IN_FUTURE', `The stored position of HubSpot's ${stream} lies after HubSpot's own time.`, {
    system: 'hubspot',
    failure: 'protocol',
    hint: 'The state belongs to another account or was damaged; reading on would find nothing for ever. `truce pull --rebuild` repairs it.',
  });
}
