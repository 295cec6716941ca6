import assert from 'node:assert/strict';
import type { WriteItem } from '../../crm.ts';
import type { ContractCase } from '../contract.ts';
import { person, update } from '../steps.ts';

const cannotBreak: ContractCase['skip'] = (_capabilities, harness) =>
  harness.world.loseNextWrite === undefined ? 'this harness has no connection to break' : undefined;

/** Answers that never arrive: nobody may take them for success or failure. */
export const lostCases: readonly ContractCase[] = (['before', 'after'] as const).flatMap((when): ContractCase[] => [
  {
    name: `a write whose connection breaks ${when} it takes effect is ambiguous, and is not sent again by itself`,
    skip: cannotBreak,
    async run(harness) {
      const { world, statusField, statuses } = harness;
      const id = await world.addPerson({ email: 'lost@example.com', status: statuses[0] });
      const crm = await harness.connect();
      await person(crm, { id }, { fields: [] });
      await world.loseNextWrite?.(when);
      const [result, more] = await crm.write('person', [update('lost', id, [[statusField, statuses[1]]])]);
      assert.equal(more, undefined);
      assert.equal(result?.status, 'ambiguous');
      assert.equal(result.intentId, 'lost');
      assert.equal(await world.value(id, statusField), when === 'before' ? statuses[0] : statuses[1]);
      // The connection is of use again, and the world can be read.
      assert.equal(
        (await person(crm, { id }, { fields: [statusField] })).fields.get(statusField),
        when === 'before' ? statuses[0] : statuses[1],
      );
    },
  },
  {
    name: `a create whose connection breaks ${when} it takes effect is settled by its key: one person in the end`,
    skip: cannotBreak,
    async run(harness) {
      const { world } = harness;
      const crm = await harness.connect();
      await crm.describe();
      const email = 'lost-create@example.com';
      const item: WriteItem = {
        intentId: 'first',
        op: 'create',
        object: harness.object,
        key: 'lost-key',
        fields: harness.newPerson(email),
      };
      await world.loseNextWrite?.(when);
      const [result] = await crm.write('person', [item]);
      assert.equal(result?.status, 'ambiguous');
      const [answer] = await crm.read('person', [{ key: 'lost-key' }], { fields: [] });
      assert.equal(answer?.found.length, when === 'before' ? 0 : 1, 'reading by key tells what happened');
      const [again] = await crm.write('person', [{ ...item, intentId: 'again' }]);
      const id = again?.status === 'applied' ? again.id : again?.status === 'rejected' ? again.existingId : undefined;
      assert.ok(id !== undefined);
      if (when === 'after') assert.equal(id, answer.found[0]?.record.id);
      assert.equal(await world.countByEmail(email), 1);
    },
  },
]);
