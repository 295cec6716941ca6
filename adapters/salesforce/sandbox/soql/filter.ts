import type { FieldDef, ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { checkOf } from './compare.ts';
import { dateFunction } from './functions.ts';
import { operandOf } from './literals.ts';
import type { Operand } from './literals.ts';
import { malformed } from './parse.ts';
import type { Condition, Test } from './parse.ts';
import { pathOf, pointing } from './scope.ts';
import type { Asking, Path } from './scope.ts';

type Keep = (row: Row) => boolean;

/** A comparison of a field with constants, ready to be used by an index. */
export interface BoundTest {
  readonly path: Path;
  readonly operator: string;
  readonly operands: readonly Operand[];
}

/** A WHERE clause bound to its object: what keeps a row, and the comparisons that every kept row passes. */
export interface Filter {
  readonly keep: Keep;
  readonly all: readonly BoundTest[];
}

/** Answers a semi-join: the ids its one column has. */
export type Column = (query: NonNullable<Test['subquery']>) => ReadonlySet<Value>;

interface Options {
  readonly alias?: string;
  readonly column: Column;
  /** How the conditions around this one are joined: a semi-join may stand at the top alone, or beside others with AND. */
  readonly within?: 'and' | 'or' | 'not' | 'nested';
}

/** Binds a WHERE clause. @throws {RequestProblem} for fields and literals that don't fit. */
export function filterOf(asking: Asking, def: ObjectDef, condition: Condition | null, options: Options): Filter {
  if (condition === null) return { keep: () => true, all: [] };
  switch (condition.kind) {
    case 'not': {
      const { keep } = filterOf(asking, def, condition.part, { ...options, within: 'not' });
      return { keep: (row) => !keep(row), all: [] };
    }
    case 'and': {
      const inner = { ...options, within: options.within === undefined ? ('and' as const) : ('nested' as const) };
      const parts = condition.parts.map((part) => filterOf(asking, def, part, inner));
      return { keep: (row) => parts.every((part) => part.keep(row)), all: parts.flatMap((part) => part.all) };
    }
    case 'or': {
      const inner = { ...options, within: options.within === undefined ? ('or' as const) : ('nested' as const) };
      const parts = condition.parts.map((part) => filterOf(asking, def, part, inner));
      return { keep: (row) => parts.some((part) => part.keep(row)), all: [] };
    }
    case 'test':
      return testFilter(asking, def, condition.test, options);
  }
}

function testFilter(asking: Asking, def: ObjectDef, test: Test, options: Options): Filter {
  if (typeof test.left !== 'string') return callFilter(asking, def, test, options.alias);
  const path = pathOf(asking, def, test.left, options.alias);
  if (!path.field.filterable) {
    throw pointing(asking, 'INVALID_FIELD', test.left, `field '${path.field.name}' can not be filtered in a query call`);
  }
  if (test.subquery !== null) {
    checkSemiJoin(def, test, path, options.within);
    const values = options.column(test.subquery);
    const wanted = test.operator === 'IN';
    if (!wanted && test.operator !== 'NOT IN') throw malformed(`unexpected token: '${test.operator}'`);
    return { keep: (row) => values.has(path.get(row) as Value) === wanted, all: wanted ? [semiJoin(path, values)] : [] };
  }
  checkOperator(asking, path.field, test);
  const operands = test.values.map((value) => operandOf(asking, path.field, value));
  const check = checkOf(path.field, test.operator, operands);
  if (check === null) throw malformed(`unexpected token: '${test.operator}'`);
  return { keep: (row) => check(path.get(row) as Value), all: [{ path, operator: test.operator, operands }] };
}

/**
 * @throws {RequestProblem} MALFORMED_QUERY for a semi-join where none may stand.
 * @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm, http://apsona.com/pages/sfdc/doc/semijoin-subselect.html (checked 2026-11-22)
 */
function checkSemiJoin(def: ObjectDef, test: Test, path: Path, within: Options['within']): void {
  if (within === 'or') throw malformed("Semi join sub-selects are not allowed with the 'OR' operator");
  if (within === 'not' || within === 'nested')
    throw malformed('Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.');
  if (path.field.type !== 'id' && path.field.type !== 'reference')
    throw malformed(`Semi join sub-selects can only query id fields, cannot use: '${path.field.name}'`);
  if (test.subquery?.sObject?.toLowerCase() === def.name.toLowerCase())
    throw malformed('The inner and outer selects should not be on the same object type');
}

function semiJoin(path: Path, values: ReadonlySet<Value>): BoundTest {
  return { path, operator: 'IN', operands: [...values].map((value) => ({ kind: 'value', value })) };
}

const TEXT_TYPES = new Set(['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'multipicklist', 'combobox']);

function checkOperator(asking: Asking, field: FieldDef, test: Test): void {
  if (test.operator === 'LIKE' && !TEXT_TYPES.has(field.type)) {
    throw pointing(asking, 'INVALID_QUERY_FILTER_OPERATOR', field.name, `invalid operator on ${field.type} field`);
  }
  if ((field.type === 'boolean' || field.type === 'reference') && ['<', '<=', '>', '>='].includes(test.operator)) {
    const kind = field.type === 'boolean' ? 'boolean' : 'foreign key';
    throw pointing(asking, 'INVALID_QUERY_FILTER_OPERATOR', field.name, `invalid operator on ${kind} field`);
  }
  if ((test.operator === 'INCLUDES' || test.operator === 'EXCLUDES') && field.type !== 'multipicklist') {
    throw pointing(
      asking,
      'INVALID_QUERY_FILTER_OPERATOR',
      field.name,
      'includes and excludes operators are only valid on multipicklist field',
    );
  }
}

function callFilter(asking: Asking, def: ObjectDef, test: Test, alias: string | undefined): Filter {
  if (typeof test.left === 'string' || test.left.field === null) throw malformed('unexpected token: (');
  const path = pathOf(asking, def, test.left.field, alias);
  // Labels equal values here.
  const call =
    test.left.name === 'TOLABEL'
      ? { type: path.field.type, of: (value: Value) => value }
      : dateFunction(asking, test.left, path.field.type);
  if (call === null) throw malformed(`unexpected token: '${test.left.name}'`);
  const field: FieldDef = { ...path.field, type: call.type };
  checkOperator(asking, field, test);
  const check = checkOf(
    field,
    test.operator,
    test.values.map((value) => operandOf(asking, field, value)),
  );
  if (check === null) throw malformed(`unexpected token: '${test.operator}'`);
  return { keep: (row) => check(call.of(path.get(row) as Value)), all: [] };
}
