import { it } from 'vitest';

/**
 * How a behaviour is known: `recorded` from a real answer, `specified` by Salesforce's documentation, `assumed` where
 * neither was at hand (a probe against a real organisation is to settle it).
 */
export type Source = 'recorded' | 'specified' | 'assumed';

/** One behaviour that the imitation shares with the vendor, with how it is known. */
export function conforms(source: Source, behaviour: string, run: () => void | Promise<void>): void {
  it(`${behaviour} [${source}]`, run);
}
