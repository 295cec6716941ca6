import type { FieldValue } from '../model.ts';

/** Whether a person would call two values the same: blanks alike, surrounding blanks aside. */
export function same(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  return plain(a) === plain(b);
}

export function blank(value: FieldValue | undefined): boolean {
  return plain(value) === '';
}

function plain(value: FieldValue | undefined): string {
  return value === undefined || value === null ? '' : String(value).trim();
}
