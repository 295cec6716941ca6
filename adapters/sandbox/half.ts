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

/** Says of a record that is being written whether it is meant: `id` is null for a new one, `values` are by property or field. */
export type RecordTest = (id: string | null, values: ReadonlyMap<string, string | number | boolean | null>) => boolean;

/** Records that are refused whenever they are written; without a code with one that the vendor uses for such records. */
export interface Poison {
  readonly meets: RecordTest;
  readonly code?: string;
  readonly message?: string;
}

/** Faults that only the half can make, for they are about single records of one call. */
export interface Unrest {
  /** What the call writes is found by searches and queries only so much later, in milliseconds. */
  readonly lateMs?: number;
  /** Records that something else holds. */
  readonly locked?: RecordTest;
  readonly poison?: readonly Poison[];
}

/** A vendor's half of the imitation: state and behaviour without sockets, faults or logs; those are the shell's. */
export interface SandboxHalf {
  /** @param unrest what goes wrong with the records of this call. @default nothing */
  handle(request: SandboxRequest, unrest?: Unrest): Promise<SandboxResponse>;
}
