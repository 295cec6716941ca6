import type { AccountInfo, CallOptions } from '../../src/crm.ts';
import type { Clock } from '../../src/ports.ts';
import type { Self } from './actors.ts';
import type { CampaignList } from './campaign-list.ts';
import type { Catalogue } from './catalogue.ts';
import type { Stages } from './deals.ts';
import type { LeadStages } from './leads.ts';
import type { RawRecord } from './shapes.ts';
import type { Wire } from './wire.ts';

/** What the parts of one connection share. */
export interface Room {
  readonly wire: Wire;
  readonly catalogue: Catalogue;
  readonly self: Self;
  readonly clock: Clock;
  /** Who is on the other end; asked for once. */
  account(options?: CallOptions): Promise<AccountInfo>;
  /** What the deal stages mean; asked for once in a while. */
  stages(signal: AbortSignal | undefined): Promise<Stages>;
  /** The stages of the leads' pipelines; asked for once in a while, and only where a field lives on leads. */
  leadStages(signal: AbortSignal | undefined): Promise<LeadStages>;
  readonly recent: Recent;
  /** The last whole list of campaigns; null before the first, and after a write to any of them. */
  campaigns: CampaignList | null;
}

/** What one search pass found, kept for a moment for the other streams that ask the same. */
interface Detection {
  readonly since: number;
  /** Server time when the pass began. */
  readonly asOf: number;
  readonly records: readonly RawRecord[];
  /** What was asked of each record. */
  readonly properties: readonly string[];
}

/** Detections of this connection: people, touches and histories all begin with "who changed?". */
export interface Recent {
  /** One that reaches back far enough and holds all the properties. */
  get(objectType: string, wanted: { readonly since: number; readonly properties: readonly string[] }): Detection | null;
  set(objectType: string, detection: Detection): void;
}

const freshMs = 60_000;
/** Beyond this a second search is cheaper than the memory. */
const mostRecords = 20_000;

export function createRecent(clock: Clock): Recent {
  const kept = new Map<string, { readonly at: number; readonly detection: Detection }>();
  return {
    get: (objectType, { since, properties }) => {
      const entry = kept.get(objectType);
      if (entry === undefined || clock.now() - entry.at > freshMs || entry.detection.since > since) return null;
      const held = new Set(entry.detection.properties);
      return properties.every((name) => held.has(name)) ? entry.detection : null;
    },
    set: (objectType, detection) => {
      if (detection.records.length > mostRecords) kept.delete(objectType);
      else kept.set(objectType, { at: clock.now(), detection });
    },
  };
}

/**
 * Runs `work` over the items, at most `most` at a time, and gives the results in the order of the items. When one fails
 * no further one is begun, those under way are awaited, and the first failure is thrown.
 */
export async function inParallel<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = Array.from({ length: items.length });
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
