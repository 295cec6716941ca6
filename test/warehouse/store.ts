import type { Stream, StreamRecords } from '../../src/crm.ts';
import type { Side } from '../../src/model/words.ts';
import { openWarehouse, type DuckDbWarehouse } from '../../src/warehouse/duckdb.ts';
import { page } from './records.ts';

/** A small warehouse in memory, closed again afterwards. */
export async function withWarehouse(work: (warehouse: DuckDbWarehouse) => Promise<void>): Promise<void> {
  await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
  await work(warehouse);
}

/** Loads records as one page that ends its pass. */
export const load = async <S extends Stream>(
  warehouse: DuckDbWarehouse,
  side: Side,
  stream: S,
  ...records: StreamRecords[S][]
): Promise<void> => warehouse.load(side, stream, page<S>(records));
