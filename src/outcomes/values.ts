import type { OwnStem } from '../crm.ts';
import type { FieldValue } from '../model/words.ts';
import { typeOfStem } from './own-fields.ts';

const blank = (value: FieldValue | undefined): boolean => value === undefined || value === null || value === '';

/** Hundredths of a decimal, rounded; null for what is no number. Both CRMs keep two places at least. */
function hundredths(value: FieldValue): bigint | null {
  const match = /^\s*([+-]?)(\d+)(?:\.(\d+))?\s*$/u.exec(String(value));
  if (match === null) return null;
  const digits = `${match[3] ?? ''}000`;
  const amount = BigInt(match[2]!) * 100n + BigInt(digits.slice(0, 2)) + (digits[2]! >= '5' ? 1n : 0n);
  return match[1] === '-' ? -amount : amount;
}

/**
 * Whether an own field already holds a value, whatever form its CRM gives it: `12`, `"12.00"` and `12.0` are one number,
 * an instant is compared by the second, text without the line ends and outer blanks that CRMs change. Absent, null and
 * empty are the same: nothing is there.
 */
export function sameOwnValue(stem: OwnStem, held: FieldValue | undefined, wanted: FieldValue): boolean {
  if (blank(held) || blank(wanted)) return blank(held) && blank(wanted);
  switch (typeOfStem(stem)) {
    case 'integer':
    case 'money':
    case 'percent': {
      const one = hundredths(held!);
      return one !== null && one === hundredths(wanted);
    }
    case 'instant': {
      const seconds = (value: FieldValue): number => Math.floor((typeof value === 'number' ? value : Date.parse(String(value))) / 1000);
      return seconds(held!) === seconds(wanted);
    }
    case 'choice':
    case 'text':
    case 'long-text':
    case 'unique-text': {
      const text = (value: FieldValue): string => String(value).replaceAll('\r\n', '\n').trim();
      return text(held!) === text(wanted);
    }
  }
}
