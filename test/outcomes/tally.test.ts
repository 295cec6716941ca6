import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { OutcomeDeal } from '../../src/outcomes/facts.ts';
import { openTally, tallyValues, type TallyOptions } from '../../src/outcomes/index.ts';
import { endOfTime } from '../../src/warehouse/rate-table.ts';
import { campaign, day, deal, lead, now } from './facts.ts';

const options: TallyOptions = { companyCurrency: 'EUR', rates: [], now, untouchedAfterDays: 30 };
const euro = (minor: bigint) => ({ minor, currency: 'EUR' });

describe("a campaign's tally of deals", () => {
  it('holds counts, amounts, reasons, win rate, cost per win and the days of closing', () => {
    const spring = campaign('a', { cost: euro(10_000n) });
    const book = openTally([spring], options);
    const won = (name: string, minor: bigint, at: number) => deal(name, { outcome: 'won', closedAt: at, amount: euro(minor) });
    book.addDeal('a', won('1', 10n, now - 9 * day));
    book.addDeal('a', won('2', 20n, now - 8 * day));
    book.addDeal('a', won('3', 9_007_199_254_740_993n, now - 7 * day));
    for (const [index, reason] of ['price', 'timing', 'timing', null].entries()) {
      book.addDeal('a', deal(`l${index}`, { outcome: 'lost', closedAt: now - index * day, amount: euro(1n), lossReason: reason }));
    }
    book.addDeal('a', deal('o', { amount: euro(5n) }));
    expect(Object.fromEntries(tallyValues(book.tallies.get('a')!, spring.cost, { ...options, currency: 'EUR' }))).toEqual({
      leads: 0,
      handed_leads: 0,
      followed_up_leads: 0,
      untouched_leads: 0,
      rejected_leads: 0,
      top_rejection_reason: null,
      won_deals: 3,
      won_amount: '90071992547410.23',
      lost_deals: 4,
      lost_amount: '0.04',
      loss_reasons: 'timing: 2\nprice: 1\n(no reason given): 1',
      top_loss_reason: 'timing',
      open_deals: 1,
      open_amount: '0.05',
      win_rate: 42.86,
      cost_per_win: '33.33',
      first_closed_at: '2026-11-13T00:00:00.000Z',
      last_closed_at: '2026-11-22T00:00:00.000Z',
    });
  });

  it('has no win rate and no cost per win while nothing is closed, and nothing but zeros and blanks without deals', () => {
    const empty = campaign('a', { cost: euro(1n) });
    const values = tallyValues(openTally([empty], options).tallies.get('a')!, empty.cost, { ...options, currency: 'EUR' });
    expect([
      values.get('won_deals'),
      values.get('won_amount'),
      values.get('win_rate'),
      values.get('cost_per_win'),
      values.get('loss_reasons'),
    ]).toEqual([0, '0.00', null, null, null]);
  });

  it("converts at the rate of each deal's close date, in the campaign's own currency where it has one", () => {
    const rate = (startsAt: number, endsAt: number, numerator: bigint, denominator: bigint) => ({
      currency: 'USD',
      startsAt,
      endsAt,
      ratio: { numerator, denominator },
    });
    const rates = [rate(0, now - 10 * day, 5n, 4n), rate(now - 10 * day, endOfTime, 11n, 10n)];
    const dollars = campaign('a', {
      records: [
        { side: 'sales', id: 's-a' as never, currency: 'USD' },
        { side: 'marketing', id: 'm-a' as never, currency: null },
      ],
    });
    const book = openTally([dollars], { ...options, rates });
    book.addDeal('a', deal('1', { outcome: 'won', closedAt: now - 20 * day, amount: euro(100n) }));
    book.addDeal('a', deal('2', { outcome: 'won', closedAt: now, amount: euro(100n) }));
    book.addDeal('a', deal('3', { outcome: 'won', closedAt: now, amount: { minor: 7n, currency: 'USD' } }));
    const amount = (currency: string) => tallyValues(book.tallies.get('a')!, null, { ...options, rates, currency }).get('won_amount');
    expect(amount('USD')).toBe('2.42');
    expect(amount('EUR')).toBe('2.06');
  });

  it('gives no amount, and never zero, where one rate is missing, and leaves the other amounts alone', () => {
    const book = openTally([campaign('a')], options);
    book.addDeal('a', deal('1', { outcome: 'won', closedAt: now, amount: euro(100n) }));
    book.addDeal('a', deal('2', { outcome: 'won', closedAt: now, amount: { minor: 1n, currency: 'CHF' } }));
    book.addDeal('a', deal('3', { outcome: 'lost', closedAt: now, amount: euro(3n) }));
    const values = tallyValues(book.tallies.get('a')!, null, { ...options, currency: 'EUR' });
    expect([values.get('won_deals'), values.get('won_amount'), values.get('lost_amount')]).toEqual([2, null, '0.03']);
  });

  it('keeps a reason within what a text field holds, and the list within twenty lines', () => {
    const book = openTally([campaign('a')], options);
    for (let index = 0; index < 30; index += 1)
      book.addDeal('a', deal(`${index}`, { outcome: 'lost', closedAt: now, lossReason: `${'😀'.repeat(300)}${index}` }));
    for (let index = 0; index < 30; index += 1)
      book.addDeal('a', deal(`x${index}`, { outcome: 'lost', closedAt: now, lossReason: `reason\n${String(index).padStart(2, '0')}` }));
    const values = tallyValues(book.tallies.get('a')!, null, { ...options, currency: 'EUR' });
    expect([...String(values.get('top_loss_reason'))].length).toBeLessThanOrEqual(255);
    expect(String(values.get('loss_reasons')).split('\n')).toHaveLength(21);
    expect(String(values.get('loss_reasons'))).toContain('(other reasons): 40');
  });
});

describe("a campaign's tally of leads", () => {
  const count = (...leads: Parameters<typeof lead>[1][]): Record<string, unknown> => {
    const book = openTally([campaign('a')], options);
    for (const [index, more] of leads.entries()) book.addLead(lead(`p${index}`, { campaignId: 'a', ...more }));
    const values = tallyValues(book.tallies.get('a')!, null, { ...options, currency: 'EUR' });
    return Object.fromEntries([...values].filter(([stem]) => stem.endsWith('leads') || stem === 'top_rejection_reason'));
  };

  it('tells handed, followed up, untouched and still waiting apart', () => {
    const handed = { handed: true, handedAt: now - 40 * day };
    expect(
      count(
        {},
        { ...handed, lastAttemptAt: now - 10 * day },
        { ...handed, lastAttemptAt: now - 45 * day },
        { ...handed, lastAttemptAt: now - 48 * day },
        handed,
        { handed: true, handedAt: now - 5 * day },
        { handed: true, createdAt: now - 90 * day },
      ),
    ).toMatchObject({ leads: 7, handed_leads: 6, followed_up_leads: 2, untouched_leads: 3 });
  });

  it('counts the rejected and names the reason given most often, the first by text among equals', () => {
    const rejected = (rejectionReason: string | null) => ({ rejected: true, rejectionReason });
    expect(count(rejected('b'), rejected('a'), rejected(null))).toMatchObject({ rejected_leads: 3, top_rejection_reason: 'a' });
  });
});

describe('deal events in any order and any number', () => {
  const campaigns = ['a', 'b', null] as const;
  const currencies = ['EUR', 'USD', 'JPY'] as const;
  const usd = { numerator: 10_845n, denominator: 10_000n };
  const rates = [
    { currency: 'USD', startsAt: 0, endsAt: endOfTime, ratio: usd },
    { currency: 'JPY', startsAt: 0, endsAt: endOfTime, ratio: { numerator: 321n, denominator: 2n } },
  ];
  const event = fc.record({
    deal: fc.integer({ min: 0, max: 7 }),
    version: fc.integer({ min: 0, max: 5 }),
    campaign: fc.constantFrom(...campaigns),
    outcome: fc.constantFrom('open', 'won', 'lost', 'deleted'),
    minor: fc.option(fc.bigInt({ min: -1_000_000n, max: 10n ** 13n })),
    currency: fc.constantFrom(...currencies),
    reason: fc.constantFrom('price', 'timing', null),
    closedDay: fc.integer({ min: 0, max: 400 }),
  });
  type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

  /** What a warehouse keeps: each deal's latest version. */
  const latest = (events: readonly Event[]): readonly Event[] => {
    const kept = new Map<number, Event>();
    for (const one of events) {
      const before = kept.get(one.deal);
      if (before === undefined || one.version > before.version) kept.set(one.deal, one);
    }
    return [...kept.values()].filter((one) => one.outcome !== 'deleted');
  };
  const asDeal = (one: Event): OutcomeDeal =>
    deal(`d${one.deal}`, {
      outcome: one.outcome as OutcomeDeal['outcome'],
      closedAt: one.outcome === 'open' ? null : now - one.closedDay * day,
      amount: one.minor === null ? null : { minor: one.minor, currency: one.currency },
      lossReason: one.outcome === 'lost' ? one.reason : null,
    });
  const tally = (events: readonly Event[]) => {
    const book = openTally([campaign('a'), campaign('b')], { ...options, rates });
    for (const one of latest(events)) book.addDeal(one.campaign, asDeal(one));
    return book.tallies;
  };

  // Written from the definition with decimals cut by hand, not from the code: euros are cents; a dollar is 1/1.0845 euro;
  // a yen, which has no cents, is 1/160.5 euro.
  const cents = (one: Event): bigint => {
    const half = (up: bigint, down: bigint): bigint => {
      const magnitude = up < 0n ? -up : up;
      const whole = magnitude / down;
      const rounded = (magnitude % down) * 2n >= down ? whole + 1n : whole;
      return up < 0n ? -rounded : rounded;
    };
    if (one.minor === null) return 0n;
    if (one.currency === 'EUR') return one.minor;
    return one.currency === 'USD' ? half(one.minor * 10_000n, 10_845n) : half(one.minor * 1000n, 1605n);
  };
  const distinct = fc
    .array(event, { maxLength: 40 })
    .map((events) => [...new Map(events.map((one) => [`${one.deal}/${one.version}`, one])).values()]);

  it('give the figures of an independent recount', () => {
    fc.assert(
      fc.property(distinct, fc.infiniteStream(fc.nat()), (events, random) => {
        const repeated = [...events, ...events.filter((_, index) => index % 2 === 0)];
        const order = repeated.map((one) => [random.next().value, one] as const).toSorted(([a], [b]) => a - b);
        const found = tally(order.map(([, one]) => one));
        const truth = latest(events);
        for (const name of campaigns) {
          const mine = truth.filter((one) => one.campaign === name);
          const got = found.get(name)!;
          const sum = (outcome: string): bigint =>
            mine.filter((one) => one.outcome === outcome).reduce((total, one) => total + cents(one), 0n);
          expect(got.amounts.get('EUR')).toEqual({ won: sum('won'), lost: sum('lost'), open: sum('open') });
          expect([got.wonDeals, got.lostDeals, got.openDeals]).toEqual(
            ['won', 'lost', 'open'].map((outcome) => mine.filter((one) => one.outcome === outcome).length),
          );
          const days = mine.filter((one) => one.outcome !== 'open').map((one) => now - one.closedDay * day);
          expect([got.firstClosedAt, got.lastClosedAt]).toEqual(days.length === 0 ? [null, null] : [Math.min(...days), Math.max(...days)]);
          expect(Object.fromEntries(got.lossReasons)).toEqual(
            Object.fromEntries(
              ['price', 'timing']
                .map((reason) => [reason, mine.filter((one) => one.outcome === 'lost' && one.reason === reason).length])
                .filter(([, n]) => n !== 0),
            ),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('and the campaigns plus what no campaign brought are all deals exactly, in every currency', () => {
    fc.assert(
      fc.property(distinct, (events) => {
        const theme = campaign('a', { records: [{ side: 'sales', id: 's-a' as never, currency: 'USD' }] });
        const one = openTally([theme, campaign('b')], { ...options, rates });
        const whole = openTally([theme], { ...options, rates });
        for (const event of latest(events)) {
          one.addDeal(event.campaign, asDeal(event));
          whole.addDeal('a', asDeal(event));
        }
        const parts = [...one.tallies.values()];
        for (const currency of ['EUR', 'USD']) {
          for (const outcome of ['won', 'lost', 'open'] as const) {
            const total = parts.reduce((sum, part) => sum + part.amounts.get(currency)![outcome]!, 0n);
            expect(total).toBe(whole.tallies.get('a')!.amounts.get(currency)![outcome]);
          }
        }
        expect(parts.reduce((sum, part) => sum + part.wonDeals + part.lostDeals + part.openDeals, 0)).toBe(latest(events).length);
      }),
      { numRuns: 100 },
    );
  });
});
