import { invalid, invalidJson } from '../errors.ts';
import { objectOf, requiredText, textOf } from '../http.ts';
import type { CrmRecord, PropertyDefinition, Table } from '../model.ts';
import { parseInstant } from '../values.ts';

/** Whether a record passes the filters of a list. */
export type Passes = (record: CrmRecord) => boolean;

/** What filters are read against. */
export interface FilterGround {
  readonly table: Table;
  /** Whether a record is in another list; undefined where there is no such list. */
  readonly inList: (listId: string) => ((recordId: string) => boolean) | undefined;
}

const MAX_DEPTH = 10;

/**
 * The filters of a list: an OR branch of AND branches, as the API asks for. Filters by property and by other lists.
 * @throws {HubspotProblem} 400 for another shape, an unknown property or operator, or a kind of filter that the sandbox
 * does not work out
 * @source https://developers.hubspot.com/docs/api-reference/2026-03/crm/lists/list-filters (checked 2026-11)
 */
export function filtersOf(ground: FilterGround, given: unknown): Passes {
  const root = objectOf(given, 'Some required fields were not set: [filterBranch]');
  if (root['filterBranchType'] !== 'OR') throw invalid('The root filterBranch must be of type OR');
  if (items(root['filters']).length > 0) throw invalid('The root filterBranch can not have filters of its own');
  const branches = items(root['filterBranches']);
  if (branches.length === 0 || branches.some((branch) => objectOf(branch)['filterBranchType'] !== 'AND'))
    throw invalid('The root filterBranch needs one or more branches of type AND');
  return branchOf(ground, root, 0);
}

function items(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidJson('Cannot deserialize value of type `java.util.List` for filters');
  return value as readonly unknown[];
}

function branchOf(ground: FilterGround, given: unknown, depth: number): Passes {
  if (depth > MAX_DEPTH) throw invalid('The filterBranches are nested too deeply');
  const branch = objectOf(given);
  const tests = [
    ...items(branch['filters']).map((filter) => filterOf(ground, objectOf(filter))),
    ...items(branch['filterBranches']).map((inner) => branchOf(ground, inner, depth + 1)),
  ];
  const type = requiredText(branch['filterBranchType'], 'filterBranchType');
  switch (type) {
    case 'OR':
      return (record) => tests.some((test) => test(record));
    case 'AND':
      return (record) => tests.every((test) => test(record));
    case 'NOT_ALL':
      return (record) => !tests.every((test) => test(record));
    case 'NOT_ANY':
      return (record) => !tests.some((test) => test(record));
    default:
      throw invalid(`filterBranchType ${type} is not offered by this account`);
  }
}

function filterOf(ground: FilterGround, filter: Readonly<Record<string, unknown>>): Passes {
  const type = requiredText(filter['filterType'], 'filterType');
  if (type === 'IN_LIST') {
    const listId = requiredText(filter['listId'], 'listId');
    const inList = ground.inList(listId);
    if (inList === undefined) throw invalid(`List ${listId} does not exist`);
    const wanted = requiredText(filter['operator'], 'operator') !== 'NOT_IN_LIST';
    return (record) => inList(record.id) === wanted;
  }
  if (type !== 'PROPERTY') throw invalid(`filterType ${type} is not offered by this account`);
  const property = requiredText(filter['property'], 'property');
  const definition = ground.table.definitions.get(property);
  if (definition === undefined || definition.archivedAt !== null) {
    throw invalid(`Property "${property}" does not exist on ${ground.table.type.upper}`, {
      errors: [{ message: `Property "${property}" does not exist`, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [property] } }],
    });
  }
  return propertyTest(definition, objectOf(filter['operation']));
}

function propertyTest(definition: PropertyDefinition, operation: Readonly<Record<string, unknown>>): Passes {
  const operator = requiredText(operation['operator'], 'operator');
  const known = (record: CrmRecord): boolean => (record.values.get(definition.name) ?? '') !== '';
  if (operator === 'IS_KNOWN') return known;
  if (operator === 'IS_UNKNOWN') return (record) => !known(record);
  const empty = operation['includeObjectsWithNoValueSet'] === true;
  const test = valueTest(operator, operation);
  return (record) => {
    const value = record.values.get(definition.name) ?? '';
    return value === '' ? empty : test(value);
  };
}

type ValueTest = (value: string) => boolean;

function valueTest(operator: string, operation: Readonly<Record<string, unknown>>): ValueTest {
  const type = requiredText(operation['operationType'], 'operationType');
  switch (type) {
    case 'STRING':
      return textTest(operator, [requiredText(operation['value'], 'value')]);
    case 'MULTISTRING':
      return textTest(operator, values(operation));
    case 'ENUMERATION':
      return optionTest(operator, values(operation));
    case 'NUMBER':
      return numberTest(operator, operation);
    case 'BOOL': {
      const wanted = operation['value'] === true || operation['value'] === 'true';
      return (value) => ((value === 'true') === wanted) === (operator === 'IS_EQUAL_TO');
    }
    default:
      throw invalid(`operationType ${type} is not offered by this account`);
  }
}

function values(operation: Readonly<Record<string, unknown>>): readonly string[] {
  const given = items(operation['values']).map((value) => requiredText(value, 'values'));
  if (given.length === 0) throw invalid('operation.values must not be empty');
  return given;
}

/** Text is compared without its case. Several values: one of them is enough, and none may match for the negations. */
function textTest(operator: string, given: readonly string[]): ValueTest {
  const wanted = given.map((text) => text.toLowerCase());
  const any = (match: (value: string, text: string) => boolean): ValueTest => {
    return (value) => wanted.some((text) => match(value.toLowerCase(), text));
  };
  const not = (test: ValueTest): ValueTest => {
    return (value) => !test(value);
  };
  switch (operator) {
    case 'IS_EQUAL_TO':
      return any((value, text) => value === text);
    case 'IS_NOT_EQUAL_TO':
      return not(any((value, text) => value === text));
    case 'CONTAINS':
      return any((value, text) => value.includes(text));
    case 'DOES_NOT_CONTAIN':
      return not(any((value, text) => value.includes(text)));
    case 'STARTS_WITH':
      return any((value, text) => value.startsWith(text));
    case 'ENDS_WITH':
      return any((value, text) => value.endsWith(text));
    default:
      throw invalid(`operator ${operator} is not valid for a text`);
  }
}

function optionTest(operator: string, wanted: readonly string[]): ValueTest {
  const chosen = (value: string): readonly string[] => value.split(';');
  const exactly = (value: string): boolean => chosen(value).length === wanted.length && wanted.every((one) => chosen(value).includes(one));
  switch (operator) {
    case 'IS_ANY_OF':
      return (value) => chosen(value).some((one) => wanted.includes(one));
    case 'IS_NONE_OF':
      return (value) => !chosen(value).some((one) => wanted.includes(one));
    case 'IS_EXACTLY':
      return exactly;
    case 'IS_NOT_EXACTLY':
      return (value) => !exactly(value);
    case 'CONTAINS_ALL':
      return (value) => wanted.every((one) => chosen(value).includes(one));
    case 'DOES_NOT_CONTAIN_ALL':
      return (value) => !wanted.every((one) => chosen(value).includes(one));
    default:
      throw invalid(`operator ${operator} is not valid for a choice`);
  }
}

/** Numbers, and instants as epoch milliseconds. */
function numberTest(operator: string, operation: Readonly<Record<string, unknown>>): ValueTest {
  const bound = Number(textOf(operation['value'], 'value') ?? Number.NaN);
  if (Number.isNaN(bound)) throw invalid('operation.value must be a number');
  const read = (value: string): number => (/^-?[\d.]+$/.test(value) ? Number(value) : (parseInstant(value) ?? Number.NaN));
  switch (operator) {
    case 'IS_EQUAL_TO':
      return (value) => read(value) === bound;
    case 'IS_NOT_EQUAL_TO':
      return (value) => read(value) !== bound;
    case 'IS_GREATER_THAN':
      return (value) => read(value) > bound;
    case 'IS_GREATER_THAN_OR_EQUAL_TO':
      return (value) => read(value) >= bound;
    case 'IS_LESS_THAN':
      return (value) => read(value) < bound;
    case 'IS_LESS_THAN_OR_EQUAL_TO':
      return (value) => read(value) <= bound;
    default:
      throw invalid(`operator ${operator} is not valid for a number`);
  }
}
