import type { Intent, State, StateBatch } from '../../src/state/types.ts';
import type { History } from './history.ts';
import type { Kernel, Life } from './kernel.ts';

export interface StatePortOptions {
  readonly state: State;
  readonly kernel: Kernel;
  readonly life: Life;
  readonly history: History;
  readonly operation: number;
  /** Writes are about to be sent: the best moment for somebody to edit the same fields. */
  readonly onIntents: (intents: readonly Intent[]) => void;
  /** Where the process says that it runs; a process of this machine that is gone loses its lease at once. */
  readonly holder: { readonly pid: number; readonly host: string };
}

/** Methods that store nothing: they are no steps. */
const asks =
  /^(?:get|all|count|counts|of|ofRun|ofRecord|byRecord|open|page|bases|find|related|unresolved|unseen|unseenCount|rows|linkedCount|unsettledCount|ambiguous|last|runs|list|history|stateId|epoch|account|configHash|mergedHash|links|readShape|releasedAt|everApplied|overlay|close)$/;

/** The state, whose every write is a step of the kernel: the machine may die before it, never within it. */
export function statePort(options: StatePortOptions): State {
  const { state, kernel, life, history, operation, holder } = options;
  const commit = (batch: StateBatch): Promise<void> =>
    kernel.step(life, 'commit', async () => {
      await state.commit(batch);
      history.add({ kind: 'commit', batch, operation });
      options.onIntents(batch.intents ?? []);
    });
  const lease: State['lease'] = {
    acquire: (_, now, ttlMs) => kernel.step(life, 'acquire', () => state.lease.acquire(holder, now, ttlMs)),
    renew: (now, ttlMs) => kernel.step(life, 'renew', () => state.lease.renew(now, ttlMs)),
    release: () => kernel.step(life, 'release', () => state.lease.release()),
  };
  const part = <T extends object>(name: string, store: T): T =>
    new Proxy(store, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== 'function' || typeof key !== 'string') return method;
        const bound = (...values: unknown[]): unknown => Reflect.apply(method, target, values);
        if (!asks.test(key)) return (...values: unknown[]) => kernel.step(life, `${name}.${key}`, () => bound(...values));
        return bound;
      },
    });
  const stores = new Map<string, object>();
  return new Proxy(state, {
    get: (target, key) => {
      if (key === 'commit') return commit;
      if (key === 'lease') return lease;
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'object' || value === null || typeof key !== 'string') return value;
      const known = stores.get(key) ?? part(key, value);
      stores.set(key, known);
      return known;
    },
  });
}
