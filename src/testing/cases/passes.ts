import assert from 'node:assert/strict';
import type { ChangeEvent, Crm, Cursor, Stream, StreamRecords } from '../../crm.ts';
import type { Person } from '../../model/records.ts';
import type { FieldValue, RecordId } from '../../model/words.ts';
import type { ContractCase, ContractHarness } from '../contract.ts';
import { LONG, drain, upserted } from '../steps.ts';
import { needsIncremental } from './changes.ts';

/** The last value that was delivered for each person. */
class Seen {
  readonly values = new Map<RecordId, FieldValue>();
  readonly #field: string;

  constructor(field: string) {
    this.#field = field;
  }

  take(events: readonly ChangeEvent<Person>[]): void {
    for (const event of events) {
      if (event.type === 'upsert') this.values.set(event.id, event.record.fields.get(this.#field) ?? null);
      else this.values.delete(event.id);
    }
  }
}

/** Reads a pass of people and lets users act after its first page. */
async function disturbed(
  harness: ContractHarness,
  pass: { readonly crm: Crm; readonly cursor: Cursor | null; readonly seen: Seen },
  act: (delivered: ReadonlySet<RecordId>) => Promise<void>,
): Promise<Cursor> {
  let last: Cursor | undefined;
  let pages = 0;
  for await (const page of pass.crm.changes('people', pass.cursor, { fields: [harness.statusField] })) {
    pass.seen.take(page.events);
    last = page.cursor;
    pages += 1;
    if (pages === 1) await act(upserted(page.events));
  }
  assert.ok(last !== undefined);
  return last;
}

/** Users edit, add and delete people while a pass is under way; what they did must be known after the next pass. */
async function unsettled(
  harness: ContractHarness,
  ids: readonly RecordId[],
  pass: { readonly crm: Crm; readonly cursor: Cursor | null },
): Promise<void> {
  const { world, statusField, statuses } = harness;
  const seen = new Seen(statusField);
  const added: RecordId[] = [];
  const cursor = await disturbed(harness, { ...pass, seen }, async (delivered) => {
    await world.advance(1_000);
    const [early, late] = [ids.find((id) => delivered.has(id)), ids.findLast((id) => !delivered.has(id)) ?? ids.at(-1)];
    if (early !== undefined) await world.edit(early, statusField, statuses[2]);
    if (late !== undefined && late !== early) await world.edit(late, statusField, statuses[2]);
    added.push(...(await world.addPeople(1, 'meanwhile')));
    const gone = ids.at(Math.floor(ids.length / 2));
    if (gone !== undefined && gone !== early && gone !== late) await world.remove(gone);
  });
  await world.advance(LONG);
  seen.take((await drain(pass.crm, 'people', cursor, { fields: [statusField] })).events);
  const truth = new Map<RecordId, FieldValue>();
  const refs = [...ids, ...added].map((id) => ({ id }));
  for (const { ref, found } of await pass.crm.read('person', refs, { fields: [statusField] })) {
    if ('id' in ref && found[0] !== undefined) truth.set(ref.id, found[0].fields.get(statusField) ?? null);
  }
  const wrong = [...truth].filter(([id, value]) => seen.values.get(id) !== value).map(([id]) => id);
  assert.deepEqual(wrong, [], 'everybody is known as they are');
  assert.deepEqual(
    [...seen.values.keys()].filter((id) => !truth.has(id)),
    [],
    'nobody is known who is gone',
  );
}

/** A case about what a stream's second pass brings. */
function next<S extends Stream>(
  stream: S,
  name: string,
  add: (harness: ContractHarness) => Promise<(record: StreamRecords[S]) => boolean>,
): ContractCase {
  return {
    name,
    skip: (capabilities) => (capabilities.streams[stream] === undefined ? `this CRM has no stream of ${stream}` : undefined),
    async run(harness) {
      const crm = await harness.connect();
      const options = { historyFields: [harness.statusField] };
      await add(harness);
      await harness.world.advance(LONG);
      const { cursor } = await drain(crm, stream, null, options);
      await harness.world.advance(LONG);
      const isNew = await add(harness);
      await harness.world.advance(LONG);
      const { events } = await drain(crm, stream, cursor, options);
      assert.ok(events.some((event) => event.type === 'upsert' && isNew(event.record)));
    },
  };
}

let count = 0;
/** A person of one's own for each step of a case. */
function somebody(harness: ContractHarness): Promise<RecordId> {
  count += 1;
  return harness.world.addPerson({ email: `somebody-${count}@example.com`, status: harness.statuses[0] });
}

/** Passes in a world that does not hold still, and what comes after a first pass. */
export const passCases: readonly ContractCase[] = [
  {
    name: 'what users do while a first pass is under way is known after the second',
    skip: needsIncremental,
    async run(harness) {
      const ids = await harness.world.addPeople(harness.sizes.pages, 'first');
      await harness.world.advance(LONG);
      await unsettled(harness, ids, { crm: await harness.connect(), cursor: null });
    },
  },
  {
    name: 'what users do while a later pass is under way is known after the one that follows',
    skip: needsIncremental,
    async run(harness) {
      const crm = await harness.connect();
      const { cursor } = await drain(crm, 'people', null);
      await harness.world.advance(LONG);
      const ids = await harness.world.addPeople(harness.sizes.pages, 'later');
      await harness.world.advance(LONG);
      await unsettled(harness, ids, { crm, cursor });
    },
  },
  {
    name: 'a scope delivers who is in it, and says who left',
    skip: needsIncremental,
    async run(harness) {
      const { scope, enter, leave } = await harness.world.restriction();
      const [inside, outside, entering] = (await harness.world.addPeople(3, 'scope')) as [RecordId, RecordId, RecordId];
      await enter(inside);
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const first = await drain(crm, 'people', null, { scope });
      assert.deepEqual(upserted(first.events), new Set([inside]));
      await harness.world.advance(LONG);
      await leave(inside);
      await enter(entering);
      await harness.world.advance(LONG);
      const { events } = await drain(crm, 'people', first.cursor, { scope });
      assert.deepEqual(upserted(events), new Set([entering]));
      assert.ok(
        events.some((event) => event.type === 'left' && event.id === inside),
        'who left is reported',
      );
      assert.ok(!upserted(events).has(outside));
    },
  },
  {
    name: 'a person who was converted changes, and shows what became of the deal',
    skip: (capabilities, harness) => (harness.convertsLeads ? needsIncremental(capabilities) : 'people of this CRM are not converted'),
    async run(harness) {
      const id = await somebody(harness);
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const { cursor } = await drain(crm, 'people', null);
      await harness.world.advance(LONG);
      await harness.world.addWonDeal(id);
      await harness.world.advance(LONG);
      const { events } = await drain(crm, 'people', cursor);
      const event = events.findLast((one) => one.type === 'upsert' && one.id === id);
      assert.ok(event?.type === 'upsert' && event.record.converted !== null, 'the conversion is told');
      assert.ok(event.record.dealOutcomes.includes('won'), 'and the deal');
      const { contactId } = event.record.converted;
      assert.ok(contactId !== null && upserted(events).has(contactId), 'and the contact that it became');
      const [result] = await crm.write('person', [
        { intentId: 'late', op: 'update', id, fields: new Map([[harness.statusField, harness.statuses[1]]]) },
      ]);
      assert.ok(result?.status === 'rejected');
      assert.equal(result.code, 'CONVERTED');
    },
  },
  next('deals', 'a deal that is new since the last pass is delivered', async (harness) => {
    const id = await harness.world.addWonDeal(await somebody(harness));
    return (deal) => deal.id === id;
  }),
  next('deal-people', 'a part in a deal that is new since the last pass is delivered', async (harness) => {
    const id = await harness.world.addWonDeal(await somebody(harness));
    return (part) => part.dealId === id;
  }),
  next('members', 'a campaign member that is new since the last pass is delivered', async (harness) => {
    const personId = await somebody(harness);
    await harness.world.addMember(await harness.world.addCampaign(`Campaign of ${personId}`), personId);
    return (member) => member.personId === personId;
  }),
  next('touches', 'a call that is new since the last pass is delivered', async (harness) => {
    const personId = await somebody(harness);
    await harness.world.addCall(personId);
    return (touch) => touch.personIds.includes(personId);
  }),
  next('status-history', 'a change of status that is new since the last pass is delivered', async (harness) => {
    const personId = await somebody(harness);
    await harness.world.advance(60_000);
    await harness.world.edit(personId, harness.statusField, harness.statuses[1]);
    return (change) => change.entityId === personId && change.to === harness.statuses[1];
  }),
];
