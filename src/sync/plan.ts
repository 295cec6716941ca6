import type { PlanLine, PlanSummary, QuarantineEntry } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';
import type { Capabilities } from '../crm.ts';
import type { LinkedPerson } from '../state/types.ts';
import { callsFor } from './cost.ts';
import { fightCode } from './fight.ts';
import { planPerson, type PersonPlan, type PlanContext, type Times } from './person-plan.ts';

export interface PlanPeopleOptions {
  readonly context: PlanContext;
  /** Looks up when the values of these people were set; called at most once per page, and only for conflicts. */
  readonly times: (persons: readonly LinkedPerson[]) => Promise<(person: LinkedPerson) => Times>;
  /** The quarantine's entries for these people, by `side record`. */
  readonly quarantine: (persons: readonly LinkedPerson[]) => Promise<ReadonlyMap<string, QuarantineEntry>>;
}

/** A person's plan and the quarantine entries that it makes obsolete. */
export interface PlannedPerson extends PersonPlan {
  readonly release: readonly { readonly side: Side; readonly kind: 'person'; readonly recordId: string }[];
  /** Held back by an earlier failure whose time to try again has not come. */
  readonly waiting: boolean;
}

/** The codes that planning itself puts into quarantine. */
const planCodes: ReadonlySet<string> = new Set([
  'UNKNOWN_STATUS',
  'VALUE_NOT_ALLOWED',
  'VALUE_NOT_CARRIED',
  'TRANSFORM_FAILED',
  'OWNER_UNKNOWN',
  'OWNER_INACTIVE',
  'CONFLICT',
]);

/** Plans people page by page; holds one page in memory. Decides nothing by the clock but which quarantined records are due. */
export async function* planPeople(
  pages: AsyncIterable<readonly LinkedPerson[]>,
  options: PlanPeopleOptions,
): AsyncGenerator<readonly PlannedPerson[]> {
  for await (const page of pages) {
    const entries = await options.quarantine(page);
    const first = page.map((person) => ({ person, plan: planPerson(person, options.context, null) }));
    const open = first.filter(({ plan }) => plan.needsTimes).map(({ person }) => person);
    const timesOf = open.length === 0 ? null : await options.times(open);
    yield first.map(({ person, plan }) => {
      const settled = plan.needsTimes && timesOf !== null ? planPerson(person, options.context, timesOf(person)) : plan;
      return withQuarantine(person, settled, { entries, now: options.context.now });
    });
  }
}

function withQuarantine(
  person: LinkedPerson,
  plan: PersonPlan,
  known: { entries: ReadonlyMap<string, QuarantineEntry>; now: number },
): PlannedPerson {
  const own = person.members.flatMap((member) => known.entries.get(`${member.side} ${member.id}`) ?? []);
  if (own.length === 0) return { ...plan, release: [], waiting: false };
  if (plan.hold.length > 0) return { ...plan, release: [], waiting: true };
  if (plan.lines.length > 0 && own.some((entry) => !planCodes.has(entry.code) && entry.nextAt > known.now)) {
    return { ...plan, lines: [], bases: [], settled: false, conflict: false, release: [], waiting: true };
  }
  // What a CRM refused goes when the write succeeds, or when there is nothing left to write; what planning refused goes now.
  const over = own.filter((entry) => entry.code !== fightCode && (plan.lines.length === 0 || planCodes.has(entry.code)));
  const release = over.map((entry) => ({ side: entry.side, kind: 'person' as const, recordId: entry.recordId }));
  return { ...plan, release, waiting: false };
}

/** What the estimate of calls depends on. */
interface Costs extends Pick<Settings, 'raceDetection'> {
  readonly capabilities: Readonly<Record<Side, Capabilities>>;
}

/** Counts of a plan while it is made. */
export class PlanTally {
  #create = 0;
  #update = 0;
  #conflict = 0;
  #held = 0;
  #quarantined = 0;
  #touched = 0;
  #waiting = 0;
  readonly #writes: Record<Side, number> = { marketing: 0, sales: 0 };

  add(plan: PlannedPerson): void {
    for (const line of plan.lines) {
      if (line.changes.every((change) => change.rule === 'ask')) continue;
      if (line.op === 'create') this.#create += 1;
      else this.#update += 1;
      this.#writes[line.side] += 1;
    }
    if (plan.conflict) this.#conflict += 1;
    this.#held += plan.held;
    if (plan.hold.length > 0 || plan.waiting) this.#quarantined += 1;
    if (plan.lines.length > 0 || plan.hold.length > 0 || plan.waiting) this.#touched += 1;
  }

  /** A person who is left for a later run. */
  wait(plan: PlannedPerson): void {
    this.#waiting += plan.lines.length;
    this.#touched += 1;
  }

  /** A new record, of somebody whom no other line is about. */
  addCreate(line: PlanLine): void {
    this.#create += 1;
    this.#writes[line.side] += 1;
  }

  /** `linked`: all people with records on both sides; who has no line is unchanged. */
  summary(linked: number, { capabilities, raceDetection }: Costs): PlanSummary {
    const calls = {
      marketing: callsFor(this.#writes.marketing, { capabilities: capabilities.marketing, raceDetection }),
      sales: callsFor(this.#writes.sales, { capabilities: capabilities.sales, raceDetection }),
    };
    return {
      create: this.#create,
      update: this.#update,
      conflict: this.#conflict,
      unchanged: Math.max(0, linked - this.#touched),
      held: this.#held,
      quarantined: this.#quarantined,
      calls,
      waiting: this.#waiting,
      writes: { ...this.#writes },
    };
  }
}
