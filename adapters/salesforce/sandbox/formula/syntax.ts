/** A formula as a tree. Names keep the case in which they were written; they are looked up in any case. */
export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `Amount`, `Account.Name`, `$User.Id`. */
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'unary'; readonly op: '-' | '!'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Node; readonly right: Node };

export type BinaryOp = '||' | '&&' | '=' | '<>' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '^' | '&';

/** A formula that can't be saved, in the words of the formula editor. */
export class FormulaProblem extends Error {}

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  readonly text: string;
}

/** Longest formula that can be saved. @source https://help.salesforce.com/s/articleView?id=platform.formula_field_limits.htm (checked 2026-11-22) */
const LONGEST = 3900;
/** Deeper than any formula of that length that a person writes; a hostile one must not exhaust the stack. */
const DEEPEST = 200;

const TOKEN =
  /\s+|\/\*[\s\S]*?\*\/|(?<number>\d+(?:\.\d+)?|\.\d+)|(?<text>"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(?<name>\$?[A-Za-z_]\w*(?:\.\w+)*)|(?<sign>&&|\|\||==|!=|<>|<=|>=|[-+*/^&<>=!(),])/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined) throw new FormulaProblem(`Syntax error. Found '${source[at] ?? ''}'`);
    const { number, text, name, sign } = groups;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (text !== undefined)
      found.push({ kind: 'text', text: text.slice(1, -1).replaceAll(/\\([\s\S])/g, (_, letter: string) => ESCAPES[letter] ?? letter) });
    else if (name !== undefined) found.push({ kind: 'name', text: name });
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign });
  }
  return [...found, { kind: 'end', text: '' }];
}

/** Same meaning, one spelling. */
const SPELLING: ReadonlyMap<string, BinaryOp> = new Map([
  ['==', '='],
  ['!=', '<>'],
]);

/** From the loosest to the tightest binding. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['=', '==', '<>', '!='],
  ['<', '<=', '>', '>='],
  ['&'],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

/**
 * Parses a formula.
 * @throws {FormulaProblem} for what is none, or what is longer than 3,900 characters.
 */
export function parseFormula(source: string): Node {
  if (source.length > LONGEST)
    throw new FormulaProblem(`Formula is too long (${String(source.length)} characters). Maximum length is 3,900 characters`);
  const list = tokens(source);
  let at = 0;
  let depth = 0;

  const peek = (): Token => list[at] ?? { kind: 'end', text: '' };
  const isSign = (text: string): boolean => peek().kind === 'sign' && peek().text === text;

  function expect(text: string): void {
    if (!isSign(text))
      throw new FormulaProblem(peek().kind === 'end' ? `Syntax error. Missing '${text}'` : `Syntax error. Found '${peek().text}'`);
    at += 1;
  }

  function level(index: number): Node {
    const signs = LEVELS[index];
    if (signs === undefined) return unary();
    let left = level(index + 1);
    while (peek().kind === 'sign' && signs.includes(peek().text)) {
      const { text } = peek();
      at += 1;
      left = { kind: 'binary', op: SPELLING.get(text) ?? (text as BinaryOp), left, right: level(index + 1) };
    }
    return left;
  }

  function nested<T>(work: () => T): T {
    depth += 1;
    if (depth > DEEPEST) throw new FormulaProblem('Formula is too deeply nested');
    const result = work();
    depth -= 1;
    return result;
  }

  function unary(): Node {
    const { kind, text } = peek();
    if (kind === 'sign' && (text === '-' || text === '!')) {
      at += 1;
      return { kind: 'unary', op: text, operand: nested(unary) };
    }
    if (kind === 'sign' && text === '+') {
      at += 1;
      return nested(unary);
    }
    return primary();
  }

  function args(): readonly Node[] {
    const found: Node[] = [];
    expect('(');
    while (!isSign(')')) {
      if (found.length > 0 && peek().kind !== 'end') expect(',');
      if (peek().kind === 'end') expect(')');
      found.push(nested(() => level(0)));
    }
    expect(')');
    return found;
  }

  function primary(): Node {
    const { kind, text } = peek();
    if (isSign('(')) {
      at += 1;
      const inner = nested(() => level(0));
      expect(')');
      return inner;
    }
    if (kind === 'sign' || kind === 'end') throw new FormulaProblem(kind === 'end' ? 'Syntax error' : `Syntax error. Found '${text}'`);
    at += 1;
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'text') return { kind: 'literal', value: text };
    if (isSign('(')) return { kind: 'call', name: text.toUpperCase(), args: args() };
    if (/^true$/i.test(text)) return { kind: 'literal', value: true };
    if (/^false$/i.test(text)) return { kind: 'literal', value: false };
    if (/^null$/i.test(text)) return { kind: 'literal', value: null };
    return { kind: 'field', path: text.split('.') };
  }

  const tree = level(0);
  if (peek().kind !== 'end') throw new FormulaProblem(`Syntax error. Extra '${peek().text}'`);
  return tree;
}

/** Every field that a formula reads, as written, each once. */
export function fieldsIn(node: Node): readonly string[] {
  switch (node.kind) {
    case 'literal':
      return [];
    case 'field':
      return [node.path.join('.')];
    case 'call':
      return [...new Set(node.args.flatMap(fieldsIn))];
    case 'unary':
      return fieldsIn(node.operand);
    case 'binary':
      return [...new Set([...fieldsIn(node.left), ...fieldsIn(node.right)])];
  }
}
