import type { AccountInfo, Description, Stream } from '../crm.ts';
import { PlanError, TruceError } from '../errors.ts';
import type { Plan, PlanSummary } from '../model/plan.ts';
import type { Mode, RecordId, Side } from '../model/words.ts';
import type { Intent, JournalCounts, RestoredNote } from '../state/types.ts';
import { noWarehouse, storiesFrom, type Warehouses } from '../warehouses.ts';
import type { SkippedOutcomes } from '../outcomes/index.ts';
import { apply } from './apply.ts';
import { refuseBlocked } from './check.ts';
import { allProblems } from './check-fields.ts';
import { noteSchema, schemaSentence, type SchemaChange } from './drift.ts';
import { dripping, openDrip } from './drip.ts';
import { checkBudget, checkGuards, checkPlan, type Allowances } from './guard.ts';
import { guardsOf } from './handover-stage.ts';
import { current } from './intent.ts';
import { refuseRestored } from './restored.ts';
import type { PullReport } from './pull.ts';
import { readOwners, type Owners } from './owners.ts';
import { applyOptions, describeBoth, type Run } from './run.ts';
import { planStage, pullStage, replanPerson, type PlanStageResult } from './stages.ts';
import { withoutFrozen } from './undo.ts';
import { sameValue } from './values.ts';

const sides: readonly Side[] = ['marketing', 'sales'];
const readBackBatch = 100;
/** Up to this many writes are read again at once, so that the outcomes of the same run know of them; more would cost too many calls. */
const echoesReadAtOnce = 1_000;

/** What one run did. Counts of writes are those of the journal. */
export interface SyncResult {
  readonly run: string;
  readonly mode: Mode;
  readonly plan: Pick<PlanSummary, 'create' | 'update' | 'conflict' | 'unchanged' | 'held'>;
  /** Status and mapped fields; what outcomes wrote is counted in `campaigns` and `outcomes`. */
  readonly applied: number;
  readonly rejected: number;
  readonly raced: number;
  readonly skipped: number;
  /** Records that wait for later runs, because an hour's status writes are used up. */
  readonly waiting: number;
  /** Records held back now, with cause and fix, whichever run held them. */
  readonly quarantined: number;
  /** Fields that this run found to be rewritten again and again, and leaves alone until they are released. */
  readonly fights: number;
  readonly campaigns: { readonly written: number; readonly unchanged: number };
  /** Null where outcomes were not due: mode observe, no warehouse, a canary. */
  readonly outcomes: OutcomesReport | null;
  /** Set when this was the first live run: it stopped after these people, all read back. */
  readonly canary: { readonly people: number; readonly wrong: number } | null;
  /** Set when the state is a restored one that nobody has confirmed: both sides were compared, nothing was written. */
  readonly restored: RestoredNote | null;
  /** Options of mapped picklists that came or went since the last run: said by this run only. */
  readonly schema: readonly SchemaChange[];
  readonly problems: PullReport['problems'];
  readonly warehouse: PullReport['warehouse'];
  readonly calls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
}

/** What outcomes did; `stopped` where nothing could be written at all. */
export interface OutcomesReport {
  readonly campaigns: { readonly written: number; readonly unchanged: number };
  readonly people: { readonly written: number; readonly unchanged: number };
  readonly members: { readonly written: number; readonly unchanged: number };
  readonly rejected: number;
  /** Places whose fields are missing. */
  readonly skipped: readonly SkippedOutcomes[];
  readonly stopped: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

export interface OutcomesResult extends OutcomesReport {
  readonly run: string;
  readonly calls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
}

export interface SyncRunOptions {
  readonly stores: Warehouses;
  readonly planPath: string;
  readonly yes?: boolean | undefined;
  readonly only?: string | undefined;
  readonly limit?: number | undefined;
  readonly allow?: Allowances | undefined;
}

/** The facts about both CRMs that planning needs. */
interface Facts {
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  readonly descriptions: Readonly<Record<Side, Description>>;
  readonly owners?: Owners | null;
}

/** One whole run, as far as the mode allows. */
export async function syncRun(run: Run, options: SyncRunOptions): Promise<SyncResult> {
  const { engine, state } = run;
  const { mode } = engine.settings;
  const descriptions = await describeBoth(engine, run.signal);
  const owners = mode === 'outcomes' ? null : await readOwners(engine.crms, engine.settings, run.signal);
  const facts: Facts = { accounts: run.accounts, descriptions, owners };
  const schema = await noteSchema(state.meta, engine.settings, descriptions);
  for (const change of schema) engine.ports.log.write('warn', schemaSentence(change));
  refuse(run, facts, mode === 'sync' ? 'sync' : 'observe');
  const pulled = await pullAll(run, options);
  const canary = mode === 'sync' && options.yes !== true && engine.settings.guards.canary > 0 && !(await state.journal.everApplied('sync'));
  const planned = mode === 'outcomes' ? null : await planFor(run, facts, { ...options, canary });
  const restored = mode === 'observe' ? null : await state.meta.restored();
  if (restored === null && planned !== null && mode === 'sync') await applyPlanned(run, facts, { planned, allow: options.allow ?? {} });
  const stopped = canary && planned !== null && planned.limited;
  const checked = stopped ? await readBack(run) : null;
  const counts = await state.journal.counts(run.id, { room: 'sync' });
  const due = !stopped && restored === null && mode !== 'observe' && options.stores.present;
  const echoed = due && counts.applied > 0 && counts.applied <= echoesReadAtOnce;
  const known = echoed ? await pullAll(run, options, ['people', 'status-history']) : pulled;
  const outcomes = due ? await outcomesStage(run, options.stores, { facts, pulled: known }) : null;
  const { create = 0, update = 0, conflict = 0, held = 0, unchanged = await state.links.linkedCount() } = planned?.plan.summary ?? {};
  return {
    run: run.id,
    mode,
    plan: { create, update, conflict, unchanged, held },
    applied: counts.applied,
    rejected: counts.rejected,
    raced: counts.raced,
    skipped: counts.skipped,
    waiting: planned?.plan.summary.waiting ?? 0,
    quarantined: await state.quarantine.count(),
    fights: planned?.fights ?? 0,
    campaigns: outcomes?.campaigns ?? { written: 0, unchanged: 0 },
    outcomes,
    canary: checked,
    restored,
    schema,
    problems: pulled.problems,
    warehouse: pulled.warehouse,
    calls: await run.calls(),
    durationMs: engine.ports.clock.now() - run.startedAt,
  };
}

function refuse(run: Run, { accounts, descriptions }: Facts, mode: Mode): void {
  const { crms, settings } = run.engine;
  const factsOf = (side: Side) => ({ system: crms[side].system, account: accounts[side], description: descriptions[side] });
  const problems = allProblems({ marketing: factsOf('marketing'), sales: factsOf('sales') }, settings);
  // Streams that can't be read are found out by reading; only what would write wrongly or in vain stops a run beforehand.
  if (mode === 'sync')
    refuseBlocked(
      problems.filter((problem) => !problem.blocks.includes('observe')),
      mode,
      { marketing: crms.marketing.system, sales: crms.sales.system },
    );
}

async function pullAll(
  run: Run,
  { stores, allow }: Pick<SyncRunOptions, 'stores' | 'allow'>,
  streams?: readonly Stream[],
): Promise<PullReport> {
  let locked = false;
  const failed = (error: unknown): void => {
    locked = true;
    run.engine.ports.log.write('warn', `The warehouse can't be opened now: ${error instanceof TruceError ? error.message : String(error)}`);
  };
  const report = await stores.forWriting({ needed: false, failed }, (warehouse) =>
    pullStage(run, { warehouse, needsWarehouse: false, allow, streams }),
  );
  return locked ? { ...report, warehouse: 'behind' } : report;
}

async function planFor(run: Run, facts: Facts, options: SyncRunOptions & { readonly canary: boolean }): Promise<PlanStageResult> {
  const { guards, mode } = run.engine.settings;
  const limit = options.canary ? Math.min(options.limit ?? guards.canary, guards.canary) : options.limit;
  return planStage(run, {
    ...facts,
    runId: run.id,
    path: options.planPath,
    commit: mode === 'sync',
    only: options.only,
    limit,
    stories: storiesFrom(options.stores),
  });
}

interface Applying {
  readonly planned: PlanStageResult;
  readonly allow: Allowances;
}

async function applyPlanned(run: Run, facts: Facts, { planned, allow }: Applying): Promise<void> {
  const { engine, state } = run;
  const { settings } = engine;
  const { plan, linked, limited } = planned;
  const people = { marketing: await state.people.count('marketing'), sales: await state.people.count('sales') };
  checkGuards({ guards: guardsOf(settings), summary: plan.summary, linked, people, allow });
  await checkBudgets(run, plan);
  if (!limited) await state.meta.setConfigHash(settings.hash);
  if (plan.summary.create + plan.summary.update === 0) return;
  engine.onPhase('apply');
  engine.onPlanned(plan.summary);
  await state.meta.nextEpoch();
  const replan = (linkId: string) => replanPerson(run, facts, linkId);
  await apply(plan.lines(), { ...applyOptions(run), expected: plan.summary.writes, replan });
}

async function checkBudgets(run: Run, plan: Plan): Promise<void> {
  const { crms, settings } = run.engine;
  for (const side of sides) {
    const budget = await crms[side].budget();
    checkBudget({ system: crms[side].system, calls: plan.summary.calls[side], budget, reserve: settings.guards.budgetReserve });
  }
}

/** Reads what the canary has written, over a fresh read of each record. */
async function readBack(run: Run): Promise<{ people: number; wrong: number }> {
  const { engine, state } = run;
  engine.onPhase('read-back');
  const written: Intent[] = [];
  for await (const intent of state.journal.ofRun(run.id))
    if (intent.status === 'applied' && intent.line.room === 'sync') written.push(intent);
  let wrong = 0;
  for (const side of sides) {
    const intents = written.filter((intent) => intent.line.side === side && intent.recordId !== null);
    for (let at = 0; at < intents.length; at += readBackBatch) {
      const batch = intents.slice(at, at + readBackBatch);
      const fields = [...new Set(batch.flatMap((intent) => intent.line.changes.flatMap((change) => change.remote ?? [])))];
      const refs = batch.map(({ recordId, line }) => ({
        id: recordId as RecordId,
        ...(line.object === null ? {} : { object: line.object }),
      }));
      const answers = await engine.crms[side].read('person', refs, { fields });
      batch.forEach((intent, index) => {
        const record = answers[index]?.found[0];
        if (record === undefined || intent.line.changes.some((change) => !sameValue(current(record, change), change.after))) wrong += 1;
      });
    }
  }
  return { people: new Set(written.map((intent) => intent.line.linkId)).size, wrong };
}

/** Pulls, then outcomes only. @throws {PlanError} `MODE_FORBIDS`, `COVERAGE_INCOMPLETE` @throws {ConfigError} `NO_WAREHOUSE` */
export async function outcomesRun(run: Run, stores: Warehouses): Promise<OutcomesResult> {
  const { engine, state } = run;
  if (engine.settings.mode === 'observe') throw forbidden('Outcomes are written in the modes outcomes and sync only.');
  if (!stores.present) throw noWarehouse();
  await refuseRestored(state);
  const facts: Facts = { accounts: run.accounts, descriptions: await describeBoth(engine, run.signal) };
  const pulled = await stores.forWriting({ needed: true }, (warehouse) => pullStage(run, { warehouse, needsWarehouse: true }));
  const report = await outcomesStage(run, stores, { facts, pulled });
  if (report.stopped !== null) throw new PlanError(report.stopped.code, report.stopped.message, { hint: report.stopped.hint });
  return { run: run.id, ...report, calls: await run.calls(), durationMs: engine.ports.clock.now() - run.startedAt };
}

async function outcomesStage(
  run: Run,
  stores: Warehouses,
  { facts, pulled }: { readonly facts: Facts; readonly pulled: PullReport },
): Promise<OutcomesReport> {
  const { engine, state } = run;
  const { crms, settings, ports } = engine;
  if (pulled.warehouse !== 'loaded')
    return stoppedBy({
      code: 'WAREHOUSE_BEHIND',
      message: 'The warehouse could not be loaded, so no outcome is written.',
      hint: 'Outcomes follow with the next run that can load it.',
    });
  engine.onPhase('outcomes');
  const { planOutcomes, warehouseSource, writtenBefore } = await import('../outcomes/index.ts');
  const sideOf = (side: Side) => ({ crm: crms[side], description: facts.descriptions[side], links: facts.accounts[side].links });
  try {
    return await stores.forReading(async (warehouse) => {
      const plan = await planOutcomes({
        source: warehouseSource(warehouse, settings),
        settings,
        ledger: state.ledger,
        sides: { marketing: sideOf('marketing'), sales: sideOf('sales') },
        written: writtenBefore(state.journal),
        now: ports.clock.now(),
        signal: run.signal,
      });
      await run.renew();
      await state.ledger.put(plan.ledger);
      await apply(withoutFrozen(plan.lines(), state), applyOptions(run));
      const of = async (kind: 'campaign' | 'person' | 'member'): Promise<JournalCounts> =>
        state.journal.counts(run.id, { room: 'outcomes', kind });
      const counts = { campaign: await of('campaign'), person: await of('person'), member: await of('member') };
      const part = (kind: 'campaign' | 'person' | 'member') => ({ written: counts[kind].applied, unchanged: plan.counts[kind].unchanged });
      const rejected = counts.campaign.rejected + counts.person.rejected + counts.member.rejected;
      return {
        campaigns: part('campaign'),
        people: part('person'),
        members: part('member'),
        rejected,
        skipped: plan.skipped,
        stopped: null,
      };
    });
  } catch (error) {
    // What the figures lack is said in the result; the status sync before it stands.
    if (error instanceof PlanError && error.code === 'COVERAGE_INCOMPLETE')
      return stoppedBy({ code: error.code, message: error.message, hint: error.hint });
    throw error;
  }
}

function stoppedBy(stopped: NonNullable<OutcomesReport['stopped']>): OutcomesReport {
  const none = { written: 0, unchanged: 0 };
  return { campaigns: none, people: none, members: none, rejected: 0, skipped: [], stopped };
}

/** What applying a reviewed plan did. */
export interface AppliedPlan {
  readonly id: string;
  /** The plan's id and hash, as the page that was approved shows them. */
  readonly plan: { readonly id: string; readonly hash: string };
  readonly ok: boolean;
  readonly counts: JournalCounts;
  /** Lines that were not written, because an hour's status writes are used up; the next syncs write them. */
  readonly waiting: number;
  readonly calls: Readonly<Record<Side, number>>;
  readonly durationMs: number;
}

/** Writes a reviewed plan, line by line as it stands; what drifted is skipped. Moves no cursor. */
export async function applyRun(run: Run, plan: Plan, allow: Allowances): Promise<AppliedPlan> {
  const { engine, state } = run;
  const { settings, ports } = engine;
  await refuseRestored(state);
  if (settings.mode !== 'sync') throw forbidden(`The mode is ${settings.mode}: it writes no status.`);
  const accounts = { marketing: run.accounts.marketing.id, sales: run.accounts.sales.id };
  checkPlan(plan.header, { accounts, settings, epoch: await state.meta.epoch(), at: ports.clock.now() });
  const { summary } = plan;
  const linked = summary.unchanged + summary.update + summary.quarantined;
  const people = { marketing: linked, sales: linked };
  checkGuards({ guards: guardsOf(settings), summary, linked, people, allow });
  refuse(run, { accounts: run.accounts, descriptions: await describeBoth(engine, run.signal) }, 'sync');
  await checkBudgets(run, plan);
  engine.onPhase('apply');
  engine.onPlanned(summary);
  await state.meta.nextEpoch();
  const drip = await openDrip(state, settings, ports.clock.now());
  let waiting = 0;
  await apply(
    dripping(plan.lines(), drip, () => (waiting += 1)),
    { ...applyOptions(run), expected: summary.writes },
  );
  const counts = await state.journal.counts(run.id);
  const ok = counts.rejected === 0 && counts.open === 0;
  return {
    id: run.id,
    plan: { id: plan.header.id, hash: plan.hash },
    ok,
    counts,
    waiting,
    calls: await run.calls(),
    durationMs: ports.clock.now() - run.startedAt,
  };
}

function forbidden(message: string): PlanError {
  return new PlanError('MODE_FORBIDS', message, { hint: 'Set `mode` in the configuration, when you want it to write.' });
}
