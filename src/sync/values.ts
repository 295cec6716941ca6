import type { FieldValue } from '../model/words.ts';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const decimal = /^-?\d+(?:\.\d+)?$/;

/** Cleared or an empty text: the two are one and the same to the people who look at them. */
export function isBlank(value: FieldValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * True when two values mean the same however a CRM writes them: blanks alike, texts without surrounding blanks and in one
 * Unicode form, instants in any zone, numbers as text or number with any number of final zeros, booleans as text. Absent equals only absent.
 */
export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return plainText(a) === plainText(b);
}

/** One form for the ways in which a value of an unknown type is written; empty for a blank. */
export function plainText(value: FieldValue): string {
  if (value === null) return '';
  const text = String(value).trim().normalize('NFC');
  if (instant.test(text) && !Number.isNaN(Date.parse(text))) return `instant ${Date.parse(text)}`;
  // Leading zeros are not cut: "007" is a code, not the number 7.
  return decimal.test(text) && text.includes('.') ? text.replace(/\.?0+$/, '').replace(/^-0$/, '0') : text;
}

/** A value as it stands in sentences for people. */
export function shown(value: FieldValue | undefined): string {
  if (value === undefined) return 'nothing (no such field)';
  return isBlank(value) ? 'blank' : `"${String(value)}"`;
}
