import type { Side } from '../../src/model/words.ts';
import { chance, type Chance } from './chance.ts';
import { sides, statusOptions, type Rules, type SyncedField } from './words.ts';

/** When something happens: before this step of this operation of Truce's; step 0: while Truce does not run. */
export interface When {
  readonly cycle: number;
  readonly step: number;
}

/** What users and automations of the CRMs do. `who` counts the scenario's people. */
export type Action = { readonly when: When } & (
  | {
      readonly kind: 'edit';
      readonly side: Side;
      readonly who: number;
      readonly field: SyncedField;
      readonly value: string | number | null;
    }
  | { readonly kind: 'email'; readonly side: Side; readonly who: number; readonly value: string | null }
  | { readonly kind: 'remove'; readonly side: Side; readonly who: number; readonly erased: boolean }
  | { readonly kind: 'merge'; readonly side: Side; readonly who: number; readonly into: number }
  | { readonly kind: 'convert'; readonly who: number; readonly deal: boolean }
  | { readonly kind: 'win'; readonly who: number }
  | { readonly kind: 'bulk'; readonly side: Side; readonly value: string }
  | { readonly kind: 'add'; readonly side: Side; readonly who: number }
);

export interface Cycle {
  /** Time before it, in milliseconds. */
  readonly pauseMs: number;
  /** `apply`: plans, then applies the plan's file. `undo`: undoes the last sync that wrote; what it froze is released when the faults end. */
  readonly operation: 'sync' | 'plan' | 'apply' | 'pull' | 'undo' | 'recover-twice';
}

/** Probabilities per call, but for the two that are lengths of time. */
export interface Faults {
  readonly rejected: number;
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly lostAnswers: number;
  readonly partial: number;
  readonly locked: number;
  readonly rateLimit: number;
  readonly outage: number;
  /** Milliseconds that a token lives; null: longer than any run. */
  readonly tokenMs: number | null;
}

/** How one of the CRMs is. */
export interface Traits {
  readonly pageSize: number;
  readonly perCall: number;
  readonly lagMs: number;
  /** Every third change shows this much later still. */
  readonly lateMs: number;
  readonly overlapMs: number;
  readonly mergeMakesNewId: boolean;
  readonly conditional: boolean;
  readonly history: boolean;
  readonly precision: 'ms' | 'second';
}

/** An automation of a CRM: whoever sets the field to `from`, it becomes `to` at once. */
export interface Automation {
  readonly side: Side;
  readonly from: string;
  readonly to: string;
}

/** Everything that a seed decides but the dice; plain data, so that it can be made smaller. */
export interface Scenario {
  readonly seed: number;
  readonly rules: Rules;
  readonly traits: Readonly<Record<Side, Traits>>;
  readonly people: number;
  readonly cycles: readonly Cycle[];
  readonly actions: readonly Action[];
  readonly faults: Faults;
  /** Probability that somebody edits a record that Truce has just read. */
  readonly agitation: number;
  /** Steps before which the machine dies. */
  readonly crashes: readonly number[];
  /** Whether the dead process's lease has to run out, as on another machine. */
  readonly leaseRunsOut: boolean;
  /** Whether what died is started again at once, rather than with the next cycle. */
  readonly restarts: boolean;
  readonly automations: readonly Automation[];
  /** People whose sales record refuses every write. */
  readonly poison: readonly number[];
}

export const noFaults: Faults = {
  rejected: 0,
  lostBefore: 0,
  lostAfter: 0,
  lostAnswers: 0,
  partial: 0,
  locked: 0,
  rateLimit: 0,
  outage: 0,
  tokenMs: null,
};

const minute = 60_000;

/** Draws a scenario: each seed mixes its own faults, one in ten has none. */
export function scenarioOf(seed: number): Scenario {
  const dice = chance(seed, 'scenario');
  const calm = dice.happens(0.1);
  const people = dice.between(2, 7);
  const cycles = Array.from({ length: dice.between(2, 4) }, (_, at): Cycle => ({
    pauseMs: dice.between(1, 90) * minute,
    operation: at === 0 ? 'sync' : drawOperation(dice),
  }));
  return {
    seed,
    rules: rulesOf(dice),
    traits: { marketing: traitsOf(dice, 'marketing'), sales: traitsOf(dice, 'sales') },
    people,
    cycles,
    actions: Array.from({ length: dice.between(2, 18) }, () => actionOf(dice, { people, cycles: cycles.length })),
    faults: calm ? noFaults : faultsOf(dice),
    agitation: calm ? 0 : dice.pick([0, 0.05, 0.2, 0.5]),
    crashes: calm
      ? []
      : Array.from({ length: dice.pick([0, 0, 1, 2, 4]) }, () => dice.between(5, 60 * cycles.length)).toSorted((a, b) => a - b),
    leaseRunsOut: dice.happens(0.2),
    restarts: dice.happens(0.5),
    automations: dice.happens(0.15) ? [dice.pick(automations)] : [],
    poison: dice.happens(0.2) ? [dice.between(0, people - 1)] : [],
  };
}

const automations: readonly Automation[] = [
  { side: 'marketing', from: 'In progress', to: 'Deal' },
  { side: 'marketing', from: 'Not a fit', to: 'Later' },
  { side: 'sales', from: 'Working', to: 'Closed' },
  { side: 'sales', from: 'Open', to: 'Working' },
];

function drawOperation(dice: Chance): Cycle['operation'] {
  return dice.pick(['sync', 'sync', 'sync', 'sync', 'sync', 'plan', 'apply', 'pull', 'undo', 'recover-twice'] as const);
}

function rulesOf(dice: Chance): Rules {
  const plain = ['most-recent', 'prefer-marketing', 'prefer-sales', 'prefer-unless-blank'] as const;
  return {
    status: dice.pick(['furthest', 'furthest', 'prefer-marketing', 'prefer-sales', 'most-recent', 'ask'] as const),
    company: dice.pick(plain),
    title: dice.pick(plain),
    maxChanges: dice.happens(0.08) ? 2 : 1_000,
  };
}

function traitsOf(dice: Chance, side: Side): Traits {
  const lagging = dice.happens(0.4);
  return {
    pageSize: dice.pick([1, 2, 3, 100]),
    perCall: dice.pick([1, 2, 5, 100]),
    lagMs: lagging ? dice.between(1, 20) * minute : 0,
    lateMs: lagging && dice.happens(0.5) ? dice.between(1, 10) * minute : 0,
    overlapMs: dice.pick([0, 15 * minute, 60 * minute]),
    mergeMakesNewId: side === 'marketing' && dice.happens(0.5),
    // One side of each kind most of the time, as the two vendors are; both kinds on both sides now and then.
    conditional: dice.happens(0.15) ? side === 'marketing' : side === 'sales',
    history: true,
    precision: side === 'sales' ? 'second' : 'ms',
  };
}

function faultsOf(dice: Chance): Faults {
  const rate = (most: number): number => (dice.happens(0.5) ? 0 : dice.next() * most);
  return {
    rejected: rate(0.05),
    lostBefore: rate(0.05),
    lostAfter: rate(0.05),
    lostAnswers: rate(0.3),
    partial: rate(0.3),
    locked: rate(0.2),
    rateLimit: rate(0.05),
    outage: rate(0.05),
    tokenMs: dice.happens(0.1) ? dice.between(1, 8) * 1_000 : null,
  };
}

function actionOf(dice: Chance, { people, cycles }: { readonly people: number; readonly cycles: number }): Action {
  const when = { cycle: dice.between(0, cycles - 1), step: dice.happens(0.5) ? 0 : dice.between(1, 45) };
  const side = dice.pick(sides);
  const who = dice.between(0, people - 1);
  const kind = dice.next();
  if (kind < 0.72) return { when, kind: 'edit', side, who, ...editOf(dice, side) };
  if (kind < 0.76)
    return {
      when,
      kind: 'email',
      side,
      who,
      value: dice.pick([`moved-${who}@pii.example`, `p${dice.between(0, people - 1)}@pii.example`, null]),
    };
  if (kind < 0.8) return { when, kind: 'remove', side, who, erased: dice.happens(0.4) };
  if (kind < 0.84) return { when, kind: 'merge', side, who, into: dice.between(0, people - 1) };
  if (kind < 0.89) return { when, kind: 'convert', who, deal: dice.happens(0.6) };
  if (kind < 0.91) return { when, kind: 'win', who };
  if (kind < 0.96) return { when, kind: 'bulk', side, value: dice.pick(userStatuses(side)) };
  return { when, kind: 'add', side, who };
}

/** A field and a value that a user may choose. */
export function editOf(dice: Chance, side: Side): { readonly field: SyncedField; readonly value: string | number | null } {
  const field = dice.pick(['status', 'status', 'status', 'company', 'company', 'title', 'title', 'score'] as const);
  switch (field) {
    case 'status':
      return { field, value: dice.pick(userStatuses(side)) };
    case 'company':
      return { field, value: dice.pick(['Acme', ' Acme ', 'Globex', 'Initech', null, '']) };
    case 'title':
      return { field, value: dice.pick(['CEO', 'CTO', 'Buyer', '007', '7', null]) };
    case 'score':
      return { field, value: dice.pick([1, 2, 3, null]) };
  }
}

function userStatuses(side: Side): readonly string[] {
  return statusOptions[side].filter((value) => value !== 'Converted');
}
