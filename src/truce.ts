import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../config/schema.ts';
import type { AlignmentReport } from './alignment/types.ts';
import type { Crm, DescribeOptions, ProbeOptions, Probes, Provision } from './crm.ts';
import { StateError } from './errors.ts';
import type { Plan, QuarantineEntry } from './model/plan.ts';
import type { Leaks } from './leaks/find.ts';
import type { Settings } from './model/settings.ts';
import type { Instant, Side } from './model/words.ts';
import { openState } from './state/open.ts';
import type { Pause, RestoredNote, State } from './state/types.ts';
import { auditRows, type AuditRow } from './sync/audit.ts';
import { allProblems } from './sync/check-fields.ts';
import { explain, type Explanation } from './sync/explain.ts';
import { readOwners } from './sync/owners.ts';
import { proveMaps } from './sync/lens-proof.ts';
import { pauseAt } from './sync/pause.ts';
import { readPlanFile } from './sync/plan-file.ts';
import { accountsOf, describeBoth, withRun, type Engine, type Run } from './sync/run.ts';
import { refuseRestored, restoreNote } from './sync/restored.ts';
import { planStage, pullStage } from './sync/stages.ts';
import { applyRun, outcomesRun, syncRun, type OutcomesResult, type SyncResult } from './sync/sync-run.ts';
import { alone, recordsOf, retryQuarantined, settleConflict, type Settling } from './sync/settle.ts';
import { decide } from './sync/decide.ts';
import { identityOf, namesIn } from './sync/identity.ts';
import { finishForgetting, forgetBatch, forgettingOf } from './sync/forget.ts';
import { stopIfPaused } from './sync/pause.ts';
import { relink } from './sync/relink.ts';
import { review } from './sync/review.ts';
import { releaseRun, undoRun, type UndoResult } from './sync/undo.ts';
import { systemPorts } from './system-ports.ts';
import type {
  AlignmentCall,
  ApplyOptions,
  ApplyResult,
  CallOptions,
  CheckResult,
  PlanOptions,
  PullOptions,
  PullResult,
  StatusResult,
  SyncOptions,
  Truce,
  TruceEvents,
  TruceOptions,
} from './truce-types.ts';
import type { WarehouseForgetting } from './warehouse/forget.ts';
import { storiesFrom, warehouses, type Warehouses } from './warehouses.ts';

export { defineConfig, parseConfig, type TruceConfig, type TruceConfigInput } from '../config/schema.ts';
export type * from './truce-types.ts';

/**
 * Opens Truce on a marketing and a sales CRM. Contacts nobody yet.
 * @throws {ConfigError} `CONFIG_INVALID` with every problem of the configuration.
 * @example
 * await using t = await truce({ marketing: hubspot({ accessToken }), sales: salesforce({ instanceUrl, accessToken }), state: 'truce.db' });
 * const plan = await t.plan();
 */
export async function truce(options: TruceOptions): Promise<Truce> {
  const settings = options.settings ?? parseConfig(options.config ?? {});
  const ports = systemPorts(options.ports ?? {});
  const listeners = new Listeners();
  const crms = { marketing: options.marketing.connect(ports), sales: options.sales.connect(ports) };
  const engine: Engine = {
    crms,
    settings,
    ports,
    beforeWrite: options.beforeWrite,
    onPage: (page) => listeners.tell('page', page),
    onOutcome: (outcome) => listeners.tell('line', outcome),
    onPhase: (phase) => listeners.tell('phase', phase),
    onPlanned: (summary) => listeners.tell('planned', summary),
    user: options.user ?? null,
  };
  return new OpenTruce({ engine, crms, statePath: options.state, stores: warehouses(options.warehouse), listeners });
}

class Listeners {
  readonly #of = new Map<keyof TruceEvents, Set<(detail: never) => void>>();

  add<K extends keyof TruceEvents>(event: K, listener: (detail: TruceEvents[K]) => void): () => void {
    const set = this.#of.get(event) ?? new Set();
    this.#of.set(event, set);
    set.add(listener);
    return () => void set.delete(listener);
  }

  tell<K extends keyof TruceEvents>(event: K, detail: TruceEvents[K]): void {
    for (const listener of this.#of.get(event) ?? []) (listener as (detail: TruceEvents[K]) => void)(detail);
  }
}

interface Parts {
  readonly engine: Engine;
  readonly crms: Readonly<Record<Side, Crm>>;
  readonly statePath: string;
  readonly stores: Warehouses;
  readonly listeners: Listeners;
}

class OpenTruce implements Truce {
  readonly #parts: Parts;
  readonly #folders: string[] = [];
  #state: Promise<State> | null = null;
  #busy = false;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get settings(): Settings {
    return this.#parts.engine.settings;
  }

  async pull(options: PullOptions = {}): Promise<PullResult> {
    return this.#run('pull', options, async (run) => {
      const { stores } = this.#parts;
      const stage = { ...run, engine: run.engine };
      if (options.rebuild === true) await forgetPositions(run.state);
      const report = await stores.forWriting({ needed: stores.present }, (warehouse) =>
        pullStage(stage, { warehouse, needsWarehouse: stores.present, allow: options.allow }),
      );
      await this.#eraseAfter(run.state);
      const { streams, warehouse, problems } = report;
      const people = await peopleOf(run.state);
      const quarantined = await run.state.quarantine.count();
      return {
        run: run.id,
        streams,
        people,
        warehouse,
        problems,
        quarantined,
        calls: await run.calls(),
        durationMs: run.engine.ports.clock.now() - run.startedAt,
      };
    });
  }

  async plan(options: PlanOptions = {}): Promise<Plan> {
    return this.#alone(async () => {
      const { engine, statePath } = this.#parts;
      // Without a state there is nothing to copy, and planning makes none.
      const fresh = this.#state === null && statePath !== ':memory:' && !existsSync(statePath);
      const restored = fresh ? undefined : await restoreNote(await this.#opened(), engine.ports.clock.now());
      const overlay = await (fresh ? openState({ path: ':memory:' }) : (await this.#opened()).overlay());
      try {
        if (restored !== undefined) await overlay.commit({ restored });
        const { signal } = options;
        const stage = { engine, state: overlay, signal };
        engine.onPhase('check');
        const accounts = await accountsOf(engine, overlay, signal);
        const descriptions = await describeBoth(engine, signal, { automation: true });
        await pullStage(stage, { warehouse: null, needsWarehouse: false });
        const path = options.out ?? join(this.#folder(), 'plan.ndjson');
        const owners = await readOwners(engine.crms, engine.settings, signal);
        const facts = { accounts, descriptions, owners };
        const { plan } = await planStage(stage, {
          ...facts,
          path,
          commit: false,
          only: options.only,
          limit: options.limit,
          stories: storiesFrom(this.#parts.stores),
        });
        return plan;
      } finally {
        await overlay.close();
      }
    });
  }

  async apply(plan: Plan | string, options: ApplyOptions = {}): Promise<ApplyResult> {
    const checked = typeof plan === 'string' ? await readPlanFile(plan) : plan;
    const state = await this.#opened();
    const applied = await this.#run('apply', options, (run) => applyRun(run, checked, options.allow ?? {}));
    return { ...applied, lines: () => state.journal.ofRun(applied.id) };
  }

  async sync(options: SyncOptions = {}): Promise<SyncResult> {
    const folder = mkdtempSync(join(tmpdir(), 'truce-plan-'));
    try {
      const planPath = join(folder, 'plan.ndjson');
      return await this.#run('sync', options, async (run) => {
        const result = await syncRun(run, { ...options, stores: this.#parts.stores, planPath });
        await this.#eraseAfter(run.state);
        return result;
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async undo(runId: string, options: CallOptions = {}): Promise<UndoResult> {
    return this.#run('undo', options, async (run) => {
      await refuseRestored(run.state);
      return undoRun(run, runId);
    });
  }

  async release(runId: string): Promise<{ readonly released: number }> {
    return this.#offline((state, now) => releaseRun(state, runId, now));
  }

  async quarantine(who?: string): Promise<readonly QuarantineEntry[]> {
    const state = await this.#opened();
    const all = await state.quarantine.all();
    if (who === undefined) return all;
    const ids = new Set(await recordsOf(state, who));
    return all.filter((entry) => ids.has(entry.recordId));
  }

  async retry(who?: string): Promise<number> {
    return this.#offline((state, now) => retryQuarantined(state, who, now));
  }

  async settle(who: string, settling: Settling): Promise<string> {
    return this.#offline((state, now) => settleConflict(state, { who, settling, settings: this.settings, now }));
  }

  async *review(options: Parameters<Truce['review']>[0] = {}): ReturnType<Truce['review']> {
    const { stores } = this.#parts;
    const { marketing, sales } = this.settings.status;
    let named = stores.present;
    yield* review(await this.#opened(), {
      settled: options.settled ?? false,
      statusField: { marketing: marketing.field, sales: sales.field },
      names: async (refs) => {
        if (!named) return new Map();
        try {
          return await stores.forReading((warehouse) => namesIn(warehouse, refs));
        } catch (error) {
          // Names only help to decide; a warehouse that is not there, or busy, says so once.
          named = false;
          this.#parts.engine.ports.log.write('warn', `Names are left out: ${error instanceof Error ? error.message : String(error)}`);
          return new Map();
        }
      },
    });
  }

  async decide(rows: Parameters<Truce['decide']>[0], options: Parameters<Truce['decide']>[1] = {}): ReturnType<Truce['decide']> {
    const now = this.#parts.engine.ports.clock.now();
    // Looking takes no lease: it may be done beside a run.
    if (options.dryRun === true) return decide(await this.#opened(), rows, { now, dryRun: true });
    return this.#offline(async (state) => {
      const result = await decide(state, rows, { now, dryRun: false });
      if (result.stored) await relink({ state, settings: this.settings, now });
      return result;
    });
  }

  async identity(who: string): ReturnType<Truce['identity']> {
    return identityOf(await this.#opened(), who);
  }

  async forgetting(who: string): ReturnType<Truce['forgetting']> {
    return forgettingOf(await this.#opened(), who);
  }

  async forget(who: string): ReturnType<Truce['forget']> {
    return this.#offline(async (state, now) => {
      const forgetting = await forgettingOf(state, who);
      await state.commit({ forget: forgetBatch(forgetting, now) });
      const erased = await this.#erase(state);
      const { records, addresses } = forgetting;
      const words = [...addresses, ...records.map((record) => record.id), ...(erased?.names ?? [])];
      return { records: records.length, warehouse: erased?.people ?? null, namesakes: erased?.namesakes ?? [], words };
    });
  }

  /** Erases whoever is noted to be erased. A warehouse that is busy keeps them noted, for the next run. */
  async #erase(state: State): Promise<WarehouseForgetting | null> {
    const { path } = this.#parts.stores;
    let erased: WarehouseForgetting | null = null;
    const count = await finishForgetting(
      state.forgotten,
      path === null
        ? null
        : async (refs) => {
            const { forgetInWarehouse } = await import('./warehouse/forget.ts');
            erased = await forgetInWarehouse(path, refs);
          },
    );
    if (count > 0) await state.meta.setMergedHash(null);
    return erased;
  }

  /** The same at the end of a run, which stands whatever becomes of it. */
  async #eraseAfter(state: State): Promise<void> {
    try {
      await this.#erase(state);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      this.#parts.engine.ports.log.write('warn', `Somebody is erased with the next run: ${error.message}`);
    }
  }

  async outcomes(options: CallOptions = {}): Promise<OutcomesResult> {
    return this.#run('outcomes', options, (run) => outcomesRun(run, this.#parts.stores));
  }

  async provision(
    options: CallOptions & { readonly create?: boolean; readonly sides?: readonly Side[] } = {},
  ): Promise<Partial<Record<Side, Provision>>> {
    const { outcomeFields } = await import('./outcomes/index.ts');
    const provisions: Partial<Record<Side, Provision>> = {};
    for (const side of options.sides ?? (['marketing', 'sales'] as const)) {
      const asked = { create: options.create ?? false, ...(options.signal === undefined ? {} : { signal: options.signal }) };
      provisions[side] = await this.#parts.crms[side].provision(outcomeFields(this.settings), asked);
    }
    return provisions;
  }

  async check(options: Pick<DescribeOptions, 'signal' | 'setup' | 'volumes'> = {}): Promise<CheckResult> {
    const { crms, engine } = this.#parts;
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const [marketing, sales] = await Promise.all([crms.marketing.account(signal), crms.sales.account(signal)]);
    const descriptions = await describeBoth(engine, options.signal, {
      setup: options.setup ?? false,
      automation: true,
      volumes: options.volumes ?? false,
    });
    const accounts = { marketing, sales };
    const factsOf = (side: Side) => ({ system: crms[side].system, account: accounts[side], description: descriptions[side] });
    const problems = allProblems({ marketing: factsOf('marketing'), sales: factsOf('sales') }, engine.settings);
    const budgets = { marketing: (await crms.marketing.budget()).perDay, sales: (await crms.sales.budget()).perDay };
    return { accounts, descriptions, problems, budgets, maps: proveMaps(engine.settings, descriptions) };
  }

  async probe(options: ProbeOptions): Promise<Readonly<Record<Side, Probes>>> {
    const { crms, engine } = this.#parts;
    if (options.write) await stopIfPaused(await this.#opened(), engine.ports.clock.now());
    const none: Probes = { results: [], left: null };
    const [marketing, sales] = await Promise.all([crms.marketing.probe?.(options), crms.sales.probe?.(options)]);
    return { marketing: marketing ?? none, sales: sales ?? none };
  }

  async alignment(options: AlignmentCall = {}): Promise<AlignmentReport> {
    const { alignmentOf } = await import('./report/from-warehouse.ts');
    const { by, asOf, signal } = options;
    return this.#parts.stores.forReading((warehouse) =>
      alignmentOf(warehouse, {
        settings: this.settings,
        ...(by === undefined ? {} : { by }),
        ...(asOf === undefined ? {} : { asOf }),
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  }

  async explain(who: string): Promise<Explanation> {
    const { stores } = this.#parts;
    const [{ readMergedPerson }, { originInWords }] = await Promise.all([
      import('./warehouse/person-story.ts'),
      import('./outcomes/ledger.ts'),
    ]);
    return explain(await this.#opened(), who, {
      merged: async (record) => (stores.present ? stores.forReading((warehouse) => readMergedPerson(warehouse, record)) : null),
      origin: originInWords,
    });
  }

  async status(): Promise<StatusResult> {
    const state = await this.#opened();
    const runs = await state.runs.last(20);
    const lastDone = runs.find((run) => run.status === 'done');
    return {
      runs,
      lastDoneAt: lastDone?.endedAt ?? null,
      people: { ...(await peopleOf(state)), ambiguous: (await state.links.ambiguous()).length },
      open: await state.links.unsettledCount(),
      openIntents: (await state.journal.open()).length,
      quarantine: await state.quarantine.all(),
      restored: await state.meta.restored(),
      paused: await pauseAt(state, this.#parts.engine.ports.clock.now()),
      frozen: await state.frozen.runs(),
      cursors: await state.cursors.all(),
    };
  }

  async pause({ by, reason, until }: Parameters<Truce['pause']>[0]): Promise<Pause> {
    const state = await this.#opened();
    const pause: Pause = { by, reason: reason ?? null, at: this.#parts.engine.ports.clock.now(), until: until ?? null };
    await state.meta.setPause(pause);
    return pause;
  }

  async backup(path: string): Promise<void> {
    await (await this.#opened()).backup(path);
  }

  async confirmRestored(): Promise<RestoredNote | null> {
    return this.#offline(async (state) => {
      const restored = await state.meta.restored();
      if (restored !== null) await state.commit({ restored: null });
      return restored;
    });
  }

  async *audit(since?: Instant): AsyncIterable<AuditRow> {
    yield* auditRows(await this.#opened(), since);
  }

  async leaks(): Promise<Leaks> {
    const { findLeaks } = await import('./leaks/find.ts');
    const state = await this.#opened();
    const { report, leaks } = this.settings;
    const options = { settings: leaks, attempts: report.attempts, now: this.#parts.engine.ports.clock.now() };
    return this.#parts.stores.forReading((warehouse) => findLeaks(warehouse, state, options));
  }

  async resume(): Promise<Pause | null> {
    const state = await this.#opened();
    const pause = await pauseAt(state, this.#parts.engine.ports.clock.now());
    await state.meta.setPause(null);
    return pause;
  }

  on<K extends keyof TruceEvents>(event: K, listener: (detail: TruceEvents[K]) => void): () => void {
    return this.#parts.listeners.add(event, listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { crms, stores, engine } = this.#parts;
    const state = this.#state;
    const closing = [
      async () => (await state)?.close(),
      () => stores.close(),
      () => crms.marketing.close(),
      () => crms.sales.close(),
      () => engine.ports.http.close(),
    ];
    const ended = await Promise.allSettled(closing.map((one) => one()));
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #opened(): Promise<State> {
    if (this.#closed) throw new StateError('CLOSED', 'This Truce was closed.', { hint: 'Open another one with `truce(...)`.' });
    this.#state ??= openState({ path: this.#parts.statePath }).catch((error: unknown) => {
      this.#state = null;
      throw error;
    });
    return this.#state;
  }

  #run<T>(command: string, options: Pick<ApplyOptions, 'signal' | 'approver'>, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#alone(async () =>
      withRun(this.#parts.engine, await this.#opened(), {
        command,
        mode: this.settings.mode,
        signal: options.signal,
        approver: options.approver,
        work,
      }),
    );
  }

  /** Changes the state without asking a CRM. */
  #offline<T>(work: (state: State, now: Instant) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      const state = await this.#opened();
      const now = this.#parts.engine.ports.clock.now();
      return alone(state, now, () => work(state, now));
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy)
      throw new StateError('STATE_LOCKED', 'This Truce is in the middle of another run.', {
        hint: 'Wait for it to end; one instance does one thing at a time.',
      });
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  /** A folder for a plan, readable by its owner only, dropped at the end. */
  #folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'truce-plan-'));
    this.#folders.push(folder);
    return folder;
  }
}

/** The next pull reads everything from the beginning; people, links and what they agreed on stay. */
async function forgetPositions(state: State): Promise<void> {
  await state.commit({ forgetCursors: (await state.cursors.all()).map(({ side, stream }) => ({ side, stream })) });
}

async function peopleOf(state: State): Promise<Record<Side, number> & { linked: number }> {
  return {
    marketing: await state.people.count('marketing'),
    sales: await state.people.count('sales'),
    linked: await state.links.linkedCount(),
  };
}
