import type { FieldFunctionExpression, Query } from '@jetstreamapp/soql-parser-js';
import type { FieldDef, ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { checkOf, orderOf } from './compare.ts';
import { dateFunction } from './functions.ts';
import { operandOf } from './literals.ts';
import { callOf, conditionOf, malformed } from './parse.ts';
import type { Call, Condition } from './parse.ts';
import { dottedOf } from './project.ts';
import type { Json } from './project.ts';
import { formatted } from './format.ts';
import { inClause, pathOf } from './scope.ts';
import type { Asking, Path } from './scope.ts';
import { jsonValue } from './values.ts';

const AGGREGATES = new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX']);

/** A field of these types must go through a date function, or can't be grouped by at all. */
const UNGROUPABLE = new Set(['datetime', 'currency', 'double', 'percent', 'address', 'anyType']);

/** No aggregate takes these. @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions_field_types.htm (checked 2026-11-22) */
const UNCOUNTABLE = new Set(['boolean', 'multipicklist', 'address', 'anyType']);

/** True for a query whose rows are groups. */
export function isAggregate(query: Query): boolean {
  return (
    query.groupBy !== undefined ||
    (query.fields ?? []).some((item) => {
      if (item.type !== 'FieldFunctionExpression') return false;
      const [inner] = item.parameters;
      return (
        AGGREGATES.has(item.functionName.toUpperCase()) || (typeof inner === 'object' && AGGREGATES.has(inner.functionName.toUpperCase()))
      );
    })
  );
}

/** True for `SELECT COUNT() FROM …`, which answers a number and no records. */
export function isPlainCount(query: Query): boolean {
  const [only, more] = query.fields ?? [];
  return (
    more === undefined &&
    only?.type === 'FieldFunctionExpression' &&
    only.functionName.toUpperCase() === 'COUNT' &&
    only.parameters.length === 0
  );
}

/** Rows that are shown as one. */
interface Group {
  readonly rows: readonly Row[];
  /** Keys that a subtotal adds up over. */
  readonly rolled: ReadonlySet<string>;
}

/** A value computed of a group. */
interface Expression {
  /** `Status`, `CALENDAR_YEAR(CreatedDate)`, `COUNT(Id)`: what ORDER BY and HAVING name it by. */
  readonly key: string;
  /** Groups by this; aggregates don't. */
  readonly groups: boolean;
  readonly field: FieldDef;
  of(group: Group): Value;
}

/** Fields that one ROLLUP or CUBE takes. */
const MOST_ROLLED = 3;

interface Binding {
  readonly asking: Asking;
  readonly def: ObjectDef;
  readonly alias: string | undefined;
}

function keyOf(name: string, path: Path | null): string {
  return `${name}(${path?.names.join('.') ?? ''})`;
}

function fieldExpression(binding: Binding, dotted: string): Expression {
  const path = pathOf(binding.asking, binding.def, dotted, binding.alias);
  if (!path.field.filterable || UNGROUPABLE.has(path.field.type))
    throw malformed(`field '${path.field.name}' can not be grouped in a query call`);
  return {
    key: path.names.join('.'),
    groups: true,
    field: path.field,
    of: ({ rows: [row], rolled }) => (row === undefined || rolled.has(path.names.join('.')) ? null : (path.get(row) as Value)),
  };
}

function callExpression(binding: Binding, call: Call): Expression {
  const path = call.field === null ? null : pathOf(binding.asking, binding.def, call.field, binding.alias);
  const key = keyOf(call.inner === null ? call.name : `${call.name}(${call.inner}`, path);
  if (call.name === 'FORMAT' && path !== null && call.inner !== null) {
    const inner = callExpression(binding, { ...call, name: call.inner, inner: null });
    return { ...inner, key, field: { ...inner.field, type: 'string' }, of: (group) => formatted(inner.field, inner.of(group)) };
  }
  if (path !== null && call.name === 'GROUPING') {
    const over = path.names.join('.');
    return { key, groups: false, field: { ...path.field, type: 'int' }, of: ({ rolled }) => (rolled.has(over) ? 1 : 0) };
  }
  const date = path === null ? null : dateFunction(binding.asking, call, path.field.type);
  if (date !== null && path !== null) {
    return {
      key,
      groups: true,
      field: { ...path.field, type: date.type },
      of: ({ rows: [row], rolled }) => (row === undefined || rolled.has(key) ? null : date.of(path.get(row) as Value)),
    };
  }
  const field = path?.field ?? binding.def.fields.get('id');
  if (!AGGREGATES.has(call.name) || call.inner !== null || field === undefined || (path === null && call.name !== 'COUNT'))
    throw malformed(`unexpected token: '${call.name}'`);
  const numeric = call.name.startsWith('COUNT') || call.name === 'SUM' || call.name === 'AVG';
  const isNumber = ['int', 'double', 'currency', 'percent'].includes(field.type);
  if (((call.name === 'SUM' || call.name === 'AVG') && !isNumber) || UNCOUNTABLE.has(field.type) || !field.filterable) {
    throw malformed(`field ${field.name} does not support aggregate operator ${call.name}`);
  }
  return {
    key,
    groups: false,
    field: numeric ? { ...field, type: 'double' } : field,
    of: ({ rows }) =>
      aggregate(call.name, path === null ? rows.map(() => 1) : rows.map((row) => path.get(row) as Value).filter((value) => value !== null)),
  };
}

function aggregate(name: string, values: readonly Value[]): Value {
  if (name === 'COUNT') return values.length;
  if (name === 'COUNT_DISTINCT') return new Set(values.map((value) => (typeof value === 'string' ? value.toLowerCase() : value))).size;
  if (values.length === 0) return null;
  if (name === 'MIN') return values.reduce((a, b) => (orderOf(a, b) <= 0 ? a : b));
  if (name === 'MAX') return values.reduce((a, b) => (orderOf(a, b) >= 0 ? a : b));
  // Sums in ten-thousandths: money stays exact.
  const sum = values.reduce<number>((total, value) => total + Math.round(Number(value) * 10_000), 0) / 10_000;
  return name === 'SUM' ? sum : sum / values.length;
}

function expressionOf(binding: Binding, left: string | Call): Expression {
  return typeof left === 'string' ? fieldExpression(binding, left) : callExpression(binding, left);
}

/** Answers a grouped query over the rows that WHERE kept. @throws {RequestProblem} MALFORMED_QUERY for a field neither grouped nor aggregated. */
export function aggregateRows(asking: Asking, def: ObjectDef, query: Query, rows: readonly Row[]): readonly Json[] {
  const binding: Binding = { asking, def, alias: query.sObjectAlias };
  const { keys, sets } = groupingOf({ ...binding, asking: inClause(asking, 'GROUP') }, query);
  const grouped = new Set(keys.map((one) => one.key));
  if (keys.length === 0 && query.limit !== undefined)
    throw malformed('Non-grouped query that uses overall aggregate functions cannot also use LIMIT');
  const columns = columnsOf(binding, query, grouped);
  const groups = sets.flatMap((rolled): readonly Group[] => {
    const left = keys.filter((one) => !rolled.has(one.key));
    if (left.length === 0) return [{ rows, rolled }];
    const one = (row: Row): Group => ({ rows: [row], rolled });
    const byKey = Map.groupBy(rows, (row) => JSON.stringify(left.map((key) => foldedKey(key.of(one(row))))));
    return [...byKey.values()].map((members) => ({ rows: members, rolled }));
  });
  const having = conditionOf(query.having);
  const kept = having === null ? groups : groups.filter(havingCheck({ ...binding, asking: inClause(asking, 'HAVING') }, having, grouped));
  const ordered = orderGroups({ ...binding, asking: inClause(asking, 'ORDER') }, query, { groups: kept, grouped });
  const offset = query.offset ?? 0;
  const limited = ordered.slice(offset, query.limit === undefined ? undefined : offset + query.limit);
  return limited.map((group) => {
    const record: Json = { attributes: { type: 'AggregateResult' } };
    for (const { name, expression } of columns) record[name] = jsonValue(expression.field, expression.of(group));
    return record;
  });
}

/** What a query groups by, and for each of its subtotals the keys that it adds up over. */
function groupingOf(
  binding: Binding,
  query: Query,
): { readonly keys: readonly Expression[]; readonly sets: readonly ReadonlySet<string>[] } {
  const clauses = [query.groupBy ?? []].flat();
  const [first] = clauses;
  const special = first !== undefined && 'fn' in first ? (first.fn.functionName ?? '').toUpperCase() : '';
  if (first === undefined || !('fn' in first) || (special !== 'ROLLUP' && special !== 'CUBE')) {
    const keys = clauses.map((clause) => expressionOf(binding, 'field' in clause ? clause.field : callOf(clause.fn)));
    if (keys.some((one) => !one.groups)) throw malformed('Grouping by an aggregate is not allowed');
    return { keys, sets: [new Set()] };
  }
  const parameters = first.fn.parameters ?? [];
  if (clauses.length > 1 || parameters.length > MOST_ROLLED)
    throw malformed(`GROUP BY ${special} takes at most ${String(MOST_ROLLED)} fields, and stands alone`);
  const keys = parameters.map((one) => expressionOf(binding, typeof one === 'string' ? one : callOf(one)));
  const names = keys.map((one) => one.key);
  // ROLLUP leaves out from the end, CUBE leaves out every choice.
  const sets =
    special === 'ROLLUP'
      ? Array.from({ length: names.length + 1 }, (_, left) => new Set(names.slice(names.length - left)))
      : Array.from(
          { length: 2 ** names.length },
          (_, bits) => new Set(names.filter((_name, index) => (bits >> (names.length - 1 - index)) & 1)),
        );
  return { keys, sets };
}

function foldedKey(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function columnsOf(
  binding: Binding,
  query: Query,
  grouped: ReadonlySet<string>,
): readonly { readonly name: string; readonly expression: Expression }[] {
  let unnamed = 0;
  const names = new Set<string>();
  return (query.fields ?? []).map((item) => {
    const column = columnOf(item);
    if (names.has(column.name.toLowerCase())) throw malformed(`duplicate alias: ${column.name}`);
    names.add(column.name.toLowerCase());
    return column;
  });

  function columnOf(item: NonNullable<Query['fields']>[number]): { readonly name: string; readonly expression: Expression } {
    if (item.type === 'FieldSubquery' || item.type === 'FieldTypeof')
      throw malformed('Grouped query cannot use child relationships in the SELECT list');
    const expression =
      item.type === 'FieldFunctionExpression'
        ? callExpression(binding, callOf(item satisfies FieldFunctionExpression))
        : fieldExpression(binding, dottedOf(item));
    if (expression.groups && !grouped.has(expression.key)) throw malformed(`Field must be grouped or aggregated: ${expression.key}`);
    const alias = 'alias' in item ? item.alias : undefined;
    if (alias !== undefined) return { name: alias, expression };
    if (item.type === 'FieldFunctionExpression') {
      unnamed += 1;
      return { name: `expr${String(unnamed - 1)}`, expression };
    }
    return { name: expression.field.name, expression };
  }
}

function havingCheck(binding: Binding, condition: Condition, grouped: ReadonlySet<string>): (group: Group) => boolean {
  switch (condition.kind) {
    case 'not': {
      const part = havingCheck(binding, condition.part, grouped);
      return (group) => !part(group);
    }
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => havingCheck(binding, part, grouped));
      return (group) => (condition.kind === 'and' ? parts.every((part) => part(group)) : parts.some((part) => part(group)));
    }
    case 'test': {
      const expression = expressionOf(binding, condition.test.left);
      if (expression.groups && !grouped.has(expression.key)) throw malformed(`Field must be grouped or aggregated: ${expression.key}`);
      const check = checkOf(
        expression.field,
        condition.test.operator,
        condition.test.values.map((value) => operandOf(binding.asking, expression.field, value)),
      );
      if (check === null || condition.test.subquery !== null) throw malformed(`unexpected token: '${condition.test.operator}'`);
      return (group) => check(expression.of(group));
    }
  }
}

function orderGroups(
  binding: Binding,
  query: Query,
  { groups, grouped }: { readonly groups: readonly Group[]; readonly grouped: ReadonlySet<string> },
): readonly Group[] {
  const keys = [query.orderBy ?? []].flat().map((clause) => {
    const expression = expressionOf(binding, 'field' in clause ? clause.field : callOf(clause.fn));
    if (expression.groups && !grouped.has(expression.key))
      throw malformed(`Ordered field must be grouped or aggregated: ${expression.key}`);
    return { expression, down: clause.order === 'DESC', nullsLast: clause.nulls === 'LAST' };
  });
  if (keys.length === 0) return groups;
  const decorated = groups.map((group) => ({ group, values: keys.map((key) => foldedKey(key.expression.of(group))) }));
  decorated.sort((a, b) => {
    for (const [index, key] of keys.entries()) {
      const order = orderWith(a.values[index] ?? null, b.values[index] ?? null, key);
      if (order !== 0) return order;
    }
    return 0;
  });
  return decorated.map(({ group }) => group);
}

/** Order with the direction and the place of nulls, which come first unless LAST is asked for. */
export function orderWith(a: Value, b: Value, options: { readonly down: boolean; readonly nullsLast: boolean }): number {
  if (a === null || b === null) return a === b ? 0 : (a === null) === options.nullsLast ? 1 : -1;
  return options.down ? orderOf(b, a) : orderOf(a, b);
}
