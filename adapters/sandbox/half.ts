import type { Clock, Random } from '../../src/ports.ts';

/** What the shell hands to a vendor's half: time and chance only. */
export interface HalfPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** A request that a half sends of its own accord, to an address that a client registered. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a request; null where no answer came in time, or none at all. The shell reaches loopback addresses only. */
export type Send = (request: OutgoingRequest) => Promise<{ readonly status: number } | null>;

/** One HTTP request as the shell's server received it. */
export interface SandboxRequest {
  readonly method: string;
  /** Path with its query, as sent. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** `http://127.0.0.1:PORT` of this half, for links in answers. */
  readonly origin: string;
}

export interface SandboxResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A vendor's half of the imitation: state and behaviour without sockets, faults or logs; those are the shell's. */
export interface SandboxHalf {
  handle(request: SandboxRequest): Promise<SandboxResponse>;
}
