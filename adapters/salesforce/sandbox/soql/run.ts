import type { Query, Subquery } from '@jetstreamapp/soql-parser-js';
import { RequestProblem } from '../errors.ts';
import type { Address, ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { aggregateRows, isAggregate, isPlainCount, orderWith } from './aggregate.ts';
import { candidates, inOrder } from './candidates.ts';
import type { KeptOrder } from './candidates.ts';
import { filterOf } from './filter.ts';
import { conditionOf, malformed, parseSoql } from './parse.ts';
import { childRelation, childRows } from './children.ts';
export { childRelation } from './children.ts';
import { projection } from './project.ts';
import type { Children, Json, Render } from './project.ts';
import { inClause, objectOf, pathOf, pointing, versionOf } from './scope.ts';
import type { Asking, Path } from './scope.ts';
import { noteViews } from './views.ts';

/** The answer to a query: rows that are rendered page by page, or records made at once. */
export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly render: Render }
  | { readonly kind: 'records'; readonly records: readonly Json[] }
  | { readonly kind: 'count'; readonly total: number };

/** Rows older than this in the recycle bin are gone. */
const BIN_DAYS = 15;
const DAY = 86_400_000;
/** Most groups of one answer: aggregates can't be paged. */
const MOST_GROUPS = 2000;

/** Runs a query. @throws {RequestProblem} with Salesforce's code for everything wrong with it. */
export function runSoql(asking: Asking): Answer {
  const query = parseSoql(asking.soql);
  const def = objectOf(inClause(asking, 'FROM'), query.sObject ?? '');
  if ((query.offset ?? 0) > 2000) throw new RequestProblem('NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000');
  if (isPlainCount(query)) {
    if (query.groupBy !== undefined || query.orderBy !== undefined) throw malformed('COUNT() can not be used with GROUP BY or ORDER BY');
    return { kind: 'count', total: selection(asking, def, query)(null).length };
  }
  if (isAggregate(query)) {
    const records = aggregateRows(asking, def, query, finderOf(asking, def, query)(null));
    if (records.length > MOST_GROUPS) {
      throw new RequestProblem(
        'EXCEEDED_ID_LIMIT',
        'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch',
      );
    }
    return { kind: 'records', records };
  }
  if (query.having !== undefined) throw malformed("unexpected token: 'HAVING'");
  const render = projection(asking, def, query, childrenOf(asking, query, 1));
  const rows = selection(asking, def, query)(null);
  if (query.for === 'VIEW' || query.for === 'REFERENCE') {
    const ids = rows.map((row) => row.id);
    noteViews(asking.org, asking.userId, ids, query.for);
  }
  return { kind: 'rows', rows, render };
}

/** Archived activities and deleted rows are for queryAll; what was purged from the bin is for nobody. */
function isVisible(asking: Asking, row: Row): boolean {
  const { store } = asking.org;
  if (row.values.get('IsDeleted') === true) return asking.all && store.now() - row.stamp <= BIN_DAYS * DAY;
  const archived = row.def.fields.get('isarchived');
  return asking.all || archived === undefined || store.read(row, archived) !== true;
}

/** Finds the rows of a query among all of its object, or among `within`. */
type Finder = (within: Iterable<Row> | null) => Row[];

/** The same; with `wanted` in an order that rows are kept in, and no more than `most`, where that order can be followed. */
type OrderedFinder = (
  within: Iterable<Row> | null,
  wanted?: { readonly order: KeptOrder; readonly most: number } | null,
) => Row[] & { readonly inOrder?: true };

function finderOf(asking: Asking, def: ObjectDef, query: Query | Subquery, joined = false): OrderedFinder {
  const where = inClause(asking, 'WHERE');
  let joins = 0;
  const filter = filterOf(where, def, conditionOf(query.where), {
    ...(query.sObjectAlias === undefined ? {} : { alias: query.sObjectAlias }),
    column(inner) {
      joins += 1;
      if (joined) throw malformed('Nesting of semi join sub-selects is not supported');
      if (joins > MOST_JOINS) throw malformed(`Maximum ${String(MOST_JOINS)} semi join sub-selects are allowed.`);
      return columnValues(where, inner);
    },
  });
  const mine = scopeOf(asking, def, query);
  return (within, wanted = null) => {
    const rows: Row[] = [];
    const unseen = within === null ? asking.org.store.unseen(def.name) : null;
    const kept = (row: Row): boolean => isVisible(asking, row) && mine(row) && filter.keep(row);
    const ordered =
      within === null && unseen === null && wanted !== null
        ? inOrder(asking.org, def, filter.all, { order: wanted.order, all: asking.all })
        : null;
    if (ordered !== null && wanted !== null) {
      if (wanted.most === 0) return Object.assign(rows, { inOrder: true as const });
      for (const row of ordered) if (kept(row) && rows.push(row) >= wanted.most) break;
      return Object.assign(rows, { inOrder: true as const });
    }
    for (const row of unseen?.values() ?? []) if (row !== undefined && kept(row)) rows.push(row);
    for (const row of within ?? candidates(asking.org, def, filter.all, asking.all))
      if (unseen?.has(row.id) !== true && kept(row)) rows.push(row);
    return rows;
  };
}

/** `USING SCOPE`: everything, or what the user owns. @throws {RequestProblem} INVALID_QUERY_SCOPE for a scope that the object doesn't have. */
function scopeOf(asking: Asking, def: ObjectDef, query: Query | Subquery): (row: Row) => boolean {
  const scope = (query.usingScope ?? 'everything').toLowerCase();
  if (scope === 'everything') return () => true;
  if (scope !== 'mine' || !def.fields.has('ownerid'))
    throw new RequestProblem('INVALID_QUERY_SCOPE', `The scope '${scope}' is not supported for ${def.name}`);
  return (row) => asking.org.store.value(row, 'OwnerId') === asking.userId;
}

/** Semi-joins of one WHERE clause, and objects that none can ask. */
const MOST_JOINS = 2;
const UNJOINABLE = new Set(['Task', 'Event']);

function columnValues(asking: Asking, query: Query): ReadonlySet<Value> {
  const def = objectOf(asking, query.sObject ?? '');
  if (UNJOINABLE.has(def.name))
    throw pointing(asking, 'MALFORMED_QUERY', def.name, `Entity '${def.name}' is not supported for semi join inner selects`);
  if (query.orderBy !== undefined || query.limit !== undefined)
    throw malformed(`unexpected token: '${query.orderBy === undefined ? 'LIMIT' : 'ORDER'}'`);
  const [item, more] = query.fields ?? [];
  if (item === undefined || more !== undefined || (item.type !== 'Field' && item.type !== 'FieldRelationship')) {
    throw malformed('Only one field is allowed in the SELECT list of a semi join');
  }
  const path = pathOf(asking, def, item.type === 'Field' ? item.field : [...item.relationships, item.field].join('.'), query.sObjectAlias);
  if (path.field.type !== 'id' && path.field.type !== 'reference')
    throw malformed(`Semi join sub-selects can only query id fields, cannot use: '${path.field.name}'`);
  return new Set(finderOf(asking, def, query, true)(null).flatMap((row) => valuesOf(path.get(row))));
}

function valuesOf(value: Value | Address): readonly Value[] {
  return value === null || typeof value === 'object' ? [] : [value];
}

/** Fields that ORDER BY takes. @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_orderby.htm */
const MOST_SORTED = 32;

/** The rows of a query in their order, cut to LIMIT and OFFSET; without ORDER BY by id. */
function selection(asking: Asking, def: ObjectDef, query: Query | Subquery): Finder {
  const find = finderOf(asking, def, query);
  const order = inClause(asking, 'ORDER');
  const clauses = [query.orderBy ?? []].flat();
  if (clauses.length > MOST_SORTED) throw malformed(`ORDER BY takes at most ${String(MOST_SORTED)} fields`);
  const keys = clauses.map((clause) => {
    if (!('field' in clause)) throw malformed('unexpected token: (');
    const path = pathOf(order, def, clause.field, query.sObjectAlias);
    if (!path.field.filterable || path.field.type === 'multipicklist')
      throw pointing(order, 'MALFORMED_QUERY', clause.field, `field '${path.field.name}' can not be sorted in a query call`);
    return { path, down: clause.order === 'DESC', nullsLast: clause.nulls === 'LAST' };
  });
  const offset = query.offset ?? 0;
  const kept = keptOrder(keys);
  const wanted = kept === null ? null : { order: kept, most: query.limit === undefined ? Number.POSITIVE_INFINITY : offset + query.limit };
  return (within) => {
    const found = find(within, wanted);
    if (found.inOrder === true) return found.slice(offset);
    const decorated = found.map((row) => ({ row, values: keys.map(({ path }) => sortKey(path, row)) }));
    decorated.sort((a, b) => {
      for (const [index, key] of keys.entries()) {
        const placed = orderWith(a.values[index] ?? null, b.values[index] ?? null, key);
        if (placed !== 0) return placed;
      }
      return a.row.id < b.row.id ? -1 : 1;
    });
    return decorated.slice(offset, query.limit === undefined ? undefined : offset + query.limit).map(({ row }) => row);
  };
}

/** The order of ORDER BY, where rows are kept in it. */
function keptOrder(keys: readonly { readonly path: Path; readonly down: boolean }[]): KeptOrder | null {
  if (keys.some(({ path, down }) => down || path.hops.length > 0)) return null;
  const names = keys.map(({ path }) => path.field.name).join(' ');
  if (names === '' || names === 'Id') return 'id';
  return names === 'SystemModstamp' || names === 'SystemModstamp Id' ? 'stamp' : null;
}

/** Text sorts without case; ids, which differ by case alone, keep it. */
function sortKey(path: Path, row: Row): Value {
  const value = path.get(row);
  if (typeof value === 'string') return path.field.type === 'id' || path.field.type === 'reference' ? value : value.toLowerCase();
  return typeof value === 'object' ? null : value;
}

/** Levels of a query that lists children of children, the root included; before 58.0 there were two. */
const MOST_DEEP = 5;
const DEEP_SINCE = 58;
/** Child lists of one query. */
const MOST_LISTS = 20;

/**
 * Answers the child lists of a query.
 * @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_query_limits.htm (checked 2026-11-22)
 */
function childrenOf(asking: Asking, parent: Query | Subquery, depth: number): Children {
  const lists = (parent.fields ?? []).filter((item) => item.type === 'FieldSubquery').length;
  if (lists > MOST_LISTS) throw malformed(`A query can list the children of at most ${String(MOST_LISTS)} relationships`);
  return (subquery, def) => {
    if (depth >= (versionOf(asking) >= DEEP_SINCE ? MOST_DEEP : 2))
      throw malformed(
        `SOQL statements cannot query aggregate relationships more than ${String(depth - 1)} level away from the root entity object.`,
      );
    if (subquery.offset !== undefined && parent.limit !== 1) throw malformed('OFFSET in a child query needs a LIMIT of 1 in its parent');
    const relation = childRelation(asking, def, subquery.relationshipName);
    const render = projection(asking, relation.def, subquery, childrenOf(asking, subquery, depth + 1));
    const select = selection(asking, relation.def, subquery);
    return {
      name: relation.name,
      of(row) {
        const rows = select(childRows(asking, relation, row));
        return rows.length === 0 ? null : { totalSize: rows.length, done: true, records: rows.map(render) };
      },
    };
  };
}
