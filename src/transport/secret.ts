import { inspect } from 'node:util';
import type { Secret } from './types.ts';

const shown = '[secret]';

/**
 * Wraps a credential so that it can't be printed by accident: strings, JSON, templates and `util.inspect` show
 * `[secret]`. Only `reveal()` gives it out.
 *
 * @example String(secret('pat-123')) // '[secret]'
 */
export function secret(value: string): Secret {
  // The value lives in the closure, not in a property: no inspection option, debugger-style dump or structured clone finds it.
  return Object.freeze({
    reveal: () => value,
    toString: () => shown,
    toJSON: () => shown,
    [Symbol.toPrimitive]: () => shown,
    [inspect.custom]: () => shown,
  });
}
