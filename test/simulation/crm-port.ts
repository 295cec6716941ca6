import type {
  ChangePage,
  ChangesOptions,
  Crm,
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
import type { Chance } from './chance.ts';
import type { History } from './history.ts';
import type { Kernel, Life } from './kernel.ts';
import type { RecordId, Side } from './model.ts';
import type { Faults } from './scenario.ts';
import type { World } from './world.ts';

/** Stands in every failure's cause; must come out nowhere. */
export const canaryToken = 'pat-na1-CANARY-0000-token';

/** What a CRM needs to behave as badly as the real ones. */
export interface CrmPortOptions {
  readonly side: Side;
  readonly crm: Crm;
  readonly kernel: Kernel;
  readonly life: Life;
  readonly world: World;
  readonly history: History;
  /** The faults in force now. */
  readonly faults: () => Faults;
  readonly dice: Chance;
  /** Records that refuse every write, while there are faults. */
  readonly poison: ReadonlySet<RecordId>;
  readonly perCall: number;
  /** Somebody may now edit what was read. */
  readonly onRead: (side: Side, ids: readonly RecordId[]) => void;
  readonly onFault: () => void;
}

type Trouble = 'none' | 'before' | 'after';

/** A CRM whose every call is a step of the kernel and may go wrong on either side of its effect. */
export function crmPort(options: CrmPortOptions): Crm {
  const { side, crm, kernel, life, history, faults, dice } = options;
  const born = kernel.now();
  const call = async <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    kernel.step(life, `${side}.${name}`, async () => {
      const trouble = draw();
      if (trouble !== 'none' && name === 'changes') history.add({ kind: 'unread', side });
      if (trouble === 'before') throw failure();
      const value = await effect();
      if (trouble === 'after') throw failure();
      return value;
    });
  const draw = (): Trouble => {
    const { lostBefore, lostAfter, rateLimit, outage, tokenMs } = faults();
    if (tokenMs !== null && kernel.now() > born + tokenMs) return troubled('before');
    if (dice.happens(rateLimit) || dice.happens(outage) || dice.happens(lostBefore)) return troubled('before');
    return dice.happens(lostAfter) ? troubled('after') : 'none';
  };
  const troubled = (trouble: Trouble): Trouble => {
    options.onFault();
    return trouble;
  };
  const failure = (): CrmError => errorOf(side, { tokenDead: expired(), dice });
  const expired = (): boolean => {
    const { tokenMs } = faults();
    return tokenMs !== null && kernel.now() > born + tokenMs;
  };
  return {
    system: crm.system,
    capabilities: crm.capabilities,
    account: (asked) => call('account', () => crm.account(asked)),
    describe: (asked) => call('describe', () => crm.describe(asked)),
    changes: <S extends Stream>(stream: S, cursor: Cursor | null, asked?: ChangesOptions) =>
      pages(options, { call, stream, cursor, asked }),
    async read<K extends ReadKind>(kind: K, refs: readonly Ref[], asked: ReadOptions): Promise<readonly ReadAnswer<K>[]> {
      const taken = await call('read', async () => {
        const answers = await crm.read(kind, refs, asked);
        return { answers, asOf: history.all.length };
      });
      const ids: RecordId[] = [];
      for (const { found } of taken.answers) {
        for (const one of found) {
          ids.push(one.record.id);
          history.add({
            kind: 'read',
            side,
            id: one.record.id,
            fields: one.fields,
            asOf: taken.asOf,
            modifiedAt: one.modifiedAt,
            page: null,
          });
        }
      }
      options.onRead(side, ids);
      return taken.answers;
    },
    write: (kind, batch) => writeAll(options, kind, batch),
    provision: (fields, asked) => call('provision', () => crm.provision(fields, asked)),
    budget: () => crm.budget(),
    close: () => crm.close(),
  };
}

interface Paging<S extends Stream> {
  readonly call: <T>(name: string, effect: () => Promise<T>) => Promise<T>;
  readonly stream: S;
  readonly cursor: Cursor | null;
  readonly asked: ChangesOptions | undefined;
}

async function* pages<S extends Stream>(
  options: CrmPortOptions,
  { call, stream, cursor, asked }: Paging<S>,
): AsyncGenerator<ChangePage<S>> {
  const { side, crm, history } = options;
  const inner = crm.changes(stream, cursor, asked)[Symbol.asyncIterator]();
  for (;;) {
    const taken = await call('changes', async () => {
      const next = await inner.next();
      return { next, asOf: history.all.length };
    });
    if (taken.next.done === true) return;
    const page = taken.next.value;
    const ids: RecordId[] = [];
    for (const event of page.events) {
      ids.push(event.id);
      if (event.type !== 'upsert' || !('fields' in event.record)) continue;
      // Behind an index that lags this is what stood there some time ago: it counts as a read of that.
      history.add({
        kind: 'read',
        side,
        id: event.id,
        fields: event.record.fields,
        asOf: taken.asOf,
        modifiedAt: event.at,
        page: event.version,
      });
    }
    history.add({ kind: 'page', side, ids, cursor: page.cursor });
    options.onRead(side, ids);
    yield page;
    if (page.done) return;
  }
}

/** Writes call by call; each may be lost, done in part, or answered with less than was asked. */
async function writeAll(options: CrmPortOptions, kind: WriteKind, batch: readonly WriteItem[]): Promise<readonly WriteResult[]> {
  const { side, kernel, life, perCall } = options;
  const results: WriteResult[] = [];
  for (let at = 0; at < batch.length; at += perCall) {
    const items = batch.slice(at, at + perCall);
    results.push(...(await kernel.step(life, `${side}.write`, () => writeSome(options, kind, items))));
  }
  return results;
}

async function writeSome(options: CrmPortOptions, kind: WriteKind, items: readonly WriteItem[]): Promise<readonly WriteResult[]> {
  const { side, crm, history, world, faults, dice, onFault } = options;
  const { lostAnswers, partial, locked, lostBefore, lostAfter, rejected } = faults();
  const unknown = (list: readonly WriteItem[]): readonly WriteResult[] =>
    list.map(({ intentId }) => ({ intentId, status: 'ambiguous', cause: 'the connection broke before the answer arrived' }));
  const effect = async (list: readonly WriteItem[]): Promise<readonly WriteResult[]> => {
    for (const item of list) history.add({ kind: 'send', side, item });
    const answers = await crm.write(kind, list);
    world.written(side, new Map(list.flatMap((item) => (item.id === undefined ? [] : [[item.id, item.intentId] as const]))));
    return answers;
  };
  const refused = items.filter((item) => isRefused(options, item) || dice.happens(rejected));
  const busy = items.filter((item) => !refused.includes(item) && dice.happens(locked));
  const good = items.filter((item) => !refused.includes(item) && !busy.includes(item));
  if (refused.length + busy.length > 0) onFault();
  if (dice.happens(lostBefore)) return fault(onFault, () => unknown(items));
  if (dice.happens(lostAnswers)) {
    onFault();
    if (dice.happens(0.5)) return unknown(items);
    await effect(good);
    return unknown(items);
  }
  if (dice.happens(partial)) {
    onFault();
    // The first half is done; nobody says so.
    await effect(good.slice(0, Math.ceil(good.length / 2)));
    return unknown(items);
  }
  const answers = await effect(good);
  if (dice.happens(lostAfter)) {
    onFault();
    throw errorOf(side, { tokenDead: false, dice });
  }
  for (const result of answers) history.add({ kind: 'answer', side, result });
  const all = [...answers, ...refused.map(refusal), ...busy.map(lock)];
  // An answer may come in another order, and one may be missing.
  if (all.length > 1 && dice.happens(partial)) return fault(onFault, () => all.slice(1).toReversed());
  return all;
}

function fault<T>(onFault: () => void, work: () => T): T {
  onFault();
  return work();
}

function isRefused({ poison }: CrmPortOptions, item: WriteItem): boolean {
  return item.id !== undefined && poison.has(item.id);
}

function refusal({ intentId }: WriteItem): WriteResult {
  return { intentId, status: 'rejected', code: 'VALIDATION_RULE', cause: 'a rule says no', fix: 'Mend the record.', retryable: false };
}

function lock({ intentId }: WriteItem): WriteResult {
  return { intentId, status: 'rejected', code: 'LOCKED', cause: 'the row is locked', fix: 'It is tried again.', retryable: true };
}

function errorOf(side: Side, { tokenDead, dice }: { readonly tokenDead: boolean; readonly dice: Chance }): CrmError {
  const system = side === 'marketing' ? 'crm-m' : 'crm-s';
  const cause = new Error(`request with authorization: Bearer ${canaryToken} failed`);
  if (tokenDead)
    return new CrmError('TOKEN_EXPIRED', `${system}: the token has run out`, { system, failure: 'authentication', hint: 'Log in.', cause });
  const kinds = [
    { code: 'NETWORK', failure: 'network', status: undefined },
    { code: 'RATE_LIMITED', failure: 'rate-limit', status: 429 },
    { code: 'UNAVAILABLE', failure: 'unavailable', status: 503 },
    { code: 'BAD_ANSWER', failure: 'protocol', status: 200 },
  ] as const;
  const { code, failure, status } = dice.pick(kinds);
  return new CrmError(code, `${system}: the call failed`, { system, failure, status, retryable: true, hint: 'Try again.', cause });
}
