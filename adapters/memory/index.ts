import type {
  Capabilities,
  ChangePage,
  ChangesOptions,
  Crm,
  CrmFactory,
  Cursor,
  ReadAnswer,
  ReadKind,
  ReadOptions,
  Ref,
  Stream,
  WriteItem,
  WriteKind,
  WriteResult,
} from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { ActorRef, Person } from '../../src/model/records.ts';
import type { Ports } from '../../src/ports.ts';
import { SELF, accountOf, describe, provision } from './describe.ts';
import { makeWorld } from './make-world.ts';
import { settle, type MemoryOptions, type MemorySettings } from './options.ts';
import { pass, type PassOptions } from './pass.ts';
import { readOne } from './read.ts';
import { arrived, makeScript, type Script } from './script.ts';
import { makeStore, type Store } from './store.ts';
import type { MemoryWorld } from './world.ts';
import { writeOne } from './write.ts';

export type { Change, MemoryAccount, MemoryField, MemoryOptions } from './options.ts';
export type { ActOptions, CallMatch, CallName, Fault, FieldsInput, MemoryWorld, PersonSeed, Seed } from './world.ts';

/** A CRM in memory: the reference adapter, and the world behind it that a test acts on. */
export interface MemoryCrm extends CrmFactory {
  readonly world: MemoryWorld;
}

/**
 * Makes a CRM in memory: the reference implementation of the boundary, deterministic, with both flavours of every
 * protocol by option. Every connection made from it sees the same world.
 * @example
 * const crm = memory({ system: 'crm-a' });
 * const ann = crm.world.addPerson({ email: 'ann@example.com', status: 'new' });
 * crm.world.edit(ann, 'status', 'working');
 * const side = crm.connect(ports);
 */
export function memory(options: MemoryOptions = {}): MemoryCrm {
  const settings = settle(options);
  const store = makeStore(settings);
  const script = makeScript(settings.system, settings.dailyCalls);
  return {
    system: settings.system,
    world: makeWorld(store, script),
    connect: (ports) => connect({ settings, store, script, ports }),
  };
}

interface Connection {
  readonly settings: MemorySettings;
  readonly store: Store;
  readonly script: Script;
  readonly ports: Ports;
}

function connect(connection: Connection): Crm {
  const { settings, store, script, ports } = connection;
  const { system } = settings;
  let used = 0;
  const call: Script['call'] = (on, signal, work) => {
    used += 1;
    return script.call(on, signal, work);
  };
  return {
    system,
    capabilities: capabilitiesOf(settings),
    account: async (options) => arrived(system, await call('account', options?.signal, () => accountOf(store))),
    describe: async (options) => arrived(system, await call('describe', options?.signal, () => describe(store))),
    changes: <S extends Stream>(stream: S, cursor: Cursor | null, options: ChangesOptions = {}) =>
      changes(connection, { stream, cursor, options, call }),
    async read<K extends ReadKind>(kind: K, refs: readonly Ref[], options: ReadOptions): Promise<readonly ReadAnswer<K>[]> {
      const answers: ReadAnswer<K>[] = [];
      if (kind === 'person') mayReadPeople(settings);
      for (const batch of chunks(refs, settings.perCall.read)) {
        answers.push(...arrived(system, await call('read', options.signal, () => batch.map((ref) => readOne(store, kind, ref, options)))));
      }
      return answers;
    },
    write: (kind, batch, options) => write(connection, { kind, batch, signal: options?.signal, call }),
    provision: async (fields, options) =>
      arrived(system, await call('provision', options.signal, () => provision(store, fields, options.create))),
    async budget() {
      const limit = settings.dailyCalls;
      return { perDay: limit === null ? null : { limit, remaining: limit - script.total() }, used };
    },
    async close() {
      ports.log.write('debug', `${system}: closed`);
    },
  };
}

function capabilitiesOf(settings: MemorySettings): Capabilities {
  const { conditionalWrite, propertyHistory, stampPrecision, streams, connectorLabel, perCall } = settings;
  const batches = { read: perCall.read, readWithHistory: perCall.read, write: perCall.write, campaignWrite: perCall.write };
  return { conditionalWrite, propertyHistory, stampPrecision, streams, connectorLabel, perCall: batches };
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

interface Writing {
  readonly kind: WriteKind;
  readonly batch: readonly WriteItem[];
  readonly signal: AbortSignal | undefined;
  readonly call: Script['call'];
}

async function write(connection: Connection, writing: Writing): Promise<readonly WriteResult[]> {
  const { settings, store, ports } = connection;
  const actor: ActorRef = { kind: 'truce', userId: SELF, label: 'INTEGRATION' };
  const results: WriteResult[] = [];
  for (const batch of chunks(writing.batch, settings.perCall.write)) {
    const work = (): WriteResult[] => batch.map((item) => writeOne(store, writing.kind, item, { at: ports.clock.now(), actor }));
    const outcome = await writing.call('write', writing.signal, work);
    if (!outcome.lost) results.push(...outcome.value);
    else
      for (const { intentId } of batch)
        results.push({ intentId, status: 'ambiguous', cause: 'the connection broke before the answer arrived' });
  }
  return results;
}

interface Asked<S extends Stream> {
  readonly stream: S;
  readonly cursor: Cursor | null;
  readonly options: ChangesOptions;
  readonly call: Script['call'];
}

async function* changes<S extends Stream>(connection: Connection, asked: Asked<S>): AsyncGenerator<ChangePage<S>> {
  const { settings, store, ports } = connection;
  const { stream, cursor, options, call } = asked;
  const { system } = settings;
  const mode = settings.streams[stream];
  if (mode === undefined)
    throw refused(system, 'NO_SUCH_STREAM', `there is no stream "${stream}"`, 'Ask only for the streams in its capabilities.');
  if (stream === 'people') mayReadPeople(settings);
  const common = {
    stream,
    cursor,
    now: ports.clock.now(),
    lagOf: settings.lagOf,
    overlapMs: settings.overlapMs,
    pageSize: settings.pageSize,
    snapshot: mode === 'snapshot',
    stamp: store.stamp,
    request: async <T>(work: () => T): Promise<T> => arrived(system, await call('changes', options.signal, work)),
    badCursor: (why: string) =>
      refused(system, 'BAD_CURSOR', `the cursor of "${stream}" can't be used: ${why}`, 'Start the stream from the beginning.'),
  };
  yield* sources(store, options, common)[stream]();
}

type Common = Omit<PassOptions<Stream, unknown>, 'table' | 'record' | 'stream'>;

/** Each stream's table, and how its rows become records. */
function sources(store: Store, options: ChangesOptions, common: Common): { readonly [S in Stream]: () => AsyncIterable<ChangePage<S>> } {
  const fields = options.fields ?? [];
  const inScope = scopeOf(store, options.scope ?? null);
  const tracked = new Set(options.historyFields);
  const told = new Set(['created', 'converted', 'owner']);
  const plain = <S extends Stream, Row>(stream: S, rest: Pick<PassOptions<S, Row>, 'table' | 'record'>) =>
    pass<S, Row>({ ...(common as unknown as PassOptions<S, Row>), stream, ...rest });
  return {
    people: () =>
      plain('people', {
        table: store.people,
        record: ({ row }) => (inScope(() => store.person(row, [...row.fields.keys()])) ? store.person(row, fields) : 'left'),
      }),
    accounts: () => plain('accounts', { table: store.accounts, record: ({ row }) => row }),
    campaigns: () => plain('campaigns', { table: store.campaigns, record: ({ row }) => row.record }),
    members: () => plain('members', { table: store.members, record: ({ row }) => row.record }),
    deals: () => plain('deals', { table: store.deals, record: ({ row }) => row }),
    'deal-people': () => plain('deal-people', { table: store.dealPeople, record: ({ row }) => row }),
    touches: () => plain('touches', { table: store.touches, record: ({ row }) => row }),
    'status-history': () =>
      plain('status-history', {
        table: store.history,
        record: ({ row }) => (row.entity === 'deal' || told.has(row.field) || tracked.has(row.field) ? row : null),
      }),
    users: () => plain('users', { table: store.users, record: ({ row }) => row }),
    rates: () => plain('rates', { table: store.rates, record: ({ row }) => row }),
  };
}

function scopeOf(store: Store, name: string | null): (person: () => Person) => boolean {
  if (name === null) return () => true;
  const holds = store.scopes.get(name);
  if (holds === undefined)
    throw refused(store.settings.system, 'UNKNOWN_SCOPE', `there is no restriction "${name}"`, 'Correct the scope in the configuration.');
  return (person) => holds(person());
}

/** @throws {CrmError} PERMISSION_DENIED when the option `denied` names it */
function mayReadPeople(settings: MemorySettings): void {
  if (!settings.denied.has('read people')) return;
  throw new CrmError('PERMISSION_DENIED', `${settings.system}: the integration may not read people`, {
    system: settings.system,
    failure: 'permission',
    hint: 'Grant the permission "read people".',
  });
}

function refused(system: string, code: string, message: string, hint: string): CrmError {
  return new CrmError(code, `${system}: ${message}`, { system, failure: 'request', hint });
}
