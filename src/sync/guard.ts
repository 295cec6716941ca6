import type { Budget } from '../crm.ts';
import { CrmError, PlanError } from '../errors.ts';
import type { PlanHeader, PlanSummary } from '../model/plan.ts';
import type { GuardSettings, Settings } from '../model/settings.ts';
import type { Instant, Side } from '../model/words.ts';

/** Unlinking fewer people than this is daily life on any scale. */
const unlinksAlwaysAllowed = 10;
const planLifeMs = 24 * 3_600_000;

/** Guards that are lifted for one run, each by the number that it would stop at: more than that still stops. */
export interface Allowances {
  readonly changes?: number | undefined;
  readonly creates?: number | undefined;
  readonly unlinks?: number | undefined;
  /** People of a side that may be gone at once. */
  readonly gone?: number | undefined;
}

export interface GuardInput {
  readonly guards: GuardSettings;
  readonly summary: PlanSummary;
  readonly linked: number;
  readonly people: Readonly<Record<Side, number>>;
  readonly allow: Allowances;
}

/**
 * Stops a run that would do more than anybody meant. Nothing has been written then.
 * @throws {PlanError} `SIDE_EMPTY`, `TOO_MANY_CHANGES`, `TOO_MANY_CREATES`; the message names the number
 * that would let the run through.
 */
export function checkGuards({ guards, summary, linked, people, allow }: GuardInput): void {
  for (const side of ['marketing', 'sales'] as const) {
    const other: Side = side === 'marketing' ? 'sales' : 'marketing';
    if (people[side] > 0 || people[other] === 0) continue;
    throw new PlanError('SIDE_EMPTY', `The ${side} side lists no people at all, the ${other} side ${people[other]}.`, {
      hint: `Check account, scope and permissions of the ${side} side; nothing was written.`,
    });
  }
  // What only waits is meant too: a wrong map must not slip through because it goes out in drops.
  const changes = summary.create + summary.update + (summary.waiting ?? 0);
  if (changes > guards.changes.count && changes > guards.changes.share * linked && changes > (allow.changes ?? 0)) {
    throw new PlanError(
      'TOO_MANY_CHANGES',
      `The plan would change ${changes} records, more than ${guards.changes.count} and more than ${percent(guards.changes.share)} of ${linked} linked people.`,
      {
        hint: `Look at the plan. If it is right, allow ${changes} changes for this run.`,
      },
    );
  }
  if (summary.create > guards.creates && summary.create > (allow.creates ?? 0)) {
    throw new PlanError('TOO_MANY_CREATES', `The plan would create ${summary.create} records, more than ${guards.creates}.`, {
      hint: `Look at the plan. If it is right, allow ${summary.create} creates for this run.`,
    });
  }
}

/**
 * Stops a run before it takes in that far too many linked people have lost a record. The changes stay unread, so that the
 * next run stops at them too, until somebody allows the number.
 * @throws {PlanError} `TOO_MANY_UNLINKS`
 */
export function checkUnlinks(
  unlinked: number,
  at: { readonly linked: number; readonly guards: GuardSettings; readonly allowed: number },
): void {
  const { linked, guards, allowed } = at;
  if (unlinked <= Math.max(unlinksAlwaysAllowed, guards.unlinks.share * linked) || unlinked <= allowed) return;
  throw new PlanError(
    'TOO_MANY_UNLINKS',
    `${unlinked} of ${linked} linked people have lost a record since the last run, more than ${percent(guards.unlinks.share)}.`,
    { hint: `Look who deleted them. If it is right, allow ${unlinked} unlinks for this run.` },
  );
}

/**
 * Leaves others their share of the vendor's daily allowance.
 * @throws {CrmError} `BUDGET_RESERVED` when the plan's calls would go into the reserve.
 */
export function checkBudget(side: {
  readonly system: string;
  readonly calls: number;
  readonly budget: Budget;
  readonly reserve: number;
}): void {
  const { system, calls, budget, reserve } = side;
  if (budget.perDay === null || calls === 0) return;
  const free = budget.perDay.remaining - reserve * budget.perDay.limit;
  if (calls <= free) return;
  throw new CrmError(
    'BUDGET_RESERVED',
    `${system}: the plan needs about ${calls} calls; ${budget.perDay.remaining} of ${budget.perDay.limit} are left today, of which ${percent(reserve)} are kept for others.`,
    {
      system,
      failure: 'budget',
      hint: 'Run again when the allowance is renewed, or lower `guards.budgetReserve`.',
    },
  );
}

/**
 * Refuses a plan that was made for something else, or too long ago.
 * @throws {PlanError} `PLAN_OTHER_ACCOUNT`, `PLAN_OTHER_CONFIG`, `PLAN_STALE`
 */
export function checkPlan(
  header: PlanHeader,
  now: { readonly accounts: Readonly<Record<Side, string>>; readonly settings: Settings; readonly epoch: number; readonly at: Instant },
): void {
  for (const side of ['marketing', 'sales'] as const) {
    if (header.accounts[side] === now.accounts[side]) continue;
    throw new PlanError(
      'PLAN_OTHER_ACCOUNT',
      `The plan was made for ${side} account ${header.accounts[side]}, the credentials are for ${now.accounts[side]}.`,
      {
        hint: 'Use the credentials of that account, or make a new plan.',
      },
    );
  }
  const again = { hint: 'Make a new plan and look at it.' };
  if (header.configHash !== now.settings.hash)
    throw new PlanError('PLAN_OTHER_CONFIG', 'The configuration has changed since the plan was made.', again);
  if (header.epoch !== now.epoch) throw new PlanError('PLAN_STALE', 'Another run has written since the plan was made.', again);
  if (now.at - header.createdAt > planLifeMs) throw new PlanError('PLAN_STALE', 'The plan is older than a day.', again);
}

/**
 * Refuses an account that is not the one the configuration is pinned to.
 * @throws {PlanError} `OTHER_ACCOUNT`
 */
export function checkAccount(side: Side, pinned: string | null, account: { readonly id: string; readonly system: string }): void {
  if (pinned === null || pinned === account.id) return;
  throw new PlanError(
    'OTHER_ACCOUNT',
    `The configuration is for ${account.system} account ${pinned}, but the credentials are for account ${account.id}.`,
    {
      hint: `Use the credentials of account ${pinned}, or change accounts.${side} in the configuration.`,
    },
  );
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
