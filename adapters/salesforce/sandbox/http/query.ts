import { RequestProblem } from '../errors.ts';
import type { Org } from '../org.ts';
import { columnsOf } from '../soql/columns.ts';
import { runSoql } from '../soql/run.ts';
import type { Answer } from '../soql/run.ts';
import { explain } from './explain.ts';
import type { Call, Reply } from './reply.ts';
import { allow } from './reply.ts';

/**
 * Results stay fetchable for two days, however many a user has open.
 * @source https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-apicursors.html (checked 2026-11-22)
 */
const KEPT_MS = 2 * 86_400_000;
const LARGEST_PAGE = 2000;
const SMALLEST_PAGE = 200;

interface Cursor {
  readonly userId: string;
  readonly answer: Extract<Answer, { readonly kind: 'rows' }>;
  readonly pageSize: number;
  readonly madeAt: number;
  readonly base: string;
}

/** Open query results of an organisation, by the first part of their locator. */
export type Cursors = Map<string, Cursor>;

/** `Sforce-Query-Options: batchSize=500`, kept between 200 and 2,000. */
function pageSizeOf(call: Call): number | null {
  const match = /batchSize\s*=\s*(\d+)/i.exec(call.headers['sforce-query-options'] ?? '');
  return match === null ? null : Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, Number(match[1])));
}

/** `GET /query?q=…`, `GET /queryAll?q=…` and `GET /query/LOCATOR`. */
export function query(call: Call, cursors: Cursors, resource: 'query' | 'queryAll', tooling: boolean): Reply {
  allow(call, ['GET']);
  const [locator] = call.path.slice(tooling ? 2 : 1);
  if (locator !== undefined && locator !== '') return nextPage(call, cursors, locator);
  const explained = call.query.get('explain');
  const soql = explained ?? call.query.get('q');
  if (soql === null) throw new RequestProblem('MALFORMED_QUERY', 'A query string has to be specified');
  const asking = { org: call.org, userId: call.userId, soql, all: resource === 'queryAll', base: call.base, tooling };
  if (explained !== null) return explain(asking);
  if (call.query.get('columns') === 'true') return { status: 200, json: columnsOf(asking) };
  const answer = runSoql(asking);
  if (answer.kind === 'count') return { status: 200, json: { totalSize: answer.total, done: true, records: [] } };
  if (answer.kind === 'records') return { status: 200, json: { totalSize: answer.records.length, done: true, records: answer.records } };
  const cursor: Cursor = {
    userId: call.userId,
    answer,
    pageSize: pageSizeOf(call) ?? LARGEST_PAGE,
    madeAt: call.org.store.now(),
    base: call.base,
  };
  const id = answer.rows.length > cursor.pageSize ? keep(call.org, cursors, cursor) : '';
  return page(call, cursor, { id, from: 0, size: cursor.pageSize });
}

function keep(org: Org, cursors: Cursors, cursor: Cursor): string {
  // The oldest stand first.
  for (const [id, other] of cursors) {
    if (org.store.now() - other.madeAt <= KEPT_MS) break;
    cursors.delete(id);
  }
  const id = org.ids.next('0r8');
  cursors.set(id, cursor);
  return id;
}

function nextPage(call: Call, cursors: Cursors, locator: string): Reply {
  const match = /^(0r8\w{15})-(\d+)$/.exec(locator);
  const cursor = match === null ? undefined : cursors.get(match[1] ?? '');
  const from = Number(match?.[2]);
  if (
    match === null ||
    cursor === undefined ||
    cursor.userId !== call.userId ||
    from > cursor.answer.rows.length ||
    call.org.store.now() - cursor.madeAt > KEPT_MS
  ) {
    throw new RequestProblem('INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  return page(call, cursor, { id: match[1] ?? '', from, size: pageSizeOf(call) ?? cursor.pageSize });
}

function page(call: Call, cursor: Cursor, part: { readonly id: string; readonly from: number; readonly size: number }): Reply {
  const { rows, render } = cursor.answer;
  const until = Math.min(rows.length, part.from + part.size);
  const { store } = call.org;
  const unseen = rows[0] === undefined ? null : store.unseen(rows[0].def.name);
  // A page shows the rows as they are now, deleted ones as they last were, and those that queries can't see yet as they were.
  const records = rows
    .slice(part.from, until)
    .map((row) => render(part.from === 0 || unseen?.has(row.id) === true ? row : (store.row(row.id) ?? row)));
  const done = until >= rows.length;
  return {
    status: 200,
    json: { totalSize: rows.length, done, ...(done ? {} : { nextRecordsUrl: `${call.base}/query/${part.id}-${String(until)}` }), records },
  };
}
