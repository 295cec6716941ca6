import type { Draw } from '../random.ts';
import { runningAt, type Arrival } from './campaigns.ts';
import { planDeal } from './deal.ts';
import { FIRST_NAMES, LAST_NAMES, TITLES } from './names.ts';
import type { Attempt, CampaignPlan, Channel, Colleague, Home, Life, StatusStep } from './plan.ts';
import { employer, team } from './staff.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What one person's life is drawn from. */
export interface LifeContext {
  /** The company's present: nothing happens after it. */
  readonly now: number;
  readonly people: number;
  readonly campaigns: readonly CampaignPlan[];
  readonly seeds: Draw;
}

/**
 * How sales misbehaves, as the industry says it does: 38.6 % of the leads are never followed up, 32.5 % are tried one
 * to three times, the rest more often. Those who answer early need no more attempts, so fewer people are meant to get
 * few than get few in the end.
 * @source InsideSales, 8,742 companies, as quoted by M. Zeman, Data Driven Sales, August 2017
 */
const NEVER = 0.386;
const MEANT_A_FEW = 0.2;

const UNPAID: readonly (readonly [Channel, number])[] = [
  ['Organic Search', 6],
  ['Referral', 2],
  ['Partner', 2],
];

const REJECTIONS: readonly (readonly [string, number])[] = [
  ['No fit', 6],
  ['Bad timing', 3],
  ['No budget', 3],
  ['Wrong contact', 3],
  ['Duplicate', 1],
  ['Student or competitor', 2],
];

/** Draws one person's way through both teams. The same context, number and arrival give the same life. */
export function planLife(context: LifeContext, number: number, arrival: Arrival): Life {
  const createdAt = arrival.at;
  const draw = context.seeds.fork(`person-${number}`);
  const { now } = context;
  const home = draw.weighted<Home>([
    ['marketing', 48],
    ['both', 44],
    ['sales', 8],
  ]);
  const campaign = home === 'sales' ? null : arrival.campaign;
  const identity = identify(context, draw, number);
  const handed = handover(home, createdAt, { draw, now, quality: campaign?.quality ?? 1 });
  const life: Life = {
    ...identity,
    number,
    createdAt,
    campaign,
    channel: campaign?.channel ?? draw.weighted(UNPAID),
    memberships: memberships(context, { campaign, createdAt, until: handed?.at ?? now, draw }),
    home: handed === null && home === 'both' ? 'marketing' : home,
    // Marketing calls some people qualified whom it never hands over.
    qualifiedAt:
      handed?.qualifiedAt ?? (home === 'marketing' && draw.chance(0.3) ? before(createdAt + draw.lognormal(9 * DAY, 1), now) : null),
    handedAt: handed?.at ?? null,
    owner: handed === null ? null : draw.pick(team('development')),
    purchase: home === 'marketing' && draw.chance(0.025) ? purchaseOf(createdAt, { draw, now }) : null,
    queuedUntil: handed !== null && draw.chance(0.3) ? before(handed.at + draw.lognormal(3 * HOUR, 1), now) : null,
    attempts: [],
    sequence: [],
    statuses: [],
    convertedAt: null,
    deal: null,
    duplicateAt: null,
  };
  if (life.handedAt === null || life.owner === null) return life;
  const worked = work(life, { handedAt: life.handedAt, owner: life.owner }, { draw, now });
  // Whoever works a lead takes it out of the queue first.
  const taken = Math.max(life.handedAt, (worked.attempts[0]?.at ?? now) - MINUTE);
  return { ...life, ...worked, queuedUntil: life.queuedUntil === null ? null : Math.min(life.queuedUntil, taken) };
}

function purchaseOf(createdAt: number, { draw, now }: Chance): Life['purchase'] {
  const at = before(createdAt + draw.lognormal(12 * DAY, 0.8), now);
  return at === null ? null : { at, amount: draw.between(4, 40) * 49 };
}

const before = (at: number, now: number): number | null => (at < now ? Math.floor(at) : null);

type Identity = Pick<Life, 'firstName' | 'lastName' | 'email' | 'malformed' | 'title' | 'employer'>;

function identify(context: LifeContext, draw: Draw, number: number): Identity {
  const firstName = draw.pick(FIRST_NAMES);
  const lastName = draw.pick(LAST_NAMES);
  const from = employer(context.seeds, draw.between(0, Math.max(1, Math.ceil(context.people / 3))));
  const plain = `${firstName}.${lastName}`.toLowerCase().replaceAll(/[^a-z.]/g, '');
  const email = `${plain}.${number}@${from.domain}`;
  const malformed = draw.chance(0.01);
  return { firstName, lastName, email: malformed ? misspell(email, draw) : email, malformed, title: draw.pick(TITLES), employer: from };
}

/** The ways in which people mistype their address. */
function misspell(email: string, draw: Draw): string {
  return draw.pick([
    email.replace('@', '@@'),
    email.replace('@', ' at '),
    email.replace('.example', ''),
    email.replace('@', ''),
    `${email},`,
  ]);
}

interface Chance {
  readonly draw: Draw;
  readonly now: number;
}

function handover(
  home: Home,
  createdAt: number,
  chance: Chance & { readonly quality: number },
): { readonly at: number; readonly qualifiedAt: number | null } | null {
  const { draw, now, quality } = chance;
  // What sales finds by itself is theirs from the first moment.
  if (home === 'sales') return { at: createdAt, qualifiedAt: null };
  const qualifiedAt = createdAt + draw.lognormal(3 * DAY, 1.2);
  if (home === 'marketing') return null;
  const at = workday(qualifiedAt + draw.lognormal(4 * HOUR, 1.1) / Math.max(0.5, quality));
  return at < now ? { at, qualifiedAt: Math.floor(qualifiedAt) } : null;
}

/** Moves an instant into working hours, Monday to Friday, 8 to 18 UTC. */
function workday(at: number): number {
  let moved = Math.floor(at);
  const hour = Math.floor((moved % DAY) / HOUR);
  if (hour < 8) moved += (8 - hour) * HOUR;
  else if (hour >= 18) moved += (32 - hour) * HOUR;
  const weekday = new Date(moved).getUTCDay();
  return moved + (weekday === 6 ? 2 * DAY : weekday === 0 ? DAY : 0);
}

function memberships(
  context: LifeContext,
  from: { readonly campaign: CampaignPlan | null; readonly createdAt: number; readonly until: number; readonly draw: Draw },
): Life['memberships'] {
  const { campaign, createdAt, until, draw } = from;
  const list: { campaign: CampaignPlan; at: number; respondedAt: number | null }[] = [];
  if (campaign !== null) list.push({ campaign, at: createdAt, respondedAt: draw.chance(0.85) ? createdAt : null });
  for (
    let more = draw.weighted([
      [0, 6],
      [1, 3],
      [2, 1],
    ] as const);
    more > 0;
    more -= 1
  ) {
    const at = Math.floor(createdAt + draw.next() * Math.max(0, until - createdAt));
    const other = runningAt(context.campaigns, at, draw);
    if (other === null || list.some((one) => one.campaign === other)) continue;
    list.push({ campaign: other, at, respondedAt: draw.chance(0.5) ? at : null });
  }
  return list.sort((a, b) => a.at - b.at);
}

interface Handed {
  readonly handedAt: number;
  readonly owner: Colleague;
}

type Work = Pick<Life, 'attempts' | 'sequence' | 'statuses' | 'convertedAt' | 'deal' | 'duplicateAt'>;

/** What sales makes of a lead, and what each CRM is told about it. */
function work(life: Life, handed: Handed, chance: Chance): Work {
  const { draw, now } = chance;
  // Sales follows up what it found by itself far more often than what marketing hands over.
  const own = life.home === 'sales';
  const wanted = draw.weighted([
    ['never', own ? 0.12 : NEVER],
    ['few', own ? 0.3 : MEANT_A_FEW],
    ['many', own ? 0.58 : 1 - NEVER - MEANT_A_FEW],
  ] as const);
  const tries = wanted === 'never' ? 0 : wanted === 'few' ? draw.between(1, 3) : draw.between(4, 9);
  const { attempts, connectedAt } = attemptsOf(handed, tries, chance);
  const last = attempts.at(-1)?.at ?? handed.handedAt;
  const end = decide(life, { connectedAt, last, tries, handed }, chance);
  const statuses = told(life, { attempts, end, handed }, chance);
  const convertedAt = end?.kind === 'deal' ? end.at : null;
  return {
    attempts: end === null ? attempts : attempts.filter((attempt) => attempt.at <= end.at),
    sequence: own ? [] : sequenceOf(handed, end?.at ?? now, chance),
    statuses: statuses.filter((step) => step.at < now).sort((a, b) => a.at - b.at),
    convertedAt,
    deal: convertedAt === null ? null : planDeal(life, convertedAt, chance),
    duplicateAt: !own && draw.chance(0.03) ? before(handed.handedAt + draw.lognormal(5 * DAY, 1), now) : null,
  };
}

/** A quarter of the leads are put on a sequence of mails that goes out by itself, whoever else follows up or doesn't. */
function sequenceOf(handed: Handed, until: number, { draw, now }: Chance): readonly number[] {
  if (!draw.chance(0.25)) return [];
  const first = handed.handedAt + draw.lognormal(2 * HOUR, 0.6);
  const mails = Array.from({ length: draw.between(1, 4) }, (_, count) => workday(first + count * 3 * DAY));
  return mails.filter((at) => at < Math.min(until, now));
}

/** When sales first tries, after the handover: half within the hour, some within the day, a third much later. */
function firstDelay(draw: Draw): number {
  const pace = draw.weighted([
    ['fast', 48],
    ['day', 21],
    ['slow', 31],
  ] as const);
  if (pace === 'fast') return Math.min(HOUR, draw.lognormal(20 * MINUTE, 0.8));
  return pace === 'day' ? HOUR + draw.next() * 23 * HOUR : DAY + draw.lognormal(3 * DAY, 0.9);
}

function attemptsOf(
  handed: Handed,
  tries: number,
  chance: Chance,
): { readonly attempts: readonly Attempt[]; readonly connectedAt: number | null } {
  const { draw, now } = chance;
  const attempts: Attempt[] = [];
  let connectedAt: number | null = null;
  let at = handed.handedAt + firstDelay(draw);
  for (let count = 0; count < tries; count += 1) {
    at = count === 0 && at - handed.handedAt <= HOUR ? Math.floor(at) : workday(at);
    if (at >= now) break;
    const kind = draw.weighted([
      ['call', 6],
      ['email', 4],
    ] as const);
    const connected = draw.chance(kind === 'call' ? 0.22 : 0.12);
    const logged = draw.weighted([
      ['sales', 76],
      ['marketing', 20],
      ['both', 4],
    ] as const);
    attempts.push({ at, kind, connected, logged, by: handed.owner });
    if (connected) connectedAt ??= at;
    at += draw.lognormal(2.2 * DAY, 0.8);
  }
  return { attempts, connectedAt };
}

type End = { readonly kind: 'deal' | 'rejected' | 'recycled'; readonly at: number; readonly reason: string | null };

function decide(
  life: Life,
  so: { readonly connectedAt: number | null; readonly last: number; readonly tries: number; readonly handed: Handed },
  chance: Chance,
): End | null {
  const { draw, now } = chance;
  const quality = life.campaign?.quality ?? 1;
  const at = (from: number, median: number): number => workday(from + draw.lognormal(median, 0.9));
  const end = ((): End | null => {
    if (so.connectedAt !== null) {
      const kind = draw.weighted([
        ['deal', 46 * quality],
        ['rejected', 28],
        ['recycled', 8],
        ['open', 12],
      ] as const);
      return kind === 'open'
        ? null
        : { kind, at: at(so.connectedAt, 2 * DAY), reason: kind === 'rejected' ? draw.weighted(REJECTIONS) : null };
    }
    if (so.tries === 0) {
      // Judged without a call, or left lying.
      return draw.chance(0.12)
        ? { kind: 'rejected', at: at(so.handed.handedAt, 8 * DAY), reason: draw.chance(0.5) ? 'No fit' : null }
        : null;
    }
    if (!draw.chance(0.42)) return null;
    return { kind: 'rejected', at: at(so.last, 6 * DAY), reason: draw.chance(0.7) ? 'Not reachable' : null };
  })();
  if (end === null || end.at >= now) return null;
  return end.reason !== null && draw.chance(0.2) ? { ...end, reason: null } : end;
}

/** The status changes that each CRM sees: sales' own are mostly kept, marketing hears of some of them, late. */
function told(
  life: Life,
  so: { readonly attempts: readonly Attempt[]; readonly end: End | null; readonly handed: Handed },
  chance: Chance,
): StatusStep[] {
  const { draw } = chance;
  const { end, handed } = so;
  const steps: StatusStep[] = [];
  const say = (
    side: 'marketing' | 'sales',
    status: StatusStep['status'],
    what: { at: number; by: Colleague | null; reason?: string | null },
  ): void => {
    steps.push({ side, status, at: Math.floor(what.at), by: what.by, reason: what.reason ?? null });
  };
  const inMarketing = life.home !== 'sales';
  const marketer = draw.pick(team('marketing'));
  if (inMarketing) say('marketing', 'handed', { at: handed.handedAt - 2 * MINUTE, by: draw.chance(0.7) ? null : marketer });
  const first = so.attempts.find((attempt) => end === null || attempt.at < end.at);
  if (first !== undefined) {
    if (draw.chance(0.92)) say('sales', 'working', { at: first.at + 3 * MINUTE, by: handed.owner });
    if (inMarketing && draw.chance(0.5)) say('marketing', 'working', { at: first.at + draw.lognormal(20 * HOUR, 1), by: marketer });
  }
  // Marketing writes people off whom sales is still working: both are right in their own CRM.
  if (inMarketing && end === null && draw.chance(0.06))
    say('marketing', 'rejected', { at: handed.handedAt + draw.lognormal(12 * DAY, 0.7), by: marketer });
  if (end === null) return steps;
  if (end.kind === 'rejected' || end.kind === 'recycled') {
    say('sales', 'rejected', { at: end.at, by: handed.owner, reason: end.reason ?? (end.kind === 'recycled' ? 'Bad timing' : null) });
  }
  const heard = { deal: 0.45, rejected: 0.35, recycled: 0.7 }[end.kind];
  if (inMarketing && draw.chance(heard)) say('marketing', end.kind, { at: end.at + draw.lognormal(30 * HOUR, 1), by: marketer });
  return steps;
}
