import { hostname } from 'node:os';
import type { AccountInfo, Crm, Description } from '../crm.ts';
import { TruceError } from '../errors.ts';
import type { PlanLine, PlanSummary } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Mode, Side } from '../model/words.ts';
import type { Ports } from '../ports.ts';
import type { RunRecord, State } from '../state/types.ts';
import { recover } from './apply.ts';
import type { ApplyOptions, LineOutcome } from './applying.ts';
import { checkAccount } from './guard.ts';
import { restoreNote } from './restored.ts';
import { pauseAt, stopIfPaused } from './pause.ts';
import { mappedFields } from './observe.ts';
import type { PulledPage } from './pull.ts';

/** How long a run that says nothing keeps the state to itself: longer than any one request may take with its retries. */
const leaseMs = 300_000;

/** What a run is told to do without, and whom it tells what. */
export interface Engine {
  readonly crms: Readonly<Record<Side, Crm>>;
  readonly settings: Settings;
  readonly ports: Ports;
  readonly beforeWrite: ((line: PlanLine) => boolean | Promise<boolean>) | undefined;
  readonly onPage: (page: PulledPage) => void;
  readonly onOutcome: (outcome: LineOutcome) => void;
  readonly onPhase: (phase: Phase) => void;
  /** A plan is about to be written. */
  readonly onPlanned: (summary: PlanSummary) => void;
  /** Whoever uses it, for the records; null where nobody said. */
  readonly user: string | null;
}

export type Phase = 'check' | 'recover' | 'pull' | 'link' | 'merge' | 'plan' | 'apply' | 'outcomes' | 'read-back';

/** A run under way: it holds the lease and knows both accounts. */
export interface Run {
  readonly id: string;
  readonly engine: Engine;
  readonly state: State;
  readonly epoch: number;
  readonly startedAt: number;
  readonly signal: AbortSignal | undefined;
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  /** Keeps the lease while there is work. */
  readonly renew: () => Promise<void>;
  /** Requests sent since the run began. */
  calls(): Promise<Readonly<Record<Side, number>>>;
}

export interface RunOptions {
  readonly command: string;
  readonly mode: Mode;
  readonly signal?: AbortSignal | undefined;
  /** Whoever approved what is applied. */
  readonly approver?: string | undefined;
}

/** Commands that a pause stops. An undo is asked for by name, and a pull writes nothing. */
const pausable: ReadonlySet<string> = new Set(['sync', 'outcomes', 'apply']);

/**
 * Does the work of one run: under the lease, for the right accounts, after what an earlier run left open was resolved.
 * The run and how it ended stand in the state, whatever happens.
 * @throws {StateError} `STATE_LOCKED`, `STATE_OTHER_ACCOUNT`, `LEASE_LOST` @throws {PlanError} `OTHER_ACCOUNT`, `PAUSED`
 */
export async function withRun<T>(engine: Engine, state: State, at: RunOptions & { readonly work: (run: Run) => Promise<T> }): Promise<T> {
  const { clock, ids } = engine.ports;
  const startedAt = clock.now();
  const heedPause = async (): Promise<void> => {
    if (pausable.has(at.command)) await stopIfPaused(state, clock.now());
  };
  await heedPause();
  const restored = await restoreNote(state, startedAt);
  const epoch = await state.lease.acquire({ pid: process.pid, host: hostname() }, startedAt, leaseMs);
  const id = ids.next('run');
  const record: RunRecord = {
    id,
    command: at.command,
    mode: at.mode,
    epoch,
    startedAt,
    endedAt: null,
    status: 'running',
    code: null,
    detail: null,
    user: engine.user,
    approver: at.approver ?? null,
  };
  try {
    await state.commit({ run: record, ...(restored === undefined ? {} : { restored }) });
    await state.marker.note(epoch);
    const before = await usedCalls(engine);
    engine.onPhase('check');
    const accounts = await accountsOf(engine, state, at.signal);
    const renew = async (): Promise<void> => {
      await heedPause();
      await state.lease.renew(clock.now(), leaseMs);
    };
    const calls = async (): Promise<Record<Side, number>> => {
      const now = await usedCalls(engine);
      return { marketing: now.marketing - before.marketing, sales: now.sales - before.sales };
    };
    const run: Run = { id, engine, state, epoch, startedAt, signal: at.signal, accounts, renew, calls };
    engine.onPhase('recover');
    // Recovery puts edits back that were overwritten unseen: while nothing is to be written it waits.
    const resting = at.command === 'pull' && (await pauseAt(state, startedAt)) !== null;
    const recovered = resting ? 0 : await recover(applyOptions(run));
    // A plan that was made before knew nothing of them.
    if (recovered > 0) await state.meta.nextEpoch();
    if (recovered > 0) engine.ports.log.write('info', `${recovered} writes of an earlier run were resolved.`);
    const result = await at.work(run);
    const { keepDays } = engine.settings.journal;
    if (keepDays !== null) await state.journal.compact({ before: startedAt - keepDays * 86_400_000, now: startedAt });
    await state.commit({ run: { ...record, endedAt: clock.now(), status: 'done', detail: JSON.stringify(result) } });
    return result;
  } catch (error) {
    await noteFailure(state, { ...record, endedAt: clock.now() }, error);
    throw error;
  } finally {
    await state.lease.release();
  }
}

/** What the only writer needs of a run. */
export function applyOptions(run: Run): ApplyOptions {
  const { crms, settings, ports, beforeWrite, onOutcome } = run.engine;
  const { clock, ids, log } = ports;
  const { state, epoch, signal, renew } = run;
  return { state, crms, settings, clock, ids, log, runId: run.id, epoch, signal, renew, beforeWrite, onOutcome };
}

async function noteFailure(state: State, record: RunRecord, error: unknown): Promise<void> {
  const code = error instanceof TruceError ? error.code : 'UNEXPECTED';
  const status = error instanceof TruceError && error.name === 'PlanError' ? 'stopped' : 'failed';
  try {
    await state.commit({ run: { ...record, status, code } });
  } catch {
    // The lease or the disk is lost, which is what the caller is told already.
  }
}

async function usedCalls(engine: Engine): Promise<Record<Side, number>> {
  const [marketing, sales] = await Promise.all([engine.crms.marketing.budget(), engine.crms.sales.budget()]);
  return { marketing: marketing.used, sales: sales.used };
}

/** Asks both CRMs who they are, and refuses strangers. The state is pinned at the first run. */
export async function accountsOf(engine: Engine, state: State, signal?: AbortSignal): Promise<Record<Side, AccountInfo>> {
  const options = signal === undefined ? {} : { signal };
  const [marketing, sales] = await Promise.all([engine.crms.marketing.account(options), engine.crms.sales.account(options)]);
  for (const [side, account] of [['marketing', marketing] as const, ['sales', sales] as const]) {
    checkAccount(side, engine.settings.accounts[side], { id: account.id, system: engine.crms[side].system });
    await state.meta.pinAccount(side, account.id);
    await state.meta.setLinks(side, account.links);
  }
  return { marketing, sales };
}

/** What both CRMs say of their fields; with `automation`, also what of theirs uses the mapped ones, which costs calls. */
export async function describeBoth(
  engine: Engine,
  signal?: AbortSignal,
  {
    setup = false,
    automation = false,
    volumes = false,
  }: { readonly setup?: boolean; readonly automation?: boolean; readonly volumes?: boolean } = {},
): Promise<Record<Side, Description>> {
  const describe = (side: Side): Promise<Description> =>
    engine.crms[side].describe({
      setup,
      volumes,
      ...(automation ? { automation: mappedFields(engine.settings, side) } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
  const [marketing, sales] = await Promise.all([describe('marketing'), describe('sales')]);
  return { marketing, sales };
}
