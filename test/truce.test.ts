import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CrmError, PlanError, StateError } from 'truce';
import { twoCrms, type TwoCrms } from './support/two-crms.ts';

/** A campaign in both CRMs that brought a lead, and the deal that the lead became. */
function wonCampaign(crms: TwoCrms) {
  const ann = crms.pair('ann@example.com', { sales: 'Working' });
  const m = crms.marketing.world.addCampaign({ name: 'Spring', at: crms.later() });
  const s = crms.sales.world.addCampaign({ name: 'Spring' });
  crms.sales.world.addMember({ campaignId: s, personId: ann.s, responded: true, respondedAt: crms.later(), addedAt: crms.later() });
  crms.marketing.world.addMember({ campaignId: m, personId: ann.m, responded: true, respondedAt: crms.later() });
  const { dealId } = crms.sales.world.convert(ann.s, {
    at: crms.later(),
    deal: { name: 'Deal', stage: 'Closed Won', outcome: 'won', amount: { minor: 120_000n, currency: 'USD' }, closedAt: crms.later() },
  });
  crms.later();
  return { ann, m, s, dealId };
}

const won = (crms: TwoCrms, { m, s }: ReturnType<typeof wonCampaign>) => [
  crms.marketing.world.own(m, 'won_deals'),
  crms.sales.world.own(s, 'won_deals'),
];

test('a sync writes the outcome to both campaigns, and the one after writes nothing at all', async () => {
  await using crms = twoCrms({ config: { guards: { canary: 0 } } });
  const campaign = wonCampaign(crms);
  const t = await crms.open({ warehouse: ':memory:' });
  const first = await t.sync({ yes: true });
  expect(won(crms, campaign)).toEqual([1, 1]);
  expect(first).toMatchObject({ campaigns: { written: 2, unchanged: 0 }, warehouse: 'loaded', outcomes: { stopped: null } });
  const writes = crms.writes();
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({
    applied: 0,
    campaigns: { written: 0, unchanged: 2 },
    outcomes: { people: { written: 0 } },
  });
  expect(crms.writes()).toEqual(writes);
});

test('the mode outcomes writes campaigns and leaves the status alone', async () => {
  await using crms = twoCrms({ config: { mode: 'outcomes' } });
  const campaign = wonCampaign(crms);
  const t = await crms.open({ warehouse: ':memory:' });
  expect(await t.outcomes()).toMatchObject({ campaigns: { written: 2 }, stopped: null });
  expect(won(crms, campaign)).toEqual([1, 1]);
  expect(crms.statuses(campaign.ann)[0]).toBe('Ready');
  expect(await t.sync()).toMatchObject({ mode: 'outcomes', applied: 0, plan: { update: 0 }, campaigns: { written: 0, unchanged: 2 } });
});

test('the mode observe writes nothing, however it is asked', async () => {
  await using crms = twoCrms({ config: { mode: 'observe' } });
  wonCampaign(crms);
  const t = await crms.open({ warehouse: ':memory:' });
  expect(await t.sync({ yes: true })).toMatchObject({ mode: 'observe', applied: 0, outcomes: null });
  await expect(t.outcomes()).rejects.toMatchObject({ code: 'MODE_FORBIDS' });
  expect(crms.writes()).toEqual([0, 0]);
});

test('a warehouse that was deleted between two runs is filled again before any campaign is written', async () => {
  await using crms = twoCrms({ config: { guards: { canary: 0 } } });
  const campaign = wonCampaign(crms);
  const warehouse = join(crms.folder, 'truce.duckdb');
  const t = await crms.open({ warehouse });
  await t.sync({ yes: true });
  rmSync(warehouse);
  const writes = crms.writes();
  crms.later();
  // Dies while the warehouse is filled again: what is there by then would give lower figures.
  crms.sales.world.fail({
    on: 'changes',
    nth: 6,
    when: 'before',
    error: new CrmError('NETWORK', 'cut', { system: 'crm-s', failure: 'network', hint: 'again' }),
  });
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ code: 'NETWORK' });
  expect(crms.writes()).toEqual(writes);
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ campaigns: { written: 0, unchanged: 2 } });
  expect(won(crms, campaign)).toEqual([1, 1]);
});

test('figures come from the warehouse that was filled; without one it says so', async () => {
  await using crms = twoCrms();
  wonCampaign(crms);
  const t = await crms.open({ warehouse: ':memory:' });
  await t.pull();
  const report = await t.alignment();
  expect(report.get('follow-up-rate').id).toBe('A1');
  await t.close();
  const without = await crms.open();
  await expect(without.alignment()).rejects.toMatchObject({ name: 'ConfigError', code: 'NO_WAREHOUSE' });
});

test('events tell phases, pages and lines, until one stops listening', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com', { sales: 'Working' });
  const t = await crms.open();
  const heard: string[] = [];
  const stops = [
    t.on('phase', (phase) => heard.push(phase)),
    t.on('page', (page) => heard.push(`${page.side} ${page.stream} ${page.records}`)),
    t.on('line', ({ line, status }) => heard.push(`${line.side} ${line.recordId} ${status}`)),
  ];
  await t.sync({ yes: true });
  expect(heard).toEqual(
    expect.arrayContaining(['check', 'recover', 'pull', 'marketing people 1', 'link', 'plan', 'apply', `marketing ${ann.m} applied`]),
  );
  for (const stop of stops) stop();
  heard.length = 0;
  await t.sync({ yes: true });
  expect(heard).toEqual([]);
});

test('one instance does one thing at a time, and nothing once it is closed', async () => {
  await using crms = twoCrms();
  crms.pair('ann@example.com');
  const t = await crms.open();
  const first = t.pull();
  await expect(t.sync()).rejects.toBeInstanceOf(StateError);
  await first;
  await t.close();
  await t.close();
  await expect(t.pull()).rejects.toMatchObject({ code: 'CLOSED' });
});

test('explain tells what was written to a person and why, by address, id or counterpart', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('Ann@Example.com', { sales: 'Working' });
  const t = await crms.open();
  await t.sync({ yes: true });
  for (const who of [' ann@example.COM', ann.m, ann.s]) {
    const { records, intents, bases } = await t.explain(who);
    expect(records.map((record) => record.id).toSorted()).toEqual([ann.m, ann.s]);
    expect(intents).toMatchObject([
      { status: 'applied', line: { changes: [{ after: 'In progress', reason: expect.stringContaining('wins') }] } },
    ]);
    expect(bases).toMatchObject([{ field: 'status', rung: 'working' }]);
  }
});

test('status tells how things stand, and check what stands in the way', async () => {
  await using crms = twoCrms({ sales: { provisioned: false } });
  crms.pair('ann@example.com');
  const t = await crms.open();
  expect(await t.status()).toMatchObject({ lastDoneAt: null, runs: [], openIntents: 0 });
  await t.sync({ yes: true });
  expect(await t.status()).toMatchObject({
    lastDoneAt: expect.any(Number),
    people: { marketing: 1, sales: 1, linked: 1, ambiguous: 0 },
    quarantine: [],
  });
  const { problems, accounts } = await t.check();
  expect(accounts.sales.id).toBe('crm-s-1');
  expect(problems.filter((problem) => problem.code === 'OWN_FIELD_MISSING').every((problem) => problem.side === 'sales')).toBe(true);
  expect(problems.some((problem) => problem.code === 'OWN_FIELD_MISSING')).toBe(true);
});

test('missing fields are provisioned, and then the outcomes that were left out are written', async () => {
  await using crms = twoCrms({ sales: { provisioned: false }, config: { mode: 'outcomes' } });
  const campaign = wonCampaign(crms);
  const t = await crms.open({ warehouse: ':memory:' });
  const first = await t.outcomes();
  expect(first.skipped).toMatchObject(
    [{ code: 'FIELDS_MISSING', side: 'sales' }, { side: 'sales' }, { side: 'sales' }].slice(0, first.skipped.length),
  );
  expect(won(crms, campaign)).toEqual([1, null]);
  const planned = await t.provision({ sides: ['sales'] });
  expect(planned.sales?.steps.every((step) => step.status === 'planned' || step.status === 'present')).toBe(true);
  await t.provision({ create: true, sides: ['sales'] });
  await t.outcomes();
  expect(won(crms, campaign)).toEqual([1, 1]);
});

test('a wrong configuration is refused before anybody is contacted', async () => {
  await using crms = twoCrms();
  await expect(crms.open({ config: { mode: 'everything', colour: 'blue' } })).rejects.toMatchObject({
    name: 'ConfigError',
    code: 'CONFIG_INVALID',
  });
  expect(existsSync(crms.statePath)).toBe(false);
  expect(crms.marketing.world.calls().account).toBe(0);
});

test('errors are the classes of the package, with a code and a hint', async () => {
  await using crms = twoCrms();
  crms.sales.world.addPerson({ email: 'ann@example.com' });
  const t = await crms.open();
  const error = await t.sync().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PlanError);
  expect((error as PlanError).hint).not.toBe('');
});
