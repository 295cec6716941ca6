import { isoDay } from '../time.ts';
import { PURE } from './functions.ts';
import type { Cell } from './functions.ts';
import type { Node } from './syntax.ts';

/** The record that a formula is computed for. */
export interface Reading {
  /** A field's value as the save would leave it. */
  now(path: readonly string[]): Cell;
  /** A field's value before the save; of a new record, the value it begins with. */
  before(path: readonly string[]): Cell;
  readonly isNew: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

const DAY = 86_400_000;

/** Computes a checked formula. Blank text equals nothing; a comparison of size with nothing is false. */
export function evaluate(node: Node, reading: Reading): Cell {
  switch (node.kind) {
    case 'literal':
      return node.value === '' ? null : node.value;
    case 'field':
      return reading.now(node.path);
    case 'unary': {
      const value = evaluate(node.operand, reading);
      return node.op === '!' ? value !== true : value === null ? null : -Number(value);
    }
    case 'binary':
      return binary(node, reading);
    case 'call':
      return call(node.name, node.args, reading);
  }
}

function binary(node: Extract<Node, { kind: 'binary' }>, reading: Reading): Cell {
  const left = evaluate(node.left, reading);
  if (node.op === '&&' && left !== true) return false;
  if (node.op === '||' && left === true) return true;
  const right = evaluate(node.right, reading);
  switch (node.op) {
    case '&&':
    case '||':
      return right === true;
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '&': {
      const joined = `${String(left ?? '')}${String(right ?? '')}`;
      return joined === '' ? null : joined;
    }
    case '<':
      return left !== null && right !== null && left < right;
    case '<=':
      return left !== null && right !== null && left <= right;
    case '>':
      return left !== null && right !== null && left > right;
    case '>=':
      return left !== null && right !== null && left >= right;
    case '+':
    case '-':
    case '*':
    case '/':
    case '^':
      return arithmetic(node.op, left, right);
  }
}

function arithmetic(op: '+' | '-' | '*' | '/' | '^', left: Cell, right: Cell): Cell {
  if (left === null || right === null) return null;
  if (typeof left === 'string') return ofText(op, left, right);
  const [a, b] = [Number(left), Number(right)];
  const result = op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : op === '/' ? a / b : a ** b;
  return Number.isFinite(result) ? result : null;
}

/** Days are text: `2026-03-01` plus days, or minus another day; two texts are joined. */
function ofText(op: string, left: string, right: string | number | boolean): Cell {
  const day = Date.parse(`${left}T00:00:00Z`);
  if (typeof right === 'number' && Number.isFinite(day)) {
    const moved = day + (op === '-' ? -right : right) * DAY;
    return Math.abs(moved) < 8e15 ? isoDay(moved) : null;
  }
  if (op === '-') return Math.round((day - Date.parse(`${String(right)}T00:00:00Z`)) / DAY);
  return left + String(right);
}

function call(name: string, args: readonly Node[], reading: Reading): Cell {
  const [first, second, third] = args;
  const of = (node: Node | undefined): Cell => (node === undefined ? null : evaluate(node, reading));
  switch (name) {
    case 'AND':
      return args.every((arg) => of(arg) === true);
    case 'OR':
      return args.some((arg) => of(arg) === true);
    case 'IF':
      return of(first) === true ? of(second) : of(third);
    case 'ISBLANK':
    case 'ISNULL':
      return of(first) === null;
    case 'BLANKVALUE':
    case 'NULLVALUE':
      return of(first) ?? of(second);
    case 'ISNEW':
      return reading.isNew;
    case 'ISCHANGED':
      return !reading.isNew && first?.kind === 'field' && reading.before(first.path) !== reading.now(first.path);
    case 'PRIORVALUE':
      return first?.kind === 'field' ? reading.before(first.path) : null;
    case 'ISPICKVAL':
      return of(first) === of(second);
    case 'TEXT': {
      const value = of(first);
      return value === null ? null : String(value);
    }
    case 'CASE': {
      const value = of(first);
      for (let index = 1; index + 1 < args.length; index += 2) if (of(args[index]) === value) return of(args[index + 1]);
      return of(args.at(-1));
    }
    default:
      return PURE.get(name)?.run(args.map(of), reading.at) ?? null;
  }
}
