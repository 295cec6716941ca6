import type { Ports, Timeouts } from '../ports.ts';

/** A host that may be contacted, loopback included (`127.0.0.1`, `localhost`, `[::1]` are listed like any other): `exact` compares the parsed host name, `suffix` also allows any name that ends in `.` + it. */
export interface HostRule {
  readonly host: string;
  readonly match: 'exact' | 'suffix';
}

/** A vendor's rate limit: at most `requests` in any window of `perMs` milliseconds. `parallel` caps requests under way. */
export interface LimitClass {
  readonly name: string;
  readonly requests: number;
  readonly perMs: number;
  readonly parallel: number;
}

export interface TransportOptions {
  readonly system: string;
  readonly ports: Ports;
  readonly hosts: readonly HostRule[];
  readonly limits: readonly LimitClass[];
  /** @default headers 30 s, idle 30 s, total 120 s */
  readonly timeouts?: Partial<Timeouts>;
  /** Retries may be at most this share of the requests sent, beyond a floor of 10. @default 0.1 */
  readonly retryBudget?: number;
  /** Attempts per request, the first included. @default 5 */
  readonly attempts?: number;
  /** A longer `Retry-After`, in milliseconds, is not waited for but thrown. @default 120,000 */
  readonly longestWaitMs?: number;
  /** Says what an answer means: success, and if not, which error. The vendor's knowledge lives here, in the adapter. */
  readonly classify: (reply: Reply, request: OutgoingRequest) => Verdict;
}

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Absolute. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Name of the limit class that it counts against. */
  readonly limit: string;
  /** True only where sending it twice has the effect of sending it once (reads, searches by POST, idempotent deletes). */
  readonly repeatable: boolean;
  /** The bearer token (sent as `Bearer …`). Fetched for each attempt; goes only to allowed hosts and into no message. */
  readonly authorization?: () => Promise<Secret>;
  /** Called once after a 401, to renew the credential; then the request is sent once more. */
  readonly renew?: () => Promise<void>;
  readonly timeouts?: Partial<Timeouts>;
  readonly maxBodyBytes?: number;
  readonly signal?: AbortSignal;
}

export interface Reply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The body as strict UTF-8. @throws {CrmError} `BAD_ENCODING` */
  text(): string;
  /** The body as JSON, with depth capped. @throws {CrmError} `BAD_JSON` */
  json(): unknown;
}

/** What the adapter makes of an answer. `retry`: the same request may help later, if it is repeatable or certainly had no effect. */
export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
      readonly failure: import('../errors.ts').CrmFailure;
      /** `never`, `if-repeatable`, or `always` when the vendor certainly did not act on it (429, locked before work). */
      readonly retry: 'never' | 'if-repeatable' | 'always';
      readonly retryAfterMs?: number;
      readonly requestId?: string;
    };

/** A value that prints as `[secret]` wherever it is printed. */
export interface Secret {
  reveal(): string;
}

interface TransportStats {
  /** Every request that left, retries included. */
  readonly requests: number;
  readonly retries: number;
  readonly byLimit: Readonly<Record<string, number>>;
  readonly waitedMs: number;
}

/** The one function through which every byte leaves. */
export interface Transport {
  /** @throws {CrmError} when no acceptable answer was received; `ambiguous` when the request may have had its effect. */
  send(request: OutgoingRequest): Promise<Reply>;
  stats(): TransportStats;
  close(): Promise<void>;
}
