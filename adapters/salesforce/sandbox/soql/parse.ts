import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { HavingClause, Query, WhereClause } from '@jetstreamapp/soql-parser-js';
import { RequestProblem } from '../errors.ts';

/** A function of SOQL applied to a field: `COUNT(Id)`, `CALENDAR_YEAR(CreatedDate)`. */
export interface Call {
  readonly name: string;
  /** The field it is applied to; null for `COUNT()`. */
  readonly field: string | null;
}

/** One comparison of a WHERE or HAVING clause, as written. */
export interface Test {
  readonly left: string | Call;
  readonly operator: string;
  /** Literals as written, with what the parser took them for. */
  readonly values: readonly { readonly text: string; readonly type: string }[];
  /** A list, even of one. */
  readonly isList: boolean;
  readonly subquery: Query | null;
}

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'test'; readonly test: Test };

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Test;

/** Salesforce's words for a query that can't be read. */
export function malformed(message: string): RequestProblem {
  return new RequestProblem('MALFORMED_QUERY', message);
}

/**
 * Parses a query.
 * @throws {RequestProblem} MALFORMED_QUERY when it is none.
 */
export function parseSoql(soql: string): Query {
  if (soql.length > 100_000) throw malformed('SOQL statements cannot be longer than 100000 characters.');
  try {
    return parseQuery(soql);
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const token = /but found:\s*'([^']*)'|found:? -->\s*(.*?)\s*<--|EOF but found: (\S+)|character: ->(.)<-/s
      .exec(said)
      ?.slice(1)
      .find((part) => part !== undefined)
      ?.replace(/^'(.*)'$/s, '$1');
    throw malformed(token === undefined || token === '' ? "unexpected token: '<EOF>'" : `unexpected token: '${token}'`);
  }
}

/** A WHERE or HAVING clause as a tree; null when there is none. */
export function conditionOf(clause: WhereClause | HavingClause | undefined): Condition | null {
  if (clause === undefined) return null;
  const tokens = flatten(clause);
  const reader = { tokens, at: 0 };
  const condition = readGroup(reader);
  if (reader.at < tokens.length) throw malformed(`unexpected token: ${show(tokens[reader.at])}`);
  return condition;
}

function show(token: Token | undefined): string {
  return typeof token === 'string' ? token : '<EOF>';
}

/** The parser's chain of conditions with counted parentheses, as the tokens they were. */
function flatten(clause: WhereClause | HavingClause): readonly Token[] {
  const tokens: Token[] = [];
  let current: WhereClause | HavingClause | undefined = clause;
  while (current !== undefined) {
    const { left } = current;
    const operator = 'operator' in current ? current.operator : undefined;
    if (left !== null) {
      for (let open = ('openParen' in left) ? (left.openParen ?? 0) : 0; open > 0; open -= 1) tokens.push('(');
      if ('operator' in left) {
        tokens.push(testOf(left));
        for (let close = left.closeParen ?? 0; close > 0; close -= 1) tokens.push(')');
      }
    }
    if (operator !== undefined) tokens.push(operator);
    current = 'right' in current ? current.right : undefined;
  }
  return tokens;
}

function testOf(left: Extract<WhereClause['left'], { readonly operator: unknown }>): Test {
  const field = 'fn' in left ? callOf(left.fn) : left.field;
  const operator = left.operator.toUpperCase();
  if ('valueQuery' in left) return { left: field, operator, values: [], isList: true, subquery: left.valueQuery };
  const raw: readonly string[] = Array.isArray(left.value) ? left.value : [left.value];
  const types = left.literalType;
  const values = raw.map((text, index) => ({
    text,
    type: (Array.isArray(types) ? types[index] : types) ?? 'STRING',
  }));
  return { left: field, operator, values, isList: Array.isArray(left.value), subquery: null };
}

/** A function call with at most one field. */
export function callOf(fn: { readonly functionName?: string; readonly parameters?: readonly unknown[] }): Call {
  const [parameter] = fn.parameters ?? [];
  return { name: (fn.functionName ?? '').toUpperCase(), field: typeof parameter === 'string' ? parameter : null };
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

/** Terms joined by AND, or by OR: SOQL wants parentheses where both meet. */
function readGroup(reader: Reader): Condition {
  const parts = [readTerm(reader)];
  let joint: 'AND' | 'OR' | null = null;
  for (let token = reader.tokens[reader.at]; token === 'AND' || token === 'OR'; token = reader.tokens[reader.at]) {
    if (joint !== null && token !== joint) throw malformed(`unexpected token: '${token}'`);
    joint = token;
    reader.at += 1;
    parts.push(readTerm(reader));
  }
  const [only] = parts;
  return joint === null && only !== undefined ? only : { kind: joint === 'OR' ? 'or' : 'and', parts };
}

function readTerm(reader: Reader): Condition {
  const token = reader.tokens[reader.at];
  reader.at += 1;
  if (token === 'NOT') return { kind: 'not', part: readTerm(reader) };
  if (token === '(') {
    const inner = readGroup(reader);
    if (reader.tokens[reader.at] !== ')') throw malformed("unexpected token: '<EOF>'");
    reader.at += 1;
    return inner;
  }
  if (token === undefined || typeof token === 'string') throw malformed(`unexpected token: ${show(token)}`);
  return { kind: 'test', test: token };
}
