import type { CallOptions } from './crm.ts';

/** Asks a real account about behaviour that documentation leaves open. */
export interface ProbeOptions extends CallOptions {
  /** True: also probes that write, on one record of their own that they create and remove. */
  readonly write: boolean;
}

/** What a probe found. Sentences hold codes, numbers and field names of the vendor; no id and no value of a record. */
export interface ProbeResult {
  /** Stable: `hubspot.list-after`. */
  readonly id: string;
  /** What Truce and its imitation take for granted until somebody looks. */
  readonly assumption: string;
  readonly verdict: 'as-assumed' | 'otherwise' | 'not-settled';
  readonly found: string;
  /** True: it writes on a record of its own. */
  readonly writes: boolean;
}

export interface Probes {
  readonly results: readonly ProbeResult[];
  /** A record of a probe that could not be removed, for whoever has to do it by hand; null: all is clean. */
  readonly left: string | null;
}

/** A probe before it is run: what it asks, and how. Throws nothing a probe should settle; what it throws leaves it open. */
export interface Probe<Tool> {
  readonly id: string;
  readonly assumption: string;
  readonly writes: boolean;
  readonly run: (tool: Tool) => Promise<Pick<ProbeResult, 'verdict' | 'found'>>;
}

/** Runs probes one after the other; one that fails is not settled, and stops none of the others. */
export async function runProbes<Tool>(
  probes: readonly Probe<Tool>[],
  tool: Tool,
  why: (error: unknown) => string,
): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const { id, assumption, writes, run } of probes) {
    const outcome = await run(tool).catch((error: unknown) => ({ verdict: 'not-settled' as const, found: why(error) }));
    results.push({ id, assumption, writes, ...outcome });
  }
  return results;
}

/** A verdict on whether things are as assumed. */
export function verdict(asAssumed: boolean, found: string): Pick<ProbeResult, 'verdict' | 'found'> {
  return { verdict: asAssumed ? 'as-assumed' : 'otherwise', found };
}

/** Nothing there to look at. */
export function unsettled(found: string): Pick<ProbeResult, 'verdict' | 'found'> {
  return { verdict: 'not-settled', found };
}
