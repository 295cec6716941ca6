import { RecordProblem, SeveralProblems } from '../errors.ts';
import { checkCondition } from '../formula/check.ts';
import type { Scope } from '../formula/check.ts';
import { evaluate } from '../formula/evaluate.ts';
import type { Reading } from '../formula/evaluate.ts';
import type { Cell, Kind } from '../formula/functions.ts';
import { FormulaProblem, parseFormula } from '../formula/syntax.ts';
import type { Node } from '../formula/syntax.ts';
import { get, isObject, plainText } from '../json.ts';
import type { WriteContext } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import type { FieldDef, FieldType, ObjectDef, Value } from '../schema/types.ts';
import type { Row, Store } from '../store.ts';
import { mayCustomize } from './rules-setup.ts';
import type { Draft, Rules } from './draft.ts';

const KINDS: Readonly<Partial<Record<FieldType, Kind>>> = {
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
  picklist: 'picklist',
};

/** Formulas of an organisation that passed their check, by object and text. */
const checked = new WeakMap<Store, Map<string, Node>>();

/** The field that a dotted name leads to, and the object that has it. `$User` and `$Profile` stand for who saves. */
function fieldAt(store: Store, def: ObjectDef, path: readonly string[]): FieldDef | undefined {
  let at: ObjectDef | undefined = path[0]?.startsWith('$') === true ? store.object(path[0].slice(1)) : def;
  if (path[0]?.startsWith('$') === true && !['$user', '$profile'].includes(path[0].toLowerCase())) return undefined;
  const steps = path[0]?.startsWith('$') === true ? path.slice(1) : path;
  for (const step of steps.slice(0, -1)) {
    const hop = [...(at?.fields.values() ?? [])].find((field) => field.relationship?.toLowerCase() === step.toLowerCase());
    at = hop === undefined ? undefined : store.object(hop.referenceTo.includes('User') ? 'User' : (hop.referenceTo[0] ?? ''));
  }
  return at?.fields.get(steps.at(-1)?.toLowerCase() ?? '');
}

function scopeOf(store: Store, def: ObjectDef): Scope {
  return {
    kindOf(path) {
      const field = fieldAt(store, def, path);
      return field === undefined ? undefined : (KINDS[field.type] ?? 'text');
    },
  };
}

/** A checked condition on records of an object. @throws {FormulaProblem} */
function conditionOf(store: Store, def: ObjectDef, formula: string): Node {
  const key = `${def.name}\n${formula}`;
  let parsed = checked.get(store);
  if (parsed === undefined) checked.set(store, (parsed = new Map()));
  let tree = parsed.get(key);
  if (tree === undefined) {
    tree = parseFormula(formula);
    checkCondition(tree, scopeOf(store, def));
    parsed.set(key, tree);
  }
  return tree;
}

function cellOf(store: Store, row: Row | undefined, field: FieldDef | undefined): Cell {
  if (row === undefined || field === undefined) return null;
  const value = store.read(row, field);
  return typeof value === 'object' ? null : value === '' ? null : value;
}

/** Reads a draft, and through its lookups the records around it. */
function readingOf(context: WriteContext, draft: Draft): Reading {
  const { store } = context.org;
  const after: Row = { def: draft.def, id: draft.id, stamp: 0, values: draft.values };

  function read(from: Row, path: readonly string[]): Cell {
    const [first = '', ...rest] = path;
    let row: Row | undefined = from;
    let steps: readonly string[] = path;
    if (first.startsWith('$')) {
      const user = store.row(context.userId);
      row = first.toLowerCase() === '$user' ? user : store.row(textOf(store.value(user, 'ProfileId')));
      steps = rest;
    }
    for (const step of steps.slice(0, -1)) {
      const hop: FieldDef | undefined = [...(row?.def.fields.values() ?? [])].find(
        (field) => field.relationship?.toLowerCase() === step.toLowerCase(),
      );
      row = store.row(textOf(hop === undefined ? null : cellOf(store, row, hop)));
    }
    return cellOf(store, row, row?.def.fields.get(steps.at(-1)?.toLowerCase() ?? ''));
  }

  return {
    now: (path) => read(after, path),
    before: (path) => read(draft.before ?? after, path),
    isNew: draft.before === null,
    at: context.at,
  };
}

/**
 * Runs the active validation rules of a draft's object: each whose condition holds is an error of its own.
 * @throws {RecordProblem} FIELD_CUSTOM_VALIDATION_EXCEPTION with the rules' messages and fields.
 * @source https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm (checked 2026-11-22)
 */
export function runValidationRules(context: WriteContext, draft: Draft): void {
  const { store } = context.org;
  if (draft.def.home !== 'data' || store.size('ValidationRule') === 0) return;
  const reading = readingOf(context, draft);
  const problems: RecordProblem[] = [];
  for (const rule of store.rows('ValidationRule')) {
    if (
      store.value(rule, 'Active') !== true ||
      store.value(rule, 'IsDeleted') === true ||
      store.value(rule, 'EntityDefinitionId') !== draft.def.name
    )
      continue;
    if (evaluate(conditionOf(store, draft.def, formulaOf(store.value(rule, 'Metadata'))), reading) !== true) continue;
    const field = textOf(store.value(rule, 'ErrorDisplayField'));
    problems.push(
      new RecordProblem(
        'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        textOf(store.value(rule, 'ErrorMessage')) ?? '',
        field === null ? [] : [field],
      ),
    );
  }
  const [first, ...more] = problems;
  if (first !== undefined) throw more.length === 0 ? first : new SeveralProblems([first, ...more]);
}

function metadataOf(value: Value | undefined): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(textOf(value) ?? '');
    return isObject(found) ? found : {};
  } catch {
    return {};
  }
}

function formulaOf(metadata: Value): string {
  return plainText(get(metadataOf(metadata), 'errorConditionFormula'));
}

function refused(message: string): RecordProblem {
  return new RecordProblem('FIELD_INTEGRITY_EXCEPTION', message, ['Metadata']);
}

/** The facts of a validation rule's metadata. @throws {RecordProblem} for a rule that can't be saved. */
function factsOf(context: WriteContext, draft: Draft): ReadonlyMap<string, Value> {
  const { store } = context.org;
  const fullName = textOf(draft.values.get('FullName')) ?? '';
  const match = /^(\w+)\.([A-Za-z](?:_?[A-Za-z0-9])*)$/.exec(fullName);
  const def = store.object(match?.[1] ?? '');
  if (match === null || def === undefined || def.home !== 'data')
    throw new RecordProblem('FIELD_INTEGRITY_EXCEPTION', `Invalid fullName, must be of the form [object].[rule]: ${fullName}`, [
      'FullName',
    ]);
  const metadata = metadataOf(draft.values.get('Metadata'));
  const message = get(metadata, 'errorMessage');
  const shown = get(metadata, 'errorDisplayField') ?? null;
  if (typeof message !== 'string' || message === '') throw refused('Required field is missing: errorMessage');
  if (message.length > 255) throw refused('Error Message: data value too large (max length=255)');
  const field = typeof shown === 'string' ? def.fields.get(shown.toLowerCase()) : undefined;
  if (shown !== null && field === undefined) throw refused(`Error Display Field: ${plainText(shown)} is no field of ${def.name}`);
  try {
    conditionOf(store, def, plainText(get(metadata, 'errorConditionFormula')));
  } catch (error) {
    if (error instanceof FormulaProblem) throw refused(`Error Condition Formula: ${error.message}`);
    throw error;
  }
  const description = get(metadata, 'description');
  return new Map<string, Value>([
    ['FullName', `${def.name}.${match[2] ?? ''}`],
    ['ValidationName', match[2] ?? ''],
    ['EntityDefinitionId', def.name],
    ['Active', get(metadata, 'active') === true],
    ['ErrorMessage', message],
    ['ErrorDisplayField', field?.name ?? null],
    ['Description', typeof description === 'string' ? description : null],
  ]);
}

/** A validation rule as it is saved: its formula must make sense for the object, and its name be new. */
export const validationRuleRules: Rules = {
  before(context, draft) {
    const { store } = context.org;
    if (!context.trusted && !mayCustomize(context))
      throw new RecordProblem('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    const facts = factsOf(context, draft);
    for (const [name, value] of facts) draft.values.set(name, value);
    for (const other of store.rows('ValidationRule')) {
      if (
        other.id !== draft.id &&
        store.value(other, 'IsDeleted') !== true &&
        store.value(other, 'FullName') === draft.values.get('FullName')
      )
        throw new RecordProblem('DUPLICATE_DEVELOPER_NAME', `There is already a rule named ${String(facts.get('ValidationName'))}`, [
          'FullName',
        ]);
    }
  },
};
