import type { FieldType as SelectItem, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import type { ObjectDef } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { malformed } from './parse.ts';
import { parentRow, pathOf, pointing } from './scope.ts';
import type { Asking, Path } from './scope.ts';
import { jsonValue } from './values.ts';

/** A record as JSON. */
export type Json = Record<string, unknown>;
export type Render = (row: Row) => Json;

/** Answers a child subquery for one parent. */
export type Children = (subquery: Subquery, def: ObjectDef) => { readonly name: string; of(row: Row): Json | null };

interface Level {
  readonly fields: Path[];
  /** By relationship, with the path that reaches the parent. */
  readonly parents: Map<string, Level>;
  readonly hops: Path['hops'];
}

/**
 * What a SELECT shows of each row, names canonical, in the order asked for.
 * @throws {RequestProblem} MALFORMED_QUERY for a field asked for twice, an alias, or a function that needs grouping.
 */
export function projection(asking: Asking, def: ObjectDef, query: Query | Subquery, children: Children): Render {
  const top: Level = { fields: [], parents: new Map(), hops: [] };
  const lists: ReturnType<Children>[] = [];
  const formulas: { readonly name: string; readonly path: Path; readonly format: boolean }[] = [];
  const seen = new Set<string>();
  for (const item of query.fields ?? []) {
    if (item.type === 'FieldSubquery') lists.push(children(item.subquery, def));
    else if (item.type === 'FieldFunctionExpression') formulas.push(formula(asking, def, item, formulas.length));
    else if (item.type === 'FieldTypeof') throw malformed("unexpected token: 'TYPEOF'");
    else {
      if ('alias' in item && item.alias !== undefined) throw malformed('only aggregate expressions use field aliasing');
      const path = pathOf(asking, def, dottedOf(item), query.sObjectAlias);
      const key = path.names.join('.');
      if (seen.has(key)) throw pointing(asking, 'INVALID_FIELD', path.field.name, `duplicate field selected: ${key}`);
      seen.add(key);
      place(top, path);
    }
  }
  return (row) => {
    const record = renderLevel(asking, row, top);
    for (const { name, path, format } of formulas) {
      const value = path.get(row);
      record[name] = format && value !== null ? String(jsonValue(path.field, value)) : jsonValue(path.field, value);
    }
    for (const list of lists) record[list.name] = list.of(row);
    return record;
  };
}

/** The dotted name of a selected field. */
export function dottedOf(item: Extract<SelectItem, { readonly type: 'Field' | 'FieldRelationship' }>): string {
  return item.type === 'FieldRelationship' ? [...item.relationships, item.field].join('.') : item.field;
}

/** `toLabel` and `FORMAT` show a value to people; labels equal values here. */
function formula(asking: Asking, def: ObjectDef, item: Extract<SelectItem, { readonly type: 'FieldFunctionExpression' }>, index: number) {
  const name = item.functionName.toUpperCase();
  const [parameter] = item.parameters;
  if (!['TOLABEL', 'FORMAT', 'CONVERTCURRENCY'].includes(name) || typeof parameter !== 'string') {
    throw malformed(`unexpected token: '${item.functionName}'`);
  }
  const path = pathOf(asking, def, parameter);
  return { name: item.alias ?? (path.hops.length === 0 ? path.field.name : `expr${String(index)}`), path, format: name === 'FORMAT' };
}

function place(top: Level, path: Path): void {
  let level = top;
  for (const [index, hop] of path.hops.entries()) {
    const name = hop.field.relationship ?? '';
    let next = level.parents.get(name);
    if (next === undefined) level.parents.set(name, (next = { fields: [], parents: new Map(), hops: path.hops.slice(0, index + 1) }));
    level = next;
  }
  level.fields.push(path);
}

function renderLevel(asking: Asking, row: Row, level: Level): Json {
  const here = parentRow(asking.org, row, level.hops) ?? row;
  const polymorphic = level.hops.at(-1)?.polymorphic === true;
  const record: Json = { attributes: attributesOf(asking.base, here, polymorphic ? 'Name' : here.def.name) };
  for (const path of level.fields) record[path.field.name] = jsonValue(path.field, path.get(row));
  for (const [name, parent] of level.parents) {
    record[name] = parentRow(asking.org, row, parent.hops) === undefined ? null : renderLevel(asking, row, parent);
  }
  return record;
}

/** The type and address every record carries. */
export function attributesOf(base: string, row: Row, type: string): Json {
  return { type, url: `${base}/sobjects/${row.def.name}/${row.id}` };
}
