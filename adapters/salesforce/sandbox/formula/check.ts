import { PURE } from './functions.ts';
import type { Kind } from './functions.ts';
import { FormulaProblem } from './syntax.ts';
import type { Node } from './syntax.ts';

/** What a formula is checked against. */
export interface Scope {
  /** The kind of a field by its dotted name, `$User.Id` too; undefined when there is none. */
  kindOf(path: readonly string[]): Kind | undefined;
}

const NAMES: Readonly<Record<Kind, string>> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Boolean',
  date: 'Date',
  datetime: 'Date/Time',
  picklist: 'Picklist',
  any: 'Object',
};

function misfit(where: string, expected: Kind, received: Kind): FormulaProblem {
  return new FormulaProblem(`Incorrect parameter type for ${where}. Expected ${NAMES[expected]}, received ${NAMES[received]}`);
}

function fits(expected: Kind, received: Kind): boolean {
  return expected === received || expected === 'any' || received === 'any';
}

/** A picklist's value can be used only where the function says so. */
function plain(node: Node, scope: Scope): Kind {
  const kind = kindIn(node, scope);
  if (kind === 'picklist' && node.kind === 'field')
    throw new FormulaProblem(`Field ${node.path.join('.')} is a picklist field. Picklist fields are only supported in certain functions.`);
  return kind;
}

function count(name: string, args: readonly Node[], least: number, most: number): void {
  if (args.length >= least && args.length <= most) return;
  const expected = args.length < least ? least : most;
  throw new FormulaProblem(
    `Incorrect number of parameters for function '${name}()'. Expected ${String(expected)}, received ${String(args.length)}`,
  );
}

function each(name: string, args: readonly Node[], expected: Kind, scope: Scope): void {
  for (const arg of args) {
    const kind = plain(arg, scope);
    if (!fits(expected, kind)) throw misfit(`function '${name}()'`, expected, kind);
  }
}

/** The field that a function looks at itself. */
function fieldArgument(name: string, node: Node | undefined): void {
  const inner = node?.kind === 'call' && node.name === 'PRIORVALUE' ? node.args[0] : node;
  if (inner?.kind !== 'field') throw new FormulaProblem(`Incorrect parameter type for function '${name}()'. Expected Field reference`);
}

function callKind(name: string, args: readonly Node[], scope: Scope): Kind {
  switch (name) {
    case 'AND':
    case 'OR':
      count(name, args, 1, 250);
      each(name, args, 'boolean', scope);
      return 'boolean';
    case 'ISBLANK':
    case 'ISNULL':
      count(name, args, 1, 1);
      for (const arg of args) kindIn(arg, scope);
      return 'boolean';
    case 'ISNEW':
      count(name, args, 0, 0);
      return 'boolean';
    case 'ISCHANGED':
    case 'PRIORVALUE': {
      count(name, args, 1, 1);
      const [field] = args;
      if (field?.kind !== 'field' || field.path.length > 1)
        throw new FormulaProblem(`Function ${name}() may only be used with a field of the record itself`);
      const kind = kindIn(field, scope);
      return name === 'ISCHANGED' ? 'boolean' : kind;
    }
    case 'ISPICKVAL': {
      count(name, args, 2, 2);
      const [field, value] = args;
      fieldArgument(name, field);
      const kind = field === undefined ? 'any' : kindIn(field, scope);
      if (kind !== 'picklist') throw misfit(`function '${name}()'`, 'picklist', kind);
      if (value?.kind !== 'literal' || typeof value.value !== 'string')
        throw new FormulaProblem(`Function ISPICKVAL() needs a text literal as its second parameter`);
      return 'boolean';
    }
    case 'TEXT':
      count(name, args, 1, 1);
      for (const arg of args) kindIn(arg, scope);
      return 'text';
    default:
      return choiceKind(name, args, scope);
  }
}

/** Functions that give one of their arguments. */
function choiceKind(name: string, args: readonly Node[], scope: Scope): Kind {
  const [first, second, third] = args;
  if (name === 'IF') {
    count(name, args, 3, 3);
    each(name, args.slice(0, 1), 'boolean', scope);
    const kind = second === undefined ? 'any' : plain(second, scope);
    const other = third === undefined ? 'any' : plain(third, scope);
    if (!fits(kind, other)) throw misfit("function 'IF()'", kind, other);
    return kind === 'any' ? other : kind;
  }
  if (name === 'BLANKVALUE' || name === 'NULLVALUE') {
    count(name, args, 2, 2);
    const kind = first === undefined ? 'any' : plain(first, scope);
    each(name, args.slice(1), kind, scope);
    return kind;
  }
  if (name === 'CASE') {
    if (args.length < 4 || args.length % 2 === 1) throw new FormulaProblem("Incorrect number of parameters for function 'CASE()'");
    for (const arg of args.slice(0, 1)) kindIn(arg, scope);
    for (const arg of args.slice(1)) plain(arg, scope);
    return second === undefined || third === undefined ? 'any' : plain(third, scope);
  }
  const found = PURE.get(name);
  if (found === undefined) throw new FormulaProblem(`Unknown function ${name}. Check spelling.`);
  count(name, args, found.least, found.most);
  for (const [index, arg] of args.entries()) each(name, [arg], found.takes[index] ?? found.takes.at(-1) ?? 'any', scope);
  return found.gives;
}

/** The kind of value that a part of a formula gives. @throws {FormulaProblem} for parts that don't go together. */
function kindIn(node: Node, scope: Scope): Kind {
  switch (node.kind) {
    case 'literal':
      if (node.value === null) return 'any';
      return typeof node.value === 'string' ? 'text' : typeof node.value === 'number' ? 'number' : 'boolean';
    case 'field': {
      const kind = scope.kindOf(node.path);
      if (kind === undefined) throw new FormulaProblem(`Field ${node.path.join('.')} does not exist. Check spelling.`);
      return kind;
    }
    case 'call':
      return callKind(node.name, node.args, scope);
    case 'unary': {
      const wanted: Kind = node.op === '!' ? 'boolean' : 'number';
      const kind = plain(node.operand, scope);
      if (!fits(wanted, kind)) throw misfit(`operator '${node.op}'`, wanted, kind);
      return wanted;
    }
    case 'binary':
      return binaryKind(node, scope);
  }
}

function binaryKind(node: Extract<Node, { kind: 'binary' }>, scope: Scope): Kind {
  const left = plain(node.left, scope);
  const right = plain(node.right, scope);
  const where = `operator '${node.op}'`;
  switch (node.op) {
    case '&&':
    case '||':
      for (const kind of [left, right]) if (!fits('boolean', kind)) throw misfit(where, 'boolean', kind);
      return 'boolean';
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (!fits(left, right)) throw misfit(where, left, right);
      return 'boolean';
    case '&':
      for (const kind of [left, right]) if (!fits('text', kind)) throw misfit(where, 'text', kind);
      return 'text';
    case '+':
    case '-':
      if (left === 'text' && right === 'text' && node.op === '+') return 'text';
      if (left === 'date' || left === 'datetime') {
        if (right === left && node.op === '-') return 'number';
        if (!fits('number', right)) throw misfit(where, 'number', right);
        return left;
      }
      break;
    case '*':
    case '/':
    case '^':
      break;
  }
  for (const kind of [left, right]) if (!fits('number', kind)) throw misfit(where, 'number', kind);
  return 'number';
}

/** @throws {FormulaProblem} when the formula is no condition, or its parts don't go together. */
export function checkCondition(tree: Node, scope: Scope): void {
  const kind = plain(tree, scope);
  if (!fits('boolean', kind))
    throw new FormulaProblem(`Formula result is data type (${NAMES[kind]}), incompatible with expected data type (true or false).`);
}
