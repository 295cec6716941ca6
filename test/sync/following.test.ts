import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordId } from '../../src/model/words.ts';
import { marketingOptions } from '../support/settings.ts';
import { testConfig } from '../support/settings.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

const stages = ['subscriber', 'lead', 'mql', 'sql', 'opportunity', 'customer', 'evangelist'];
const writes = { handed: 'mql', working: 'sql', rejected: 'lead', opportunity: 'opportunity', customer: 'customer' } as const;

function withStage(rest: { readonly forwardOnly?: boolean } = {}): TwoCrms {
  const base = testConfig();
  const marketing = { ...base.status?.marketing, also: [{ field: 'stage', writes, ...rest }] };
  return twoCrms({
    marketing: { fields: [{ name: 'stage', type: 'picklist', options: stages }] },
    config: { status: { ...base.status, marketing } },
  });
}

function add(two: TwoCrms, stage: string | null): { m: RecordId; s: RecordId } {
  const pair = two.pair('ann@example.com');
  two.marketing.world.edit(pair.m, 'stage', stage ?? 'lead', { at: two.later() });
  if (stage === null) two.marketing.world.edit(pair.m, 'stage', null, { at: two.later() });
  return pair;
}

const stageOf = (two: TwoCrms, { m }: { m: RecordId }): unknown => two.marketing.world.person(m)?.fields.get('stage');
const sell = (two: TwoCrms, { s }: { s: RecordId }, status: string): void => two.sales.world.edit(s, 'status', status, { at: two.later() });

test('one rung is written to two fields: the status, and the stage that follows it', async () => {
  await using two = withStage();
  const pair = add(two, 'subscriber');
  const truce = await two.open();
  await truce.sync({ yes: true });
  expect(stageOf(two, pair)).toBe('mql');
  sell(two, pair, 'Working');
  await truce.sync({ yes: true });
  expect(two.statuses(pair)[0]).toBe('In progress');
  expect(stageOf(two, pair)).toBe('sql');
  two.later();
  expect((await truce.sync({ yes: true })).applied).toBe(0);
});

test('an empty stage is filled, and one that stands further stays', async () => {
  await using two = withStage();
  const pair = add(two, null);
  const truce = await two.open();
  await truce.sync({ yes: true });
  expect(stageOf(two, pair)).toBe('mql');
  two.marketing.world.edit(pair.m, 'stage', 'evangelist', { at: two.later() });
  sell(two, pair, 'Working');
  await truce.sync({ yes: true });
  expect(stageOf(two, pair)).toBe('evangelist');
});

test('the stage that somebody sets is left alone until the rung moves again', async () => {
  await using two = withStage({ forwardOnly: false });
  const pair = add(two, 'subscriber');
  const truce = await two.open();
  await truce.sync({ yes: true });
  two.marketing.world.edit(pair.m, 'stage', 'subscriber', { at: two.later() });
  expect((await truce.sync({ yes: true })).applied).toBe(0);
  expect(stageOf(two, pair)).toBe('subscriber');
  sell(two, pair, 'Closed');
  await truce.sync({ yes: true });
  expect(stageOf(two, pair)).toBe('lead');
});

test('a stage that the CRM does not have holds back its person, with the fix', async () => {
  const base = testConfig();
  const marketing = { ...base.status?.marketing, also: [{ field: 'stage', writes: { handed: 'none-such' }, forwardOnly: false }] };
  await using two = twoCrms({
    marketing: { fields: [{ name: 'stage', type: 'picklist', options: stages }] },
    config: { status: { ...base.status, marketing } },
  });
  add(two, 'lead');
  const truce = await two.open();
  await truce.sync({ yes: true });
  expect(await truce.quarantine()).toMatchObject([{ code: 'VALUE_NOT_ALLOWED' }]);
});

test('an undo puts the status back and leaves a stage where it is that only goes forward', async () => {
  await using two = withStage();
  const pair = add(two, 'subscriber');
  const truce = await two.open();
  await truce.sync({ yes: true });
  sell(two, pair, 'Working');
  const { run } = await truce.sync({ yes: true });
  await truce.undo(run);
  expect(two.statuses(pair)[0]).toBe('Ready');
  expect(stageOf(two, pair)).toBe('sql');
  two.later();
  expect((await truce.sync({ yes: true })).applied).toBe(0);
});

test('whatever both sides do, the stage never goes backwards by our hand, and runs end', async () => {
  const step = fc.oneof(
    fc.record({ side: fc.constant('sales' as const), value: fc.constantFrom('Open', 'Working', 'Closed') }),
    fc.record({ side: fc.constant('marketing' as const), value: fc.constantFrom(...marketingOptions) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...stages), fc.array(step, { minLength: 1, maxLength: 5 }), async (start, steps) => {
      await using two = withStage();
      const pair = add(two, start);
      const truce = await two.open();
      let furthest = stages.indexOf(start);
      for (const { side, value } of steps) {
        two[side].world.edit(side === 'sales' ? pair.s : pair.m, 'status', value, { at: two.later() });
        await truce.sync({ yes: true });
        const now = stages.indexOf(String(stageOf(two, pair)));
        expect(now).toBeGreaterThanOrEqual(furthest);
        furthest = now;
      }
      two.later();
      await truce.sync({ yes: true });
      two.later();
      expect((await truce.sync({ yes: true })).applied).toBe(0);
    }),
    { numRuns: 25 },
  );
});
