import assert from 'node:assert/strict';
import type { RecordId } from '../../model/words.ts';
import type { ContractCase } from '../contract.ts';
import { person, update } from '../steps.ts';

/** Reading by reference. */
export const readCases: readonly ContractCase[] = [
  {
    name: 'one answer per reference, in order, for people who are there, who are not, and who are asked for twice',
    async run(harness) {
      const [first, second] = (await harness.world.addPeople(2, 'read')) as [RecordId, RecordId];
      const crm = await harness.connect();
      const refs = [{ id: second }, { email: 'nobody@example.com' }, { id: first }, { email: 'read-1@example.com' }, { id: second }];
      const answers = await crm.read('person', refs, { fields: [harness.statusField] });
      assert.deepEqual(
        answers.map((answer) => answer.ref),
        refs,
      );
      assert.deepEqual(
        answers.map((answer) => answer.found.map((found) => found.record.id)),
        [[second], [], [first], [second], [second]],
      );
    },
  },
  {
    name: 'reading many people at once answers each of them',
    async run(harness) {
      const ids = await harness.world.addPeople(harness.sizes.pages, 'many');
      const answers = await (
        await harness.connect()
      ).read(
        'person',
        ids.map((id) => ({ id })),
        { fields: [harness.statusField] },
      );
      assert.deepEqual(
        answers.map((answer) => answer.found[0]?.record.id),
        ids,
      );
    },
  },
  {
    name: 'a person is found by e-mail address without regard to case, at once after it was added',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'Ann.Example@Example.com' });
      const found = await person(await harness.connect(), { email: 'ann.example@example.com' }, { fields: [] });
      assert.equal(found.record.id, id);
    },
  },
  {
    name: 'everybody who shares an e-mail address is found',
    skip: (_capabilities, harness) => (harness.sharedEmails ? undefined : 'this CRM refuses a second person with the same address'),
    async run(harness) {
      const first = await harness.world.addPerson({ email: 'shared@example.com' });
      const second = await harness.world.addPerson({ email: 'shared@example.com' });
      const [answer] = await (await harness.connect()).read('person', [{ email: 'shared@example.com' }], { fields: [] });
      assert.deepEqual(new Set(answer?.found.map((found) => found.record.id)), new Set([first, second]));
    },
  },
  {
    name: 'a deleted person is not found',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'gone@example.com' });
      await harness.world.remove(id);
      const answers = await (await harness.connect()).read('person', [{ id }, { email: 'gone@example.com' }], { fields: [] });
      assert.deepEqual(
        answers.map((answer) => answer.found),
        [[], []],
      );
    },
  },
  {
    name: 'a read sees a user’s edit at once, with the stamp of the record',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'now@example.com', status: harness.statuses[0] });
      const crm = await harness.connect();
      const before = await person(crm, { id }, { fields: [harness.statusField] });
      await harness.world.advance(5_000);
      await harness.world.edit(id, harness.statusField, harness.statuses[1]);
      const after = await person(crm, { id }, { fields: [harness.statusField] });
      assert.equal(after.fields.get(harness.statusField), harness.statuses[1]);
      assert.ok(after.modifiedAt > before.modifiedAt);
      assert.notEqual(after.version, before.version);
      assert.deepEqual(after.record.fields, after.fields);
    },
  },
  {
    name: 'a history comes newest first, and names its authors',
    skip: (capabilities) => (capabilities.propertyHistory ? undefined : 'this CRM returns no histories'),
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'past@example.com', status: harness.statuses[0] });
      await harness.world.advance(5_000);
      await harness.world.edit(id, harness.statusField, harness.statuses[1]);
      await harness.world.advance(5_000);
      const crm = await harness.connect();
      await crm.write('person', [update('ours', id, [[harness.statusField, harness.statuses[2]]])]);
      const found = await person(crm, { id }, { fields: [harness.statusField], history: true });
      const entries = found.history.get(harness.statusField) ?? [];
      assert.deepEqual(
        entries.slice(0, 2).map((entry) => [entry.value, entry.actor.kind]),
        [
          [harness.statuses[2], 'truce'],
          [harness.statuses[1], 'human'],
        ],
      );
      const [newest, older] = entries;
      assert.ok(newest !== undefined && older !== undefined && newest.at > older.at);
      if (harness.world.userId !== null) assert.equal(older.actor.userId, harness.world.userId);
    },
  },
  {
    name: 'without histories the map is empty, and the fields are there all the same',
    skip: (capabilities) => (capabilities.propertyHistory ? 'this CRM returns histories' : undefined),
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'past@example.com', status: harness.statuses[0] });
      const found = await person(await harness.connect(), { id }, { fields: [harness.statusField], history: true });
      assert.equal(found.history.size, 0);
      assert.equal(found.fields.get(harness.statusField), harness.statuses[0]);
    },
  },
  {
    name: 'a campaign is found by id',
    async run(harness) {
      const id = await harness.world.addCampaign('Spring fair');
      const [answer] = await (await harness.connect()).read('campaign', [{ id }], { fields: [] });
      assert.equal(answer?.found[0]?.record.name, 'Spring fair');
      assert.equal(answer?.found[0]?.record.id, id);
    },
  },
  {
    name: 'an aborted signal stops a read',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'stop@example.com' });
      const crm = await harness.connect();
      const stop = new AbortController();
      stop.abort();
      await assert.rejects(crm.read('person', [{ id }], { fields: [], signal: stop.signal }));
    },
  },
];
