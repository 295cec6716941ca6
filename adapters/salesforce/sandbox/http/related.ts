import { notFound } from '../errors.ts';
import { to18 } from '../ids.ts';
import { textOf } from '../schema/fields.ts';
import type { ObjectDef } from '../schema/types.ts';
import { childRelation } from '../soql/children.ts';
import { runSoql } from '../soql/run.ts';
import { recentIds } from '../soql/views.ts';
import { allow } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { rowById } from './rows.ts';

/**
 * `GET /sobjects/Contact/ID/Account`: the record that a relationship leads to, or the list of children of this name.
 * @throws {RequestProblem} NOT_FOUND for a relationship that is not there or leads nowhere.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_relationships.htm (checked 2026-11-22)
 */
export function related(call: Call, def: ObjectDef, id: string, name: string): Reply {
  const { store } = call.org;
  const row = store.row(to18(id));
  if (row === undefined || row.def !== def || store.value(row, 'IsDeleted') === true) throw notFound();
  const link = [...def.fields.values()].find((field) => field.relationship?.toLowerCase() === name.toLowerCase());
  if (link !== undefined) {
    const parent = store.row(textOf(store.read(row, link) as string | null));
    if (parent === undefined) throw notFound();
    return rowById(call, parent.def, parent.id);
  }
  allow(call, ['GET']);
  const asking = { org: call.org, userId: call.userId, soql: name, all: false, base: call.base, tooling: false };
  let relation;
  try {
    relation = childRelation(asking, def, name);
  } catch {
    throw notFound();
  }
  const readable = [...relation.def.fields.values()].filter((field) => call.org.access.field(call.userId, relation.def, field).read);
  const asked = call.query.get('fields') ?? readable.map((field) => field.name).join(',');
  const answer = runSoql({ ...asking, soql: `SELECT ${asked} FROM ${relation.def.name} WHERE ${relation.field} = '${row.id}'` });
  if (answer.kind !== 'rows') throw notFound();
  return { status: 200, json: { totalSize: answer.rows.length, done: true, records: answer.rows.map(answer.render) } };
}

/**
 * `GET /recent?limit=N`: what the user viewed or referenced, the latest first.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_recent_items.htm (checked 2026-11-22)
 */
export function recent(call: Call): Reply {
  allow(call, ['GET']);
  const { store } = call.org;
  const limit = Number(call.query.get('limit') ?? 200);
  const rows = recentIds(call.org, call.userId)
    .map((id) => store.row(id))
    .filter((row) => row !== undefined && store.value(row, 'IsDeleted') !== true)
    .slice(0, limit >= 1 && limit <= 200 ? Math.floor(limit) : 200);
  const json = rows.flatMap((row) => {
    if (row === undefined) return [];
    const name = row.def.fields.get('name') ?? row.def.fields.get('subject');
    const attributes = { type: row.def.name, url: `${call.base}/sobjects/${row.def.name}/${row.id}` };
    return [{ attributes, Name: name === undefined ? null : store.read(row, name), Id: row.id }];
  });
  return { status: 200, json };
}
