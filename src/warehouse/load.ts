import type { ChangePage, Stream } from '../crm.ts';
import type { Side } from '../model/words.ts';
import type { ColumnType, Db } from './db.ts';
import { dataChanged } from './standing.ts';
import { staged, stagedHead, stagedRow, stagedTable, type StagedStream } from './staging.ts';
import type { LoadOptions } from './types.ts';

/** Rows that wait in a stream's `new_…` table before they are folded into `raw_…`, the latest version of each record. */
const foldAbove = 500_000;

/** Loads pages into the staging tables. */
export interface Loader {
  load<S extends Stream>(side: Side, stream: S, page: ChangePage<S>, options: LoadOptions): Promise<void>;
  /** Folds in whatever waits, so that the `raw_…` tables are complete. */
  fold(): Promise<void>;
}

/** Makes a loader; `counts` of what waits are read once. */
export function loader(connection: Db): Loader {
  const waiting = new Map<Stream, number>();
  return {
    async load(side, stream, page, options) {
      const known = waiting.get(stream) ?? (await count(connection, stream));
      const snapshot = options.mode === 'snapshot';
      await connection.transaction(async () => {
        const pass = await beginPass(connection, { side, stream, asOf: page.asOf });
        await append(connection, { side, stream, pass, page, snapshot });
        await remember(connection, { side, stream, pass, page });
        if (snapshot && page.done) await foldStream(connection, stream);
        if (snapshot && page.done) await dropUnseen(connection, { side, stream, pass });
      });
      waiting.set(stream, snapshot && page.done ? 0 : known + page.events.length);
      if ((waiting.get(stream) ?? 0) > foldAbove) {
        await connection.transaction(() => foldStream(connection, stream));
        waiting.set(stream, 0);
      }
    },
    async fold() {
      for (const stream of Object.keys(staged) as Stream[]) {
        if ((waiting.get(stream) ?? (await count(connection, stream))) > 0)
          await connection.transaction(() => foldStream(connection, stream));
        waiting.set(stream, 0);
      }
    },
  };
}

const count = async (connection: Db, stream: Stream): Promise<number> =>
  Number((await connection.rows(`SELECT CAST(count(*) AS INTEGER) AS n FROM ${stagedTable(stream, 'new')}`))[0]?.['n'] ?? 0);

/** When the pass that this page belongs to began: a pass runs until a page says `done`, over restarts too. */
async function beginPass(connection: Db, at: { readonly side: Side; readonly stream: Stream; readonly asOf: number }): Promise<number> {
  const rows = await connection.rows('SELECT pass, in_pass FROM load_state WHERE recorded_in = $1 AND stream = $2', [at.side, at.stream]);
  return rows[0]?.['in_pass'] === true ? Number(rows[0]['pass']) : at.asOf;
}

async function append<S extends Stream>(
  connection: Db,
  from: { readonly side: Side; readonly stream: S; readonly pass: number; readonly page: ChangePage<S>; readonly snapshot: boolean },
): Promise<void> {
  if (from.page.events.length === 0) return;
  const definition: StagedStream<S> = staged[from.stream];
  const types = [...stagedHead, ...definition.columns].map(([, type]): ColumnType => type);
  const appender = await connection.appender(stagedTable(from.stream, 'new'), types);
  for (const event of from.page.events) {
    // A listing is as fresh as its pass, whatever its records' own stamps say.
    const seenAt = from.snapshot ? from.page.asOf : event.at;
    appender.append(stagedRow(definition, event, { side: from.side, pass: from.pass, seenAt }));
  }
  appender.finish();
}

/** Cursor and coverage of the page, in its transaction. */
async function remember<S extends Stream>(
  connection: Db,
  at: { readonly side: Side; readonly stream: S; readonly pass: number; readonly page: ChangePage<S> },
): Promise<void> {
  const { page } = at;
  await connection.run('DELETE FROM load_state WHERE recorded_in = $1 AND stream = $2', [at.side, at.stream]);
  await connection.run('INSERT INTO load_state (recorded_in, stream, cursor, pass, in_pass) VALUES ($1, $2, $3, $4, $5)', [
    at.side,
    at.stream,
    page.cursor,
    Math.trunc(at.pass),
    !page.done,
  ]);
  const before = (
    await connection.rows('SELECT complete, history_from, as_of FROM coverage WHERE recorded_in = $1 AND stream = $2', [at.side, at.stream])
  )[0];
  const wasComplete = before?.['complete'] === true;
  // What was read once stays here even when the CRM lets it expire, so the first pass says how far back it goes.
  const historyFrom = before === undefined ? page.historyFrom : (before['history_from'] as bigint | null);
  const asOf = page.done || !wasComplete ? Math.trunc(page.asOf) : Number(before['as_of']);
  await connection.run('DELETE FROM coverage WHERE recorded_in = $1 AND stream = $2', [at.side, at.stream]);
  await connection.run(
    'INSERT INTO coverage (recorded_in, stream, complete, history_from, as_of) VALUES ($1, $2, $3, CAST($4 AS BIGINT), $5)',
    [at.side, at.stream, page.done || wasComplete, typeof historyFrom === 'number' ? Math.trunc(historyFrom) : historyFrom, asOf],
  );
}

/**
 * Keeps each record's latest version: by the change's own instant, then by arrival, so that a stale answer of a search
 * index never replaces a newer one. An erased person takes the rows that describe them along.
 */
async function foldStream(connection: Db, stream: Stream): Promise<void> {
  const [raw, fresh] = [stagedTable(stream, 'raw'), stagedTable(stream, 'new')];
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE t_latest AS
    SELECT * FROM ${fresh} QUALIFY row_number() OVER (PARTITION BY side, id ORDER BY seen_at DESC, rowid DESC) = 1;
    DELETE FROM t_latest USING ${raw} r WHERE r.side = t_latest.side AND r.id = t_latest.id AND r.seen_at > t_latest.seen_at;`);
  if (await tellsNews(connection, stream)) await dataChanged(connection);
  await connection.run(`
    DELETE FROM ${raw} USING t_latest l WHERE ${raw}.side = l.side AND ${raw}.id = l.id;
    INSERT INTO ${raw} SELECT * FROM t_latest;
    DELETE FROM ${fresh};
    DROP TABLE t_latest;`);
  if (stream !== 'people') return;
  const erased = `SELECT side, id FROM raw_people WHERE gone = 'erased'`;
  for (const kind of ['raw', 'new'] as const) {
    await connection.run(`
      DELETE FROM ${stagedTable('members', kind)} m USING (${erased}) e WHERE m.side = e.side AND m.person_id = e.id;
      DELETE FROM ${stagedTable('deal-people', kind)} d USING (${erased}) e WHERE d.side = e.side AND d.person_id = e.id;
      DELETE FROM ${stagedTable('status-history', kind)} h USING (${erased}) e WHERE h.side = e.side AND h.entity = 'person' AND h.entity_id = e.id;`);
  }
}

/** Whether anything in `t_latest` says something else than the stream's `raw_…` table; stamps alone are no news. */
async function tellsNews(connection: Db, stream: Stream): Promise<boolean> {
  const differs = ['gone', 'into_id', ...staged[stream].columns.map(([name]) => name)].map(
    (name) => `l.${name} IS DISTINCT FROM r.${name}`,
  );
  const [found] = await connection.rows(`
    SELECT EXISTS (SELECT 1 FROM t_latest l LEFT JOIN ${stagedTable(stream, 'raw')} r ON r.side = l.side AND r.id = l.id
                   WHERE r.id IS NULL OR ${differs.join(' OR ')}) AS news`);
  return found?.['news'] === true;
}

async function dropUnseen(connection: Db, at: { readonly side: Side; readonly stream: Stream; readonly pass: number }): Promise<void> {
  const unseen = `FROM ${stagedTable(at.stream, 'raw')} WHERE side = $1 AND pass < $2`;
  const values = [at.side, Math.trunc(at.pass)];
  if ((await connection.rows(`SELECT 1 ${unseen} LIMIT 1`, values)).length === 0) return;
  await connection.run(`DELETE ${unseen}`, values);
  await dataChanged(connection);
}
