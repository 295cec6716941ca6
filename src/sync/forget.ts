import type { ChangeEvent, ChangePage, Stream, StreamRecords } from '../crm.ts';
import { PlanError } from '../errors.ts';
import type { DealPerson, Member, Person, StatusChange, Touch } from '../model/records.ts';
import type { Instant, Side } from '../model/words.ts';
import type { ForgottenStore, PersonRef, State, StateBatch, StoredPerson } from '../state/types.ts';
import { normaliseEmails } from './email.ts';
import { knownPeople } from './identity.ts';

/** More records than this share an address: it is a mailbox, and they are many people. */
const sharedAbove = 20;

/** What forgetting somebody takes away. */
export interface Forgetting {
  readonly records: readonly StoredPerson[];
  /** Their normalised addresses. */
  readonly addresses: readonly string[];
}

/**
 * Everybody that an address, a record id or a key stands for: their records, those linked with them, and those with an address
 * of theirs.
 * @throws {ConfigError} `PERSON_NOT_FOUND` @throws {PlanError} `FORGET_SHARED` when so many share an address that it is a mailbox.
 */
export async function forgettingOf(state: State, who: string): Promise<Forgetting> {
  const records = new Map<string, StoredPerson>();
  let frontier: readonly StoredPerson[] = await knownPeople(state, who);
  while (frontier.length > 0) {
    const news = frontier.filter((record) => !records.has(`${record.side} ${record.id}`));
    for (const record of news) records.set(`${record.side} ${record.id}`, record);
    if (records.size > sharedAbove) {
      throw new PlanError('FORGET_SHARED', `More than ${sharedAbove} records share an address with this one: they are not one person.`, {
        hint: 'Take the shared mailbox from the record in the CRM, pull, and forget it by its record id.',
      });
    }
    const links = await state.links.get([...new Set(news.flatMap((record) => record.linkId ?? []))]);
    const addressed = await Promise.all(news.flatMap((record) => record.emails.map((email) => state.people.find(email))));
    frontier = [...[...links.values()].flatMap((link) => link.members), ...addressed.flat()];
  }
  const addresses = [...new Set([...records.values()].flatMap((record) => record.emails))];
  return { records: [...records.values()], addresses };
}

/** The part of a batch that has people forgotten. */
export function forgetBatch({ records, addresses }: Forgetting, at: Instant): NonNullable<StateBatch['forget']> {
  const keys = records.flatMap((record) => (record.key === null ? [] : [`key:${record.key}`]));
  const marks = [...addresses.map((email) => `email:${email}`), ...records.map(({ side, id }) => recordMark(side, id)), ...keys];
  return { marks, refs: records.map(({ side, id }) => ({ side, id })), at };
}

function recordMark(side: Side, id: string): string {
  return `${side}:${id}`;
}

/**
 * A page without the people who were forgotten: their records, and their part in what others have. A new record with an address
 * of theirs is left out like the old one, and remembered, so that what hangs on it is left out as well.
 */
export async function withoutForgotten<S extends Stream>(
  page: ChangePage<S>,
  at: { readonly side: Side; readonly stream: S; readonly state: State; readonly now: Instant },
): Promise<ChangePage<S>> {
  const { side, stream, state } = at;
  const marksOf = (event: ChangeEvent<StreamRecords[S]>): readonly string[] => marks(event, side, stream);
  const known = await state.forgotten.known([...new Set(page.events.flatMap(marksOf))]);
  if (known.size === 0) return page;
  const fresh: string[] = [];
  const events = page.events.flatMap((event): ChangeEvent<StreamRecords[S]>[] => {
    const hits = marksOf(event).filter((mark) => known.has(mark));
    if (hits.length === 0) return [event];
    if (stream === 'people') fresh.push(recordMark(side, event.id));
    if (stream !== 'touches' || event.type !== 'upsert') return [];
    const touch = event.record as unknown as Touch;
    const personIds = touch.personIds.filter((id) => !known.has(recordMark(side, id)));
    return personIds.length === 0 ? [] : [{ ...event, record: { ...event.record, personIds } }];
  });
  if (fresh.some((mark) => !known.has(mark))) await state.commit({ forget: { marks: fresh, refs: [], at: at.now } });
  return { ...page, events };
}

function marks<S extends Stream>(event: ChangeEvent<StreamRecords[S]>, side: Side, stream: S): readonly string[] {
  if (stream === 'people') {
    if (event.type !== 'upsert') return [recordMark(side, event.id)];
    const person = event.record as unknown as Person;
    const { emails } = normaliseEmails(person.emails);
    return [recordMark(side, event.id), ...emails.map((email) => `email:${email}`), ...(person.key === null ? [] : [`key:${person.key}`])];
  }
  if (event.type !== 'upsert') return [];
  return personIds(event.record, stream).map((id) => recordMark(side, id));
}

function personIds(record: unknown, stream: Stream): readonly string[] {
  switch (stream) {
    case 'members':
    case 'deal-people':
      return [(record as Member | DealPerson).personId];
    case 'touches':
      return (record as Touch).personIds;
    case 'status-history': {
      const change = record as StatusChange;
      return change.entity === 'person' ? [change.entityId] : [];
    }
    case 'people':
    case 'accounts':
    case 'campaigns':
    case 'deals':
    case 'users':
    case 'rates':
      return [];
  }
}

/** Erases what is noted to be erased: first in the warehouse, then in the state, so that a run that dies in between goes on. */
export async function finishForgetting(
  forgotten: ForgottenStore,
  warehouse: ((refs: readonly PersonRef[]) => Promise<void>) | null,
): Promise<number> {
  const refs = await forgotten.pending();
  if (refs.length === 0) return 0;
  await warehouse?.(refs);
  await forgotten.finish();
  return refs.length;
}
