import assert from 'node:assert/strict';
import type { OwnField, OwnStem, WriteKind } from '../../crm.ts';
import type { FieldValue } from '../../model/words.ts';
import type { ContractCase } from '../contract.ts';
import { person } from '../steps.ts';

const WON_DEALS: OwnField = {
  on: 'campaign',
  stem: 'won_deals',
  type: 'integer',
  label: 'Won deals',
  help: 'Deals won by people this campaign brought.',
};
const OUTCOME: OwnField = {
  on: 'person',
  stem: 'outcome',
  type: 'choice',
  label: 'Outcome',
  help: 'What became of this person.',
  options: ['won', 'lost', 'rejected', 'open'],
};

/** Truce's own fields, there and missing. */
export const ownCases: readonly ContractCase[] = [
  {
    name: 'own fields that exist are ready, are written by stem and read back, and change no other field',
    async run(harness) {
      const crm = await harness.connect();
      const states = (await crm.describe()).own;
      for (const { on, stem } of [WON_DEALS, OUTCOME]) {
        assert.equal(states.find((state) => state.on === on && state.stem === stem)?.state, 'ready', `${stem} on ${on}`);
      }
      const campaign = await harness.world.addCampaign('Spring fair');
      const id = await harness.world.addPerson({ email: 'own@example.com', status: harness.statuses[0] });
      const items: readonly [WriteKind, OwnStem, FieldValue, typeof id][] = [
        ['campaign', 'won_deals', 3, campaign],
        ['person', 'outcome', 'won', id],
      ];
      for (const [kind, stem, value, recordId] of items) {
        const [result] = await crm.write(kind, [
          { intentId: stem, op: 'update', id: recordId, fields: new Map(), own: new Map([[stem, value]]) },
        ]);
        assert.equal(result?.status, 'applied', `${stem} is applied`);
      }
      const [answer] = await crm.read('campaign', [{ id: campaign }], { fields: [], own: ['won_deals', 'lost_deals'] });
      const own = answer?.found[0]?.own;
      assert.equal(Number(own?.get('won_deals')), 3);
      assert.equal(own?.get('lost_deals') ?? null, null, 'a value that was never set is empty');
      const found = await person(crm, { id }, { fields: [harness.statusField], own: ['outcome'] });
      assert.equal(found.own.get('outcome'), 'won');
      assert.equal(found.fields.get(harness.statusField), harness.statuses[0]);
    },
  },
  {
    name: 'the same own value written twice is applied twice and changes nothing the second time',
    async run(harness) {
      const crm = await harness.connect();
      const id = await harness.world.addCampaign('Spring fair');
      for (const intentId of ['first', 'second']) {
        const [result] = await crm.write('campaign', [
          { intentId, op: 'update', id, fields: new Map(), own: new Map<OwnStem, FieldValue>([['won_deals', 7]]) },
        ]);
        assert.equal(result?.status, 'applied');
      }
      const [answer] = await crm.read('campaign', [{ id }], { fields: [], own: ['won_deals'] });
      assert.equal(Number(answer?.found[0]?.own.get('won_deals')), 7);
    },
  },
  {
    name: 'what is there already is present in the provision plan',
    async run(harness) {
      const { steps } = await (await harness.connect()).provision([WON_DEALS, OUTCOME], { create: false });
      assert.ok(steps.length >= 2);
      assert.ok(
        steps.every((step) => step.status === 'present'),
        steps.map((step) => `${step.what}: ${step.status}`).join(', '),
      );
    },
  },
  {
    name: 'own fields that are missing are named with a fix, planned without being made, and refuse writes',
    unprovisioned: true,
    async run(harness) {
      const crm = await harness.connect();
      const missing = (await crm.describe()).own.find((state) => state.on === 'campaign' && state.stem === 'won_deals');
      assert.equal(missing?.state, 'missing');
      assert.notEqual(missing?.fix, '');
      const { steps } = await crm.provision([WON_DEALS, OUTCOME], { create: false });
      assert.ok(steps.some((step) => step.status === 'planned'));
      assert.equal(steps.filter((step) => step.status === 'created').length, 0);
      const id = await harness.world.addCampaign('Spring fair');
      const [result] = await crm.write('campaign', [
        { intentId: 'x', op: 'update', id, fields: new Map(), own: new Map<OwnStem, FieldValue>([['won_deals', 1]]) },
      ]);
      assert.ok(result?.status === 'rejected');
      assert.equal(result.code, 'UNKNOWN_FIELD');
      assert.notEqual(result.fix, '');
    },
  },
  {
    name: 'people can be listed, read and written where own fields are missing',
    unprovisioned: true,
    async run(harness) {
      const id = await harness.world.addPerson({ email: 'plain@example.com', status: harness.statuses[0] });
      const crm = await harness.connect();
      const found = await person(crm, { id }, { fields: [harness.statusField], own: ['outcome', 'key'] });
      assert.equal(found.own.size, 0);
      const fields = new Map([[harness.statusField, harness.statuses[1]]]);
      const [result] = await crm.write('person', [{ intentId: 'plain', op: 'update', id, fields }]);
      assert.equal(result?.status, 'applied');
    },
  },
];
