import { createHash } from 'node:crypto';
import type { CallOptions, ChangeEvent, ChangePage, Cursor, Stream, StreamRecords } from '../../src/crm.ts';
import type { Instant } from '../../src/model/words.ts';
import { nextPosition, readCursor, refuseFuture, writeCursor } from './cursor.ts';
import type { Position, Standing } from './cursor.ts';
import { overlapMs } from './limits.ts';
import { firstPages, isUnknownThing, nextPage, pageWatch, refusal } from './query.ts';
import type { Query, QueryOutcome, QueryPage } from './query.ts';
import { badAnswer, flag, id, requiredId, requiredInstant } from './row.ts';
import type { Row } from './row.ts';
import { all, at, name, names, soql } from './soql.ts';
import type { Soql } from './soql.ts';
import type { Wire } from './wire.ts';

/** One query of a stream, read in the order (stamp, Id). */
export interface Source<R> {
  /** Stands in the cursor: never rename. */
  readonly name: string;
  readonly object: string;
  /** The field that orders changes. */
  readonly stamp: 'SystemModstamp' | 'CreatedDate' | 'StartDateTime';
  readonly fields: readonly string[];
  /** Fields through relationships, left out when the user may not see them. */
  readonly extra?: readonly string[];
  readonly where?: Soql;
  /** Also deleted and archived rows. */
  readonly all: boolean;
  /** True: an object that doesn't exist here, or is hidden, counts as empty. */
  readonly mayBeMissing?: boolean;
  /** True: what is older than the first pass doesn't matter. */
  readonly fromNow?: boolean;
  /** True: stamps in the future have not come yet. */
  readonly untilNow?: boolean;
  /** True: the first row tells how far back the stream reaches. */
  readonly tellsFrom?: boolean;
  events(rows: readonly Row[], pass: PassInfo): Promise<readonly ChangeEvent<R>[]>;
}

export interface PassInfo extends CallOptions {
  readonly asOf: Instant;
  /** The whole source is read in this pass, from its first row on. */
  readonly fromStart: boolean;
}

/** Reads a stream's sources one after the other; the first pages of all of them come with one call. */
export async function* readStream<S extends Stream>(
  wire: Wire,
  request: { readonly stream: S; readonly sources: readonly Source<StreamRecords[S]>[]; readonly cursor: Cursor | null },
  options: CallOptions,
): AsyncIterable<ChangePage<S>> {
  const { stream, sources } = request;
  const standing = readCursor(stream, request.cursor);
  const resumed = standing.pass;
  const first = resumed === null ? 0 : sources.findIndex((source) => source.name === resumed.source);
  if (first < 0) throw badAnswer(`the cursor of ${stream} names a part that does not exist`);
  const jobs = sources.slice(first).flatMap((source) => {
    const start = resumed?.source === source.name ? resumed.after : (standing.since.get(source.name) ?? null);
    return start === null && source.fromNow === true ? [] : [{ source, start }];
  });

  const sentAt = wire.ports.clock.now();
  const queries = jobs.map(({ source, start }) => toQuery(source, start, wire));
  const opened = await firstPages(wire, queries, options);
  // The answer's clock is at or behind the moment of answering; minus the time it took, it is before the query ran.
  const asOf = resumed?.asOf ?? opened.at - Math.max(0, wire.ports.clock.now() - sentAt);
  refuseFuture(standing, opened.at);

  const done = new Map(resumed?.done);
  let from = standing.from;
  for (const [index, { source, start }] of jobs.entries()) {
    let last = start;
    const fromStart = start === null;
    const isLast = index === jobs.length - 1;
    for await (const { rows, more } of pages(wire, { source, start, opened: opened.outcomes[index] }, options)) {
      const final = rows.at(-1);
      if (final !== undefined) last = { at: requiredInstant(final, source.stamp), id: requiredId(final, 'Id') };
      if (source.tellsFrom === true && from === null) from = rows[0] === undefined ? asOf : requiredInstant(rows[0], source.stamp);
      const events = await source.events(rows, { ...options, asOf, fromStart });
      if (!more) settle(done, { source: source.name, next: nextPosition(last, asOf) ?? start });
      const ended = isLast && !more;
      if (rows.length === 0 && !ended) continue;
      const next: Standing = ended
        ? { since: finished(standing, sources, { done, asOf }), from, pass: null }
        : { since: standing.since, from, pass: { asOf, done, ...(more ? underway(source, last, asOf) : following(jobs, index, asOf)) } };
      yield { events, cursor: writeCursor(stream, next), done: ended, asOf, historyFrom: from };
    }
  }
}

type Job<R> = { readonly source: Source<R>; readonly start: Position | null };

function underway<R>(source: Source<R>, last: Position | null, asOf: Instant): { readonly source: string; readonly after: Position } {
  return { source: source.name, after: last ?? { at: asOf, id: null } };
}

/** A source that is at its end is never opened again in this pass: the cursor already stands at the next one. */
function following<R>(jobs: readonly Job<R>[], index: number, asOf: Instant): { readonly source: string; readonly after: Position } {
  const next = jobs[index + 1];
  if (next === undefined) throw new TypeError('a pass went on behind its last source');
  return underway(next.source, next.start ?? { at: 0, id: null }, asOf);
}

function settle(done: Map<string, Position>, end: { readonly source: string; readonly next: Position | null }): void {
  if (end.next !== null) done.set(end.source, end.next);
}

/** Where every source's next pass begins; those that were skipped at the first pass begin with it. */
function finished<R>(
  standing: Standing,
  sources: readonly Source<R>[],
  pass: { readonly done: ReadonlyMap<string, Position>; readonly asOf: Instant },
): ReadonlyMap<string, Position> {
  const since = new Map([...standing.since, ...pass.done]);
  for (const source of sources) {
    if (source.fromNow === true && !since.has(source.name)) since.set(source.name, { at: pass.asOf - overlapMs, id: null });
  }
  return since;
}

interface Opened<R> extends Job<R> {
  readonly opened: QueryOutcome | undefined;
}

/** The pages of one source, in order. A locator that ran out is replaced by a new query behind the last row. */
async function* pages<R>(
  wire: Wire,
  job: Opened<R>,
  options: CallOptions,
): AsyncIterable<{ readonly rows: readonly Row[]; readonly more: boolean }> {
  let source = job.source;
  let { start } = job;
  let outcome = job.opened;
  for (;;) {
    if (outcome === undefined) throw badAnswer('a query has no answer');
    if (outcome.refused?.code === 'INVALID_FIELD' && (source.extra ?? []).length > 0) {
      source = { ...source, extra: [] };
      outcome = await reopen(wire, { source, start }, options);
      continue;
    }
    if (outcome.refused !== null) {
      if (source.mayBeMissing !== true || !isUnknownThing(outcome.refused)) throw refusal(outcome.refused);
      yield { rows: [], more: false };
      return;
    }
    let page: QueryPage | null = outcome.page;
    const watch = pageWatch(page.total);
    const before = start;
    while (page !== null) {
      const next = watch.follow(page);
      const final = page.rows.at(-1);
      if (final !== undefined) start = { at: requiredInstant(final, source.stamp), id: requiredId(final, 'Id') };
      yield { rows: page.rows, more: next !== null };
      if (next === null) return;
      const following = await nextPage(wire, next, options);
      if (following.refused !== null && (following.refused.code !== 'INVALID_QUERY_LOCATOR' || start === before))
        throw refusal(following.refused);
      page = following.page;
    }
    outcome = await reopen(wire, { source, start }, options);
  }
}

async function reopen<R>(wire: Wire, job: Job<R>, options: CallOptions): Promise<QueryOutcome | undefined> {
  return (await firstPages(wire, [toQuery(job.source, job.start, wire)], options)).outcomes[0];
}

function toQuery<R>(source: Source<R>, start: Position | null, wire: Wire): Query {
  const stamp = name(source.stamp);
  const conditions: Soql[] = source.where === undefined ? [] : [source.where];
  if (start !== null) conditions.push(behind(stamp, start));
  if (source.untilNow === true) conditions.push(soql`${stamp} <= ${at(wire.serverNow())}`);
  const select = soql`SELECT ${names([...source.fields, ...(source.extra ?? [])])} FROM ${name(source.object)}`;
  const where = conditions.length === 0 ? soql`` : soql` WHERE ${all(conditions)}`;
  return { soql: soql`${select}${where} ORDER BY ${stamp}, Id`, all: source.all };
}

/** Thousands of rows may share one second: inside it the Id goes on. */
function behind(stamp: Soql, start: Position): Soql {
  if (start.id === null) return soql`${stamp} >= ${at(start.at)}`;
  return soql`(${stamp} > ${at(start.at)} OR (${stamp} = ${at(start.at)} AND Id > ${start.id}))`;
}

/** What happened to rows that are gone, and the rows that are there. */
export function splitGone<R>(rows: readonly Row[]): { readonly gone: readonly ChangeEvent<R>[]; readonly live: readonly Row[] } {
  const gone = rows
    .filter((row) => flag(row, 'IsDeleted'))
    .map((row): ChangeEvent<R> => {
      const event = { id: requiredId(row, 'Id'), at: requiredInstant(row, 'SystemModstamp') };
      const into = id(row, 'MasterRecordId');
      return into === null ? { type: 'deleted', ...event } : { type: 'merged', into, ...event };
    });
  return { gone, live: rows.filter((row) => !flag(row, 'IsDeleted')) };
}

/**
 * A record as an event. Stamps have seconds, so two changes within one second share theirs: the version also holds a hash
 * of the record, which derived parts (the deals' outcomes) enter too.
 */
export function upsert<R extends StreamRecords[Stream]>(row: Row, record: R, stamp = 'SystemModstamp'): ChangeEvent<R> {
  const changedAt = requiredInstant(row, stamp);
  return { type: 'upsert', id: record.id, version: versionOf(changedAt, record), at: changedAt, record };
}

export function versionOf(changedAt: Instant, record: object): string {
  const content = JSON.stringify(record, (_, part: unknown) => {
    if (part instanceof Map) return [...(part as ReadonlyMap<string, unknown>)];
    return typeof part === 'bigint' ? part.toString() : part;
  });
  return `${changedAt}-${createHash('sha256').update(content).digest('base64url').slice(0, 12)}`;
}
