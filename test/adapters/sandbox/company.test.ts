import { describe, expect, test } from 'vitest';
import { arrivals, campaigns } from '../../../adapters/sandbox/company/campaigns.ts';
import { planLife } from '../../../adapters/sandbox/company/life.ts';
import type { Life } from '../../../adapters/sandbox/company/plan.ts';
import { countLife, emptyTruth } from '../../../adapters/sandbox/company/truth.ts';
import { draw } from '../../../adapters/sandbox/random.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 2, 9);

function lives(people: number, seed: string): readonly Life[] {
  const seeds = draw(seed);
  const plans = campaigns(NOW);
  const span = { from: NOW - 274 * DAY, to: NOW - DAY, draw: seeds.fork('arrivals') };
  return arrivals(plans, people, span).map((arrival, number) => planLife({ now: NOW, people, campaigns: plans, seeds }, number, arrival));
}

const many = lives(20_000, 'shares');
const truth = emptyTruth(campaigns(NOW));
for (const life of many) countLife(truth, life, NOW);
const handed = many.filter((life) => life.home === 'both' && life.handedAt !== null && life.handedAt < NOW - 30 * DAY);

describe('sales misbehaves as the industry says', () => {
  test('38.6 % of the leads are never followed up, 32.5 % are tried one to three times', () => {
    const { mature, none, oneToThree } = truth.attempts;
    expect(mature).toBeGreaterThan(5_000);
    expect(none / mature).toBeCloseTo(0.386, 1);
    expect(Math.abs(none / mature - 0.386)).toBeLessThan(0.02);
    expect(Math.abs(oneToThree / mature - 0.325)).toBeLessThan(0.02);
  });

  test('of those who are tried, about half are tried within the hour and a third later than a day', () => {
    const delays = handed.flatMap((life) =>
      life.handedAt === null || life.attempts[0] === undefined ? [] : [life.attempts[0].at - life.handedAt],
    );
    const within = (low: number, high: number): number => delays.filter((delay) => delay > low && delay <= high).length / delays.length;
    expect(within(-1, HOUR)).toBeGreaterThan(0.42);
    expect(within(-1, HOUR)).toBeLessThan(0.53);
    expect(within(DAY, Number.POSITIVE_INFINITY)).toBeGreaterThan(0.28);
  });

  test('a sequence mails a quarter of the leads by itself, also those that nobody follows up', () => {
    expect(truth.sequenced.all / truth.handed).toBeGreaterThan(0.15);
    expect(truth.sequenced.all / truth.handed).toBeLessThan(0.3);
    expect(truth.sequenced.otherwiseUntouched).toBeGreaterThan(200);
  });

  test('what sales finds by itself is worked harder than what marketing hands over', () => {
    const own = many.filter((life) => life.home === 'sales');
    const untouched = (among: readonly Life[]): number => among.filter((life) => life.attempts.length === 0).length / among.length;
    expect(untouched(own)).toBeLessThan(0.2);
    expect(untouched(handed)).toBeGreaterThan(0.35);
  });

  test('reasons are missing for a part of the rejections and of the losses, contact roles for a part of the deals', () => {
    const share = (part: number, whole: number): number => part / whole;
    expect(share(truth.rejectedWithReason, truth.rejected)).toBeGreaterThan(0.5);
    expect(share(truth.rejectedWithReason, truth.rejected)).toBeLessThan(0.85);
    expect(share(truth.deals.lostWithReason, truth.deals.lost)).toBeCloseTo(0.78, 1);
    const all = truth.deals.open + truth.deals.won + truth.deals.lost;
    expect(share(truth.deals.withoutRole, all)).toBeCloseTo(0.22, 1);
    expect(Math.min(truth.deals.open, truth.deals.won, truth.deals.lost)).toBeGreaterThan(100);
  });

  test('a few addresses are mistyped, a few leads are there twice, a few people buy without meeting sales', () => {
    expect(truth.malformedEmails / truth.people).toBeCloseTo(0.01, 2);
    expect(truth.duplicates / truth.handed).toBeCloseTo(0.03, 1);
    expect(truth.duplicates).toBeGreaterThan(0);
    expect(truth.purchases).toBeGreaterThan(0);
  });
});

test('nothing happens before its cause or after the company’s present', () => {
  for (const life of many) {
    const { createdAt, handedAt, convertedAt, deal } = life;
    const all = [createdAt, handedAt, convertedAt, life.duplicateAt, life.queuedUntil, life.qualifiedAt, life.purchase?.at ?? null];
    const happened = [
      ...all,
      ...life.attempts.map((one) => one.at),
      ...life.sequence,
      ...life.statuses.map((one) => one.at),
      ...(deal?.stages.map((one) => one.at) ?? []),
    ];
    expect(Math.max(...happened.map((at) => at ?? 0))).toBeLessThan(NOW);
    expect(Math.min(...happened.map((at) => at ?? NOW))).toBeGreaterThanOrEqual(life.home === 'both' ? createdAt - 2 * 60_000 : createdAt);
    if (handedAt !== null && convertedAt !== null) expect(convertedAt).toBeGreaterThan(handedAt);
    if (handedAt === null) expect([life.attempts.length, life.statuses.length]).toEqual([0, 0]);
    if (convertedAt !== null) expect(life.attempts.every((attempt) => attempt.at <= convertedAt)).toBe(true);
  }
});

test('people come while their campaign runs, oldest first', () => {
  let last = 0;
  for (const { createdAt, campaign } of many) {
    expect(createdAt).toBeGreaterThanOrEqual(last);
    last = createdAt;
    if (campaign !== null) expect(createdAt >= campaign.startsAt && createdAt < campaign.endsAt).toBe(true);
  }
});

test('the same seed gives the same people, another seed others', () => {
  expect(lives(200, 'a')).toEqual(lives(200, 'a'));
  expect(lives(200, 'b')).not.toEqual(lives(200, 'a'));
});

test('nobody’s address belongs to a domain that could exist', () => {
  for (const life of many) if (!life.malformed) expect(life.email).toMatch(/^[a-z.]+\.\d+@[a-z0-9-]+\.example$/);
});
