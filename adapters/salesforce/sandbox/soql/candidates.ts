import { to18 } from '../ids.ts';
import type { Org } from '../org.ts';
import type { ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import type { BoundTest } from './filter.ts';

const STAMPS = new Set(['SystemModstamp', 'LastModifiedDate', 'CreatedDate']);

function plainValues(test: BoundTest): readonly Value[] | null {
  if (test.operator !== '=' && test.operator !== 'IN') return null;
  const values: Value[] = [];
  for (const operand of test.operands) {
    if (operand.kind !== 'value' || operand.value === null) return null;
    values.push(operand.value);
  }
  return values;
}

/** Rows found by one comparison, or null when no index serves it. With `all`, indexes of values are no help: they hold live rows only. */
function byIndex(org: Org, def: ObjectDef, test: BoundTest, all: boolean): readonly Row[] | null {
  if (test.path.hops.length > 0) return null;
  const { field } = test.path;
  const values = plainValues(test);
  if (values !== null && field.type === 'id') {
    const ids = new Set(values.map((value) => to18(String(value)) ?? String(value)));
    return [...ids]
      .map((id) => org.store.row(id))
      .filter((row) => row?.def === def)
      .filter((row) => row !== undefined);
  }
  if (values !== null && !all) {
    // Two values that differ by case find the same rows.
    const found = new Map<string, Row>();
    for (const value of values) {
      const rows = org.store.find(def.name, field.name, value);
      if (rows === null) return null;
      for (const row of rows) found.set(row.id, row);
    }
    return [...found.values()];
  }
  return null;
}

function since(org: Org, def: ObjectDef, test: BoundTest): readonly Row[] | null {
  const [operand] = test.operands;
  if (test.path.hops.length > 0 || !STAMPS.has(test.path.field.name) || operand === undefined) return null;
  if (!['>', '>=', '='].includes(test.operator)) return null;
  const from = operand.kind === 'value' ? operand.value : operand.from;
  // The stamp is never older than the creation or the last edit.
  return typeof from === 'number' ? org.store.since(def.name, from) : null;
}

function fewestByIndex(org: Org, def: ObjectDef, tests: readonly BoundTest[], all: boolean): readonly Row[] | null {
  let best: readonly Row[] | null = null;
  for (const test of tests) {
    const rows = byIndex(org, def, test, all);
    if (rows !== null && (best === null || rows.length < best.length)) best = rows;
  }
  return best;
}

/** An order in which rows are kept: `stamp` by SystemModstamp, then id; `id` by id. */
export type KeptOrder = 'stamp' | 'id';

/**
 * Rows that hold every answer, one by one in an order they are kept in, so that a page of a keyset query reads no more
 * than its rows. Null where an index finds fewer rows, which then have to be sorted.
 */
export function inOrder(
  org: Org,
  def: ObjectDef,
  tests: readonly BoundTest[],
  by: { order: KeptOrder; all: boolean },
): Iterable<Row> | null {
  if (fewestByIndex(org, def, tests, by.all) !== null) return null;
  const own = tests.filter((test) => test.path.hops.length === 0);
  if (by.order === 'id') {
    const after = own
      .filter((test) => test.operator === '>' && test.path.field.type === 'id')
      .map((test) => to18(String(plainOperand(test))));
    return org.store.rowsAfter(
      def.name,
      after.reduce<string>((most, id) => (id !== null && id > most ? id : most), ''),
    );
  }
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const test of own) {
    const at = test.path.field.name === 'SystemModstamp' ? plainOperand(test) : null;
    if (typeof at !== 'number') continue;
    if (['>', '>=', '='].includes(test.operator)) from = Math.max(from, at);
    if (['<', '<=', '='].includes(test.operator)) to = Math.min(to, at);
  }
  return between(org.store.rowsByStamp(def.name, from), to);
}

function* between(rows: Iterable<Row>, to: number): Iterable<Row> {
  for (const row of rows) {
    if (row.stamp > to) return;
    yield row;
  }
}

function plainOperand(test: BoundTest): Value {
  const [operand] = test.operands;
  return test.operands.length === 1 && operand?.kind === 'value' ? operand.value : null;
}

/** The fewest rows that hold every answer: by id, by an index, by the change stamp, else all of the object. */
export function candidates(org: Org, def: ObjectDef, tests: readonly BoundTest[], all: boolean): Iterable<Row> {
  let best = fewestByIndex(org, def, tests, all);
  if (best !== null) return best;
  for (const test of tests) {
    const rows = since(org, def, test);
    if (rows !== null && (best === null || rows.length < best.length)) best = rows;
  }
  return best ?? org.store.rows(def.name);
}
