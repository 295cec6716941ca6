import { readInput } from '../dml/input.ts';
import { mayCustomize } from '../dml/rules-setup.ts';
import { insertRecord } from '../dml/write.ts';
import { RequestProblem, notFound } from '../errors.ts';
import { isObject } from '../json.ts';
import { contextOf } from '../org.ts';
import { describe, describeGlobal } from './describe.ts';
import { query } from './query.ts';
import type { Cursors } from './query.ts';
import { allow, objectBody } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { rowById } from './rows.ts';

/** `/tooling`: queries over setup objects, and making custom fields. */
export function tooling(call: Call, cursors: Cursors): Reply {
  const [, kind, name, id] = call.path;
  if (kind === 'query') return oneDefinition(call, query(call, cursors, 'query', true));
  if (kind !== 'sobjects') throw notFound();
  if (name === undefined || name === '') return describeGlobal(call, true);
  const def = call.org.store.object(name);
  if (def === undefined || def.home === 'data') throw notFound();
  if (id === 'describe') return describe(call, def);
  // Metadata comes as an object; the row keeps it as text.
  const body = isObject(call.body)
    ? Object.fromEntries(Object.entries(call.body).map(([key, value]) => [key, isObject(value) ? JSON.stringify(value) : value]))
    : call.body;
  if (id !== undefined && id !== '') return rowById({ ...call, body }, def, id);
  allow(call, ['POST']);
  if (!mayCustomize(call)) throw new RequestProblem('INSUFFICIENT_ACCESS', 'insufficient access rights on cross-reference id', 403);
  const context = contextOf(call.org, call.userId, false);
  const created = insertRecord(context, def, readInput(context, def, objectBody({ ...call, body }), true));
  return { status: 201, json: { id: created, success: true, errors: [], warnings: [], infos: [] } };
}

/**
 * Definitions are shown one at a time.
 * @source https://github.com/sorenkrabbe/Chrome-Salesforce-inspector/issues/39 (a recorded answer, checked 2026-11-22)
 */
function oneDefinition(call: Call, reply: Reply): Reply {
  const selected = /^\s*select\b(.*?)\bfrom\b/is.exec(call.query.get('q') ?? '')?.[1] ?? '';
  const size = isObject(reply.json) ? Number(reply.json['totalSize'] ?? 0) : 0;
  if (size <= 1 || !/\b(?:Metadata|FullName)\b/i.test(selected)) return reply;
  throw new RequestProblem(
    'MALFORMED_QUERY',
    `When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: ${String(size)}`,
  );
}
