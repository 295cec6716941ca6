import assert from 'node:assert/strict';
import type { WriteItem } from '../../crm.ts';
import type { RecordId } from '../../model/words.ts';
import type { ContractCase, ContractHarness } from '../contract.ts';
import { person, update } from '../steps.ts';

const create = (harness: ContractHarness, intentId: string, at: { readonly key: string; readonly email: string }): WriteItem => ({
  intentId,
  op: 'create',
  object: harness.object,
  key: at.key,
  fields: harness.newPerson(at.email),
});

/** Writing: one result per item, isolation, creates by key, conditions. */
export const writeCases: readonly ContractCase[] = [
  {
    name: 'every item has its result, in order, however many there are',
    async run(harness) {
      const ids = await harness.world.addPeople(harness.sizes.pages, 'bulk');
      const crm = await harness.connect();
      const items = ids.map((id, at) => update(`intent-${at}`, id, [[harness.statusField, harness.statuses[1]]]));
      const results = await crm.write('person', items);
      assert.deepEqual(
        results.map((result) => [result.intentId, result.status === 'applied' ? result.id : result.status]),
        ids.map((id, at) => [`intent-${at}`, id]),
      );
      const answers = await crm.read(
        'person',
        ids.map((id) => ({ id })),
        { fields: [harness.statusField] },
      );
      assert.ok(answers.every((answer) => answer.found[0]?.fields.get(harness.statusField) === harness.statuses[1]));
    },
  },
  {
    name: 'nothing to write is no error',
    async run(harness) {
      assert.deepEqual(await (await harness.connect()).write('person', []), []);
    },
  },
  {
    name: 'an item that is refused leaves its neighbours alone',
    async run(harness) {
      const [first, gone, last] = (await harness.world.addPeople(3, 'part')) as [RecordId, RecordId, RecordId];
      await harness.world.remove(gone);
      const crm = await harness.connect();
      const results = await crm.write('person', [
        update('one', first, [[harness.statusField, harness.statuses[1]]]),
        update('two', gone, [[harness.statusField, harness.statuses[1]]]),
        update('three', last, [['no_such_field__c', 'x']]),
        update('four', last, [[harness.statusField, harness.statuses[2]]]),
      ]);
      assert.deepEqual(
        results.map((result) => [result.intentId, result.status, result.status === 'rejected' ? result.code : null]),
        [
          ['one', 'applied', null],
          ['two', 'rejected', 'NOT_FOUND'],
          ['three', 'rejected', 'UNKNOWN_FIELD'],
          ['four', 'applied', null],
        ],
      );
      for (const result of results) if (result.status === 'rejected') assert.ok(result.fix !== '' && result.cause !== '');
      assert.equal(await harness.world.value(first, harness.statusField), harness.statuses[1]);
      assert.equal(await harness.world.value(last, harness.statusField), harness.statuses[2]);
    },
  },
  {
    name: 'a value that is no option of a restricted picklist is refused; an open picklist takes it',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'option@example.com', status: harness.statuses[0] });
      const crm = await harness.connect();
      const { objects } = await crm.describe();
      const restricted = objects
        .filter((object) => object.object === harness.object)
        .flatMap((object) => object.fields)
        .find((field) => field.name === harness.statusField)?.restricted;
      const [result] = await crm.write('person', [update('odd', id, [[harness.statusField, 'No Such Option']])]);
      if (restricted === true) {
        assert.ok(result?.status === 'rejected');
        assert.equal(result.code, 'INVALID_VALUE');
        assert.equal(await harness.world.value(id, harness.statusField), harness.statuses[0]);
      } else {
        assert.equal(result?.status, 'applied');
        assert.equal(await harness.world.value(id, harness.statusField), 'No Such Option');
      }
    },
  },
  {
    name: 'the same person twice in one batch gets both writes, the later one last',
    async run(harness) {
      const [id, other] = (await harness.world.addPeople(2, 'twice')) as [RecordId, RecordId];
      const results = await (
        await harness.connect()
      ).write('person', [
        update('first', id, [[harness.statusField, harness.statuses[1]]]),
        update('other', other, [[harness.statusField, harness.statuses[1]]]),
        update('second', id, [[harness.statusField, harness.statuses[2]]]),
      ]);
      assert.deepEqual(
        results.map((result) => [result.intentId, result.status]),
        [
          ['first', 'applied'],
          ['other', 'applied'],
          ['second', 'applied'],
        ],
      );
      assert.equal(await harness.world.value(id, harness.statusField), harness.statuses[2]);
      assert.equal(await harness.world.value(other, harness.statusField), harness.statuses[1]);
    },
  },
  {
    name: 'a create by the same key gives one person, however often it is sent, and the key finds it',
    async run(harness) {
      const at = { key: 'key-1', email: 'created@example.com' };
      const crm = await harness.connect();
      const [first] = await crm.write('person', [create(harness, 'once', at)]);
      assert.ok(first?.status === 'applied', 'the first create is applied');
      const [again] = await (await harness.connect()).write('person', [create(harness, 'again', at)]);
      const known =
        again?.status === 'applied' ? again.id : again?.status === 'rejected' && again.code === 'DUPLICATE' ? again.existingId : undefined;
      assert.equal(known, first.id, 'the second one names the same record');
      assert.equal(await harness.world.countByEmail(at.email), 1);
      const found = await person(crm, { key: 'key-1' }, { fields: [] });
      assert.equal(found.record.id, first.id);
      assert.equal(found.record.key, 'key-1');
    },
  },
  {
    name: 'somebody who is handed over comes with opt-out, member and note, and a second time by the same key nothing is made',
    skip: (capabilities) => (capabilities.handover === true ? undefined : 'nobody is handed over to this CRM'),
    async run(harness) {
      const campaignId = await harness.world.addCampaign('Fair');
      const crm = await harness.connect();
      const lead = { owner: null, optedOut: true, campaignId, note: { subject: 'New lead', text: 'Why now: because.' } };
      const item = { ...create(harness, 'handed', { key: 'key-handed', email: 'handed@example.com' }), lead };
      const [first] = await crm.write('person', [item]);
      assert.ok(first?.status === 'applied', 'the lead is made');
      const [again] = await crm.write('person', [{ ...item, intentId: 'again' }]);
      assert.ok(again?.status === 'rejected' && again.code === 'DUPLICATE');
      assert.equal(again.existingId, first.id);
      const found = await person(crm, { key: 'key-handed' }, { fields: [] });
      assert.equal(found.record.id, first.id);
      assert.equal(found.record.optedOut, true);
      assert.equal(await harness.world.countByEmail('handed@example.com'), 1);
      const members: string[] = [];
      for await (const page of crm.changes('members', null))
        for (const event of page.events)
          if (event.type === 'upsert' && event.record.campaignId === campaignId) members.push(event.record.personId);
      assert.deepEqual(members, [first.id]);
    },
  },
  {
    name: 'two creates in one batch have their results in order',
    async run(harness) {
      const crm = await harness.connect();
      const results = await crm.write('person', [
        create(harness, 'b', { key: 'key-b', email: 'b@example.com' }),
        create(harness, 'a', { key: 'key-a', email: 'a@example.com' }),
      ]);
      for (const [at, result] of results.entries()) {
        assert.ok(result.status === 'applied');
        assert.equal(result.intentId, at === 0 ? 'b' : 'a');
        const found = await person(crm, { id: result.id }, { fields: [] });
        assert.equal(found.record.emails[0], at === 0 ? 'b@example.com' : 'a@example.com');
      }
      assert.equal((await crm.read('person', [{ key: 'key-none' }], { fields: [] }))[0]?.found.length, 0);
    },
  },
  {
    name: 'a conditional write is refused when a user has changed the record since, and applied when nobody has',
    skip: (capabilities) => (capabilities.conditionalWrite ? undefined : 'this CRM has no conditional write'),
    async run(harness) {
      const [edited, untouched] = (await harness.world.addPeople(2, 'cond')) as [RecordId, RecordId];
      await harness.world.advance(5_000);
      const crm = await harness.connect();
      const { modifiedAt } = await person(crm, { id: edited }, { fields: [] });
      await harness.world.edit(edited, harness.statusField, harness.statuses[1]);
      await harness.world.advance(5_000);
      const results = await crm.write('person', [
        { ...update('late', edited, [[harness.statusField, harness.statuses[2]]]), ifUnmodifiedSince: modifiedAt },
        { ...update('fine', untouched, [[harness.statusField, harness.statuses[2]]]), ifUnmodifiedSince: modifiedAt },
      ]);
      assert.deepEqual(
        results.map((result) => (result.status === 'rejected' ? result.code : result.status)),
        ['CHANGED_MEANWHILE', 'applied'],
      );
      assert.equal(await harness.world.value(edited, harness.statusField), harness.statuses[1]);
    },
  },
  {
    name: 'without conditional writes, the value that a write covered can be found in the history',
    skip: (capabilities) =>
      capabilities.conditionalWrite
        ? 'this CRM refuses the write instead'
        : capabilities.propertyHistory
          ? undefined
          : 'this CRM has neither conditional writes nor histories; the plan says so',
    async run(harness) {
      const [id] = (await harness.world.addPeople(1, 'race')) as [RecordId];
      const crm = await harness.connect();
      const { modifiedAt } = await person(crm, { id }, { fields: [] });
      await harness.world.advance(5_000);
      await harness.world.edit(id, harness.statusField, harness.statuses[1]);
      await harness.world.advance(5_000);
      await crm.write('person', [{ ...update('over', id, [[harness.statusField, harness.statuses[2]]]), ifUnmodifiedSince: modifiedAt }]);
      const found = await person(crm, { id }, { fields: [harness.statusField], history: true });
      const covered = found.history.get(harness.statusField)?.[1];
      assert.equal(covered?.value, harness.statuses[1]);
      assert.equal(covered?.actor.kind, 'human');
    },
  },
  {
    name: 'clearing a field leaves it empty, not absent',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'clear@example.com' });
      await harness.world.edit(id, harness.textField, 'something');
      const crm = await harness.connect();
      const [result] = await crm.write('person', [update('clear', id, [[harness.textField, null]])]);
      assert.equal(result?.status, 'applied');
      assert.equal((await person(crm, { id }, { fields: [harness.textField] })).fields.get(harness.textField), null);
      assert.equal(await harness.world.value(id, harness.textField), null);
    },
  },
  {
    name: 'an aborted signal stops a write before it has any effect',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'stop@example.com', status: harness.statuses[0] });
      const crm = await harness.connect();
      const stop = new AbortController();
      stop.abort();
      await assert.rejects(
        crm.write('person', [update('never', id, [[harness.statusField, harness.statuses[1]]])], { signal: stop.signal }),
      );
      assert.equal(await harness.world.value(id, harness.statusField), harness.statuses[0]);
    },
  },
];
