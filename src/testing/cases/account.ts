import assert from 'node:assert/strict';
import type { ContractCase } from '../contract.ts';

/** Who is on the other end, and what it has. */
export const accountCases: readonly ContractCase[] = [
  {
    name: 'the account is the same at every connection and says whose credentials these are',
    async run(harness) {
      const first = await (await harness.connect()).account();
      const second = await (await harness.connect()).account();
      assert.deepEqual(second, first);
      assert.notEqual(first.id, '');
      assert.notEqual(first.self.name, '');
      assert.ok(Object.keys(first.links).length > 0);
      for (const link of Object.values(first.links)) assert.ok(link.includes('{id}'), `the deep link ${link} has a place for the id`);
    },
  },
  {
    name: 'describe lists the status field with the options that can be written',
    async run(harness) {
      const { objects } = await (await harness.connect()).describe();
      const people = objects.filter((object) => object.kind === 'person');
      assert.ok(people.some((object) => object.object === harness.object));
      const field = people.flatMap((object) => object.fields).find((candidate) => candidate.name === harness.statusField);
      assert.ok(field !== undefined, 'the status field is described');
      assert.equal(field.type, 'picklist');
      assert.equal(field.writable, true);
      const writable = field.options.filter((option) => option.active && !option.converted).map((option) => option.value);
      for (const status of harness.statuses) assert.ok(writable.includes(status), `${status} is among the options`);
      assert.ok(objects.some((object) => object.kind === 'campaign'));
    },
  },
  {
    name: 'describe names every permission with what it is needed for, and a fix for each that is missing',
    async run(harness) {
      const { permissions } = await (await harness.connect()).describe();
      assert.ok(permissions.some((permission) => permission.neededFor === 'observe'));
      for (const permission of permissions) {
        assert.notEqual(permission.name, '');
        assert.ok(permission.granted || permission.fix !== '', `${permission.name} says how it is granted`);
      }
    },
  },
  {
    name: 'the budget counts the calls of the connection without spending any',
    async run(harness) {
      const crm = await harness.connect();
      await crm.account();
      const before = await crm.budget();
      await crm.describe();
      const after = await crm.budget();
      assert.ok(after.used > before.used, 'a call is counted');
      assert.equal((await crm.budget()).used, after.used, 'asking costs nothing');
    },
  },
];
