import { CrmError } from '../../src/errors.ts';
import type { CallMatch, CallName, Fault } from './world.ts';

/** Counts calls and lets a test's script fail them or act between them. */
export interface Script {
  fail(fault: Fault): void;
  interleave(match: CallMatch & { readonly when: 'before' | 'after' }, act: () => void): void;
  calls(): Readonly<Record<CallName, number>>;
  total(): number;
  /** Does the work of one call. `lost`: the answer did not arrive, whether or not the work was done. */
  call<T>(
    on: CallName,
    signal: AbortSignal | undefined,
    work: () => T,
  ): Promise<{ readonly lost: true } | { readonly lost: false; readonly value: T }>;
}

interface Step {
  readonly on: CallName;
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly act: (() => void) | null;
  readonly error: CrmError | null;
}

/** Makes a script for one world. */
export function makeScript(system: string, dailyCalls: number | null): Script {
  const counts: Record<CallName, number> = { account: 0, describe: 0, changes: 0, read: 0, write: 0, provision: 0 };
  const steps: Step[] = [];
  let total = 0;

  const due = (on: CallName, when: Step['when']): readonly Step[] =>
    steps.filter((step) => step.on === on && step.when === when && step.at === counts[on]);
  const run = (on: CallName, when: Step['when']): boolean => {
    let lost = false;
    for (const step of due(on, when)) {
      if (step.error !== null) throw step.error;
      if (step.act === null) lost = true;
      else step.act();
    }
    return lost;
  };
  return {
    fail(fault) {
      steps.push({ on: fault.on, at: counts[fault.on] + (fault.nth ?? 1), when: fault.when, act: null, error: fault.error ?? null });
    },
    interleave(match, act) {
      steps.push({ on: match.on, at: counts[match.on] + (match.nth ?? 1), when: match.when, act, error: null });
    },
    calls: () => ({ ...counts }),
    total: () => total,
    async call(on, signal, work) {
      // A request takes at least one turn of the event loop; without it no other work could come between two calls.
      await Promise.resolve();
      if (signal?.aborted === true) throw aborted(system, signal);
      if (dailyCalls !== null && total >= dailyCalls) throw exhausted(system, dailyCalls);
      counts[on] += 1;
      total += 1;
      if (run(on, 'before')) return { lost: true };
      const value = work();
      return run(on, 'after') ? { lost: true } : { lost: false, value };
    },
  };
}

function aborted(system: string, signal: AbortSignal): CrmError {
  return new CrmError('ABORTED', `${system}: the call was aborted before it was sent`, {
    system,
    failure: 'aborted',
    hint: 'Run it again when you want it to go on.',
    cause: signal.reason,
  });
}

function exhausted(system: string, dailyCalls: number): CrmError {
  return new CrmError('BUDGET_EXHAUSTED', `${system}: the ${dailyCalls} calls of the day are used up`, {
    system,
    failure: 'budget',
    hint: 'Wait until the allowance is renewed.',
  });
}

/** The answer of a call that has no ambiguous outcome. @throws {CrmError} NETWORK when it was lost */
export function arrived<T>(system: string, outcome: { readonly lost: true } | { readonly lost: false; readonly value: T }): T {
  if (!outcome.lost) return outcome.value;
  throw new CrmError('NETWORK', `${system}: the connection broke before the answer arrived`, {
    system,
    failure: 'network',
    retryable: true,
    hint: 'Try again.',
  });
}
