import type { Draw } from '../random.ts';
import type { DealPlan, Life } from './plan.ts';
import { team } from './staff.ts';

const DAY = 86_400_000;

const LOSSES: readonly (readonly [string, number])[] = [
  ['Price', 6],
  ['Competitor', 5],
  ['No decision', 6],
  ['No budget', 3],
  ['Timing', 3],
  ['Missing feature', 2],
];

/** The deal that a conversion begins: won, lost or still open at the company's present. */
export function planDeal(life: Life, createdAt: number, chance: { readonly draw: Draw; readonly now: number }): DealPlan {
  const { draw, now } = chance;
  const won = draw.chance(Math.min(0.8, 0.36 * (0.6 + 0.4 * (life.campaign?.quality ?? 1))));
  const days = Math.max(4, draw.lognormal(won ? 40 : 34, 0.55));
  const closesAt = createdAt + days * DAY;
  const stages: DealPlan['stages'][number][] = [{ at: createdAt, stage: 1 }];
  for (const stage of [2, 3, 4] as const) {
    // Lost deals leave before the last stages.
    if (!won && stage > 2 && draw.chance(0.5)) break;
    stages.push({ at: Math.floor(createdAt + (days * DAY * stage) / 5.5), stage });
  }
  stages.push({ at: Math.floor(closesAt), stage: won ? 'won' : 'lost' });
  const happened = stages.filter((step) => step.at < now);
  const lost = happened.at(-1)?.stage === 'lost';
  const perHead = draw.lognormal(90, 0.5);
  return {
    name: `${life.employer.name}: ${life.lastName}`,
    createdAt,
    amount: Math.max(1_200, Math.round((perHead * Math.sqrt(life.employer.employees) * 12) / 50) * 50),
    owner: draw.pick(team('closing')),
    stages: happened,
    reason: lost && draw.chance(0.78) ? draw.weighted(LOSSES) : null,
    hasRole: draw.chance(0.78),
    sourceByPerson: life.memberships.length > 1 && draw.chance(0.15) ? draw.pick(life.memberships).campaign : null,
  };
}
