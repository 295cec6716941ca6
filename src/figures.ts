import type { AlignmentReport } from './alignment/types.ts';
import type { Settings } from './model/settings.ts';
import type { AlignmentCall } from './truce.ts';
import type { DuckDbWarehouse, WarehouseOptions } from './warehouse/duckdb.ts';
import type { Queryable } from './warehouse/types.ts';

/**
 * Opens a warehouse without any CRM: to import files into it, or to read what a pull has put there. Loads DuckDB.
 * A file that is open for writing belongs to one process; readers open it `readOnly`.
 * @param path a file, or `:memory:`
 * @throws {ConfigError} DUCKDB_MISSING when the optional dependency is not installed.
 * @throws {StateError} WAREHOUSE_LOCKED, WAREHOUSE_MISSING, WAREHOUSE_DAMAGED, WAREHOUSE_VERSION
 * @example
 * await using warehouse = await openWarehouse('truce.duckdb', { readOnly: true });
 */
export async function openWarehouse(path: string, options: WarehouseOptions = {}): Promise<DuckDbWarehouse> {
  const duckdb = await import('./warehouse/duckdb.ts');
  return duckdb.openWarehouse(path, options);
}

/**
 * The figures of a warehouse, the same that `Truce.alignment` gives. Reads only.
 * @example
 * const report = await alignmentOf(warehouse, { settings: parseConfig({}), by: 'campaign' });
 */
export async function alignmentOf(
  warehouse: Queryable,
  { settings, by, asOf, signal }: AlignmentCall & { readonly settings: Settings },
): Promise<AlignmentReport> {
  const from = await import('./report/from-warehouse.ts');
  return from.alignmentOf(warehouse, {
    settings,
    ...(by === undefined ? {} : { by }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(signal === undefined ? {} : { signal }),
  });
}
