import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { HavingClause, Query, WhereClause } from '@jetstreamapp/soql-parser-js';
import { RequestProblem } from '../errors.ts';

/** A function of SOQL applied to a field: `COUNT(Id)`, `CALENDAR_YEAR(CreatedDate)`. */
export interface Call {
  readonly name: string;
  /** The field it is applied to; null for `COUNT()`. */
  readonly field: string | null;
  /** The function between the two: `convertTimezone` in `HOUR_IN_DAY(convertTimezone(CreatedDate))`; null without one. */
  readonly inner: string | null;
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

/** Longest query, in characters. @source https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm */
const LONGEST = 100_000;
/** Parentheses within parentheses that are read; more would only cost time. */
const DEEPEST = 200;

/** The most parentheses open at once, outside of quoted text. */
function deepest(soql: string): number {
  let open = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < soql.length; at += 1) {
    const letter = soql[at];
    if (letter === "'") quoted = !quoted;
    else if (quoted && letter === '\\') at += 1;
    else if (!quoted && letter === '(') most = Math.max(most, (open += 1));
    else if (!quoted && letter === ')') open -= 1;
  }
  return most;
}

/** Salesforce's words for a query that can't be read. */
export function malformed(message: string): RequestProblem {
  return new RequestProblem('MALFORMED_QUERY', message);
}

/**
 * Parses a query.
 * @throws {RequestProblem} MALFORMED_QUERY when it is none.
 */
export function parseSoql(soql: string): Query {
  if (soql.length > LONGEST) throw malformed(`SOQL statements cannot be longer than ${String(LONGEST)} characters.`);
  if (soql.trim() === '') throw malformed('SOQL statements cannot be empty or null');
  if (deepest(soql) > DEEPEST) throw malformed("unexpected token: '('");
  try {
    return parseQuery(soql);
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const token = /but found:\s*'([^']*)'|found:? -->\s*(.*?)\s*<--|EOF but found: (\S+)|character: ->(.)<-/s
      .exec(said)
      ?.slice(1)
      .find((part) => part !== undefined)
      ?.replace(/^'(.*)'$/s, '$1');
    if (token === ':') throw malformed('Bind variables only allowed in Apex code');
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

interface Invocation {
  readonly functionName?: string;
  readonly parameters?: readonly unknown[];
}

function isInvocation(value: unknown): value is Invocation {
  return typeof value === 'object' && value !== null;
}

/** A function call with at most one field, and at most one function around it. */
export function callOf(fn: Invocation): Call {
  const [parameter] = fn.parameters ?? [];
  const name = (fn.functionName ?? '').toUpperCase();
  if (!isInvocation(parameter)) return { name, field: typeof parameter === 'string' ? parameter : null, inner: null };
  const [innermost] = parameter.parameters ?? [];
  if (isInvocation(innermost)) throw malformed(`unexpected token: '${innermost.functionName ?? '('}'`);
  return { name, field: typeof innermost === 'string' ? innermost : null, inner: (parameter.functionName ?? '').toUpperCase() };
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
