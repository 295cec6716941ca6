import { ConfigError } from '../../src/errors.ts';
import type { Instant } from '../../src/model/words.ts';

/** A piece of SOQL that is safe to send: made only by the functions of this file. */
export interface Soql {
  readonly text: string;
}

/** What may stand in a template: texts become literals, lists become `('a','b')`, pieces of SOQL stay as they are. */
export type SoqlValue = string | number | boolean | null | readonly string[] | Soql;

/** Longest string literal that Salesforce accepts in a condition. */
const maxLiteral = 4_000;
const namePath = /^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*$/;

const escapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ["'", "\\'"],
  ['"', '\\"'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\b', '\\b'],
  ['\f', '\\f'],
]);

/**
 * Builds SOQL. Every interpolated text becomes a quoted, encoded literal; names go through `name` or `names`.
 *
 * @example soql`SELECT Id FROM ${name('Lead')} WHERE Email = ${"o'neil@example.com"}`.text // SELECT Id FROM Lead WHERE Email = 'o\'neil@example.com'
 * @throws {TypeError} for a number that isn't finite, an empty list, or a text that can't be a literal
 */
export function soql(parts: TemplateStringsArray, ...values: readonly SoqlValue[]): Soql {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries()) text += encode(value) + (parts[index + 1] ?? '');
  return { text };
}

/**
 * One field or object name, optionally through relationships (`Opportunity.IsWon`).
 * @throws {TypeError} for anything else: names come from describe or from this adapter, never from values
 */
export function name(path: string): Soql {
  if (!namePath.test(path)) throw new TypeError('a name in SOQL has to be a plain API name');
  return { text: path };
}

/** A select list. @throws {TypeError} when one isn't a plain API name, or none is given */
export function names(paths: readonly string[]): Soql {
  if (paths.length === 0) throw new TypeError('a select list needs at least one field');
  return { text: [...new Set(paths)].map((path) => name(path).text).join(',') };
}

/** A date-time literal, unquoted as SOQL wants it, to the second that Salesforce keeps; milliseconds are cut off. */
export function at(instant: Instant): Soql {
  return { text: new Date(Math.floor(instant / 1000) * 1000).toISOString().replace('.000Z', 'Z') };
}

/** All of the conditions; an empty list is refused because it would mean "everything". */
export function all(conditions: readonly Soql[]): Soql {
  if (conditions.length === 0) throw new TypeError('a condition is missing');
  return { text: conditions.map((condition) => condition.text).join(' AND ') };
}

/** Whether a text can stand as a literal: well-formed UTF-16 without NUL, within Salesforce's 4,000 characters. */
export function isLiteral(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0') && value.length <= maxLiteral;
}

/**
 * A condition that the operator wrote (the scope). It is not escaped, since it is SOQL; it is only checked to be one
 * closed condition, so that it can't reach beyond the brackets it is put in.
 * @throws {ConfigError} `BAD_SCOPE` for an unclosed literal or bracket
 */
export function condition(text: string): Soql {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length && depth >= 0; index += 1) {
    const char = text[index];
    if (quoted && char === '\\') index += 1;
    else if (char === "'") quoted = !quoted;
    else if (!quoted && char === '(') depth += 1;
    else if (!quoted && char === ')') depth -= 1;
  }
  if (quoted || depth !== 0 || text.trim() === '') {
    throw new ConfigError('BAD_SCOPE', 'The scope of the Salesforce side is not one closed SOQL condition.', {
      hint: "Write what would stand after WHERE, for example: RecordType.DeveloperName = 'B2B'. Check its quotes and brackets.",
    });
  }
  return { text: `(${text.trim()})` };
}

function encode(value: SoqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number in SOQL has to be finite');
    return String(value);
  }
  if ('text' in value) return value.text;
  if (value.length === 0) throw new TypeError('a list in SOQL needs at least one value');
  return `(${value.map(literal).join(',')})`;
}

function literal(value: string): string {
  if (!isLiteral(value)) throw new TypeError('a text is too long or not well formed for a SOQL literal');
  return `'${value.replaceAll(/[\\'"\n\r\t\b\f]/g, (char) => escapes.get(char) ?? char)}'`;
}
