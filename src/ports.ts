/** Time. Everything in the engine that needs "now" or waits, gets it here. */
export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number;
  /** Waits `ms` milliseconds of this clock's time. Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness, seeded in tests. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Unique, sortable identifiers. */
export interface Ids {
  /** An identifier such as `run_01J…`; never the same twice within one instance. */
  next(prefix: string): string;
}

/** One HTTP exchange, without policy: no retry, no redirect, no parsing. The transport is the only caller. */
export interface Http {
  /**
   * Sends the request and reads the whole answer.
   * @throws {CrmError} code `CUT_BODY`, `TIMEOUT` or `NETWORK` when no complete answer was received.
   */
  exchange(request: HttpRequest): Promise<HttpResponse>;
  /** Closes kept-alive connections. */
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  readonly timeouts: Timeouts;
  /** Largest answer accepted, in bytes after decompression. */
  readonly maxBodyBytes: number;
}

/** All in milliseconds. */
export interface Timeouts {
  /** From sending until the answer's headers have arrived. */
  readonly headersMs: number;
  /** Longest silence while the answer's body arrives. */
  readonly idleMs: number;
  /** The whole exchange. */
  readonly totalMs: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several values of one name are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where messages for people go. The library prints nothing by itself. Fields carry no secrets and no personal data. */
export interface Log {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}

/** Everything outside the engine's own thinking, handed in by the composition root. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly http: Http;
  readonly log: Log;
}
