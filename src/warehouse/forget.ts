import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import type { Side } from '../model/words.ts';
import { db, loadDuckDb, type Db } from './db.ts';
import { openWarehouse } from './duckdb.ts';
import { dataChanged } from './standing.ts';

/** Tables that name a person in a column of their own, with the side that the id is of where it is a CRM's. */
const mergedByPerson = ['leads', 'touches', 'campaign_members', 'deal_contacts', 'campaign_hints'] as const;

/** What was erased from the warehouse, and what it can't tell. */
export interface WarehouseForgetting {
  /** Rows of people that were erased. */
  readonly people: number;
  /** Names that the people had, to look for elsewhere. */
  readonly names: readonly string[];
  /** Deals and accounts whose own name holds a name of theirs: business records, which stay. */
  readonly namesakes: readonly string[];
}

/**
 * Erases people from a warehouse file: every row of theirs goes, and the file is written anew, since DuckDB leaves the bytes
 * of deleted rows where they were. Nothing happens where there is no file.
 * @throws {StateError} `WAREHOUSE_LOCKED` and others, as `openWarehouse`.
 */
export async function forgetInWarehouse(
  path: string,
  refs: readonly { readonly side: Side; readonly id: string }[],
): Promise<WarehouseForgetting> {
  if (!existsSync(path) || refs.length === 0) return { people: 0, names: [], namesakes: [] };
  // Refuses a file that is locked, foreign or newer in its own words.
  await (await openWarehouse(path)).close();
  const duckdb = await loadDuckDb();
  const fresh = `${path}.${process.pid}.forgetting`;
  const instance = await duckdb.DuckDBInstance.create(path, { autoinstall_known_extensions: 'false', memory_limit: '2GB' });
  let result: WarehouseForgetting;
  try {
    const connection = db(duckdb, await instance.connect());
    result = await connection.transaction(() => erase(connection, refs));
    await connection.run('CHECKPOINT');
    rmSync(fresh, { force: true });
    const [own] = await connection.rows('SELECT current_database() AS name');
    await connection.run(`ATTACH '${fresh.replaceAll("'", "''")}' AS forgetting (BLOCK_SIZE 16384)`);
    await connection.run(`COPY FROM DATABASE "${String(own?.['name']).replaceAll('"', '""')}" TO forgetting`);
    await connection.run('DETACH forgetting');
    connection.close();
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  } finally {
    instance.closeSync();
  }
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
  rmSync(`${path}.wal`, { force: true });
  return result;
}

async function erase(connection: Db, refs: readonly { readonly side: Side; readonly id: string }[]): Promise<WarehouseForgetting> {
  await connection.run('CREATE OR REPLACE TEMP TABLE t_gone AS SELECT unnest(string_split($1, chr(31))) AS key', [
    refs.map(({ side, id }) => `${side} ${id}`).join('\u001f'),
  ]);
  const gone = 'SELECT key FROM t_gone';
  await connection.run(`CREATE OR REPLACE TEMP TABLE t_leads AS
    SELECT DISTINCT merged_id AS id FROM record_links WHERE recorded_in || ' ' || source_id IN (${gone})`);
  const names = await connection.rows(`SELECT DISTINCT name FROM (
    SELECT name FROM raw_people WHERE side || ' ' || id IN (${gone}) UNION ALL SELECT name FROM new_people WHERE side || ' ' || id IN (${gone})
    UNION ALL SELECT name FROM leads WHERE lead_id IN (SELECT id FROM t_leads)) WHERE length(trim(name)) > 2`);
  let people = 0;
  for (const kind of ['raw', 'new']) {
    const own = await connection.rows(`SELECT count(*)::INTEGER AS n FROM ${kind}_people WHERE side || ' ' || id IN (${gone})`);
    people += Number(own[0]?.['n'] ?? 0);
    await connection.run(`
      DELETE FROM ${kind}_people WHERE side || ' ' || id IN (${gone}) OR side || ' ' || into_id IN (${gone});
      DELETE FROM ${kind}_members WHERE side || ' ' || person_id IN (${gone});
      DELETE FROM ${kind}_deal_people WHERE side || ' ' || person_id IN (${gone});
      DELETE FROM ${kind}_status_history WHERE entity = 'person' AND side || ' ' || entity_id IN (${gone});
`);
    // A touch may be with others too: they keep it.
    for (const { side, id } of refs)
      await connection.run(
        `UPDATE ${kind}_touches SET person_ids = CAST(to_json(list_filter(CAST(CAST(person_ids AS JSON) AS VARCHAR[]), one -> one <> $2)) AS VARCHAR)
         WHERE side = $1 AND person_ids IS NOT NULL AND list_contains(CAST(CAST(person_ids AS JSON) AS VARCHAR[]), $2)`,
        [side, id],
      );
    await connection.run(`DELETE FROM ${kind}_touches WHERE gone IS NULL AND person_ids = '[]'`);
  }
  for (const table of mergedByPerson) await connection.run(`DELETE FROM ${table} WHERE lead_id IN (SELECT id FROM t_leads)`);
  await connection.run(`
    DELETE FROM status_changes WHERE entity = 'lead' AND entity_id IN (SELECT id FROM t_leads);
    DELETE FROM record_links WHERE merged_id IN (SELECT id FROM t_leads) OR recorded_in || ' ' || source_id IN (${gone});`);
  await dataChanged(connection);
  const known = names.map((row) => String(row['name']));
  const namesakes: string[] = [];
  for (const name of known) {
    const rows = await connection.rows(
      `SELECT 'deal ' || deal_id AS what FROM deals WHERE contains(lower(name), lower($1))
       UNION ALL SELECT 'account ' || account_id FROM accounts WHERE contains(lower(name), lower($1))`,
      [name],
    );
    namesakes.push(...rows.map((row) => String(row['what'])));
  }
  await connection.run('DROP TABLE t_gone; DROP TABLE t_leads;');
  return { people, names: known, namesakes };
}
