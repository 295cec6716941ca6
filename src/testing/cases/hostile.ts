import assert from 'node:assert/strict';
import type { ContractCase } from '../contract.ts';
import { LONG, drain, person, update } from '../steps.ts';

const ODD_NAMES = ['__proto__', 'constructor', 'toString'];

function unpolluted(): void {
  const plain: Record<string, unknown> = {};
  assert.equal(plain['polluted'], undefined);
  assert.equal(Object.getPrototypeOf(plain), Object.prototype);
}

/** Names and values that break naive code. */
export const hostileCases: readonly ContractCase[] = [
  {
    name: 'a field called __proto__ that the CRM does not have is absent from reads and refused in writes',
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'proto@example.com', status: harness.statuses[0] });
      const crm = await harness.connect();
      const fields = [harness.statusField, ...ODD_NAMES];
      const found = await person(crm, { id }, { fields, history: crm.capabilities.propertyHistory });
      assert.deepEqual([...found.fields.keys()], [harness.statusField]);
      await harness.world.advance(LONG);
      const { events } = await drain(crm, 'people', null, { fields });
      assert.ok(events.every((event) => event.type !== 'upsert' || [...event.record.fields.keys()].join() === harness.statusField));
      for (const name of ODD_NAMES) {
        const [result] = await crm.write('person', [update('odd', id, [[name, '{"polluted":true}']])]);
        assert.ok(result?.status === 'rejected', `${name} is refused`);
        assert.equal(result.code, 'UNKNOWN_FIELD');
      }
      unpolluted();
    },
  },
  {
    name: 'quotes, backslashes, line ends and other scripts pass through unchanged',
    async run(harness) {
      const text = `O'Hara "& Söhne" \\ a,b;c|d\n日本 <b>%00</b>`;
      const id = await harness.world.addPerson({ email: 'text@example.com' });
      const crm = await harness.connect();
      const [result] = await crm.write('person', [update('text', id, [[harness.textField, text]])]);
      assert.equal(result?.status, 'applied');
      assert.equal(await harness.world.value(id, harness.textField), text);
      assert.equal((await person(crm, { id }, { fields: [harness.textField] })).fields.get(harness.textField), text);
    },
  },
  {
    name: 'an e-mail address with a quote in it is only an address',
    async run(harness) {
      const id = await harness.world.addPerson({ email: "o'hara@example.com" });
      await harness.world.addPerson({ email: 'other@example.com' });
      const crm = await harness.connect();
      assert.equal((await person(crm, { email: "o'hara@example.com" }, { fields: [] })).record.id, id);
      const answers = await crm.read('person', [{ email: "x' OR Name != '" }, { key: "x' OR Name != '" }], { fields: [] });
      assert.deepEqual(
        answers.map((answer) => answer.found.length),
        [0, 0],
      );
    },
  },
];
