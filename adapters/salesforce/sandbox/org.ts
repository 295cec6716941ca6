import type { HalfPorts, Unrest } from '../../sandbox/half.ts';
import type { Access } from './access.ts';
import type { Customization } from './customization.ts';
import type { IdMint } from './ids.ts';
import type { Store } from './store.ts';

/** Everything the parts of the organisation share. */
export interface Org {
  readonly ports: HalfPorts;
  readonly store: Store;
  readonly access: Access;
  readonly ids: IdMint;
  readonly settings: OrgSettings;
  readonly users: OrgUsers;
  /** Records that somebody else's long transaction holds, until an instant. */
  readonly locks: Map<string, number>;
  readonly custom: Customization;
  /** What faults do to the records of the call under way. */
  readonly unrest: { call: Unrest };
}

export interface OrgSettings {
  /** 18 characters. */
  readonly orgId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Checks JWT assertions; null: the flow isn't set up, every assertion is refused. */
  readonly jwtPublicKey: string | null;
  readonly edition: 'professional' | 'enterprise' | 'unlimited' | 'developer';
  readonly limits: 'published' | 'none';
  readonly multiCurrency: boolean;
  readonly currency: string;
}

/** The users that every organisation here begins with. */
export interface OrgUsers {
  /** The run-as user of the integration. */
  readonly integration: string;
  /** A salesperson, whose token stands for a human at work. */
  readonly sales: string;
  /** Owner that the active lead assignment rule gives to every lead it sees. */
  readonly router: string;
}

/** Who writes, when, and under which request headers. */
export interface WriteContext {
  readonly org: Org;
  readonly userId: string;
  /** Epoch milliseconds; records keep whole seconds. */
  readonly at: number;
  /** `Sforce-Auto-Assign`: the active assignment rule takes part. */
  readonly autoAssign: boolean;
  /** Seeding: read-only fields may be set too. */
  readonly trusted: boolean;
  /** What the request says of duplicates. @default alerts refuse the record */
  readonly duplicates?: DuplicateOptions;
  /** Automation that led to this write, as `name of it:record`: none runs twice in a chain. */
  readonly chain?: readonly string[];
}

/** `Sforce-Duplicate-Rule-Header`. */
export interface DuplicateOptions {
  /** True: an alert is acknowledged, and the record saved. */
  readonly allowSave: boolean;
  /** True: the answer shows the records that it looks like, else only their ids. */
  readonly includeRecordDetails: boolean;
  /** `/services/data/v67.0`, for the links in the answer. */
  readonly base: string;
}

/** A user's ordinary write, now. */
export function contextOf(org: Org, userId: string, autoAssign: boolean): WriteContext {
  return { org, userId, at: org.store.now(), autoAssign, trusted: false };
}
