import type { FieldType as SelectItem, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import type { ObjectDef } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { RequestProblem } from '../errors.ts';
import { groupOfFields } from './fields-function.ts';
import { formula } from './formulas.ts';
import { malformed } from './parse.ts';
import { objectOf, parentRow, pathOf } from './scope.ts';
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
  const extras: { readonly name: string; of(row: Row): unknown }[] = [];
  const seen = new Set<string>();
  const select = (path: Path): void => {
    const key = path.names.join('.');
    once(seen, key);
    place(top, path);
  };
  for (const item of query.fields ?? []) {
    if (item.type === 'FieldSubquery') extras.push(children(item.subquery, def));
    else if (item.type === 'FieldTypeof') {
      const chosen = typeOf(asking, def, item);
      once(seen, chosen.name);
      extras.push(chosen);
    } else if (item.type === 'FieldFunctionExpression' && item.functionName.toUpperCase() === 'FIELDS') {
      for (const name of groupOfFields(asking, def, query, item)) select(pathOf(asking, def, name, query.sObjectAlias));
    } else if (item.type === 'FieldFunctionExpression') {
      const shown = formula(asking, def, item, extras.length);
      once(seen, shown.name);
      extras.push(shown);
    } else {
      if ('alias' in item && item.alias !== undefined) throw malformed('only aggregate expressions use field aliasing');
      select(pathOf(asking, def, dottedOf(item), query.sObjectAlias));
    }
  }
  return (row) => {
    const record = renderLevel(asking, row, top);
    for (const extra of extras) record[extra.name] = extra.of(row);
    return record;
  };
}

/** @throws {RequestProblem} INVALID_FIELD for a name that the answer would carry twice. */
function once(seen: Set<string>, name: string): void {
  if (seen.has(name.toLowerCase())) throw new RequestProblem('INVALID_FIELD', `duplicate field selected: ${name}`);
  seen.add(name.toLowerCase());
}

/** The dotted name of a selected field. */
export function dottedOf(item: Extract<SelectItem, { readonly type: 'Field' | 'FieldRelationship' }>): string {
  return item.type === 'FieldRelationship' ? [...item.relationships, item.field].join('.') : item.field;
}

/**
 * `TYPEOF What WHEN Account THEN Phone ELSE Id END`: the fields depend on what the relationship leads to.
 * @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_typeof.htm (checked 2026-11-22)
 */
function typeOf(
  asking: Asking,
  def: ObjectDef,
  item: Extract<SelectItem, { readonly type: 'FieldTypeof' }>,
): { readonly name: string; of(row: Row): unknown } {
  const { hops } = pathOf(asking, def, `${item.field}.Id`);
  const [hop] = hops;
  if (hop === undefined || hops.length > 1 || !hop.polymorphic)
    throw malformed(`TYPEOF can only be used with polymorphic relationships: ${item.field}`);
  const choices = new Map<string | null, Render>();
  for (const condition of item.conditions) {
    const target = condition.type === 'ELSE' ? null : objectOf(asking, condition.objectType ?? '');
    if (target !== null && !hop.field.referenceTo.includes(target.name))
      throw malformed(`${target.name} is not a type of the relationship ${item.field}`);
    const level: Level = { fields: [], parents: new Map(), hops: [] };
    for (const name of condition.fieldList) {
      if (target === null) level.fields.push({ ...pathOf(asking, def, `${item.field}.${name}`), hops: [] });
      else place(level, pathOf(asking, target, name));
    }
    choices.set(target?.name ?? null, (row) => (target === null ? elseLevel(asking, row, level) : renderLevel(asking, row, level)));
  }
  return {
    name: hop.field.relationship ?? item.field,
    of(row) {
      const target = parentRow(asking.org, row, hops);
      if (target === undefined) return null;
      const own = choices.get(target.def.name);
      if (own !== undefined) return own(target);
      return choices.get(null)?.(row) ?? { attributes: attributesOf(asking.base, target, target.def.name) };
    },
  };

  /** The fields of `Name`, read from the record that points. */
  function elseLevel(within: Asking, row: Row, level: Level): Json {
    const target = parentRow(within.org, row, hops) ?? row;
    const record: Json = { attributes: attributesOf(within.base, target, target.def.name) };
    for (const path of level.fields) record[path.field.name] = jsonValue(path.field, path.get(row));
    return record;
  }
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
