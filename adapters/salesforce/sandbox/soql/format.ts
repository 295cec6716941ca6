import type { FieldDef, Value } from '../schema/types.ts';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 18 });
const day = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'short' });
const instant = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short' });

/** Two digits of money, or as many as the field keeps. */
function money(field: FieldDef, value: number): string {
  return new Intl.NumberFormat('en-US', { minimumFractionDigits: field.scale, maximumFractionDigits: field.scale }).format(value);
}

/** A value as `FORMAT()` shows it to a user of locale en_US: money with its sign, or with its ISO code where one is given. */
export function formatted(field: FieldDef, value: Value, currency: string | null = null): Value {
  if (value === null || typeof value === 'boolean') return value;
  if (field.type === 'currency') return (currency === null ? '$' : `${currency} `) + money(field, Number(value));
  if (field.type === 'int' || field.type === 'double') return number.format(Number(value));
  if (field.type === 'percent') return `${number.format(Number(value))}%`;
  if (field.type === 'date') return day.format(Date.parse(`${String(value)}T00:00:00Z`));
  return field.type === 'datetime' ? instant.format(Number(value)).replaceAll('\u202F', ' ') : value;
}
