import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { alignment, statistics } from '../../src/alignment/index.ts';
import type { AlignmentOptions, AlignmentReport } from '../../src/alignment/types.ts';
import { ConfigError } from '../../src/errors.ts';
import { schemaSql } from '../../src/warehouse/schema.sql.ts';
import type { Row } from '../../src/warehouse/types.ts';
import type { ToyRow } from '../support/toy-company.ts';
import type { Bench } from './engines.ts';
import { openBench } from './engines.ts';

const day = 86_400_000;
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5);
const settings = { touchPolicy: 'human', minCell: 1, horizonDays: 30, attempts: 4 } as const;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('duckdb');
}, 120_000);
afterAll(() => bench.close());
beforeEach(() => bench.clear());

const report = (options: Partial<AlignmentOptions> = {}): Promise<AlignmentReport> =>
  alignment(bench, { settings, asOf: start + 60 * day, by: [], ...options });
const person = (id: string, rest: ToyRow = {}): ToyRow => ({
  lead_id: id,
  created_at: start,
  origin: 'marketing',
  marketing_person_id: id,
  sales_lead_id: `s${id}`,
  ...rest,
});
let serial = 0;
const status = (id: string, at: number, rung: string, rest: ToyRow = {}): ToyRow => ({
  change_id: `x${(serial += 1)}`,
  entity: 'lead',
  entity_id: id,
  recorded_in: 'sales',
  field: 'status',
  to_status: rung,
  occurred_at: at,
  ...rest,
});
const call = (id: string, at: number, rest: ToyRow = {}): ToyRow => ({
  touch_id: `t${(serial += 1)}`,
  lead_id: id,
  occurred_at: at,
  kind: 'call',
  side: 'sales',
  direction: 'out',
  actor_id: 'u1',
  ...rest,
});

describe('the report', () => {
  test('of an empty warehouse says of each statistic what it needs, and gives no figure', async () => {
    const found = await alignment(bench, { settings });
    expect(found.statistics.map((s) => s.id)).toEqual(['A1', 'A2', 'A3', 'A4', 'B1', 'B3', 'B5', 'B6', 'F1', 'F3', 'F4']);
    for (const result of found.statistics) {
      expect(result.estimate, result.id).toBeNull();
      expect(result.interval, result.id).toBeNull();
      expect(result.notMeasured, result.id).toMatch(/^needs /);
    }
  });

  test('of one lead gives shares of 0 or 1 and no NaN', async () => {
    await bench.insert('leads', [person('a', { channel: 'social', campaign_id: 'c1', owner_id: 'u1' })]);
    await bench.insert('users', [{ user_id: 'u1', team: 'sales', name: 'Ann' }]);
    await bench.insert('status_changes', [
      status('a', start, 'mql', { recorded_in: 'marketing' }),
      status('a', start + hour, 'handed'),
      status('a', start + day, 'rejected', { reason: 'no budget' }),
    ]);
    await bench.insert('touches', [call('a', start + 2 * hour)]);
    const found = await report({ by: ['channel', 'campaign', 'owner', 'team', 'month'] });
    expect(found.get('A1')).toMatchObject({ estimate: 1, interval: { lo: 1, hi: 1 } });
    expect(found.get('A2')).toMatchObject({ estimate: 0 });
    expect(found.get('A3')).toMatchObject({ estimate: hour, interval: { lo: hour, hi: hour } });
    expect(found.get('A4')).toMatchObject({ estimate: 1 });
    expect(found.get('B1').ledger?.[0]).toMatchObject({ leads: 1, states: { rejected: 1 }, topReason: { reason: 'no budget', n: 1 } });
    expect(found.get('A1').rows?.find((r) => r.dimension === 'owner')).toMatchObject({ label: 'Ann', k: 1, n: 1 });
    expect(found.get('A1').rows?.find((r) => r.dimension === 'month')?.key).toBe('2026-01');
    expect(JSON.stringify(found.statistics)).not.toMatch(/null,"hi":null|NaN|Infinity/);
    for (const s of found.statistics)
      expect(s.warnings.some((w) => w.code === 'ONE_CLUSTER') || s.estimate === null || s.id === 'B6').toBe(true);
  });

  test('gives one statistic by slug and by id, and names the known ones otherwise', async () => {
    const found = await report({ only: ['ledger', 'F1'] });
    expect(found.statistics.map((s) => s.id)).toEqual(['B1', 'F1']);
    expect(found.get('ledger')).toBe(found.get('B1'));
    expect(() => found.get('follow-up-rate')).toThrow(ConfigError);
    await expect(report({ only: ['nonsense'] })).rejects.toMatchObject({
      code: 'UNKNOWN_STATISTIC',
      hint: expect.stringContaining('speed-to-lead (A3)'),
    });
    expect(new Set(statistics.map((s) => s.slug)).size).toBe(statistics.length);
  });

  test('leaves no temporary table behind and can run again', async () => {
    await bench.insert('leads', [person('a')]);
    const first = await report({ only: ['B1', 'F1'] });
    await expect(bench.query('SELECT * FROM run_people')).rejects.toThrow('run_people');
    expect((await report({ only: ['B1', 'F1'] })).statistics).toEqual(first.statistics);
  });

  test('stops when it is aborted', async () => {
    await expect(report({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  test('runs over a DuckDB file that is open for reading only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'truce-alignment-'));
    const file = join(folder, 'w.duckdb');
    const made = await DuckDBInstance.create(file);
    const writer = await made.connect();
    await writer.run(schemaSql);
    await writer.run(`INSERT INTO leads (lead_id, created_at) VALUES ('a', ${start})`);
    writer.closeSync();
    made.closeSync();
    const opened = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
    const reader = await opened.connect();
    const query = async (sql: string, params: readonly (string | number | bigint | boolean | null)[] = []): Promise<readonly Row[]> =>
      (await reader.runAndReadAll(sql, [...params])).getRowObjectsJS();
    const found = await alignment({ query }, { settings });
    expect(found.get('B1').population.n).toBe(1);
    reader.closeSync();
    opened.closeSync();
    await rm(folder, { recursive: true });
  });
});

describe('the instant', () => {
  test('is the older of both high-water marks, else the last thing that happened', async () => {
    await bench.insert('leads', [person('a')]);
    await bench.insert('touches', [call('a', start + 3 * day), call('a', start + 90 * day, { result: 'scheduled', kind: 'meeting' })]);
    await bench.insert('deals', [{ deal_id: 'd', created_at: start + day, closed_at: start + 300 * day, outcome: 'open' }]);
    expect((await alignment(bench, { settings, only: ['B1'] })).asOf).toBe(start + 3 * day);
    await bench.insert('coverage', [
      { recorded_in: 'marketing', stream: 'people', complete: true, as_of: start + 9 * day },
      { recorded_in: 'sales', stream: 'touches', complete: true, as_of: start + 7 * day },
      { recorded_in: 'sales', stream: 'rates', complete: true, as_of: start },
    ]);
    expect((await alignment(bench, { settings, only: ['B1'] })).asOf).toBe(start + 7 * day);
  });

  test('leaves out handovers from before the history that the CRMs still keep', async () => {
    await bench.insert('leads', [person('old'), person('new')]);
    await bench.insert('status_changes', [status('old', start, 'handed'), status('new', start + 5 * day, 'handed')]);
    await bench.insert('touches', [call('new', start + 5 * day + hour)]);
    await bench.insert('coverage', [
      { recorded_in: 'sales', stream: 'status-history', complete: true, as_of: start + 60 * day, history_from: start + day },
    ]);
    const found = (await report({ only: ['A1'] })).get('A1');
    expect(found.population).toMatchObject({ n: 1, excluded: { 'older than the history': 1 } });
    expect(found.estimate).toBe(1);
    expect(found.params).toMatchObject({ historyFrom: start + day });
  });
});

describe('follow-up', () => {
  test('without any recorded contact is not measured, never 0', async () => {
    await bench.insert('leads', [person('a'), person('b')]);
    await bench.insert('status_changes', [status('a', start, 'handed'), status('b', start, 'handed')]);
    const found = await report({ only: ['A1', 'A2', 'A3', 'A4', 'B1'] });
    for (const id of ['A1', 'A2', 'A3', 'A4'])
      expect(found.get(id)).toMatchObject({ estimate: null, notMeasured: expect.stringContaining('needs outbound contacts') });
    const total = found.get('B1').ledger?.[0];
    expect(total?.followedUp).toBeNull();
    expect(total?.states).toMatchObject({ waiting_untouched: 2, closed_untouched: 0 });
  });

  test('a contact in the week before the handover counts as follow-up, and has no speed', async () => {
    await bench.insert('leads', [person('a'), person('b')]);
    await bench.insert('status_changes', [status('a', start + 10 * day, 'handed'), status('b', start + 10 * day, 'handed')]);
    await bench.insert('touches', [call('a', start + 5 * day), call('b', start + 10 * day + 2 * hour)]);
    const found = await report({ only: ['A1', 'A3'] });
    expect(found.get('A1')).toMatchObject({ estimate: 1, params: { preTouched: 1 } });
    expect(found.get('A3')).toMatchObject({ estimate: 2 * hour, population: { n: 1, excluded: { 'contacted before the handover': 1 } } });
  });

  test('programs, bounces, duplicates and plans are no contacts; bursts are one attempt', async () => {
    await bench.insert('leads', [person('a', { owner_id: 'u1' })]);
    await bench.insert('status_changes', [status('a', start, 'handed')]);
    await bench.insert('touches', [
      call('a', start + hour, { actor_kind: 'workflow', kind: 'email' }),
      call('a', start + hour, { actor_kind: 'bot', kind: 'email' }),
      call('a', start + hour, { kind: 'email', result: 'bounced' }),
      call('a', start + hour, { kind: 'meeting', result: 'scheduled' }),
      call('a', start + hour, { dup_of: 'other' }),
      call('a', start + hour, { kind: 'task' }),
      call('a', start + hour, { side: 'marketing', kind: 'email' }),
      call('a', start + day),
      call('a', start + day + 9 * 60_000),
      call('a', start + day + 18 * 60_000),
      call('a', start + day + 30 * 60_000),
    ]);
    const found = await report({ only: ['A1', 'A3', 'A4'] });
    expect(found.get('A3').estimate).toBe(day);
    expect(found.get('A4').figures?.[0]).toMatchObject({ key: 'mean', value: 2 });
    const any = found.get('A1').rows?.find((r) => r.dimension === 'policy' && r.key === 'any');
    expect(any).toMatchObject({ k: 1, estimate: 1 });
  });

  test('an actor whom the CRM does not name is bounded, not counted', async () => {
    await bench.insert('leads', [person('a'), person('b')]);
    await bench.insert('status_changes', [status('a', start, 'handed'), status('b', start, 'handed')]);
    await bench.insert('touches', [call('a', start + hour), call('b', start + hour, { actor_kind: 'unknown' })]);
    const found = (await report({ only: ['A1'] })).get('A1');
    expect(found).toMatchObject({ estimate: 0.5, bounds: { lo: 0.5, hi: 1 }, population: { n: 2, unknown: 1 } });
    expect(found.warnings.map((w) => w.code)).toContain('UNKNOWN_ACTOR');
  });

  test('a second handover after an exit is an episode of its own, its copy in the other CRM is not', async () => {
    await bench.insert('leads', [person('a')]);
    await bench.insert('status_changes', [
      status('a', start, 'handed', { recorded_in: 'marketing' }),
      status('a', start + hour, 'handed'),
      status('a', start + 2 * day, 'recycled'),
      status('a', start + 9 * day, 'handed'),
    ]);
    await bench.insert('touches', [call('a', start + 10 * day)]);
    const found = (await report({ only: ['A1'] })).get('A1');
    expect(found).toMatchObject({ estimate: 0, population: { n: 1, excluded: { 'handed over again': 1 } } });
    expect(found.rows?.find((r) => r.key === 'closed-untouched')?.estimate).toBe(1);
    expect((await report({ only: ['B1'] })).get('B1').ledger?.[0]?.states.being_worked).toBe(1);
  });

  test('working hours give a second clock where they are known', async () => {
    await bench.insert('leads', [person('a')]);
    await bench.insert('status_changes', [status('a', start + 20 * hour, 'handed')]);
    await bench.insert('touches', [call('a', start + day + 11 * hour)]);
    await bench.insert('business_hours', [
      { team: '', opens_at: start + 9 * hour, closes_at: start + 17 * hour },
      { team: '', opens_at: start + day + 9 * hour, closes_at: start + day + 17 * hour },
    ]);
    const quantiles = (await report({ only: ['A3'] })).get('A3').quantiles ?? [];
    expect(quantiles.find((q) => q.clock === 'handed' && q.p === 0.5)?.value).toBe(15 * hour);
    expect(quantiles.find((q) => q.clock === 'handed, working hours' && q.p === 0.5)?.value).toBe(2 * hour);
  });

  test('acceptance is never read from a field that only moves forward', async () => {
    await bench.insert('leads', [person('a')]);
    await bench.insert('status_changes', [
      status('a', start, 'handed'),
      status('a', start + day, 'customer', { recorded_in: 'marketing', field: 'stage' }),
      status('a', start + 2 * day, 'rejected'),
    ]);
    const states = async (ratchetFields: readonly string[]): Promise<unknown> =>
      (await report({ settings: { ...settings, ratchetFields }, only: ['B1'] })).get('B1').ledger?.[0]?.states;
    expect(await states(['stage'])).toMatchObject({ accepted_no_deal: 0, rejected: 1 });
    expect(await states([])).toMatchObject({ accepted_no_deal: 1, rejected: 0 });
  });
});

describe('outcomes', () => {
  test('a deal that was reopened is open, and closes when it closes for the last time', async () => {
    const stage = (deal: string, at: number, to: string): ToyRow => status(deal, at, to, { entity: 'deal', field: 'stage' });
    await bench.insert('leads', [person('a'), person('b')]);
    await bench.insert('deals', [
      { deal_id: 'd', created_at: start, closed_at: start + 4 * day, outcome: 'lost' },
      { deal_id: 'e', created_at: start, closed_at: start + 40 * day, outcome: 'won', amount_base: 12_345_678_901_234 },
    ]);
    await bench.insert('deal_contacts', [
      { deal_contact_id: '1', deal_id: 'd', lead_id: 'a' },
      { deal_contact_id: '2', deal_id: 'e', lead_id: 'b' },
    ]);
    await bench.insert('status_changes', [
      stage('d', start, 'open'),
      stage('d', start + 4 * day, 'lost'),
      stage('d', start + 9 * day, 'open'),
      stage('e', start, 'open'),
      stage('e', start + 5 * day, 'lost'),
      stage('e', start + 6 * day, 'open'),
      stage('e', start + 40 * day, 'won'),
    ]);
    const found = await report({ only: ['B1', 'B6'] });
    const total = found.get('B1').ledger?.[0];
    expect(total?.states).toMatchObject({ deal_open: 1, won: 1, lost: 0 });
    expect(total?.wonDeals).toEqual({ n: 1, amountMinor: '12345678901234', missing: 0 });
    expect(found.get('B6').figures?.find((f) => f.key === 'won-mean')?.value).toBe(40 * day);
    const before = await report({ asOf: start + 8 * day, only: ['B1'] });
    expect(before.get('B1').ledger?.[0]?.states).toMatchObject({ lost: 1, deal_open: 1, won: 0 });
  });

  test('small cells are merged, blank and unknown stay apart, hostile names stay names', async () => {
    const hostile = "x'); DROP TABLE leads; --";
    const names = [
      ...Array.from({ length: 6 }, () => 'unknown'),
      ...Array.from({ length: 6 }, () => null),
      ...Array.from({ length: 5 }, () => '__proto__'),
      hostile,
      hostile,
      'rare',
    ];
    await bench.insert(
      'leads',
      names.map((channel, i) => person(`p${i}`, { channel })),
    );
    const rows = (await report({ settings: { ...settings, minCell: 5 }, only: ['B1'] }))
      .get('B1')
      .ledger?.filter((r) => r.dimension === 'channel');
    expect(rows?.map((r) => [r.key, r.label, r.leads])).toEqual([
      ['', '(blank)', 6],
      ['unknown', 'unknown', 6],
      ['__proto__', '__proto__', 5],
      ['(other)', 'other (2 smaller)', 3],
    ]);
    expect(rows?.at(-1)?.won.shrunk).toBeNull();
    const all = (await report({ only: ['B1'] })).get('B1').ledger?.filter((r) => r.dimension === 'channel');
    expect(all?.some((r) => r.key === hostile && r.leads === 2)).toBe(true);
  });

  test('wins before the lead was created are shown and counted', async () => {
    await bench.insert('leads', [person('a'), person('b')]);
    await bench.insert('deals', [
      { deal_id: 'd', closed_at: start - 2 * day, closed_precision: 'day', outcome: 'won' },
      { deal_id: 'e', closed_at: start + 6 * day, closed_precision: 'day', outcome: 'won' },
    ]);
    await bench.insert('deal_contacts', [
      { deal_contact_id: '1', deal_id: 'd', lead_id: 'a' },
      { deal_contact_id: '2', deal_id: 'e', lead_id: 'b' },
    ]);
    const found = (await report({ only: ['B6'] })).get('B6');
    expect(found.figures?.find((f) => f.key === 'negative')?.value).toBe(1);
    expect(found.figures?.find((f) => f.key === 'won-shortest')?.value).toBe(-2 * day);
    expect(found.warnings[0]).toMatchObject({ code: 'NEGATIVE_TIMES', n: 1 });
    expect(found.quantiles?.find((q) => q.population === 'won' && q.p === 0.5)?.value).toBe(2 * day);
    expect(found.estimate).toBe(3 * day);
  });
});

describe('one shared picture', () => {
  test('one status only leaves kappa undefined and shows the raw agreement', async () => {
    await bench.insert('leads', [person('a'), person('b')]);
    for (const id of ['a', 'b'])
      await bench.insert('status_changes', [status(id, start, 'handed'), status(id, start, 'handed', { recorded_in: 'marketing' })]);
    const found = (await report({ only: ['F4'] })).get('F4');
    expect(found).toMatchObject({ estimate: null, interval: null, notReached: expect.stringContaining('one status') });
    expect(found.figures?.find((f) => f.key === 'raw')?.value).toBe(1);
    expect(found.matrix).toEqual({ states: ['handed'], counts: [[2]] });
  });

  test('the current status counts where a CRM keeps no history, today only', async () => {
    await bench.insert('leads', [
      person('a', { marketing_rung: 'working', sales_rung: 'handed' }),
      person('b', { marketing_rung: 'mql', sales_rung: 'mql' }),
    ]);
    expect((await report({ only: ['F4'] })).get('F4').figures?.find((f) => f.key === 'raw')?.value).toBe(0.5);
    expect((await report({ asOf: start + day, only: ['F4'] })).get('F4').notMeasured).toBeUndefined();
    await bench.insert('touches', [call('a', start + 9 * day)]);
    expect((await report({ asOf: start + day, only: ['F4'] })).get('F4')).toMatchObject({
      estimate: null,
      notMeasured: 'needs statuses in both CRMs',
    });
  });

  test('a doubtful link bounds the share of one-sided records', async () => {
    await bench.insert('leads', [person('a', { sales_lead_id: null }), person('b'), person('c')]);
    await bench.insert('record_links', [{ recorded_in: 'sales', object: 'lead', source_id: 'sc', merged_id: 'c', confidence: 0.6 }]);
    expect((await report({ only: ['F1'] })).get('F1')).toMatchObject({
      estimate: 0.5,
      bounds: { lo: 1 / 3, hi: 2 / 3 },
      population: { n: 2, unknown: 1 },
    });
  });

  test('a win is known to marketing by its stage or its deal, a loss never by a stage that only moves forward', async () => {
    const ended = (id: string, outcome: string, rest: ToyRow = {}): ToyRow => ({
      deal_id: id,
      sales_deal_id: id,
      created_at: start,
      closed_at: start + day,
      outcome,
      ...rest,
    });
    const ids = ['won-told', 'won-untold', 'lost-stuck', 'lost-told', 'won-deal', 'twin'];
    await bench.insert(
      'leads',
      ids.map((id) => person(id)),
    );
    await bench.insert('deals', [
      ended('won-told', 'won'),
      ended('won-untold', 'won'),
      ended('lost-stuck', 'lost'),
      ended('lost-told', 'lost'),
    ]);
    await bench.insert('deals', [ended('won-deal', 'won', { marketing_deal_id: 'm1' }), ended('twin', 'won', { marketing_deal_id: 'm2' })]);
    await bench.insert(
      'deal_contacts',
      ids.map((id) => ({ deal_contact_id: id, deal_id: id, lead_id: id })),
    );
    const told = { recorded_in: 'marketing' };
    await bench.insert('status_changes', [
      status('won-told', start + 2 * day, 'customer', { ...told, field: 'stage' }),
      status('lost-stuck', start + 2 * day, 'opportunity', { ...told, field: 'stage' }),
      status('lost-told', start + 2 * day, 'rejected', told),
      status('won-deal', start + day, 'won', { ...told, entity: 'deal', field: 'dealstage' }),
    ]);
    const found = (await report({ settings: { ...settings, ratchetFields: ['stage'] }, only: ['F3'] })).get('F3');
    expect(found).toMatchObject({ estimate: 3 / 5, population: { n: 5, unknown: 1 }, bounds: { lo: 3 / 6, hi: 4 / 6 } });
    expect(found.rows?.filter((r) => r.dimension === 'outcome').map((r) => [r.key, r.k, r.n])).toEqual([
      ['won', 2, 3],
      ['lost', 1, 2],
    ]);
  });

  test('leads that a program closed untouched are shown apart, a synced rejection is no program', async () => {
    await bench.insert(
      'leads',
      ['a', 'b', 'c'].map((id) => person(id)),
    );
    await bench.insert(
      'status_changes',
      ['a', 'b', 'c'].map((id) => status(id, start, 'handed')),
    );
    await bench.insert('status_changes', [
      status('a', start + hour, 'rejected', { actor_kind: 'workflow' }),
      status('b', start + hour, 'rejected', { actor_kind: 'integration' }),
    ]);
    await bench.insert('touches', [call('c', start + hour)]);
    const rows = (await report({ only: ['A1'] })).get('A1').rows;
    expect(rows?.find((r) => r.dimension === 'horizon' && r.key === '30d')).toMatchObject({ k: 1, n: 3 });
    expect(rows?.find((r) => r.dimension === 'due')).toMatchObject({
      k: 1,
      n: 2,
      estimate: 0.5,
      label: 'without the 1 that a program closed untouched',
    });
  });

  test('ids of one CRM alone measure nothing', async () => {
    await bench.insert('leads', [person('a', { sales_lead_id: null })]);
    expect((await report({ only: ['F1'] })).get('F1').notMeasured).toMatch(/^needs record ids of both CRMs/);
    expect((await report({ only: ['F3'] })).get('F3').notMeasured).toMatch(/^needs record ids of both CRMs/);
  });
});
