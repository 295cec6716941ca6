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
  if (kind === 'query') return query(call, cursors, 'query', true);
  if (kind !== 'sobjects') throw notFound();
  if (name === undefined || name === '') return describeGlobal(call, true);
  const def = call.org.store.object(name);
  if (def === undefined || def.home === 'data') throw notFound();
  if (id === 'describe') return describe(call, def);
  if (id !== undefined && id !== '') return rowById(call, def, id);
  allow(call, ['POST']);
  if (!mayCustomize(call)) throw new RequestProblem('INSUFFICIENT_ACCESS', 'insufficient access rights on cross-reference id', 403);
  // Metadata comes as an object; the row keeps it as text.
  const body = new Map(Object.entries(objectBody(call)).map(([key, value]) => [key, isObject(value) ? JSON.stringify(value) : value]));
  const context = contextOf(call.org, call.userId, false);
  const created = insertRecord(context, def, readInput(context, def, Object.fromEntries(body), true));
  return { status: 201, json: { id: created, success: true, errors: [], warnings: [], infos: [] } };
}
