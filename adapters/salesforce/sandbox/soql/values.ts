import type { Address, FieldDef, Value } from '../schema/types.ts';
import { restInstant } from '../time.ts';

/** A value as JSON answers carry it. */
export function jsonValue(field: FieldDef, value: Value | Address): unknown {
  return field.type === 'datetime' && typeof value === 'number' ? restInstant(value) : value;
}
