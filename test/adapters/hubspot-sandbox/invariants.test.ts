import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { dig, ids, results, START, testPortal, text, USER_TOKEN, type Reply, type TestPortal } from './portal.ts';

const PATH = '/crm/v3/objects/contacts';
const LAG = 5000;

/** One call of a random history; numbers choose among the records that are there. */
type Step =
  | { readonly kind: 'create'; readonly name: number; readonly city: string }
  | { readonly kind: 'update'; readonly pick: number; readonly city: string; readonly byUser: boolean }
  | { readonly kind: 'batch'; readonly picks: readonly number[]; readonly city: string }
  | { readonly kind: 'upsert'; readonly key: number; readonly city: string }
  | { readonly kind: 'merge'; readonly pick: number; readonly other: number }
  | { readonly kind: 'archive'; readonly pick: number }
  | { readonly kind: 'associate'; readonly pick: number; readonly deal: number }
  | { readonly kind: 'dissociate'; readonly pick: number; readonly deal: number }
  | { readonly kind: 'deal'; readonly stage: string }
  | { readonly kind: 'search' }
  | { readonly kind: 'advance'; readonly ms: number };

const city = fc.constantFrom('', 'Bonn', 'Kiel', 'Ulm');
const pick = fc.nat(40);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('create' as const), name: fc.nat(30), city }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('update' as const), pick, city, byUser: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('batch' as const), picks: fc.array(pick, { maxLength: 6 }), city }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('upsert' as const), key: fc.nat(10), city }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), pick, other: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('archive' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('associate' as const), pick, deal: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dissociate' as const), pick, deal: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('deal' as const), stage: fc.constantFrom('contractsent', 'closedwon', 'closedlost') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('search' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(8000) }) },
);

/** What a history has left behind. */
interface Seen {
  readonly portal: TestPortal;
  /** Every id that was ever given out. */
  readonly given: string[];
  /** Contacts that should be alive. */
  readonly alive: Set<string>;
  readonly archived: Set<string>;
  readonly deals: string[];
}

function chosen(from: Iterable<string>, n: number): string | undefined {
  const all = [...from];
  return all[n % Math.max(1, all.length)];
}

function note(seen: Seen, reply: Reply): void {
  if (reply.status !== 201) return;
  const id = text(reply, 'id');
  seen.given.push(id);
  seen.alive.add(id);
}

async function carryOut(seen: Seen, one: Step): Promise<void> {
  const { send, clock } = seen.portal;
  switch (one.kind) {
    case 'create':
      return note(seen, await send(`POST ${PATH}`, { properties: { email: `c${one.name}@acme.example`, city: one.city } }));
    case 'update': {
      const id = chosen(seen.alive, one.pick);
      if (id === undefined) return;
      const token = one.byUser ? { token: USER_TOKEN } : {};
      const reply = await send(`PATCH ${PATH}/${id}`, { properties: { city: one.city } }, token);
      return expect(reply.status).toBe(200);
    }
    case 'batch': {
      const inputs = [...new Set(one.picks.flatMap((n) => chosen(seen.given, n) ?? []))].map((id) => ({
        id,
        properties: { city: one.city },
      }));
      const reply = await send(`POST ${PATH}/batch/update`, { inputs });
      const living = inputs.filter(({ id }) => seen.alive.has(id)).map(({ id }) => id);
      return expect(ids(reply).toSorted()).toEqual(living.toSorted());
    }
    case 'upsert': {
      const inputs = [{ id: `k${one.key}`, idProperty: 'truce_key', properties: { city: one.city } }];
      const [result] = results(await send(`POST ${PATH}/batch/upsert`, { inputs }));
      const id = String(result?.['id']);
      expect(result?.['new']).toBe(!seen.alive.has(id));
      if (result?.['new'] === true) seen.given.push(id);
      seen.alive.add(id);
      return undefined;
    }
    case 'merge':
      return merge(seen, one);
    case 'archive': {
      const id = chosen(seen.alive, one.pick);
      if (id === undefined) return;
      expect((await send(`DELETE ${PATH}/${id}`)).status).toBe(204);
      seen.alive.delete(id);
      seen.archived.add(id);
      return undefined;
    }
    case 'associate':
    case 'dissociate': {
      const [id, deal] = [chosen(seen.alive, one.pick), chosen(seen.deals, one.deal)];
      if (id === undefined || deal === undefined) return;
      if (one.kind === 'dissociate') await send(`DELETE /crm/v4/objects/contacts/${id}/associations/deals/${deal}`);
      else await send(`PUT /crm/v4/objects/deals/${deal}/associations/default/contacts/${id}`);
      return undefined;
    }
    case 'deal': {
      const made = await send('POST /crm/v3/objects/deals', { properties: { dealname: 'D', dealstage: one.stage } });
      seen.deals.push(text(made, 'id'));
      seen.given.push(text(made, 'id'));
      return undefined;
    }
    case 'search':
      return searchTellsNoLies(seen);
    case 'advance':
      return clock.advance(one.ms);
  }
}

async function merge(seen: Seen, one: { readonly pick: number; readonly other: number }): Promise<void> {
  const { send } = seen.portal;
  const [primary, other] = [chosen(seen.alive, one.pick), chosen(seen.alive, one.other)];
  if (primary === undefined || other === undefined) return;
  const reply = await send(`POST ${PATH}/merge`, { primaryObjectId: primary, objectIdToMerge: other });
  if (primary === other) return expect(reply.status).toBe(400);
  const id = text(reply, 'id');
  seen.given.push(id);
  for (const old of [primary, other]) seen.alive.delete(old);
  seen.alive.add(id);
  for (const old of [primary, other]) expect(dig(await send(`GET ${PATH}/${old}`), 'id')).toBe(id);
}

/** Before the lag is over search may show too little or what is gone, but never an id that was not given out. */
async function searchTellsNoLies(seen: Seen): Promise<void> {
  const reply = await seen.portal.send(`POST ${PATH}/search`, { limit: 200 });
  for (const id of ids(reply)) expect(seen.given).toContain(id);
}

async function listed(portal: TestPortal, query: string): Promise<string[]> {
  const all: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Reply = await portal.send(`GET ${PATH}?limit=7&${query}&after=${after}`);
    all.push(...ids(page));
    after = dig(page, 'paging', 'next', 'after') as string | undefined;
  }
  return all;
}

async function historiesHold(seen: Seen): Promise<void> {
  const page = await seen.portal.send(`GET ${PATH}?limit=50&properties=city,email&propertiesWithHistory=city,email`);
  for (const record of results(page)) {
    const values = record['properties'] as Record<string, string | null>;
    const histories = record['propertiesWithHistory'] as Record<string, { value: string; timestamp: string }[]>;
    for (const name of ['city', 'email']) {
      const entries = histories[name] ?? [];
      const times = entries.map((entry) => entry.timestamp);
      expect(times).toEqual(times.toSorted().toReversed());
      expect([record['id'], name, entries[0]?.value ?? '']).toEqual([record['id'], name, values[name] ?? '']);
    }
  }
}

async function associationsHold(seen: Seen): Promise<void> {
  const { send } = seen.portal;
  const pairs = async (from: string, to: string, all: Iterable<string>): Promise<string[]> => {
    const found: string[] = [];
    for (const id of all) {
      const targets = results(await send(`GET /crm/v4/objects/${from}/${id}/associations/${to}`)).map((one) => String(one['toObjectId']));
      found.push(...targets.map((target) => (from === 'contacts' ? `${id} ${target}` : `${target} ${id}`)));
    }
    return found.toSorted();
  };
  expect(await pairs('contacts', 'deals', seen.alive)).toEqual(await pairs('deals', 'contacts', seen.deals));
}

async function invariantsHold(seen: Seen): Promise<void> {
  const { portal } = seen;
  expect(new Set(seen.given).size).toBe(seen.given.length);
  const living = await listed(portal, '');
  expect(living.toSorted()).toEqual([...seen.alive].toSorted());
  expect((await listed(portal, 'archived=true')).toSorted()).toEqual([...seen.archived].toSorted());
  expect(portal.half.counts().records).toMatchObject({ contacts: living.length, deals: seen.deals.length });
  await historiesHold(seen);
  await associationsHold(seen);
  portal.clock.advance(LAG);
  const found = await portal.send(`POST ${PATH}/search`, { limit: 200 });
  expect([dig(found, 'total'), ids(found).toSorted()]).toEqual([living.length, living.toSorted()]);
  const emails = results(found).flatMap((one) => (one['properties'] as Record<string, string | null>)['email'] ?? []);
  expect(new Set(emails).size).toBe(emails.length);
}

it('no history of calls breaks what the documentation promises', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const portal = testPortal({ searchLagMs: LAG });
      const seen: Seen = { portal, given: [], alive: new Set(), archived: new Set(), deals: [] };
      for (const one of steps) await carryOut(seen, one);
      await invariantsHold(seen);
    }),
    { numRuns: 150 },
  );
}, 60_000);

it('the same history gives the same answers, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const dump = async (): Promise<string> => {
        const portal = testPortal({ searchLagMs: LAG });
        const seen: Seen = { portal, given: [], alive: new Set(), archived: new Set(), deals: [] };
        for (const one of steps) await carryOut(seen, one);
        return (await portal.send(`GET ${PATH}?limit=50&propertiesWithHistory=city,email,lifecyclestage&associations=deals`)).text;
      };
      expect(await dump()).toBe(await dump());
    }),
    { numRuns: 40 },
  );
  expect(START).toBeGreaterThan(0);
}, 60_000);
