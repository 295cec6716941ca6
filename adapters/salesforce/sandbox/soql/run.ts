import type { Query, Subquery } from '@jetstreamapp/soql-parser-js';
import { RequestProblem } from '../errors.ts';
import type { Address, ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { aggregateRows, isAggregate, isPlainCount, orderWith } from './aggregate.ts';
import { candidates } from './candidates.ts';
import { filterOf } from './filter.ts';
import { conditionOf, malformed, parseSoql } from './parse.ts';
import { projection } from './project.ts';
import type { Children, Json, Render } from './project.ts';
import { objectOf, pathOf, pointing } from './scope.ts';
import type { Asking, Path } from './scope.ts';

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
  const def = objectOf(asking, query.sObject ?? '');
  if ((query.offset ?? 0) > 2000) throw new RequestProblem('NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000');
  if (isPlainCount(query)) return { kind: 'count', total: selection(asking, def, query)(null).length };
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
  const render = projection(asking, def, query, childrenOf(asking));
  return { kind: 'rows', rows: selection(asking, def, query)(null), render };
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

function finderOf(asking: Asking, def: ObjectDef, query: Query | Subquery): Finder {
  const filter = filterOf(asking, def, conditionOf(query.where), {
    ...(query.sObjectAlias === undefined ? {} : { alias: query.sObjectAlias }),
    column: (inner) => columnValues(asking, inner),
  });
  return (within) => {
    const rows: Row[] = [];
    for (const row of within ?? candidates(asking.org, def, filter.all, asking.all))
      if (isVisible(asking, row) && filter.keep(row)) rows.push(row);
    return rows;
  };
}

function columnValues(asking: Asking, query: Query): ReadonlySet<Value> {
  const def = objectOf(asking, query.sObject ?? '');
  const [item, more] = query.fields ?? [];
  if (item === undefined || more !== undefined || (item.type !== 'Field' && item.type !== 'FieldRelationship')) {
    throw malformed('Only one field is allowed in the SELECT list of a semi join');
  }
  const path = pathOf(asking, def, item.type === 'Field' ? item.field : [...item.relationships, item.field].join('.'), query.sObjectAlias);
  return new Set(finderOf(asking, def, query)(null).flatMap((row) => valuesOf(path.get(row))));
}

function valuesOf(value: Value | Address): readonly Value[] {
  return value === null || typeof value === 'object' ? [] : [value];
}

/** The rows of a query in their order, cut to LIMIT and OFFSET; without ORDER BY by id. */
function selection(asking: Asking, def: ObjectDef, query: Query | Subquery): Finder {
  const find = finderOf(asking, def, query);
  const keys = [query.orderBy ?? []].flat().map((clause) => {
    if (!('field' in clause)) throw malformed('unexpected token: (');
    const path = pathOf(asking, def, clause.field, query.sObjectAlias);
    if (!path.field.filterable)
      throw pointing(asking, 'INVALID_FIELD', path.field.name, `field '${path.field.name}' can not be sorted in a query call`);
    return { path, down: clause.order === 'DESC', nullsLast: clause.nulls === 'LAST' };
  });
  const offset = query.offset ?? 0;
  return (within) => {
    const decorated = find(within).map((row) => ({ row, values: keys.map(({ path }) => sortKey(path, row)) }));
    decorated.sort((a, b) => {
      for (const [index, key] of keys.entries()) {
        const order = orderWith(a.values[index] ?? null, b.values[index] ?? null, key);
        if (order !== 0) return order;
      }
      return a.row.id < b.row.id ? -1 : 1;
    });
    return decorated.slice(offset, query.limit === undefined ? undefined : offset + query.limit).map(({ row }) => row);
  };
}

/** Text sorts without case; ids, which differ by case alone, keep it. */
function sortKey(path: Path, row: Row): Value {
  const value = path.get(row);
  if (typeof value === 'string') return path.field.type === 'id' || path.field.type === 'reference' ? value : value.toLowerCase();
  return typeof value === 'object' ? null : value;
}

function childrenOf(asking: Asking): Children {
  return (subquery, def) => {
    const relation = childRelation(asking, def, subquery.relationshipName);
    const render = projection(asking, relation.def, subquery, () => {
      throw malformed('Nesting of child relationships is not supported');
    });
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

interface Relation {
  readonly def: ObjectDef;
  readonly field: string;
  readonly name: string;
}

/** The children of one parent: from the index of the lookup, which knows live rows only, else one by one. */
function childRows(asking: Asking, relation: Relation, parent: Row): Iterable<Row> {
  const { store } = asking.org;
  const indexed = asking.all ? null : store.find(relation.def.name, relation.field, parent.id);
  return indexed ?? [...store.rows(relation.def.name)].filter((child) => store.value(child, relation.field) === parent.id);
}

/** The child object that a relationship name of a parent means. @throws {RequestProblem} INVALID_TYPE */
export function childRelation(asking: Asking, def: ObjectDef, name: string): Relation {
  for (const child of asking.org.store.objects()) {
    for (const field of child.fields.values()) {
      if (field.children?.toLowerCase() === name.toLowerCase() && field.referenceTo.includes(def.name))
        return { def: child, field: field.name, name: field.children };
    }
  }
  throw pointing(
    asking,
    'INVALID_TYPE',
    name,
    `Didn't understand relationship '${name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}
