import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditColumns, type AuditRow } from '../../src/sync/audit.ts';
import { renderPlan } from '../../src/report/plan-page.ts';
import type { Truce } from '../../src/truce.ts';
import { twoCrms } from '../support/two-crms.ts';

async function auditOf(t: Truce, since?: number): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for await (const row of t.audit(since)) rows.push(row);
  return rows;
}

test('an audit tells who wrote what, before, after, why and with what outcome, oldest first', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com', { sales: 'Working' });
  const t = await crms.open({ user: 'joe' });
  const { run } = await t.sync({ yes: true });
  const rows = await auditOf(t);
  expect(rows).toEqual([
    expect.objectContaining({
      run,
      command: 'sync',
      user: 'joe',
      approver: null,
      side: 'marketing',
      record: ann.m,
      field: 'status',
      before: 'Ready',
      after: 'In progress',
      rule: 'furthest',
      why: expect.stringContaining('.'),
      outcome: 'applied',
      closedAt: expect.stringMatching(/Z$/),
    }),
  ]);
  expect(Object.keys(rows[0]!).toSorted()).toEqual(auditColumns.toSorted());
});

test('an approved plan stands in the audit with its approver, and in the run with its hash', async () => {
  await using crms = twoCrms();
  crms.pair('ann@example.com', { sales: 'Working' });
  const t = await crms.open({ user: 'joe' });
  const plan = await t.plan({ out: join(crms.folder, 'plan.ndjson') });
  await t.apply(join(crms.folder, 'plan.ndjson'), { approver: 'Ann Example' });
  expect((await auditOf(t)).map((row) => [row.command, row.user, row.approver, row.outcome])).toEqual([
    ['apply', 'joe', 'Ann Example', 'applied'],
  ]);
  const [last] = (await t.status()).runs;
  expect(last).toMatchObject({ user: 'joe', approver: 'Ann Example' });
  expect(JSON.parse(last?.detail ?? '')).toMatchObject({ plan: { id: plan.header.id, hash: plan.hash } });
});

test('what stood there just before counts, not what the plan had seen, and skipped lines say why', async () => {
  await using crms = twoCrms();
  const ann = crms.pair('ann@example.com', { sales: 'Working' });
  const t = await crms.open();
  const plan = await t.plan();
  crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
  await t.apply(plan);
  expect(await auditOf(t)).toMatchObject([
    { outcome: 'skipped', before: 'Not a fit', code: expect.any(String), cause: expect.any(String) },
  ]);
});

test('an audit since an instant begins there, over several pages', async () => {
  await using crms = twoCrms({ marketing: { perCall: { write: 50 } } });
  for (let n = 0; n < 1_203; n += 1) crms.pair(`p${n}@example.com`, { sales: 'Working' });
  const t = await crms.open({ with: { guards: { changes: { count: 5_000 } } } });
  await t.sync({ yes: true });
  const later = crms.pair('later@example.com', { sales: 'Working' });
  const since = crms.later();
  await t.sync({ yes: true });
  const all = await auditOf(t);
  expect(new Set(all.map((row) => row.record)).size).toBe(1_204);
  expect((await auditOf(t, since)).map((row) => row.record)).toEqual([later.m]);
});

test('the page of a plan shows conflicts first, side by side, escaped, without a script', async () => {
  await using crms = twoCrms();
  const one = crms.pair('one@example.com');
  const both = crms.pair('both@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  crms.sales.world.edit(one.s, 'status', 'Working', { at: crms.later() });
  crms.sales.world.edit(both.s, 'status', 'Working', { at: crms.later() });
  crms.marketing.world.edit(both.m, 'status', 'Not a fit', { at: crms.later() });
  crms.later();
  const plan = await t.plan();
  const options = { company: '<img src=x onerror=alert(1)>', systems: { marketing: 'HubSpot', sales: 'Salesforce' }, file: 'plan.ndjson' };
  let page = '';
  for await (const piece of renderPlan(plan, options)) page += piece;
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<img/);
  expect(page).toContain('truce apply plan.ndjson --mode sync --approver NAME');
  expect(page).toContain(plan.hash);
  const places = ['HubSpot: decided conflicts', 'HubSpot: changes of one side', 'Salesforce: decided conflicts'].map((text) =>
    page.indexOf(text),
  );
  const there = places.filter((at) => at > 0);
  expect(there.length).toBeGreaterThan(1);
  expect(there).toEqual(there.toSorted((a, b) => a - b));
  expect(page).toContain('In progress');
  const sentences = [];
  for await (const line of plan.lines()) sentences.push(...line.changes.map((change) => change.reason));
  for (const sentence of sentences) expect(page.replaceAll('&quot;', '"').replaceAll('&#39;', "'")).toContain(sentence);
});
