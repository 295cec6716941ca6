import type { Happening, Violation } from '../history.ts';
import type { Scenario } from '../scenario.ts';
import type { Snapshot } from '../snapshot.ts';
import type { World } from '../world.ts';
import { checkBooks } from './books.ts';
import { checkDecisions } from './decisions.ts';
import { checkEnd, valuesOf } from './end.ts';
import { checkOverwrites } from './overwrites.ts';
import { checkRuns } from './runs.ts';

/** Everything that a verdict rests on. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly history: readonly Happening[];
  readonly world: World;
  /** The state's file at the end, read without Truce's code. */
  readonly state: Snapshot;
  readonly stateBytes: Uint8Array;
  readonly log: string;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly raced: number;
  readonly unseeable: number;
  /** Both CRMs' values at the end, as one text. */
  readonly values: string;
}

/** Judges a whole life. Shares no code with the engine. */
export function judge(evidence: Evidence): Verdict {
  const overwrites = checkOverwrites(evidence);
  const violations = [
    ...overwrites.violations,
    ...checkBooks(evidence),
    ...checkDecisions(evidence),
    ...checkRuns(evidence),
    ...checkEnd(evidence),
  ];
  return { violations, raced: overwrites.raced, unseeable: overwrites.unseeable, values: valuesOf(evidence.world) };
}
