/**
 * Base of every error that Truce throws. Expected outcomes (a conflict, a rejected record, nothing to do) are data,
 * never errors. Messages hold no secrets and no personal data.
 */
export abstract class TruceError extends Error {
  /** Stable, upper snake case; each is listed in the README. */
  readonly code: string;
  /** What to do next, as a sentence. */
  readonly hint: string;

  constructor(code: string, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

/** The configuration or a call's arguments are wrong; nothing was contacted. */
export class ConfigError extends TruceError {
  /** All problems found, each with its path in the configuration. */
  readonly problems: readonly ConfigProblem[];

  constructor(
    code: string,
    message: string,
    options: { readonly hint: string; readonly problems?: readonly ConfigProblem[]; readonly cause?: unknown },
  ) {
    super(code, message, options);
    this.problems = options.problems ?? [];
  }
}

export interface ConfigProblem {
  /** For example `status.sales.reads["Working"]`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** How a CRM failed, as the exit code and the retry need to know it. */
export type CrmFailure =
  | 'authentication'
  | 'permission'
  | 'rate-limit'
  | 'budget'
  | 'unavailable'
  | 'network'
  | 'protocol'
  | 'not-allowed'
  | 'request'
  | 'aborted';

/** Talking to a CRM failed. Whether repeating may help is the field `retryable`, not a class. */
export class CrmError extends TruceError {
  /** The name the adapter gives the system, for example `hubspot`. */
  readonly system: string;
  readonly failure: CrmFailure;
  /** HTTP status, where an answer came. */
  readonly status: number | undefined;
  /** The system's own request or correlation id, for its support. */
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  /** The wait the system asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** True when the request may have taken effect although no answer says so. */
  readonly ambiguous: boolean;

  constructor(
    code: string,
    message: string,
    options: {
      readonly system: string;
      readonly failure: CrmFailure;
      readonly hint: string;
      readonly status?: number | undefined;
      readonly requestId?: string | undefined;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly ambiguous?: boolean;
      readonly cause?: unknown;
    },
  ) {
    super(code, message, options);
    this.system = options.system;
    this.failure = options.failure;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.ambiguous = options.ambiguous ?? false;
  }
}

/** A guard stopped the run, or a plan can't be applied: stale, of another account, over a limit, incomplete data. */
export class PlanError extends TruceError {}

/** The state or the warehouse is locked, damaged, of another account or of another version. */
export class StateError extends TruceError {}
