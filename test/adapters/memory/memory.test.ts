import { describe, expect, test } from 'vitest';
import { memory, type MemoryOptions } from 'truce/memory';
import type { ChangeEvent, ChangesOptions, Crm, Cursor, Stream, StreamRecords, WriteItem } from '../../../src/crm.ts';
import type { Ports } from '../../../src/ports.ts';
import type { RecordId } from '../../../src/model/words.ts';

const START = Date.UTC(2026, 0, 1);

function ports(now: { ms: number }): Ports {
  let ids = 0;
  return {
    clock: { now: () => now.ms, sleep: async (ms) => void (now.ms += ms) },
    random: { next: () => 0.5 },
    ids: { next: (prefix) => `${prefix}_${(ids += 1)}` },
    http: { exchange: async () => Promise.reject(new Error('the memory adapter sends nothing')), close: async () => {} },
    log: { write: () => {} },
  };
}

function setUp(options: MemoryOptions = {}) {
  const now = { ms: START };
  const crm = memory({ startAt: START, ...options });
  return { now, world: crm.world, side: crm.connect(ports(now)) };
}

async function drain<S extends Stream>(side: Crm, stream: S, cursor: Cursor | null, options: ChangesOptions = {}) {
  const events: ChangeEvent<StreamRecords[S]>[] = [];
  let last = cursor;
  for await (const page of side.changes(stream, cursor, options)) {
    events.push(...page.events);
    last = page.cursor;
  }
  return { events, cursor: last };
}

const update = (id: RecordId, fields: readonly (readonly [string, string])[], more: Partial<WriteItem> = {}): WriteItem => ({
  intentId: `intent-${id}`,
  op: 'update',
  id,
  fields: new Map(fields),
  ...more,
});

describe('changes', () => {
  test('delivers each record once in a pass, however often it changed', async () => {
    const { world, side } = setUp({ pageSize: 2 });
    const ann = world.addPerson({ email: 'ann@example.com' });
    const bob = world.addPerson({ email: 'bob@example.com' });
    world.edit(ann, 'status', 'working', { at: START + 1 });
    world.edit(ann, 'status', 'rejected', { at: START + 2 });
    const { events } = await drain(side, 'people', null, { fields: ['status'] });
    expect(events.map((event) => event.id)).toEqual([bob, ann]);
    expect(events.at(-1)).toMatchObject({ type: 'upsert', at: START + 2, record: { fields: new Map([['status', 'rejected']]) } });
  });

  test('a change younger than the lag comes with a later pass, never not at all', async () => {
    const { now, world, side } = setUp({ lagMs: 5_000 });
    const ann = world.addPerson({ at: START });
    now.ms = START + 6_000;
    const bob = world.addPerson({ at: START + 4_000 });
    const first = await drain(side, 'people', null);
    expect(first.events.map((event) => event.id)).toEqual([ann]);
    now.ms = START + 9_000;
    const second = await drain(side, 'people', first.cursor);
    expect(second.events.map((event) => event.id)).toEqual([bob]);
    expect((await drain(side, 'people', second.cursor)).events).toEqual([]);
  });

  test('behind a lag a record shows as it stood then, and a late one shows after one that is younger', async () => {
    const { now, world, side } = setUp({ lagMs: 5_000, lateMs: ({ id }) => (id === 'late' ? 60_000 : 0) });
    const ann = world.addPerson({ at: START, status: 'new' });
    world.addPerson({ id: 'late', at: START });
    now.ms = START + 6_000;
    world.edit(ann, 'status', 'working', { at: START + 4_000 });
    const first = await drain(side, 'people', null, { fields: ['status'] });
    expect(first.events).toMatchObject([{ id: ann, version: '1', record: { fields: new Map([['status', 'new']]) } }]);
    now.ms = START + 20_000;
    const second = await drain(side, 'people', first.cursor, { fields: ['status'] });
    expect(second.events).toMatchObject([{ id: ann, version: '2', record: { fields: new Map([['status', 'working']]) } }]);
    now.ms = START + 66_000;
    expect((await drain(side, 'people', second.cursor)).events.map((event) => event.id)).toContain('late');
  });

  test('the overlap repeats the young ones, with the same version', async () => {
    const { now, world, side } = setUp({ overlapMs: 10_000 });
    world.addPerson({ at: START });
    now.ms = START + 20_000;
    const bob = world.addPerson({ at: START + 15_000 });
    const first = await drain(side, 'people', null);
    const second = await drain(side, 'people', first.cursor);
    expect(second.events.map((event) => event.id)).toEqual([bob]);
    expect(second.events[0]).toEqual(first.events[1]);
  });

  test('what is deleted, erased, merged or out of scope says so, and only to those who may know it', async () => {
    const { world, side } = setUp();
    const [ann, bob, cid, dan, eve] = ['ann', 'bob', 'cid', 'dan', 'eve'].map((name) => world.addPerson({ name, company: 'Acme' }));
    world.scope('acme', (person) => person.company === 'Acme');
    const first = await drain(side, 'people', null, { scope: 'acme' });
    expect(first.events).toHaveLength(5);
    world.remove(ann as RecordId);
    world.remove(bob as RecordId, { erased: true });
    world.merge(cid as RecordId, dan as RecordId);
    world.edit(eve as RecordId, 'company', 'Other');
    const { events } = await drain(side, 'people', first.cursor, { scope: 'acme' });
    expect(events.map(({ type, id }) => [type, id])).toEqual([
      ['deleted', ann],
      ['erased', bob],
      ['merged', dan],
      ['upsert', cid],
      ['left', eve],
    ]);
    expect((await drain(side, 'people', null)).events.map((event) => event.type)).toEqual(['upsert', 'upsert']);
  });

  test('a snapshot stream lists everything at every pass', async () => {
    const { world, side } = setUp({ streams: { people: 'snapshot' } });
    const ann = world.addPerson();
    const first = await drain(side, 'people', null);
    const bob = world.addPerson();
    world.remove(ann);
    expect((await drain(side, 'people', first.cursor)).events.map(({ type, id }) => [type, id])).toEqual([['upsert', bob]]);
    await expect(drain(side, 'deals', null)).rejects.toMatchObject({ code: 'NO_SUCH_STREAM' });
  });

  test('a record removed while a pass is under way is not delivered, and the next pass says it is gone', async () => {
    const { world, side } = setUp({ pageSize: 1 });
    world.addPerson();
    const bob = world.addPerson();
    world.interleave({ on: 'changes', nth: 2, when: 'before' }, () => world.remove(bob));
    const first = await drain(side, 'people', null);
    expect(first.events).toHaveLength(1);
    expect((await drain(side, 'people', first.cursor)).events).toMatchObject([{ type: 'deleted', id: bob }]);
  });

  test('status history names the author of each change, of people and of deals', async () => {
    const { world, side } = setUp({ convertible: ['Lead'], objects: ['Lead', 'Contact'] });
    const lead = world.addPerson({ status: 'new', ownerId: 'U1' });
    world.edit(lead, 'status', 'working', { at: START + 5 });
    const { contactId, dealId } = world.convert(lead, { at: START + 9, deal: { stage: 'Open' } });
    world.editDeal(dealId as RecordId, { outcome: 'won', stage: 'Closed Won' }, { at: START + 12 });
    const { events } = await drain(side, 'status-history', null, { historyFields: ['status'] });
    const rows = events.flatMap((event) => (event.type === 'upsert' ? [event.record] : []));
    const said = rows
      .filter((row) => row.entityId !== contactId)
      .map((row) => [row.entity, row.field, row.from, row.to, row.at - START, row.actor.kind]);
    expect(said).toEqual([
      ['person', 'created', null, null, 0, 'human'],
      ['person', 'owner', null, 'U1', 0, 'human'],
      ['person', 'status', null, 'new', 0, 'human'],
      ['person', 'status', 'new', 'working', 5, 'human'],
      ['deal', 'created', null, 'Open', 9, 'human'],
      ['person', 'converted', null, contactId, 9, 'human'],
      ['deal', 'stage', 'Open', 'Closed Won', 12, 'human'],
    ]);
    expect(rows.at(-1)?.outcome).toBe('won');
  });

  test('a converted person shows the outcome of its deals, and changes when they do', async () => {
    const { world, side } = setUp({ convertible: ['Lead'], objects: ['Lead', 'Contact'] });
    const lead = world.addPerson({ email: 'ann@example.com' });
    const { contactId, dealId } = world.convert(lead, { deal: {} });
    const first = await drain(side, 'people', null);
    expect(world.person(lead)?.dealOutcomes).toEqual(['open']);
    world.editDeal(dealId as RecordId, { outcome: 'lost' });
    const { events } = await drain(side, 'people', first.cursor);
    expect(events.map((event) => event.id).toSorted()).toEqual([contactId, lead].toSorted());
    expect(events).toMatchObject([{ record: { dealOutcomes: ['lost'] } }, { record: { dealOutcomes: ['lost'] } }]);
  });
});

describe('writing', () => {
  test('a conditional write is refused after a user edit, where the option says so, and only there', async () => {
    for (const conditionalWrite of [true, false]) {
      const { now, world, side } = setUp({ conditionalWrite });
      const ann = world.addPerson({ status: 'new' });
      world.edit(ann, 'name', 'Ann', { at: START + 10 });
      now.ms = START + 20;
      const [result] = await side.write('person', [update(ann, [['status', 'working']], { ifUnmodifiedSince: START + 5 })]);
      expect(result).toMatchObject(
        conditionalWrite ? { status: 'rejected', code: 'CHANGED_MEANWHILE', retryable: true } : { status: 'applied' },
      );
    }
  });

  test('an edit within the same stamp cannot be told apart from the state that was read', async () => {
    const { now, world, side } = setUp({ conditionalWrite: true, stampPrecision: 'second' });
    const ann = world.addPerson({ status: 'new', at: START + 100 });
    const [answer] = await side.read('person', [{ id: ann }], { fields: ['status'] });
    world.edit(ann, 'status', 'rejected', { at: START + 900 });
    now.ms = START + 950;
    const since = answer?.found[0]?.modifiedAt;
    expect(since).toBe(START);
    const [result] = await side.write('person', [update(ann, [['status', 'working']], { ifUnmodifiedSince: since as number })]);
    expect(result).toMatchObject({ status: 'applied' });
  });

  test('a user who edits between read and write shows in the history, under the value that was written', async () => {
    const { now, world, side } = setUp();
    const ann = world.addPerson({ status: 'new' });
    world.interleave({ on: 'write', when: 'before' }, () => world.edit(ann, 'status', 'rejected', { at: START + 5 }));
    now.ms = START + 6;
    await side.write('person', [update(ann, [['status', 'working']])]);
    const [answer] = await side.read('person', [{ id: ann }], { fields: ['status'], history: true });
    const history = answer?.found[0]?.history.get('status');
    expect(history?.map((entry) => [entry.value, entry.actor.kind])).toEqual([
      ['working', 'truce'],
      ['rejected', 'human'],
      ['new', 'human'],
    ]);
  });

  test('a lost answer is ambiguous, whether or not the write took effect', async () => {
    for (const when of ['before', 'after'] as const) {
      const { world, side } = setUp({ perCall: { write: 1 } });
      const [ann, bob] = [world.addPerson({ status: 'new' }), world.addPerson({ status: 'new' })];
      world.fail({ on: 'write', nth: 2, when });
      const results = await side.write('person', [update(ann, [['status', 'working']]), update(bob, [['status', 'working']])]);
      expect(results.map((result) => result.status)).toEqual(['applied', 'ambiguous']);
      expect(world.person(bob)?.fields.get('status')).toBe(when === 'before' ? 'new' : 'working');
    }
  });

  test('a converted lead, a merged record and a missing permission are refused with their code', async () => {
    const { world, side } = setUp({ convertible: ['Lead'], objects: ['Lead', 'Contact'], denied: ['write campaigns'] });
    const lead = world.addPerson();
    world.convert(lead);
    const [winner, loser] = [world.addPerson(), world.addPerson()];
    world.merge(winner, loser);
    const results = await side.write('person', [update(lead, [['status', 'working']]), update(loser, [['status', 'working']])]);
    expect(results).toMatchObject([{ code: 'CONVERTED' }, { code: 'MERGED', existingId: winner }]);
    const campaign = world.addCampaign({ name: 'Spring' });
    expect(await side.write('campaign', [{ ...update(campaign, []), own: new Map([['won_deals', 3]]) }])).toMatchObject([
      { code: 'NO_ACCESS' },
    ]);
  });

  test('writing what stands already changes nothing', async () => {
    const { now, world, side } = setUp();
    const ann = world.addPerson({ status: 'new' });
    const before = world.snapshot();
    now.ms += 1_000;
    expect(await side.write('person', [update(ann, [['status', 'new']])])).toMatchObject([{ status: 'applied' }]);
    expect(world.snapshot()).toBe(before);
  });

  test('when the day is used up every call fails and says so', async () => {
    const { side } = setUp({ dailyCalls: 1 });
    await side.account();
    await expect(side.account()).rejects.toMatchObject({ code: 'BUDGET_EXHAUSTED', failure: 'budget' });
    expect(await side.budget()).toEqual({ perDay: { limit: 1, remaining: 0 }, used: 2 });
  });
});

test('the same script gives the same world, to the byte', () => {
  const build = (): string => {
    const { world } = setUp();
    const people = Array.from({ length: 50 }, (_, at) => world.addPerson({ email: `p${at}@example.com`, at: START + at }));
    const campaignId = world.addCampaign({ name: 'Spring' });
    for (const personId of people) world.addMember({ campaignId, personId });
    world.merge(people[0] as RecordId, people[1] as RecordId);
    return world.snapshot();
  };
  expect(build()).toBe(build());
});

test('a hundred thousand people are listed, and one change among them costs one page', async () => {
  const { world, side } = setUp();
  for (let at = 0; at < 100_000; at += 1) world.addPerson({ email: `p${at}@example.com` });
  const first = await drain(side, 'people', null, { fields: ['status'] });
  expect(first.events).toHaveLength(100_000);
  const [answer] = await side.read('person', [{ email: ' P4711@EXAMPLE.com ' }], { fields: ['email'] });
  const id = answer?.found[0]?.record.id as RecordId;
  world.edit(id, 'status', 'working');
  const pages = world.calls().changes;
  expect((await drain(side, 'people', first.cursor)).events.map((event) => event.id)).toEqual([id]);
  expect(world.calls().changes).toBe(pages + 1);
});
