import { ConfigError, CrmError, PlanError, StateError, TruceError } from '../errors.ts';

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

/** The exit code for an error. Anything that is not Truce's own is a defect: 1. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigError) return exitCodes.usage;
  if (error instanceof PlanError) return exitCodes.guard;
  if (error instanceof StateError) return exitCodes.state;
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
  return exitCodes.attention;
}

/** An error as a person reads it: what failed, on what, and what to do next. */
export function explainError(error: unknown): readonly string[] {
  if (!(error instanceof TruceError)) {
    return [`truce: an unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
  const problems =
    error instanceof ConfigError
      ? error.problems.map((problem) => `  ${problem.path}: expected ${problem.expected}, got ${problem.got}`)
      : [];
  return [`truce: ${error.message} (${error.code})`, ...problems, `  -> ${error.hint}`];
}

/** The same as data, for `--json`. */
export function errorAsJson(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof TruceError))
    return { error: { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) } };
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint,
      ...(error instanceof ConfigError && error.problems.length > 0 ? { problems: error.problems } : {}),
      ...(error instanceof CrmError ? { system: error.system, status: error.status, requestId: error.requestId } : {}),
    },
  };
}
