import type { WriteContext } from '../org.ts';
import type { ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';

/** A record on its way into the store: rules fill it in and refuse it. */
export interface Draft {
  readonly def: ObjectDef;
  readonly id: string;
  /** Null while it is being created. */
  readonly before: Row | null;
  /** All values after the write, by canonical name. */
  readonly values: Map<string, Value>;
  /** What the caller gave. */
  readonly given: ReadonlySet<string>;
}

/** What Salesforce does by itself when records of one object are saved. */
export interface Rules {
  before?(context: WriteContext, draft: Draft): void;
  after?(context: WriteContext, draft: Draft, row: Row): void;
}

/** True when the write gives this field another value than it had. */
export function changes(draft: Draft, field: string): boolean {
  return (draft.before?.values.get(field) ?? null) !== (draft.values.get(field) ?? null);
}

/** Sets a field that the caller left empty. */
export function fill(draft: Draft, field: string, value: Value): void {
  if ((draft.values.get(field) ?? null) === null) draft.values.set(field, value);
}
