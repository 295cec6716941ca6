import { ConfigError, CrmError, PlanError, StateError, TruceError } from '../errors.ts';
import { Stopped } from './io.ts';

/** What the process's exit code says; the README explains each. */
export const exitCodes = {
  done: 0,
  /** Done, but more is quarantined than `quarantine.alertAbove`, or anything with `--strict`. */
  attention: 1,
  usage: 2,
  guard: 3,
  access: 4,
  later: 5,
  state: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for an error. Anything that is neither Truce's own nor a signal is a defect: 1. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigError) return exitCodes.usage;
  if (error instanceof PlanError) return exitCodes.guard;
  // A state that belongs to other accounts is sound: what stopped the run is the guard against swapped credentials.
  if (error instanceof StateError) return error.code === 'STATE_OTHER_ACCOUNT' ? exitCodes.guard : exitCodes.state;
  if (error instanceof CrmError) {
    switch (error.failure) {
      case 'authentication':
      case 'permission':
        return exitCodes.access;
      case 'not-allowed':
        return exitCodes.usage;
      case 'rate-limit':
      case 'budget':
      case 'unavailable':
      case 'network':
      case 'protocol':
      case 'request':
      case 'aborted':
        return exitCodes.later;
    }
  }
  return error instanceof Stopped ? exitCodes.later : exitCodes.attention;
}

/** An error as words and as data: what failed, on what, and what to do next. */
interface Explained {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What the library calls allowing something is an option here. */
const optionFor: ReadonlyMap<string, string> = new Map([
  ['TOO_MANY_CHANGES', '--allow-changes N'],
  ['TOO_MANY_CREATES', '--allow-creates N'],
  ['TOO_MANY_UNLINKS', '--allow-unlinks N'],
  ['SIDE_SHRUNK', '--allow-gone N'],
  ['MODE_FORBIDS', '--mode outcomes or --mode sync'],
]);

function explained(error: unknown): Explained {
  if (error instanceof TruceError) {
    const option = optionFor.get(error.code);
    return { code: error.code, message: error.message, hint: option === undefined ? error.hint : `${error.hint} For one run: ${option}.` };
  }
  if (error instanceof Stopped) {
    return {
      code: 'STOPPED',
      message: `Stopped by ${error.signalName}.`,
      hint: 'Nothing is half done: the next run looks up what became of open writes and goes on from there.',
    };
  }
  return {
    code: 'UNEXPECTED',
    message: `An unexpected error, which is a defect: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Please report it with these lines. What was not finished, the next run looks up and takes up again.',
  };
}

/** An error as a person reads it. */
export function explainError(error: unknown): readonly string[] {
  const { code, message, hint } = explained(error);
  const problems =
    error instanceof ConfigError
      ? error.problems.map((problem) => `  ${problem.path}: expected ${problem.expected}, got ${problem.got}`)
      : [];
  const trace = code === 'UNEXPECTED' && error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  return [`truce: ${message} (${code})`, ...problems, ...trace, `  -> ${hint}`];
}

/** The same as data, for `--json`. */
export function errorAsJson(error: unknown): Readonly<Record<string, unknown>> {
  const { code, message, hint } = explained(error);
  return {
    error: {
      code,
      message,
      hint,
      ...(error instanceof ConfigError && error.problems.length > 0 ? { problems: error.problems } : {}),
      ...(error instanceof CrmError ? { system: error.system, status: error.status, requestId: error.requestId } : {}),
    },
    exit: exitCodeOf(error),
  };
}
