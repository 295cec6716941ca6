import type { CrmError } from '../../src/errors.ts';
import type { OwnStem } from '../../src/crm.ts';
import type { Account, ActorRef, Campaign, Deal, DealPerson, Member, Person, Rate, Touch, User } from '../../src/model/records.ts';
import type { FieldValue, Fields, Instant, RecordId } from '../../src/model/words.ts';

/** Values by field: a plain object for ordinary names, a Map for hostile ones (`__proto__`). */
export type FieldsInput = Fields | Readonly<Record<string, FieldValue>>;

/** When something happens and who does it. */
export interface ActOptions {
  /** @default the latest instant the world has seen */
  readonly at?: Instant;
  /** @default a human user of this CRM */
  readonly actor?: ActorRef;
}

/** A person to add; every part is optional. */
export interface PersonSeed extends ActOptions {
  readonly id?: string;
  readonly object?: string;
  readonly email?: string | null;
  readonly otherEmails?: readonly string[];
  /** @default the status field's first option */
  readonly status?: FieldValue;
  readonly name?: string;
  readonly company?: string;
  readonly ownerId?: string;
  readonly score?: number;
  readonly optedOut?: boolean;
  readonly channel?: string;
  readonly accountId?: string;
  readonly crossIds?: readonly string[];
  readonly hints?: ReadonlyMap<string, string>;
  /** Further values by the CRM's field name. */
  readonly fields?: FieldsInput;
  readonly own?: ReadonlyMap<OwnStem, FieldValue>;
}

/** A record to add, as the boundary has it, with what is left out filled in. */
export type Seed<R extends { readonly id: RecordId }> = Partial<Omit<R, 'id'>> & ActOptions & { readonly id?: string };

/** What a call to the memory CRM is called when a script waits for it. `changes` counts pages, `read` and `write` batches. */
export type CallName = 'account' | 'describe' | 'changes' | 'read' | 'write' | 'provision';

/** Which call a script waits for. */
export interface CallMatch {
  readonly on: CallName;
  /** Counted from when the script was given, from 1. @default 1 */
  readonly nth?: number;
}

/** A failure to come. */
export interface Fault extends CallMatch {
  /** Before: the call has no effect. After: it has, but its answer is lost. */
  readonly when: 'before' | 'after';
  /** Thrown. Without it the answer is lost on the way: a write's results are `ambiguous`, other calls fail with `NETWORK`. */
  readonly error?: CrmError;
}

/** The imagined CRM as its own users and a test see it: what happens beside the integration. */
export interface MemoryWorld {
  addPerson(seed?: PersonSeed): RecordId;
  /** A user changes one field. @throws {Error} when the person or the field does not exist */
  edit(personId: RecordId, field: string, value: FieldValue, options?: ActOptions): void;
  /** A lead becomes a contact, and with `deal` also an opportunity. @returns the ids of what it became */
  convert(
    leadId: RecordId,
    options?: ActOptions & { readonly deal?: Seed<Deal> },
  ): { readonly contactId: RecordId; readonly dealId: RecordId | null };
  /** Two people turn out to be one. @returns the id of the record that remains */
  merge(winnerId: RecordId, loserId: RecordId, options?: ActOptions): RecordId;
  /** Deletes a record of any kind; `erased` for good, on the person's request. */
  remove(id: RecordId, options?: ActOptions & { readonly erased?: boolean }): void;

  addCampaign(seed: Seed<Campaign> & { readonly name: string; readonly own?: ReadonlyMap<OwnStem, FieldValue> }): RecordId;
  editCampaign(id: RecordId, patch: Partial<Omit<Campaign, 'id'>>, options?: ActOptions): void;
  addMember(seed: Seed<Member> & { readonly campaignId: RecordId; readonly personId: RecordId }): RecordId;
  editMember(id: RecordId, patch: Partial<Omit<Member, 'id'>>, options?: ActOptions): void;
  /** A deal, with the people who take part in it (the first one is the primary contact). */
  addDeal(seed?: Seed<Deal> & { readonly people?: readonly RecordId[] }): RecordId;
  /** Changes of stage and outcome are kept as history; from closed to open counts as reopened. */
  editDeal(id: RecordId, patch: Partial<Omit<Deal, 'id'>>, options?: ActOptions): void;
  addDealPerson(seed: Seed<DealPerson> & { readonly dealId: RecordId; readonly personId: RecordId }): RecordId;
  addTouch(seed: Seed<Touch> & { readonly personIds: readonly RecordId[] }): RecordId;
  addAccount(seed?: Seed<Account>): RecordId;
  addUser(seed?: Seed<User>): RecordId;
  addRate(seed: Seed<Rate> & { readonly currency: string; readonly rate: string }): RecordId;

  /** Names a restriction for `ChangesOptions.scope`. The person is given with all its fields. */
  scope(name: string, holds: (person: Person) => boolean): void;
  /** Makes the n-th call from now fail. */
  fail(fault: Fault): void;
  /** Runs something just before or after the n-th call from now took effect: a user who edits in between. */
  interleave(match: CallMatch & { readonly when: 'before' | 'after' }, act: () => void): void;

  /** A person as it stands, with all its fields; undefined when it is gone. */
  person(id: RecordId): Person | undefined;
  people(): IterableIterator<Person>;
  /** One of Truce's own values on a person, a campaign or a member; null when it was never set. */
  own(id: RecordId, stem: OwnStem): FieldValue;
  /** Everything that can be read, as one canonical string: two worlds in the same state give the same. */
  snapshot(): string;
  /** Calls so far, by name. */
  calls(): Readonly<Record<CallName, number>>;
  /** The latest instant the world has seen. */
  now(): Instant;
}
