import { it } from 'vitest';

/**
 * How a behaviour of the imitation is known. `recorded`: a real answer that someone published, at `source`; `specified`:
 * the vendor's documentation, or the code of the vendor's client, says so at `source`; `assumed`: neither was found, and
 * `probe` is the call against a real account that would settle it.
 */
export type Known =
  | { readonly known: 'recorded' | 'specified'; readonly source: string }
  | { readonly known: 'assumed'; readonly probe: string };

/**
 * One behaviour that the imitation shares with the vendor, and how it is known. `counts.test.ts` reads these calls from
 * the files as text: give the first argument as an object in place, with strings or templates, and the name as a string.
 */
export function conforms(known: Known, behaviour: string, run: () => void | Promise<void>, timeoutMs = 30_000): void {
  it(`${behaviour} [${known.known}]`, run, timeoutMs);
}
