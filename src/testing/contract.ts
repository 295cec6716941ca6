import type { Capabilities, Crm } from '../crm.ts';
import type { FieldValue, Fields, RecordId } from '../model/words.ts';
import { accountCases } from './cases/account.ts';
import { changesCases } from './cases/changes.ts';
import { hostileCases } from './cases/hostile.ts';
import { lostCases } from './cases/lost.ts';
import { ownCases } from './cases/own.ts';
import { passCases } from './cases/passes.ts';
import { readCases } from './cases/read.ts';
import { streamCases } from './cases/streams.ts';
import { writeCases } from './cases/write.ts';

/** One demand on every implementation of `Crm`. It throws an `AssertionError` where the demand is not met. */
export interface ContractCase {
  /** A sentence of behaviour. */
  readonly name: string;
  /** True: needs a world in which Truce's own fields do not exist yet. */
  readonly unprovisioned?: boolean;
  /** Why the case does not apply to this implementation; undefined when it does. */
  skip?(capabilities: Capabilities, harness: ContractHarness): string | undefined;
  /** Runs the case on a fresh harness whose world is empty. */
  run(harness: ContractHarness): Promise<void>;
}

/** What the suite needs of an implementation: a way to connect, and a world to act on beside it. */
export interface ContractHarness {
  /** A new connection of the integration to the world. */
  connect(): Promise<Crm>;
  readonly world: ContractWorld;
  /** The people's status field, and three of its values that may be written. */
  readonly statusField: string;
  readonly statuses: readonly [string, string, string];
  /** An optional writable text field of people that takes at least 100 characters. */
  readonly textField: string;
  /** The record type that creates make. */
  readonly object: string;
  /** The fields without which the CRM creates no person. */
  newPerson(email: string): Fields;
  readonly sizes: {
    /** People with one and the same change stamp; more than one query of the CRM returns, where that is affordable. */
    readonly equalStamps: number;
    /** People enough for several pages of `changes`. */
    readonly pages: number;
  };
  /** False: the CRM refuses a second person with the same e-mail address. */
  readonly sharedEmails: boolean;
  /** True: people are leads first, and a deal begins with their conversion. */
  readonly convertsLeads: boolean;
}

/** What users do in the CRM beside the integration, at the CRM's own time. */
export interface ContractWorld {
  /** The id that histories name as the author of what this world does; null where they name none. */
  readonly userId: RecordId | null;
  addPerson(person: { readonly email: string; readonly status?: string }): Promise<RecordId>;
  /** Adds people, all stamped with the same instant; their addresses are `PREFIX-0@example.com` and on. */
  addPeople(count: number, prefix: string): Promise<readonly RecordId[]>;
  edit(personId: RecordId, field: string, value: FieldValue): Promise<void>;
  remove(personId: RecordId): Promise<void>;
  /** @returns the id of the record that remains */
  merge(winnerId: RecordId, loserId: RecordId): Promise<RecordId>;
  addAccount(name: string): Promise<RecordId>;
  addCampaign(name: string): Promise<RecordId>;
  /** Makes the person a member of the campaign. */
  addMember(campaignId: RecordId, personId: RecordId): Promise<void>;
  /** A won deal in which the person takes part, by conversion where the CRM needs one. */
  addWonDeal(personId: RecordId): Promise<RecordId>;
  /** A call to the person, logged by the user. */
  addCall(personId: RecordId): Promise<RecordId>;
  /** A person's value as a user sees it; null when it is empty. */
  value(personId: RecordId, field: string): Promise<FieldValue>;
  /** How many people have this e-mail address, as a user finds them. */
  countByEmail(email: string): Promise<number>;
  /** A restriction as `ChangesOptions.scope` takes it, and how users put people in and take them out. */
  restriction(): Promise<{
    readonly scope: string;
    readonly enter: (personId: RecordId) => Promise<void>;
    readonly leave: (personId: RecordId) => Promise<void>;
  }>;
  /** Breaks the connection at the integration's next write of people: before it takes effect, or after. Absent where there is none to break. */
  loseNextWrite?(when: 'before' | 'after'): Promise<void>;
  /** Moves the CRM's time on, in milliseconds. */
  advance(ms: number): Promise<void>;
}

/**
 * The demands on every implementation of `Crm`, for any test runner.
 * @example
 * for (const demand of crmContract()) {
 *   test(demand.name, async (context) => {
 *     const harness = await openHarness({ provisioned: demand.unprovisioned !== true });
 *     const reason = demand.skip?.((await harness.connect()).capabilities, harness);
 *     if (reason !== undefined) context.skip(reason);
 *     await demand.run(harness);
 *   });
 * }
 */
export function crmContract(): readonly ContractCase[] {
  return [
    ...accountCases,
    ...changesCases,
    ...passCases,
    ...streamCases,
    ...readCases,
    ...writeCases,
    ...lostCases,
    ...ownCases,
    ...hostileCases,
  ];
}
