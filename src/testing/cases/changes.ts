import assert from 'node:assert/strict';
import type { Capabilities } from '../../crm.ts';
import type { Person } from '../../model/records.ts';
import type { RecordId } from '../../model/words.ts';
import type { ContractCase } from '../contract.ts';
import { LONG, drain, upserted } from '../steps.ts';

/** Why a case about increments does not apply. */
export const needsIncremental = (capabilities: Capabilities): string | undefined =>
  capabilities.streams.people === 'incremental' ? undefined : 'people are listed whole at every pass, so nothing is incremental';

/** The stream of people: completeness, resuming, removal. */
export const changesCases: readonly ContractCase[] = [
  {
    name: 'from null everything there is is delivered, with the fields asked for and no others',
    async run(harness) {
      const ids = await harness.world.addPeople(3, 'all');
      await harness.world.advance(LONG);
      const { events } = await drain(await harness.connect(), 'people', null, { fields: [harness.statusField] });
      assert.deepEqual(upserted(events), new Set(ids));
      for (const event of events) {
        assert.ok(event.type === 'upsert');
        assert.equal(event.record.id, event.id);
        assert.ok(event.record.emails[0]?.startsWith('all-'));
        assert.deepEqual([...event.record.fields.keys()], [harness.statusField]);
      }
    },
  },
  {
    name: 'the next pass delivers what changed since, and not what is older than the overlap',
    skip: needsIncremental,
    async run(harness) {
      const [first, second, third] = (await harness.world.addPeople(3, 'inc')) as [RecordId, RecordId, RecordId];
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const { cursor } = await drain(crm, 'people', null);
      await harness.world.advance(LONG);
      await harness.world.edit(second, harness.statusField, harness.statuses[1]);
      const [added] = await harness.world.addPeople(1, 'late');
      await harness.world.advance(LONG);
      const { events } = await drain(crm, 'people', cursor);
      const delivered = upserted(events);
      assert.ok(delivered.has(second), 'the one that was edited');
      assert.ok(added !== undefined && delivered.has(added), 'the one that is new');
      assert.ok(!delivered.has(first) && !delivered.has(third), 'and not those that are as they were');
    },
  },
  {
    name: 'a change made just after a pass is delivered by a later one',
    skip: needsIncremental,
    async run(harness) {
      const [first, second] = (await harness.world.addPeople(2, 'edge')) as [RecordId, RecordId];
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      let { cursor } = await drain(crm, 'people', null);
      await harness.world.edit(first, harness.statusField, harness.statuses[1]);
      const delivered = new Set<RecordId>();
      for (let passes = 0; passes < 3; passes += 1) {
        const drained = await drain(crm, 'people', cursor);
        cursor = drained.cursor;
        for (const id of upserted(drained.events)) delivered.add(id);
        if (passes === 0) await harness.world.edit(second, harness.statusField, harness.statuses[1]);
        await harness.world.advance(LONG);
      }
      assert.deepEqual(delivered, new Set([first, second]));
    },
  },
  {
    name: 'ids and versions are the same at every pass, and a change gives a new version',
    async run(harness) {
      const [first] = (await harness.world.addPeople(2, 'ver')) as [RecordId, RecordId];
      await harness.world.advance(LONG);
      const records = async (): Promise<ReadonlyMap<RecordId, { readonly version: string; readonly record: Person }>> => {
        const { events } = await drain(await harness.connect(), 'people', null, { fields: [harness.statusField] });
        return new Map(events.flatMap((event) => (event.type === 'upsert' ? [[event.id, event] as const] : [])));
      };
      const before = await records();
      assert.deepEqual(await records(), before);
      await harness.world.edit(first, harness.statusField, harness.statuses[1]);
      await harness.world.advance(LONG);
      const after = await records();
      assert.notEqual(after.get(first)?.version, before.get(first)?.version);
      assert.deepEqual([...after.keys()].toSorted(), [...before.keys()].toSorted());
    },
  },
  {
    name: 'the cursor is JSON, and a pass taken up after any page by another connection misses nothing',
    async run(harness) {
      const ids = new Set(await harness.world.addPeople(harness.sizes.pages, 'page'));
      await harness.world.advance(LONG);
      const { pages } = await drain(await harness.connect(), 'people', null);
      const delivered = new Set<RecordId>();
      for (const page of pages) {
        for (const id of page.ids) delivered.add(id);
        assert.doesNotThrow(() => JSON.parse(page.cursor));
        if (page === pages.at(-1)) break;
        const rest = await drain(await harness.connect(), 'people', page.cursor);
        assert.deepEqual(new Set([...delivered, ...upserted(rest.events)]), ids);
      }
      assert.deepEqual(delivered, ids);
    },
  },
  {
    name: 'an idle pass repeats nothing once the overlap is over',
    skip: needsIncremental,
    async run(harness) {
      await harness.world.addPeople(3, 'idle');
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const first = await drain(crm, 'people', null);
      await harness.world.advance(LONG);
      const second = await drain(crm, 'people', first.cursor);
      await harness.world.advance(LONG);
      assert.deepEqual((await drain(crm, 'people', second.cursor)).events, []);
    },
  },
  {
    name: 'more records with one and the same stamp than a query returns are all delivered',
    skip: needsIncremental,
    async run(harness) {
      await harness.world.addPeople(1, 'before');
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const { cursor } = await drain(crm, 'people', null);
      await harness.world.advance(LONG);
      const ids = await harness.world.addPeople(harness.sizes.equalStamps, 'same');
      await harness.world.advance(LONG);
      const { events } = await drain(crm, 'people', cursor);
      const delivered = upserted(events);
      assert.equal(ids.filter((id) => !delivered.has(id)).length, 0, 'nobody is missing');
    },
  },
  {
    name: 'a deleted record and a merged one say so',
    skip: needsIncremental,
    async run(harness) {
      const [gone, winner, loser] = (await harness.world.addPeople(3, 'gone')) as [RecordId, RecordId, RecordId];
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const { cursor } = await drain(crm, 'people', null);
      await harness.world.advance(LONG);
      await harness.world.remove(gone);
      const into = await harness.world.merge(winner, loser);
      await harness.world.advance(LONG);
      const { events } = await drain(crm, 'people', cursor);
      assert.ok(
        events.some((event) => event.type === 'deleted' && event.id === gone),
        'the deletion is reported',
      );
      const merged = events.find((event) => event.type === 'merged' && event.id === loser);
      assert.ok(merged?.type === 'merged' && merged.into === into, 'the merge is reported with the record that remains');
      assert.ok(upserted(events).has(into), 'the record that remains is delivered');
    },
  },
  {
    name: 'where people are listed whole, what is gone is absent from the next pass',
    skip: (capabilities) => (needsIncremental(capabilities) === undefined ? 'deletions are reported as events' : undefined),
    async run(harness) {
      const [gone, kept] = (await harness.world.addPeople(2, 'whole')) as [RecordId, RecordId];
      const crm = await harness.connect();
      const { cursor } = await drain(crm, 'people', null);
      await harness.world.remove(gone);
      await harness.world.advance(LONG);
      assert.deepEqual(upserted((await drain(crm, 'people', cursor)).events), new Set([kept]));
    },
  },
  {
    name: 'an aborted signal stops a pass, and the pass can be taken up again',
    async run(harness) {
      const ids = await harness.world.addPeople(3, 'abort');
      await harness.world.advance(LONG);
      const crm = await harness.connect();
      const stop = new AbortController();
      stop.abort();
      await assert.rejects(drain(crm, 'people', null, { signal: stop.signal }));
      assert.deepEqual(upserted((await drain(crm, 'people', null)).events), new Set(ids));
    },
  },
];
