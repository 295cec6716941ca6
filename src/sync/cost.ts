import type { Capabilities } from '../crm.ts';
import type { PlanLine } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';

/** Up to this many rows are written conditionally, where the CRM can; above, their number would cost more calls than the check after. */
export const conditionalRows = 500;
/** Lines read, written and stored together. */
export const largestBatch = 1_000;

/** How the updates of one side go out. `conditional`: one by one, refused when somebody edited meanwhile; `batches`: looked up after; `bulk`: neither. */
export type WriteMode = 'conditional' | 'batches' | 'bulk';

/** The cheapest way that keeps what the configuration asks for. `writes`: all updates of the run to this side. Pure. */
export function writeMode(
  writes: number,
  kind: PlanLine['kind'],
  { capabilities, raceDetection }: { readonly capabilities: Capabilities } & Pick<Settings, 'raceDetection'>,
): WriteMode {
  const { bulk, conditionalWrite } = capabilities;
  if (raceDetection === 'none' && kind === 'person' && bulk !== undefined && writes > bulk.above) return 'bulk';
  return conditionalWrite && writes <= conditionalRows ? 'conditional' : 'batches';
}

/**
 * Calls to write so many records: values read again before, the writes, and the histories after where they are looked up.
 * An estimate: retries and the reads of raced records come on top. Pure.
 */
export function callsFor(writes: number, target: { readonly capabilities: Capabilities } & Pick<Settings, 'raceDetection'>): number {
  const { perCall, propertyHistory, bulk } = target.capabilities;
  const before = Math.ceil(writes / perCall.read);
  switch (writeMode(writes, 'person', target)) {
    case 'conditional':
      return before + writes;
    case 'bulk':
      return before + (bulk?.calls ?? 0) * Math.ceil(writes / (bulk?.rows ?? writes));
    case 'batches':
      return before + Math.ceil(writes / perCall.write) + (propertyHistory ? Math.ceil(writes / perCall.readWithHistory) : 0);
  }
}
