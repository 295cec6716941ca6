import type { ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { Campaign, DealPerson, Member, User } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { pageSizes } from './limits.ts';
import { campaignPages, guidsOf, listedCampaigns } from './campaign-list.ts';
import { campaignOf, userOf } from './map.ts';
import { readAssociations, refuseRepeated, serverTime } from './objects.ts';
import type { Part, Step } from './pass.ts';
import type { Room } from './room.ts';
import { ownersShape, parse } from './shapes.ts';
import { listed } from './sources.ts';
import { instantOf } from './values.ts';

/** Object type ids, which associations of campaigns need: the campaigns API's names mean nothing there. */
const campaignType = '0-35';
const contactType = '0-1';
/** How long the list of campaigns that another stream has just read stands for the present one. */
const freshMs = 60_000;

/** All marketing campaigns. */
export function campaignSteps(room: Room, options: ChangesOptions): readonly Step<Campaign>[] {
  return [
    async function* (from): AsyncGenerator<Part<Campaign>> {
      const { currency } = await room.account(options);
      for await (const page of campaignPages(room, from.next, options)) {
        const events = page.records.map((record): ChangeEvent<Campaign> => {
          const at = instantOf(record.updatedAt) ?? 0;
          return { type: 'upsert', id: record.id as RecordId, version: String(at), at, record: campaignOf(record, currency) };
        });
        yield { events, next: page.next, at: page.at };
      }
    },
  ];
}

/**
 * Contacts associated with campaigns. HubSpot has no campaign member: an association has no time, and does not say
 * whether the contact responded.
 */
export function memberSteps(room: Room, options: ChangesOptions): readonly Step<Member>[] {
  const eventsOf = async (guids: ReadonlyMap<string, string>, at: number): Promise<readonly ChangeEvent<Member>[]> => {
    const between = { from: campaignType, to: contactType };
    const { byRecord } = await readAssociations(room.wire, between, { ids: [...guids.keys()], signal: options.signal });
    return [...byRecord].flatMap(([numericId, associations]) => {
      const campaignId = guids.get(numericId);
      return campaignId === undefined ? [] : associations.map((association) => memberEvent(campaignId, association, at));
    });
  };
  return [
    async function* (from): AsyncGenerator<Part<Member>> {
      const known = from.next === null ? listedCampaigns(room, freshMs) : null;
      if (known !== null) {
        yield { events: await eventsOf(guidsOf(known.records.values()), known.at), next: null, at: known.at };
        return;
      }
      for await (const page of campaignPages(room, from.next, options)) {
        yield { events: await eventsOf(guidsOf(page.records), page.at), next: page.next, at: page.at };
      }
    },
  ];
}

function memberEvent(
  campaignId: string,
  association: { readonly to: string; readonly labels: readonly string[] },
  at: number,
): ChangeEvent<Member> {
  const status = association.labels[0] ?? null;
  const id = `${campaignId}:${association.to}` as RecordId;
  const record: Member = {
    id,
    campaignId: campaignId as RecordId,
    personId: association.to as RecordId,
    addedAt: null,
    respondedAt: null,
    precision: 'ms',
    status,
    responded: false,
  };
  return { type: 'upsert', id, version: status ?? '', at, record };
}

/** Contacts associated with deals; the label is the role. */
export function dealPeopleSteps(room: Room, options: ChangesOptions): readonly Step<DealPerson>[] {
  return [
    async function* (from): AsyncGenerator<Part<DealPerson>> {
      let ids: string[] = [];
      for await (const page of listed(room, 'deals', { after: from.next, properties: [], signal: options.signal })) {
        ids.push(...page.records.map((record) => record.id));
        if (page.next !== null && ids.length < pageSizes.associations) continue;
        const { byRecord } = await readAssociations(room.wire, { from: 'deals', to: 'contacts' }, { ids, signal: options.signal });
        const events = [...byRecord].flatMap(([dealId, associations]) =>
          associations.map((association): ChangeEvent<DealPerson> => {
            const id = `${dealId}:${association.to}` as RecordId;
            const role = association.labels[0] ?? null;
            const record: DealPerson = {
              id,
              dealId: dealId as RecordId,
              personId: association.to as RecordId,
              role,
              primary: false,
              addedAt: null,
            };
            return { type: 'upsert', id, version: role ?? '', at: page.at, record };
          }),
        );
        ids = [];
        yield { events, next: page.next, at: page.at };
      }
    },
  ];
}

/** Owners who left are looked up only now and then; meanwhile they are absent from the list of the active ones. */
const archivedOwnersEveryMs = 6 * 3_600_000;

/** Owners, those who left included: old records still name them. */
export function userSteps(room: Room, options: ChangesOptions): readonly Step<User>[] {
  return [
    (from) => ownerPages(room, { archived: false, after: from.next, signal: options.signal }),
    async function* (from): AsyncGenerator<Part<User>> {
      const now = room.wire.serverNow();
      const last = from.notes['archivedOwnersAt'];
      if (from.next === null && now !== null && last !== undefined && now - last < archivedOwnersEveryMs) {
        yield { events: [], next: null, at: now };
        return;
      }
      for await (const part of ownerPages(room, { archived: true, after: from.next, signal: options.signal })) {
        yield part.next === null ? { ...part, notes: { archivedOwnersAt: part.at } } : part;
      }
    },
  ];
}

async function* ownerPages(
  room: Room,
  options: { readonly archived: boolean; readonly after: string | null; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Part<User>> {
  const seen = new Set<string>();
  let token = options.after;
  for (;;) {
    const after = token ?? undefined;
    const answer = await room.wire.client({ limit: 'general', repeatable: true, signal: options.signal }, (api) =>
      api.owners.getPage(undefined, after, pageSizes.list, options.archived),
    );
    const { results, paging } = parse(ownersShape, answer.body, 'the owners');
    const events = results.map((owner): ChangeEvent<User> => {
      const at = instantOf(owner.updatedAt) ?? 0;
      const version = `${at}${owner.archived ? ':archived' : ''}`;
      return { type: 'upsert', id: owner.id as RecordId, version, at, record: userOf(owner) };
    });
    if (paging !== null) refuseRepeated(seen, paging);
    yield { events, next: paging, at: serverTime(answer) };
    if (paging === null) return;
    token = paging;
  }
}
