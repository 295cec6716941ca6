import type { ChangeEvent, ChangePage, Crm, Cursor, Stream } from '../crm.ts';
import { CrmError, PlanError, TruceError } from '../errors.ts';
import type { Person } from '../model/records.ts';
import type { Settings } from '../model/settings.ts';
import type { RecordId, Side } from '../model/words.ts';
import type { Clock, Log } from '../ports.ts';
import type { State, StateBatch, StoredCursor, StoredPerson } from '../state/types.ts';
import type { Warehouse } from '../warehouse/types.ts';
import { checkUnlinks, type Allowances } from './guard.ts';
import { forgetBatch, withoutForgotten } from './forget.ts';
import { news, observed, readFields, withChannel } from './observe.ts';
import { checkedPages } from './positions.ts';

/** People first: the status must not wait for the rest. */
const streamOrder: readonly Stream[] = [
  'people',
  'users',
  'accounts',
  'campaigns',
  'members',
  'deals',
  'deal-people',
  'touches',
  'status-history',
  'rates',
];

const removedPerCommit = 1_000;

export interface PullOptions {
  readonly state: State;
  readonly crms: Readonly<Record<Side, Crm>>;
  readonly settings: Settings;
  /** Filled with every stream; without it only people are read. */
  readonly warehouse: Warehouse | null;
  /** Only these streams. @default all */
  readonly streams?: readonly Stream[] | undefined;
  /** True: a warehouse that can't be loaded fails the pull. False: the pull goes on without it. */
  readonly needsWarehouse: boolean;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Called after each page was stored. */
  readonly onPage?: (page: PulledPage) => void;
  /** Keeps the lease; called before each page is stored. */
  readonly renew?: () => Promise<void>;
  readonly clock: Clock;
  /** Guards that are lifted for this run: `gone` and `unlinks`. */
  readonly allow?: Allowances | undefined;
}

export interface PulledPage {
  readonly side: Side;
  readonly stream: Stream;
  /** Records and deletions on the page. */
  readonly records: number;
  readonly done: boolean;
}

export interface PullReport {
  /** What was read, by stream; records and deletions, those within the CRMs' overlaps again. */
  readonly streams: readonly { readonly side: Side; readonly stream: Stream; readonly records: number }[];
  /** Linked people whose record was deleted. */
  readonly unlinked: number;
  /** `loaded`: it has everything that was read; `behind`: it failed meanwhile and catches up with the next pull. */
  readonly warehouse: 'loaded' | 'none' | 'behind';
  /** Streams that could not be read; statistics and outcomes that need them say so. */
  readonly problems: readonly {
    readonly side: Side;
    readonly stream: Stream;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  }[];
}

/** Where the pull of all streams stands. */
interface Pulling extends PullOptions {
  readonly read: { side: Side; stream: Stream; records: number }[];
  readonly problems: PullReport['problems'][number][];
  /** Linked people before the pull. */
  readonly linked: number;
  unlinked: number;
  warehouseFailed: boolean;
  /** Loads take turns: a warehouse has one writer. */
  turn: Promise<void>;
}

/**
 * Reads both sides' changes page by page into state and warehouse. A page is in the warehouse before it is in the state,
 * and its cursor is stored together with what it covers, so a pull that dies is taken up where it stood.
 * @throws {PlanError} `SIDE_EMPTY`, `SIDE_SHRUNK` when a side lists far fewer people than it did, `TOO_MANY_UNLINKS` in mode sync;
 * nothing of what would be unlinked is then.
 * @throws {CrmError} when people can't be read.
 */
export async function pull(options: PullOptions): Promise<PullReport> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const pulling: Pulling = {
    ...options,
    signal,
    read: [],
    problems: [],
    linked: await options.state.links.linkedCount(),
    unlinked: 0,
    warehouseFailed: false,
    turn: Promise.resolve(),
  };
  const sides = (['marketing', 'sales'] as const).map(async (side) => {
    try {
      await pullSide(pulling, side);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  });
  // Both have to have come to rest before anything else happens: the state may be closed next.
  const ended = await Promise.allSettled(sides);
  const failed = ended.map((end) => (end.status === 'rejected' ? (end.reason as unknown) : null)).filter((reason) => reason !== null);
  options.signal?.throwIfAborted();
  const [first] = failed.toSorted((a, b) => Number(isAbort(a)) - Number(isAbort(b)));
  if (first !== undefined) throw first;
  const { read, unlinked, problems } = pulling;
  return {
    streams: read,
    unlinked,
    problems,
    warehouse: options.warehouse === null ? 'none' : pulling.warehouseFailed ? 'behind' : 'loaded',
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof CrmError && error.failure === 'aborted';
}

async function pullSide(pulling: Pulling, side: Side): Promise<void> {
  const known = pulling.crms[side].capabilities.streams;
  for (const stream of streamOrder) {
    if (known[stream] === undefined || pulling.streams?.includes(stream) === false) continue;
    if (stream === 'people') await pullStream(pulling, side, stream);
    else if (pulling.warehouse !== null && !pulling.warehouseFailed) await pullOptional(pulling, side, stream);
  }
}

/** A stream that only the figures need: without the permission for it the status still syncs. */
async function pullOptional(pulling: Pulling, side: Side, stream: Stream): Promise<void> {
  try {
    await pullStream(pulling, side, stream);
  } catch (error) {
    if (!(error instanceof CrmError) || error.failure !== 'permission') throw error;
    pulling.problems.push({ side, stream, code: error.code, message: error.message, hint: error.hint });
    pulling.log.write('warn', `${side}: the stream ${stream} can't be read: ${error.message}`);
  }
}

async function pullStream(pulling: Pulling, side: Side, stream: Stream): Promise<void> {
  const { settings, crms, state } = pulling;
  const stored = await state.cursors.get(side, stream);
  const start = await startOf(pulling, { side, stream, stored });
  const snapshot = crms[side].capabilities.streams[stream] === 'snapshot';
  const goesOn = stored !== null && !stored.done && start === stored.cursor;
  const pass = goesOn ? stored.pass : (stored?.pass ?? 0) + 1;
  const full = goesOn ? stored.full : start === null || snapshot;
  const { field, history } = settings.status[side];
  const pages = crms[side].changes(stream, start, {
    ...(stream === 'people' ? { fields: readFields(settings, side) } : {}),
    ...(stream === 'status-history' ? { historyFields: [field, ...history.keys()] } : {}),
    scope: settings.scope[side],
    ...(pulling.signal === undefined ? {} : { signal: pulling.signal }),
  });
  const count = { side, stream, records: 0 };
  pulling.read.push(count);
  const { clock, log } = pulling;
  const forgetful = await state.forgotten.any();
  for await (const raw of checkedPages(pages, { side, system: crms[side].system, stream, stored, goesOn, clock, log })) {
    const read = stream === 'people' ? withChannel(raw as ChangePage<'people'>, settings.channel[side]) : raw;
    const page = forgetful ? await withoutForgotten(read, { side, stream, state, now: raw.asOf }) : read;
    pulling.signal?.throwIfAborted();
    await pulling.renew?.();
    await loadPage(pulling, { side, stream, page, snapshot });
    const warehouseBehind = pulling.warehouse === null || pulling.warehouseFailed;
    const cursor: StoredCursor = { side, stream, cursor: page.cursor, asOf: page.asOf, done: page.done, pass, full, warehouseBehind };
    if (stream === 'people') await storePeople(pulling, { side, page: page as ChangePage<'people'>, cursor });
    else await state.commit({ cursors: [cursor] });
    count.records += page.events.length;
    pulling.onPage?.({ side, stream, records: page.events.length, done: page.done });
  }
}

/**
 * The older of the two stores' cursors, so that neither misses anything; reading again changes nothing. Cursors can't be
 * compared, but a warehouse that differs is behind when the state went on without it, or when its data is older; else
 * the pull died between the two.
 */
async function startOf(pulling: Pulling, at: { side: Side; stream: Stream; stored: StoredCursor | null }): Promise<Cursor | null> {
  const { side, stream, stored } = at;
  const { warehouse } = pulling;
  if (warehouse === null || pulling.warehouseFailed) return stored?.cursor ?? null;
  try {
    const loaded = await warehouse.cursor(side, stream);
    if (stored === null || stored.cursor === null || loaded === null) return null;
    if (loaded === stored.cursor) return loaded;
    const asOf = (await warehouse.coverage()).find((row) => row.side === side && row.stream === stream)?.asOf ?? 0;
    return stored.warehouseBehind || asOf < stored.asOf ? loaded : stored.cursor;
  } catch (error) {
    warehouseFailed(pulling, error);
    return stored?.cursor ?? null;
  }
}

async function loadPage<S extends Stream>(
  pulling: Pulling,
  at: { side: Side; stream: S; page: ChangePage<S>; snapshot: boolean },
): Promise<void> {
  const { warehouse, state } = pulling;
  if (warehouse === null || pulling.warehouseFailed) return;
  const before = pulling.turn;
  let done = (): void => undefined;
  pulling.turn = new Promise((resolve) => (done = resolve));
  await before;
  try {
    if (pulling.warehouseFailed) return;
    if (at.page.events.length > 0) await state.meta.setMergedHash(null);
    await warehouse.load(at.side, at.stream, at.page, { mode: at.snapshot ? 'snapshot' : 'incremental' });
  } catch (error) {
    warehouseFailed(pulling, error);
  } finally {
    done();
  }
}

function warehouseFailed(pulling: Pulling, error: unknown): void {
  if (pulling.needsWarehouse) throw error;
  pulling.warehouseFailed = true;
  pulling.log.write(
    'warn',
    `The warehouse can't be loaded now and catches up with a later pull: ${error instanceof TruceError ? error.message : String(error)}`,
  );
}

async function storePeople(pulling: Pulling, at: { side: Side; page: ChangePage<'people'>; cursor: StoredCursor }): Promise<void> {
  const { side, page, cursor } = at;
  const { state } = pulling;
  const known = await state.people.get(
    side,
    page.events.map((event) => event.id),
  );
  const people = new Map<RecordId, ReturnType<typeof observed>>();
  const gone = new Map<RecordId, NonNullable<StateBatch['gone']>[number]>();
  for (const event of page.events) {
    if (event.type !== 'upsert') {
      people.delete(event.id);
      gone.set(event.id, goneBy(side, event));
      continue;
    }
    gone.delete(event.id);
    const seen = news(
      observed(side, event.record, { version: event.version, at: event.at, settings: pulling.settings }),
      known.get(event.id),
    );
    const earlier = people.get(event.id);
    if (earlier === undefined || earlier.modifiedAt <= seen.modifiedAt) people.set(event.id, seen);
  }
  const deleted = page.events.filter((event) => event.type === 'deleted' || event.type === 'erased');
  await unlink(
    pulling,
    deleted.map((event) => known.get(event.id)?.linkId ?? null),
  );
  const checked = cursor.full && cursor.done;
  const erased = deleted.filter((event) => event.type === 'erased').flatMap((event) => known.get(event.id) ?? []);
  const forget = pulling.settings.deletes.erased === 'forget' && erased.length > 0 ? await forgetErased(pulling, erased, page.asOf) : null;
  await state.commit({
    ...(forget === null ? {} : { forget }),
    people: [...people.values()],
    gone: [...gone.values()],
    pass: cursor.pass,
    cursors: [checked ? { ...cursor, done: false } : cursor],
  });
  if (!checked) return;
  await removeUnseen(pulling, side, cursor.pass);
  await state.commit({ cursors: [cursor] });
}

/** The whole persons of records that were erased for privacy. */
async function forgetErased({ state }: Pulling, erased: readonly StoredPerson[], at: number): Promise<NonNullable<StateBatch['forget']>> {
  const links = await state.links.get(erased.flatMap((record) => record.linkId ?? []));
  const records = new Map([...erased, ...[...links.values()].flatMap((link) => link.members)].map((one) => [`${one.side} ${one.id}`, one]));
  const addresses = [...new Set([...records.values()].flatMap((record) => record.emails))];
  return forgetBatch({ records: [...records.values()], addresses }, at);
}

function goneBy(side: Side, event: Exclude<ChangeEvent<Person>, { type: 'upsert' }>): NonNullable<StateBatch['gone']>[number] {
  const mergedInto = event.type === 'merged' ? event.into : null;
  const deleted = event.type === 'deleted' || event.type === 'erased';
  return { side, id: event.id, erased: event.type === 'erased', mergedInto, deleted, at: event.at };
}

/** Counts linked people who are about to lose a record, and stops while that can still be undone. */
async function unlink(pulling: Pulling, linkIds: readonly (string | null)[]): Promise<void> {
  const links = await pulling.state.links.get(linkIds.filter((id) => id !== null));
  pulling.unlinked += [...links.values()].filter((link) => link.kind === 'linked').length;
  const { guards, mode } = pulling.settings;
  if (mode !== 'sync' || pulling.unlinked === 0) return;
  checkUnlinks(pulling.unlinked, {
    linked: pulling.linked,
    guards,
    allowed: Math.max(pulling.allow?.unlinks ?? 0, pulling.allow?.gone ?? 0),
  });
}

/** After a pass that listed everything, what it did not list is gone, unless that is too much to be true. */
async function removeUnseen(pulling: Pulling, side: Side, pass: number): Promise<void> {
  const { state, settings } = pulling;
  const unseen = await state.people.unseenCount(side, pass);
  const known = await state.people.count(side);
  const share = known === 0 ? 1 : (known - unseen) / known;
  if (unseen > 0 && share < settings.guards.shrunkBelow && pulling.allow?.gone !== unseen) {
    // The next pull has to list everything again, once the cause is mended.
    await state.commit({ forgetCursors: [{ side, stream: 'people' }] });
    const empty = unseen === known;
    throw new PlanError(
      empty ? 'SIDE_EMPTY' : 'SIDE_SHRUNK',
      `${pulling.crms[side].system} lists ${empty ? 'no people at all' : `only ${known - unseen} people`}, where there were ${known}.`,
      { hint: `Check account, scope and permissions of the ${side} side. If ${unseen} people are really gone, allow it by that number.` },
    );
  }
  for (;;) {
    const ids = await state.people.unseen(side, pass, removedPerCommit);
    if (ids.length === 0) return;
    const known = await state.people.get(side, ids);
    await unlink(
      pulling,
      [...known.values()].map((person) => person.linkId),
    );
    await state.commit({ gone: ids.map((id) => ({ side, id, erased: false, mergedInto: null })) });
  }
}
