import type { AccountInfo, Description, Stream } from '../crm.ts';
import { ConfigError } from '../errors.ts';
import type { Plan, PlanHeader, PlanLine, PlanSummary, QuarantineEntry } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant, Side } from '../model/words.ts';
import type { Frozen, Hold, LinkedPerson, State } from '../state/types.ts';
import type { Warehouse } from '../warehouse/types.ts';
import { openDrip } from './drip.ts';
import { findPeople } from './find-people.ts';
import { openFights } from './fight.ts';
import type { Allowances } from './guard.ts';
import type { HandoverOptions } from './handover.ts';
import { handOver } from './handover-stage.ts';
import { readFields } from './observe.ts';
import type { Owners } from './owners.ts';
import { planPerson, type PlanContext } from './person-plan.ts';
import { PlanWriter } from './plan-file.ts';
import { planPeople, PlanTally, type PlannedPerson } from './plan.ts';
import { pull, type PullReport } from './pull.ts';
import { relink } from './relink.ts';
import type { Engine } from './run.ts';
import { targetsOf } from './targets.ts';
import { lookUpTimes } from './times.ts';

const peoplePerPage = 500;

/** A stage's surroundings: a real run on the state, or a rehearsal on a copy of it. */
export interface Stage {
  readonly engine: Engine;
  readonly state: State;
  readonly signal?: AbortSignal | undefined;
  /** Keeps the lease; absent on a copy, which needs none. */
  readonly renew?: (() => Promise<void>) | undefined;
}

export interface PullStageOptions {
  readonly warehouse: Warehouse | null;
  readonly needsWarehouse: boolean;
  readonly allow?: Allowances | undefined;
  /** Only these streams. @default all */
  readonly streams?: readonly Stream[] | undefined;
}

/** Reads both sides, resolves links, and brings the warehouse's merged tables up to date. */
export async function pullStage(stage: Stage, options: PullStageOptions): Promise<PullReport> {
  const { engine, state, signal } = stage;
  const { settings, ports } = engine;
  const { warehouse } = options;
  engine.onPhase('pull');
  await readAgainWhereNeeded(state, settings);
  const report = await pull({
    state,
    crms: engine.crms,
    settings,
    warehouse,
    needsWarehouse: options.needsWarehouse,
    allow: options.allow,
    streams: options.streams,
    log: ports.log,
    clock: ports.clock,
    signal,
    onPage: engine.onPage,
    ...(stage.renew === undefined ? {} : { renew: stage.renew }),
  });
  engine.onPhase('link');
  if ((await state.meta.configHash()) !== settings.hash) await state.links.reopenAmbiguous();
  await relink({ state, settings, now: ports.clock.now(), signal });
  if (warehouse === null || report.warehouse !== 'loaded' || (await state.meta.mergedHash()) === settings.hash) return report;
  engine.onPhase('merge');
  await stage.renew?.();
  await warehouse.merge(state.links.rows(), settings);
  await state.meta.setMergedHash(settings.hash);
  return report;
}

/** Other fields, or another scope, than last time: everybody has to be read again, or the new field would be absent for ever. */
async function readAgainWhereNeeded(state: State, settings: Settings): Promise<void> {
  for (const side of ['marketing', 'sales'] as const) {
    const shape = JSON.stringify([readFields(settings, side).toSorted(), settings.scope[side]]);
    if ((await state.meta.readShape(side)) === shape) continue;
    await state.commit({ forgetCursors: [{ side, stream: 'people' }] });
    await state.meta.setReadShape(side, shape);
  }
}

export interface PlanStageOptions {
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  readonly descriptions: Readonly<Record<Side, Description>>;
  /** The users of both sides, where a mapped field needs them. @default none */
  readonly owners?: Owners | null | undefined;
  /** The file that the plan is written to. */
  readonly path: string;
  /** False for a rehearsal: what needs no write to a CRM (agreements, quarantine) is not stored either. */
  readonly commit: boolean;
  /** An e-mail address, a record id or a key: nobody else is planned. */
  readonly only?: string | undefined;
  /** At most this many people. */
  readonly limit?: number | undefined;
  /** The run that plans; what it freezes is released by this id. @default the plan's id */
  readonly runId?: string | undefined;
  /** What the warehouse tells of people who are handed over, for the note. @default nothing */
  readonly stories?: HandoverOptions['stories'];
}

export interface PlanStageResult {
  readonly plan: Plan;
  readonly linked: number;
  /** People are left that the limit kept out. */
  readonly limited: boolean;
  /** Fields that were found to be fought over, and are left alone from now on. */
  readonly fights: number;
}

/** Plans everybody who has something to be planned, page by page, into a file. */
export async function planStage(stage: Stage, options: PlanStageOptions): Promise<PlanStageResult> {
  const { engine, state } = stage;
  const { crms, settings, ports } = engine;
  engine.onPhase('plan');
  const context = planContext(engine, options, ports.clock.now());
  const hash = await state.meta.configHash();
  const header: PlanHeader = {
    format: 'truce-plan/1',
    id: ports.ids.next('plan'),
    createdAt: context.now,
    mode: settings.mode,
    accounts: { marketing: options.accounts.marketing.id, sales: options.accounts.sales.id },
    configHash: settings.hash,
    epoch: await state.meta.epoch(),
  };
  const fights = await openFights(state, { runId: options.runId ?? header.id, now: context.now });
  const drip = await openDrip(state, settings, context.now);
  const writer = await PlanWriter.create(options.path, header);
  const tally = new PlanTally();
  try {
    const pages = options.only === undefined ? allPages(state, hash !== settings.hash) : onePage(state, options.only);
    const planned = planPeople(pages, {
      context,
      times: (persons) => lookUpTimes(persons, { crms, settings, signal: stage.signal }),
      quarantine: (persons) => entriesOf(state, persons),
    });
    let written = 0;
    let limited = false;
    for await (const page of planned) {
      stage.signal?.throwIfAborted();
      await stage.renew?.();
      const taken: PlannedPerson[] = [];
      const later: string[] = [];
      for (const one of page) {
        const person = await fights.keepOut(one);
        if (person.lines.length > 0) {
          if (options.limit !== undefined && written >= options.limit) {
            limited = true;
            continue;
          }
          if (!drip.take(person.lines)) {
            tally.wait(person);
            later.push(person.linkId);
            continue;
          }
          written += 1;
        }
        taken.push(person);
        tally.add(person);
        for (const line of person.lines) await writer.add(line);
      }
      if (options.commit) await storePlanned(state, taken, { freeze: fights.taken(), later });
      if (limited) break;
    }
    const handed = await handOver(stage, options, limited ? 0 : options.limit === undefined ? undefined : options.limit - written);
    for (const line of handed.lines) {
      tally.addCreate(line);
      await writer.add(line);
    }
    limited ||= handed.limited;
    const linked = await state.links.linkedCount();
    const capabilities = { marketing: crms.marketing.capabilities, sales: crms.sales.capabilities };
    const { raceDetection } = settings;
    const summary = { ...tally.summary(linked, { capabilities, raceDetection }), budget: await budgetOf(engine) };
    const plan = await writer.finish(summary);
    return { plan, linked, limited, fights: fights.count() };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** What both vendors still allow today, as far as they have said so. */
async function budgetOf({ crms }: Engine): Promise<NonNullable<PlanSummary['budget']>> {
  const [marketing, sales] = await Promise.all([crms.marketing.budget(), crms.sales.budget()]);
  return { marketing: marketing.perDay, sales: sales.perDay };
}

/** What planning needs to know of both CRMs. */
export type PlanFacts = Pick<PlanStageOptions, 'accounts' | 'descriptions' | 'owners'>;

/** What planning a person needs of both CRMs. */
export function planContext(engine: Engine, facts: PlanFacts, now: Instant): PlanContext {
  const { accounts, descriptions } = facts;
  return {
    settings: engine.settings,
    targets: { marketing: targetsOf(descriptions.marketing), sales: targetsOf(descriptions.sales) },
    urls: { marketing: accounts.marketing.links, sales: accounts.sales.links },
    now,
    owners: facts.owners,
  };
}

/** Plans one person anew from the state, for a line that drifted. */
export async function replanPerson(stage: Stage, facts: PlanFacts, linkId: string): Promise<readonly PlanLine[]> {
  const { engine, state } = stage;
  const person = (await state.links.get([linkId])).get(linkId);
  if (person === undefined || person.kind !== 'linked') return [];
  const context = planContext(engine, facts, engine.ports.clock.now());
  const first = planPerson(person, context, null);
  const times = first.needsTimes
    ? await lookUpTimes([person], { crms: engine.crms, settings: engine.settings, signal: stage.signal })
    : null;
  const plan = times === null ? first : planPerson(person, context, times(person));
  await storePlanned(state, [{ ...plan, release: [], waiting: false }]);
  return plan.lines;
}

async function storePlanned(
  state: State,
  persons: readonly PlannedPerson[],
  { freeze = [], later = [] }: { readonly freeze?: readonly Frozen[]; readonly later?: readonly string[] } = {},
): Promise<void> {
  const hold: readonly Hold[] = persons.flatMap((person) => person.hold);
  await state.commit({
    bases: persons.flatMap((person) => person.bases),
    hold,
    freeze,
    release: persons.flatMap((person) => person.release),
    settled: persons.filter((person) => person.settled && !person.waiting).map((person) => person.linkId),
    unsettled: [...later, ...persons.filter((person) => !person.settled || person.waiting).map((person) => person.linkId)],
  });
}

async function* allPages(state: State, all: boolean): AsyncGenerator<readonly LinkedPerson[]> {
  let after = '';
  for (;;) {
    const page = await state.links.page({ after, limit: peoplePerPage, all });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < peoplePerPage) return;
    after = last.id;
  }
}

/** @throws {ConfigError} `PERSON_NOT_FOUND` */
async function* onePage(state: State, who: string): AsyncGenerator<readonly LinkedPerson[]> {
  const found = await findPeople(state, who);
  const ids = [...new Set(found.flatMap((person) => (person.linkId === null ? [] : [person.linkId])))];
  if (ids.length === 0) {
    throw new ConfigError('PERSON_NOT_FOUND', 'Nobody in either CRM has this address, record id or key.', {
      hint: 'Check the spelling, and that the person is in the scope.',
    });
  }
  yield [...(await state.links.get(ids)).values()].filter((person) => person.kind === 'linked');
}

async function entriesOf(state: State, persons: readonly LinkedPerson[]): Promise<ReadonlyMap<string, QuarantineEntry>> {
  const entries = new Map<string, QuarantineEntry>();
  if ((await state.quarantine.count()) === 0) return entries;
  for (const side of ['marketing', 'sales'] as const) {
    const ids = persons.flatMap((person) => person.members.flatMap((member) => (member.side === side ? [member.id] : [])));
    for (const [id, entry] of await state.quarantine.get(side, 'person', ids)) entries.set(`${side} ${id}`, entry);
  }
  return entries;
}
