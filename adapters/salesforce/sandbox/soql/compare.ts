import type { FieldDef, Value } from '../schema/types.ts';
import type { Operand } from './literals.ts';

/** Text is compared without case, everything else as it is. Ids are exact. */
function folded(field: FieldDef, value: Value): Value {
  return typeof value === 'string' && field.type !== 'id' && field.type !== 'reference' ? value.toLowerCase() : value;
}

/** Order of two values of one field, null first. */
export function orderOf(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

export type Check = (value: Value) => boolean;

/**
 * A comparison with SOQL's rules for null: `=` and `!=` know null (so `!= 'x'` and `NOT IN` take empty fields too),
 * the ordering operators never hold for it.
 */
export function checkOf(field: FieldDef, operator: string, operands: readonly Operand[]): Check | null {
  const [first] = operands;
  switch (operator) {
    case '=':
    case 'IN':
      return memberCheck(field, operands);
    case '!=':
    case '<>':
    case 'NOT IN': {
      const inside = memberCheck(field, operands);
      return (value) => !inside(value);
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return first === undefined ? null : orderCheck(field, operator, first);
    case 'LIKE': {
      const patterns = operands.map((operand) => likePattern(operand.kind === 'value' ? String(operand.value ?? '') : ''));
      return (value) => value !== null && patterns.some((fit) => fit(String(value)));
    }
    case 'INCLUDES':
      return includesCheck(operands);
    case 'EXCLUDES': {
      const includes = includesCheck(operands);
      return (value) => !includes(value);
    }
    default:
      return null;
  }
}

function memberCheck(field: FieldDef, operands: readonly Operand[]): Check {
  const values = new Set(operands.flatMap((operand) => (operand.kind === 'value' ? [folded(field, operand.value)] : [])));
  const spans = operands.flatMap((operand) => (operand.kind === 'span' ? [operand] : []));
  return (value) =>
    values.has(folded(field, value)) ||
    spans.some((span) => value !== null && orderOf(value, span.from) >= 0 && orderOf(value, span.to) < 0);
}

function orderCheck(field: FieldDef, operator: '<' | '<=' | '>' | '>=', operand: Operand): Check {
  // A span is compared by the edge that the operator leaves out: `> TODAY` begins tomorrow, `<= TODAY` ends with today.
  if (operand.kind === 'span') {
    const edge = operator === '<' || operator === '>=' ? operand.from : operand.to;
    return operator.startsWith('<')
      ? (value) => value !== null && orderOf(value, edge) < 0
      : (value) => value !== null && orderOf(value, edge) >= 0;
  }
  const edge = folded(field, operand.value);
  if (edge === null) return () => false;
  return (value) => {
    if (value === null) return false;
    const order = orderOf(folded(field, value), edge);
    return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
  };
}

/** One step of a pattern: any text, any one character, or this character. */
type Step = 'any' | 'one' | { readonly letter: string };

/** `%` any text, `_` one character, `\%` and `\_` themselves; in any case. */
function likePattern(text: string): (value: string) => boolean {
  const steps: Step[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index] ?? '';
    const next = text[index + 1];
    if (letter === '\\' && (next === '%' || next === '_')) {
      steps.push({ letter: next });
      index += 1;
    } else steps.push(letter === '%' ? 'any' : letter === '_' ? 'one' : { letter: letter.toLowerCase() });
  }
  return (value) => fits(steps, value.toLowerCase());
}

/** Goes back to the last `any` alone, so that no pattern takes longer than its length times the text's. */
function fits(steps: readonly Step[], text: string): boolean {
  let step = 0;
  let at = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const here = steps[step];
    if (here === 'any') {
      lastAny = step;
      resumeAt = at;
      step += 1;
    } else if (here === 'one' || (here !== undefined && here.letter === text[at])) {
      step += 1;
      at += 1;
    } else if (lastAny >= 0) {
      resumeAt += 1;
      at = resumeAt;
      step = lastAny + 1;
    } else return false;
  }
  while (steps[step] === 'any') step += 1;
  return step === steps.length;
}

/** Multi-select: `'A;B'` wants both, several operands want one of them. */
function includesCheck(operands: readonly Operand[]): Check {
  const wanted = operands.map((operand) =>
    operand.kind === 'value'
      ? String(operand.value ?? '')
          .toLowerCase()
          .split(';')
      : [],
  );
  return (value) => {
    const has = new Set(
      String(value ?? '')
        .toLowerCase()
        .split(';'),
    );
    return wanted.some((all) => all.every((one) => has.has(one)));
  };
}
