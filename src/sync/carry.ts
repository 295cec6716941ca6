import type { FieldDescription } from '../crm.ts';
import type { FieldValue } from '../model/words.ts';
import { isBlank, plainText, shown } from './values.ts';

/** What kind of value a field holds, as its CRM describes it. */
export type FieldType = FieldDescription['type'];

/** A value in the other side's words, or why it can't be said there. */
export type Carried =
  | { readonly kind: 'value'; readonly value: FieldValue }
  | { readonly kind: 'refused'; readonly code: string; readonly cause: string; readonly fix: string };

/** What carrying values from one type to another does; `loses` names what does not come back. */
export type Pairing =
  | { readonly kind: 'exact' }
  | { readonly kind: 'lossy'; readonly loses: string }
  | { readonly kind: 'impossible'; readonly why: string };

const exact: Pairing = { kind: 'exact' };
const day = /^\d{4}-\d\d-\d\d$/;
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const decimal = /^([+-]?)0*(\d+)(?:\.(\d*))?$/;
const epoch = /^-?\d{6,16}$/;

/** The types that a value of each type can be carried to, beside its own. A value that would not come back is refused, unless the pair is lossy. */
const pairs: Readonly<Record<FieldType, readonly FieldType[]>> = {
  text: ['number', 'money', 'boolean', 'date', 'instant', 'picklist', 'multi-picklist'],
  number: ['text', 'money', 'picklist'],
  money: ['text', 'number'],
  boolean: ['text', 'picklist'],
  date: ['text', 'instant'],
  instant: ['text', 'date'],
  picklist: ['text', 'number', 'boolean', 'multi-picklist'],
  'multi-picklist': ['text', 'picklist'],
  reference: [],
  other: [],
};

const losses: Readonly<Record<string, string>> = {
  'instant date': 'the time of day',
  'text boolean': 'capital letters',
  'picklist boolean': 'capital letters',
  'text multi-picklist': 'the order of the values and blanks around them',
};

/** What becomes of values that are carried from a field of one type to one of another, without a transform. Pure. */
export function pairingOf(from: FieldType, to: FieldType): Pairing {
  if (from === 'reference' || to === 'reference')
    return { kind: 'impossible', why: 'a reference names a record of its own CRM, which the other one does not know' };
  if (from === 'other' || to === 'other') return { kind: 'impossible', why: 'a type that Truce does not know can not be read' };
  if (from === to) return exact;
  if (!pairs[from].includes(to)) return { kind: 'impossible', why: `a ${from} does not become a ${to}` };
  const loses = losses[`${from} ${to}`];
  return loses === undefined ? exact : { kind: 'lossy', loses };
}

/**
 * One form for every way in which a CRM writes a value of a type: dates as a day or as midnight in epoch milliseconds,
 * instants in any zone, multi-picklists in any order, numbers as text, booleans as text. Blanks are empty. Pure.
 */
export function canonicalOf(value: FieldValue | undefined, type: FieldType): string {
  if (isBlank(value)) return '';
  const text = String(value).trim().normalize('NFC');
  switch (type) {
    case 'number':
    case 'money':
      return decimalOf(text) ?? text;
    case 'boolean':
      return booleanOf(text) ?? text;
    case 'date':
      return dayOf(text) ?? text;
    case 'instant':
      return instantOf(text) ?? text;
    case 'multi-picklist':
      return [...new Set(partsOf(text))].toSorted().join(';');
    case 'picklist':
    case 'reference':
      return text;
    case 'text':
    case 'other':
      return plainText(value ?? null);
  }
}

/**
 * A value of one type as a field of another takes it. Refused where the pair is impossible, the value is none of its type,
 * or it would not come back and the pair is not one that is known to lose just that. Pure.
 */
export function carryValue(value: FieldValue, from: FieldType, to: FieldType): Carried {
  if (isBlank(value)) return { kind: 'value', value: null };
  const pairing = pairingOf(from, to);
  if (pairing.kind === 'impossible') return refused(value, to, pairing.why);
  const there = putAs(canonicalSource(value, from), from, to);
  if (there === null) return refused(value, to, `it is no ${to}`);
  if (pairing.kind === 'lossy' || from === to) return { kind: 'value', value: there };
  const back = putAs(canonicalSource(there, to), to, from);
  if (back === null || canonicalOf(back, from) !== canonicalOf(value, from))
    return refused(value, to, `as a ${to} it would come back as ${shown(back)}`);
  return { kind: 'value', value: there };
}

function refused(value: FieldValue, to: FieldType, why: string): Carried {
  return {
    kind: 'refused',
    code: 'VALUE_NOT_CARRIED',
    cause: `${shown(value)} can't be written to a field of type ${to}: ${why}.`,
    fix: 'Correct the value, map the field to one of its own type, or give it a transform.',
  };
}

/** Text keeps its words and order; what has one form only is brought to it. */
function canonicalSource(value: FieldValue, type: FieldType): string {
  const text = String(value).trim().normalize('NFC');
  return type === 'text' || type === 'picklist' || type === 'multi-picklist' ? text : canonicalOf(value, type);
}

/** Null where the text is none of the type. */
function putAs(text: string, from: FieldType, to: FieldType): FieldValue | null {
  switch (to) {
    case 'text':
    case 'picklist':
      return to === 'picklist' && from === 'multi-picklist' && partsOf(text).length !== 1 ? null : text;
    case 'multi-picklist':
      return from === 'picklist' && text.includes(';') ? null : [...new Set(partsOf(text))].join(';');
    case 'number': {
      const digits = decimalOf(text);
      if (digits === null) return null;
      // What a double can't hold exactly stays text.
      return decimalOf(String(Number(digits))) === digits ? Number(digits) : digits;
    }
    case 'money':
      return decimalOf(text);
    case 'boolean': {
      const said = booleanOf(text);
      return said === null ? null : said === 'true';
    }
    case 'date':
      return from === 'text' && !day.test(text) ? null : dayOf(text);
    case 'instant':
      return from === 'text' && !stamp.test(text) ? null : instantOf(text);
    case 'reference':
    case 'other':
      return text;
  }
}

/** A decimal without a plus, leading zeros, final zeros or an exponent; null for what is none. */
function decimalOf(text: string): string | null {
  const match = decimal.exec(/e/i.test(text) && Number.isFinite(Number(text)) ? withoutExponent(Number(text)) : text);
  if (match === null) return null;
  const [, sign, whole = '0', rest = ''] = match;
  const fraction = rest.replace(/0+$/, '');
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}

function withoutExponent(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
}

function booleanOf(text: string): 'true' | 'false' | null {
  const said = text.toLowerCase();
  return said === 'true' || said === 'false' ? said : null;
}

/** HubSpot has written dates as midnight UTC in epoch milliseconds; both are the same day. */
function dayOf(text: string): string | null {
  if (day.test(text)) return Number.isNaN(Date.parse(text)) ? null : text;
  return instantOf(text)?.slice(0, 10) ?? null;
}

function instantOf(text: string): string | null {
  const at = epoch.test(text) ? Number(text) : day.test(text) || stamp.test(text) ? Date.parse(withZone(text)) : Number.NaN;
  return Number.isNaN(at) || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}

/** A time without a zone is UTC, on every machine. */
function withZone(text: string): string {
  return stamp.test(text) && !/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? `${text}Z` : text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
}

function partsOf(text: string): readonly string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
