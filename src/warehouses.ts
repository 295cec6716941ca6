import { ConfigError, StateError } from './errors.ts';
import type { RecordId } from './model/words.ts';
import type { MergedPerson } from './warehouse/person-story.ts';
import type { Warehouse } from './warehouse/types.ts';

/** Opens a warehouse that Truce does not know itself. Called once; closed with Truce. */
export type OpenWarehouse = () => Promise<Warehouse>;

/** Where the warehouse of one Truce is opened and closed: a file is open only while somebody works on it. */
export interface Warehouses {
  /** Whether there is to be a warehouse at all. */
  readonly present: boolean;
  /** The file it is; null where it is in memory, opened by somebody else, or none. */
  readonly path: string | null;
  /**
   * Works on the warehouse, or on none. One that can't be opened is none where it is not needed.
   * @throws {StateError} `WAREHOUSE_LOCKED` and others, where it is needed.
   */
  forWriting<T>(
    options: { readonly needed: boolean; readonly failed?: (error: unknown) => void },
    work: (warehouse: Warehouse | null) => Promise<T>,
  ): Promise<T>;
  /** @throws {ConfigError} `NO_WAREHOUSE` when there is to be none. */
  forReading<T>(work: (warehouse: Warehouse) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** DuckDB is loaded when a file is first opened, never before. */
export function warehouses(option: string | OpenWarehouse | undefined): Warehouses {
  if (option === undefined) {
    return {
      present: false,
      path: null,
      forWriting: (_, work) => work(null),
      forReading: () => Promise.reject(noWarehouse()),
      close: async () => undefined,
    };
  }
  if (typeof option === 'string' && option !== ':memory:') return onFile(option);
  let opened: Promise<Warehouse> | null = null;
  const open = (): Promise<Warehouse> => {
    opened ??= (typeof option === 'string' ? openFile(option, false) : option()).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  return {
    present: true,
    path: null,
    forWriting: async ({ needed, failed }, work) => work(await openOr(open, needed, failed)),
    forReading: async (work) => work(await open()),
    close: async () => (await opened)?.close(),
  };
}

function onFile(path: string): Warehouses {
  const using = async <T, W extends Warehouse | null>(warehouse: W, work: (warehouse: W) => Promise<T>): Promise<T> => {
    try {
      return await work(warehouse);
    } finally {
      await warehouse?.close();
    }
  };
  return {
    present: true,
    path,
    forWriting: async ({ needed, failed }, work) => using(await openOr(() => openFile(path, false), needed, failed), work),
    forReading: async (work) => using(await openFile(path, true), work),
    close: async () => undefined,
  };
}

async function openOr(
  open: () => Promise<Warehouse>,
  needed: boolean,
  failed: ((error: unknown) => void) | undefined,
): Promise<Warehouse | null> {
  try {
    return await open();
  } catch (error) {
    if (needed) throw error;
    failed?.(error);
    return null;
  }
}

async function openFile(path: string, readOnly: boolean): Promise<Warehouse> {
  const { openWarehouse } = await import('./warehouse/duckdb.ts');
  return openWarehouse(path, { readOnly });
}

/** Looks up what the merged data tells of records of marketing's. */
export type Stories = (ids: readonly RecordId[]) => Promise<ReadonlyMap<RecordId, MergedPerson>>;

/** Undefined where there is no warehouse; one that can't be read now, or holds nothing yet, tells nothing. */
export function storiesFrom(stores: Warehouses): Stories | undefined {
  if (!stores.present) return undefined;
  return async (ids) => {
    const { readMergedPerson } = await import('./warehouse/person-story.ts');
    const found = new Map<RecordId, MergedPerson>();
    try {
      await stores.forReading(async (warehouse) => {
        for (const id of ids) {
          const person = await readMergedPerson(warehouse, { side: 'marketing', id });
          if (person !== null) found.set(id, person);
        }
      });
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
    }
    return found;
  };
}

/** What is needed is not there, because nobody named a file for it. */
export function noWarehouse(): ConfigError {
  return new ConfigError('NO_WAREHOUSE', 'The figures come from a warehouse, and there is none.', {
    hint: 'Name a file for it with the option `warehouse`, then pull.',
  });
}
