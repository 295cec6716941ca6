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

/** The fewest rows that hold every answer: by id, by an index, by the change stamp, else all of the object. */
export function candidates(org: Org, def: ObjectDef, tests: readonly BoundTest[], all: boolean): Iterable<Row> {
  let best: readonly Row[] | null = null;
  for (const test of tests) {
    const rows = byIndex(org, def, test, all);
    if (rows !== null && (best === null || rows.length < best.length)) best = rows;
  }
  if (best !== null) return best;
  for (const test of tests) {
    const rows = since(org, def, test);
    if (rows !== null && (best === null || rows.length < best.length)) best = rows;
  }
  return best ?? org.store.rows(def.name);
}
