import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../config/schema.ts';
import type { FieldSettings, Policy } from '../../src/model/settings.ts';
import type { FieldValue, Rung, Side } from '../../src/model/words.ts';
import type { Base } from '../../src/state/types.ts';
import { mergeField, type Decision, type FieldRule, type SideInput } from '../../src/sync/merge.ts';
import type { ValueTime } from '../../src/sync/policy.ts';

const stock = parseConfig({}).status;
const [open, working, rejected] = ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted'];

const statusRule = (policy: Policy = 'furthest'): FieldRule => ({ kind: 'status', name: 'status', maps: stock, policy });

const plainRule = (rest: Partial<FieldSettings> = {}): FieldRule => ({
  kind: 'plain',
  name: 'title',
  settings: {
    name: 'title',
    marketing: 'm',
    sales: 's',
    direction: 'both',
    policy: 'most-recent',
    prefer: 'sales',
    blankOverwrites: false,
    ...rest,
  },
});

const side = (raw: FieldValue | undefined, rest: Partial<SideInput> = {}): SideInput => ({ raw, derived: null, time: null, ...rest });

const base = (marketing: FieldValue | undefined, sales: FieldValue | undefined, rest: Partial<Base> = {}): Base => ({
  linkId: 'l',
  field: 'f',
  marketing,
  sales,
  rung: null,
  held: null,
  at: 1,
  ...rest,
});

const at = (instant: number, rest: Partial<ValueTime> = {}): ValueTime => ({ at: instant, precision: 'ms', certainty: 'history', ...rest });

function merge(rule: FieldRule, from: Base | null, marketing: SideInput, sales: SideInput): Decision {
  return mergeField({ rule, base: from, marketing, sales });
}

describe('one side changed', () => {
  test('marketing to sales: the rung is written in the words of sales', () => {
    const decision = merge(statusRule(), base('NEW', open, { rung: 'handed' }), side('UNQUALIFIED'), side(open));
    expect(decision).toMatchObject({ kind: 'write', target: 'sales', value: rejected, rule: 'propagate', conflict: false });
    expect(decision).toMatchObject({ agreement: { marketing: 'UNQUALIFIED', sales: rejected, rung: 'rejected', held: null } });
    expect(decision.kind === 'write' && decision.reason).toBe(
      `marketing changed it from "NEW" to "UNQUALIFIED" (rejected); sales still has "${open}" (handed).`,
    );
  });

  test('sales to marketing, also back down the ladder', () => {
    const decision = merge(statusRule(), base('IN_PROGRESS', working, { rung: 'working' }), side('IN_PROGRESS'), side(open));
    expect(decision).toMatchObject({ kind: 'write', target: 'marketing', value: 'NEW', rule: 'propagate' });
  });

  test('out of a side exit, because a person did it', () => {
    const decision = merge(statusRule(), base('UNQUALIFIED', rejected, { rung: 'rejected' }), side('UNQUALIFIED'), side(working));
    expect(decision).toMatchObject({ kind: 'write', target: 'marketing', value: 'IN_PROGRESS' });
  });

  test('a rung that the map holds is not written, but agreed on and remembered as held', () => {
    const decision = merge(statusRule(), base('NEW', open, { rung: 'handed' }), side('BAD_TIMING'), side(open));
    expect(decision).toMatchObject({
      kind: 'settle',
      rule: 'propagate',
      agreement: { marketing: 'BAD_TIMING', sales: open, rung: 'recycled', held: 'sales' },
    });
  });

  test('another value of the same rung changes nothing on the other side', () => {
    const decision = merge(statusRule(), base('IN_PROGRESS', working, { rung: 'working' }), side('CONNECTED'), side(working));
    expect(decision).toMatchObject({ kind: 'settle', agreement: { marketing: 'CONNECTED', sales: working, rung: 'working' } });
  });

  test('a status that follows from deals is never written', () => {
    const decision = merge(
      statusRule(),
      base('OPEN_DEAL', 'derived from deals: opportunity', { rung: 'opportunity' }),
      side('UNQUALIFIED'),
      side(working, { derived: 'opportunity' }),
    );
    expect(decision).toMatchObject({ kind: 'settle', agreement: { held: 'sales', sales: 'derived from deals: opportunity' } });
  });

  test('a conversion reaches marketing as the derived status', () => {
    const decision = merge(
      statusRule(),
      base('IN_PROGRESS', working, { rung: 'working' }),
      side('IN_PROGRESS'),
      side('Closed - Converted', { derived: 'opportunity' }),
    );
    expect(decision).toMatchObject({
      kind: 'write',
      target: 'marketing',
      value: 'OPEN_DEAL',
      agreement: { rung: 'opportunity', sales: 'derived from deals: opportunity' },
    });
  });

  test('a blank overwrites only when told to', () => {
    const from = base('CEO', 'CEO');
    expect(merge(plainRule(), from, side(null), side('CEO'))).toMatchObject({
      kind: 'settle',
      agreement: { marketing: null, sales: 'CEO', held: 'sales' },
    });
    expect(merge(plainRule({ blankOverwrites: true }), from, side(null), side('CEO'))).toMatchObject({
      kind: 'write',
      target: 'sales',
      value: null,
    });
    expect(merge(statusRule(), base('NEW', open, { rung: 'handed' }), side(''), side(open))).toMatchObject({
      kind: 'settle',
      agreement: { held: 'sales' },
    });
  });

  test('a field with a direction goes that way only', () => {
    const from = base('a', 'a');
    expect(merge(plainRule({ direction: 'to-sales' }), from, side('b'), side('a'))).toMatchObject({ kind: 'write', target: 'sales' });
    expect(merge(plainRule({ direction: 'to-sales' }), from, side('a'), side('b'))).toMatchObject({
      kind: 'settle',
      agreement: { held: 'marketing' },
    });
  });
});

describe('nothing to do', () => {
  test('neither side changed', () => {
    expect(merge(statusRule(), base('NEW', open, { rung: 'handed' }), side('NEW'), side(open))).toEqual({ kind: 'nothing' });
  });

  test('a side without the field takes no part: absent is not blank', () => {
    expect(merge(plainRule({ blankOverwrites: true }), base('a', 'a'), side(undefined), side('b'))).toEqual({ kind: 'nothing' });
    expect(merge(statusRule(), null, side('NEW'), side(undefined))).toEqual({ kind: 'nothing' });
  });

  test('the same value in another dress', () => {
    for (const [a, b] of [
      ['1.50', 1.5],
      [' x ', 'x'],
      [null, ''],
      [true, 'true'],
      ['e\u0301', '\u00e9'],
      ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000+01:00'],
    ] as const) {
      expect(merge(plainRule(), base(a, a), side(a), side(b)).kind).not.toBe('write');
    }
    expect(merge(plainRule({ policy: 'prefer-sales' }), null, side('007'), side('7')).kind).toBe('write');
  });
});

describe('both sides changed', () => {
  test('to the same: a new base without a write', () => {
    const decision = merge(statusRule(), base('NEW', open, { rung: 'handed' }), side('IN_PROGRESS'), side(working));
    expect(decision).toMatchObject({ kind: 'settle', rule: 'both-agree', conflict: false, agreement: { rung: 'working' } });
  });

  const from = base('NEW', open, { rung: 'handed' });
  test.each<[Policy, Side]>([
    ['prefer-marketing', 'sales'],
    ['prefer-sales', 'marketing'],
    ['furthest', 'marketing'],
    ['prefer-unless-blank', 'marketing'],
  ])('by %s the value goes to %s', (policy, target) => {
    const decision = merge(statusRule(policy), from, side('IN_PROGRESS'), side(rejected));
    expect(decision).toMatchObject({ kind: 'write', target, rule: policy, conflict: true });
  });

  test('by ask nobody wins', () => {
    expect(merge(statusRule('ask'), from, side('IN_PROGRESS'), side(rejected))).toMatchObject({ kind: 'ask' });
  });

  test('most-recent asks for the times first, and goes by the field histories', () => {
    expect(merge(statusRule('most-recent'), from, side('IN_PROGRESS'), side(rejected))).toEqual({ kind: 'needs-times' });
    const decision = merge(statusRule('most-recent'), from, side('IN_PROGRESS', { time: at(20) }), side(rejected, { time: at(10) }));
    expect(decision).toMatchObject({ kind: 'write', target: 'sales', certainty: 'history', rule: 'most-recent' });
    expect(decision.kind === 'write' && decision.reason).toContain('1970-01-01T00:00:00.020Z');
  });

  test('most-recent by record stamps says so', () => {
    const stamp = at(20, { certainty: 'record-stamp' });
    const decision = merge(statusRule('most-recent'), from, side('IN_PROGRESS', { time: stamp }), side(rejected, { time: at(10) }));
    expect(decision).toMatchObject({ kind: 'write', certainty: 'record-stamp', reason: expect.stringContaining('change stamps') });
  });

  test('most-recent within one step of the coarser clock is not known', () => {
    const decision = merge(
      statusRule('most-recent'),
      from,
      side('IN_PROGRESS', { time: at(1_900) }),
      side(rejected, { time: at(1_000, { precision: 'second' }) }),
    );
    expect(decision).toMatchObject({ kind: 'ask', reason: expect.stringContaining('same time') });
  });

  test('a blank that wins still overwrites nothing', () => {
    const decision = merge(plainRule({ policy: 'prefer-marketing' }), base('a', 'a'), side(''), side('b'));
    expect(decision).toMatchObject({ kind: 'settle', conflict: true, agreement: { held: 'sales' } });
  });

  test('prefer-unless-blank takes the other side when the preferred one is blank', () => {
    const rule = plainRule({ policy: 'prefer-unless-blank', prefer: 'marketing' });
    expect(merge(rule, base('a', 'a'), side(''), side('b'))).toMatchObject({ kind: 'write', target: 'marketing', value: 'b' });
    expect(merge(rule, base('a', 'a'), side('c'), side('b'))).toMatchObject({ kind: 'write', target: 'sales', value: 'c' });
  });
});

describe('furthest', () => {
  const wide = (): FieldRule => {
    const all: Rung[] = [
      'new',
      'engaged',
      'mql',
      'handed',
      'working',
      'accepted',
      'sql',
      'opportunity',
      'customer',
      'rejected',
      'recycled',
    ];
    const one = {
      field: 'f',
      reads: new Map(all.map((rung) => [rung, rung])),
      writes: new Map(all.map((rung) => [rung, rung])),
      blank: null,
      history: new Map(),
    };
    return { kind: 'status', name: 'status', maps: { marketing: one, sales: one }, policy: 'furthest' };
  };

  test.each<[Rung, Rung, Side]>([
    ['working', 'handed', 'sales'],
    ['mql', 'customer', 'marketing'],
    ['rejected', 'customer', 'sales'],
    ['opportunity', 'rejected', 'marketing'],
    ['rejected', 'recycled', 'marketing'],
    ['recycled', 'working', 'sales'],
  ])('marketing %s against sales %s is written to %s', (marketing, sales, target) => {
    expect(merge(wide(), null, side(marketing), side(sales))).toMatchObject({ kind: 'write', target, conflict: true });
  });

  test('what follows from deals beats a side exit', () => {
    expect(merge(wide(), null, side('rejected'), side('x', { derived: 'customer' }))).toMatchObject({
      kind: 'write',
      target: 'marketing',
      value: 'customer',
    });
  });
});

describe('without a base', () => {
  test('equal values become the base', () => {
    expect(merge(statusRule(), null, side('NEW'), side(open))).toMatchObject({ kind: 'settle', rule: 'first-agreement', conflict: false });
  });

  test('a blank side is filled and that is no conflict', () => {
    expect(merge(statusRule(), null, side(null), side(working))).toMatchObject({
      kind: 'write',
      target: 'marketing',
      value: 'IN_PROGRESS',
      conflict: false,
    });
    expect(merge(plainRule(), null, side('CEO'), side(null))).toMatchObject({
      kind: 'write',
      target: 'sales',
      value: 'CEO',
      conflict: false,
    });
  });

  test('different values are a conflict', () => {
    expect(merge(statusRule(), null, side('NEW'), side(working))).toMatchObject({ kind: 'write', target: 'marketing', conflict: true });
  });
});

test('an unknown value holds its record back and says where to add it', () => {
  const decision = merge(statusRule(), null, side('NEW'), side('Nurturing'));
  expect(decision).toMatchObject({
    kind: 'quarantine',
    side: 'sales',
    code: 'UNKNOWN_STATUS',
    fix: expect.stringContaining('status.sales.reads'),
  });
});

test('a value that was held back is written once the map allows it', () => {
  const held = base('BAD_TIMING', open, { rung: 'recycled', held: 'sales' });
  expect(merge(statusRule(), held, side('BAD_TIMING'), side(open))).toEqual({ kind: 'nothing' });
  const sales = {
    ...stock.sales,
    reads: new Map([...stock.sales.reads, ['Recycled', 'recycled'] as const]),
    writes: new Map([...stock.sales.writes, ['recycled', 'Recycled'] as const]),
  };
  const rule: FieldRule = { kind: 'status', name: 'status', maps: { marketing: stock.marketing, sales }, policy: 'furthest' };
  expect(merge(rule, held, side('BAD_TIMING'), side(open))).toMatchObject({ kind: 'write', target: 'sales', value: 'Recycled' });
});

const marketingValues = fc.constantFrom<FieldValue>(...stock.marketing.reads.keys(), null);
const salesValues = fc.constantFrom<FieldValue>(...stock.sales.reads.keys(), null);
const policies = fc.constantFrom<Policy>('most-recent', 'prefer-marketing', 'prefer-sales', 'prefer-unless-blank', 'furthest', 'ask');
const derived = fc.option(fc.constantFrom<Rung>('accepted', 'opportunity', 'customer'));

/** The base after a decision, as the engine stores it. */
function next(from: Base | null, decision: Decision): Base | null {
  return decision.kind === 'settle' || decision.kind === 'write'
    ? base(decision.agreement.marketing, decision.agreement.sales, decision.agreement)
    : from;
}

test('a decision that was carried out leaves nothing to do, for every policy, map value and history', () => {
  fc.assert(
    fc.property(policies, marketingValues, salesValues, marketingValues, salesValues, derived, (policy, m0, s0, m1, s1, fact) => {
      const rule = statusRule(policy);
      const times = { marketing: at(10), sales: at(20) };
      const first = merge(rule, null, side(m0, { time: times.marketing }), side(s0, { time: times.sales }));
      let [m, s] = [m0, s0];
      if (first.kind === 'write') [m, s] = first.target === 'marketing' ? [first.value, s] : [m, first.value];
      const agreed = next(null, first);
      if (first.kind !== 'ask') expect(merge(rule, agreed, side(m), side(s))).toEqual({ kind: 'nothing' });

      const second = merge(rule, agreed, side(m1, { time: times.marketing }), side(s1, { time: times.sales, derived: fact }));
      [m, s] = [m1, s1];
      if (second.kind === 'write') [m, s] = second.target === 'marketing' ? [second.value, s] : [m, second.value];
      if (fact !== null && second.kind === 'write') expect(second.target).toBe('marketing');
      if (second.kind === 'ask') return;
      expect(merge(rule, next(agreed, second), side(m), side(s, { derived: fact }))).toEqual({ kind: 'nothing' });
    }),
    { numRuns: 5_000 },
  );
});

test('a plain field never gets a value that neither side held, and a blank never replaces one', () => {
  const values = fc.constantFrom<FieldValue | undefined>('a', 'b', '', null, undefined);
  const plainPolicies = fc.constantFrom<FieldSettings['policy']>(
    'most-recent',
    'prefer-marketing',
    'prefer-sales',
    'prefer-unless-blank',
    'ask',
  );
  fc.assert(
    fc.property(plainPolicies, fc.option(fc.tuple(values, values)), values, values, (policy, before, m, s) => {
      const from = before === null ? null : base(before[0], before[1]);
      const decision = merge(plainRule({ policy }), from, side(m, { time: at(1) }), side(s, { time: at(2) }));
      if (decision.kind !== 'write') return;
      const [source, target] = decision.target === 'sales' ? [m, s] : [s, m];
      expect(decision.value).toBe(source);
      expect(target).not.toBeUndefined();
      expect(decision.value === null || decision.value === '').toBe(false);
    }),
    { numRuns: 3_000 },
  );
});
