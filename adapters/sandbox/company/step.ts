/** One write to one of the CRMs, at its instant (epoch milliseconds). */
export interface Step {
  readonly at: number;
  readonly run: () => void;
}

/** Does the steps in the order of time; steps of one instant in the order given. */
export function perform(steps: readonly Step[]): void {
  for (const step of steps.toSorted((a, b) => a.at - b.at)) step.run();
}
