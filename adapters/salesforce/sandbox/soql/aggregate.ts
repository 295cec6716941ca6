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
import { pathOf } from './scope.ts';
import type { Asking, Path } from './scope.ts';
import { jsonValue } from './values.ts';

const AGGREGATES = new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX']);

/** A field of these types must go through a date function, or can't be grouped by at all. */
const UNGROUPABLE = new Set(['datetime', 'currency', 'double', 'percent', 'address', 'anyType']);

/** True for a query whose rows are groups. */
export function isAggregate(query: Query): boolean {
  return (
    query.groupBy !== undefined ||
    (query.fields ?? []).some((item) => item.type === 'FieldFunctionExpression' && AGGREGATES.has(item.functionName.toUpperCase()))
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

/** A value computed of a group of rows. */
interface Expression {
  /** `Status`, `CALENDAR_YEAR(CreatedDate)`, `COUNT(Id)`: what ORDER BY and HAVING name it by. */
  readonly key: string;
  /** Groups by this; aggregates don't. */
  readonly groups: boolean;
  readonly field: FieldDef;
  of(rows: readonly Row[]): Value;
}

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
    of: (rows) => (rows[0] === undefined ? null : (path.get(rows[0]) as Value)),
  };
}

function callExpression(binding: Binding, call: Call): Expression {
  const path = call.field === null ? null : pathOf(binding.asking, binding.def, call.field, binding.alias);
  const key = keyOf(call.name, path);
  const date = dateFunction(call.name);
  if (date !== null && path !== null) {
    return {
      key,
      groups: true,
      field: { ...path.field, type: date.type },
      of: (rows) => (rows[0] === undefined ? null : date.of(path.get(rows[0]) as Value)),
    };
  }
  const field = path?.field ?? binding.def.fields.get('id');
  if (!AGGREGATES.has(call.name) || field === undefined || (path === null && call.name !== 'COUNT'))
    throw malformed(`unexpected token: '${call.name}'`);
  const numeric = call.name.startsWith('COUNT') || call.name === 'SUM' || call.name === 'AVG';
  if ((call.name === 'SUM' || call.name === 'AVG') && !['int', 'double', 'currency', 'percent'].includes(field.type)) {
    throw malformed(`field ${field.name} does not support aggregate operator ${call.name}`);
  }
  return {
    key,
    groups: false,
    field: numeric ? { ...field, type: 'double' } : field,
    of: (rows) =>
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
  const groupBy = [query.groupBy ?? []].flat().map((clause) => expressionOf(binding, 'field' in clause ? clause.field : callOf(clause.fn)));
  if (groupBy.some((one) => !one.groups)) throw malformed('Grouping by an aggregate is not allowed');
  const columns = columnsOf(binding, query, new Set(groupBy.map((one) => one.key)));
  const groups =
    groupBy.length === 0
      ? [rows]
      : [...Map.groupBy(rows, (row) => JSON.stringify(groupBy.map((one) => foldedKey(one.of([row]))))).values()];
  const having = conditionOf(query.having);
  const kept = having === null ? groups : groups.filter(havingCheck(binding, having));
  const ordered = orderGroups(binding, query, kept);
  const offset = query.offset ?? 0;
  const limited = ordered.slice(offset, query.limit === undefined ? undefined : offset + query.limit);
  return limited.map((group) => {
    const record: Json = { attributes: { type: 'AggregateResult' } };
    for (const { name, expression } of columns) record[name] = jsonValue(expression.field, expression.of(group));
    return record;
  });
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
  return (query.fields ?? []).map((item) => {
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
  });
}

function havingCheck(binding: Binding, condition: Condition): (rows: readonly Row[]) => boolean {
  switch (condition.kind) {
    case 'not': {
      const part = havingCheck(binding, condition.part);
      return (rows) => !part(rows);
    }
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => havingCheck(binding, part));
      return (rows) => (condition.kind === 'and' ? parts.every((part) => part(rows)) : parts.some((part) => part(rows)));
    }
    case 'test': {
      const expression = expressionOf(binding, condition.test.left);
      const check = checkOf(
        expression.field,
        condition.test.operator,
        condition.test.values.map((value) => operandOf(binding.asking, expression.field, value)),
      );
      if (check === null) throw malformed(`unexpected token: '${condition.test.operator}'`);
      return (rows) => check(expression.of(rows));
    }
  }
}

function orderGroups(binding: Binding, query: Query, groups: readonly (readonly Row[])[]): readonly (readonly Row[])[] {
  const keys = [query.orderBy ?? []].flat().map((clause) => ({
    expression: expressionOf(binding, 'field' in clause ? clause.field : callOf(clause.fn)),
    down: clause.order === 'DESC',
    nullsLast: clause.nulls === 'LAST',
  }));
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
