import { hostname } from 'node:os';
import { join } from 'node:path';
import { TruceError } from '../../src/errors.ts';
import type { Crm } from '../../src/crm.ts';
import type { Settings } from '../../src/model/settings.ts';
import type { Ports } from '../../src/ports.ts';
import type { Intent, State } from '../../src/state/types.ts';
import { readPlanFile } from '../../src/sync/plan-file.ts';
import { withRun, type Engine, type Run } from '../../src/sync/run.ts';
import { alone } from '../../src/sync/settle.ts';
import { pullStage } from '../../src/sync/stages.ts';
import { applyRun, syncRun } from '../../src/sync/sync-run.ts';
import { releaseRun, undoRun } from '../../src/sync/undo.ts';
import { truce } from '../../src/truce.ts';
import { warehouses } from '../../src/warehouses.ts';
import type { Chance } from './chance.ts';
import { crmPort } from './crm-port.ts';
import type { Happening, History, Violation } from './history.ts';
import type { Kernel, Life } from './kernel.ts';
import type { RecordId, Side } from './model.ts';
import type { Cycle, Faults, Scenario } from './scenario.ts';
import { lasting, snapshotOf } from './snapshot.ts';
import { statePort } from './state-port.ts';
import type { World } from './world.ts';

export type Operation = Cycle['operation'] | 'release';

/** Runs Truce's operations on ports, as the command does. */
export interface Operations {
  run(what: Operation, at: Standing): Promise<'done' | 'failed' | 'crashed'>;
  /** Everything that was logged, and every error's text. */
  log(): string;
}

/** In which life, on which state. */
export interface Standing {
  readonly state: State;
  readonly life: Life;
  /** No faults are in force. */
  readonly clean: boolean;
}

export interface OperationsOptions {
  readonly folder: string;
  readonly statePath: string;
  readonly scenario: Scenario;
  readonly world: World;
  readonly history: History;
  readonly kernel: Kernel;
  readonly settings: Settings;
  readonly faults: () => Faults;
  readonly dice: Chance;
  readonly poison: ReadonlySet<RecordId>;
  readonly onFault: () => void;
  readonly onRead: (side: Side, ids: readonly RecordId[]) => void;
  readonly onIntents: (intents: readonly Intent[]) => void;
  readonly violated: (violation: Violation) => void;
}

/** More than any machine has: what this process leaves behind is recognised as dead. */
const deadPid = 2 ** 22 + 7;

/** What stops a run without anybody having broken a rule. */
const stops: ReadonlySet<string> = new Set([
  'TOO_MANY_CHANGES',
  'TOO_MANY_UNLINKS',
  'SIDE_EMPTY',
  'SIDE_SHRUNK',
  'PLAN_STALE',
  'NOTHING_TO_UNDO',
  'NOTHING_FROZEN',
  'UNDO_OF_UNDO',
  'STATE_LOCKED',
]);

export function makeOperations(options: OperationsOptions): Operations {
  const { kernel, history, folder, statePath, settings, violated } = options;
  const lines: string[] = [];
  let serial = 0;
  let operation = 0;
  let wrote: string | null = null;
  const undone: string[] = [];
  const ports: Ports = {
    clock: { now: () => kernel.now(), sleep: async (ms) => kernel.advance(ms) },
    random: { next: () => 0.5 },
    ids: { next: (prefix) => `${prefix}_${String((serial += 1)).padStart(6, '0')}` },
    http: {
      exchange: async () => {
        violated({ invariant: 28, what: 'the engine sent a request of its own' });
        throw new Error('there is no network');
      },
      close: async () => undefined,
    },
    log: { write: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`) },
  };
  const engineOf = (life: Life): Engine => ({
    crms: { marketing: portOf(options, 'marketing', { life, ports }), sales: portOf(options, 'sales', { life, ports }) },
    settings,
    ports,
    user: 'simulation',
    beforeWrite: undefined,
    onPage: () => undefined,
    onOutcome: () => undefined,
    onPhase: () => undefined,
    onPlanned: () => undefined,
  });
  const planPath = (): string => join(folder, 'plans', `${operation}.ndjson`);
  const work = (what: Exclude<Operation, 'plan'>, { state, life }: { readonly state: State; readonly life: Life }): Promise<unknown> => {
    const engine = engineOf(life);
    const within = <T>(command: string, run: (run: Run) => Promise<T>): Promise<T> =>
      withRun(engine, state, { command, mode: 'sync', work: run });
    // The operator looks at what a guard stopped, and lets it through once nothing else goes wrong.
    const allow = options.faults() === options.scenario.faults ? {} : { changes: 1_000, unlinks: 1_000 };
    switch (what) {
      case 'sync':
        return within('sync', (run) => syncRun(run, { stores: warehouses(undefined), planPath: planPath(), yes: true, allow }));
      case 'pull':
        return within('pull', (run) => pullStage(run, { warehouse: null, needsWarehouse: false }));
      case 'apply':
        return planOnly(life).then(async () => {
          const plan = await readPlanFile(planPath());
          return within('apply', (run) => applyRun(run, plan, allow));
        });
      case 'recover-twice':
        return recoverTwice(() => within('pull', async () => null));
      case 'undo': {
        const run = wrote;
        if (run === null) return Promise.resolve(null);
        undone.push(run);
        return within('undo', (one) => undoRun(one, run));
      }
      case 'release': {
        const run = undone.pop();
        if (run === undefined) return Promise.resolve(null);
        return alone(state, kernel.now(), () => releaseRun(state, run, kernel.now())).then(() => null);
      }
    }
  };
  const recoverTwice = async (recover: () => Promise<unknown>): Promise<void> => {
    await recover();
    const before = lasting(snapshotOf(statePath));
    await recover();
    if (lasting(snapshotOf(statePath)) !== before) violated({ invariant: 13, what: 'recovering twice is not the same as once' });
  };
  /** A rehearsal through the library's own door: it may change neither CRM nor state. */
  const planOnly = async (life: Life): Promise<void> => {
    const before = JSON.stringify(snapshotOf(statePath));
    const sends = history.all.filter((one) => one.kind === 'send').length;
    const engine = engineOf(life);
    const factory = (crm: Crm): { system: string; connect: () => Crm } => ({ system: crm.system, connect: () => crm });
    const one = await truce({
      marketing: factory(engine.crms.marketing),
      sales: factory(engine.crms.sales),
      state: statePath,
      settings,
      ports,
    });
    try {
      await one.plan({ out: planPath() });
    } finally {
      await one.close();
      if (JSON.stringify(snapshotOf(statePath)) !== before) violated({ invariant: 21, what: 'planning changed the state' });
      if (history.all.filter((happening) => happening.kind === 'send').length > sends)
        violated({ invariant: 21, what: 'planning wrote to a CRM' });
    }
  };
  return {
    log: () => lines.join('\n'),
    async run(what, { state, life, clean }) {
      operation += 1;
      history.add({ kind: 'begin', operation, what, clean });
      const holder = { pid: deadPid, host: options.scenario.leaseRunsOut ? 'elsewhere' : hostname() };
      const port = statePort({ state, kernel, life, history, operation, holder, onIntents: options.onIntents });
      const faultsBefore = history.all.length;
      const ended = await kernel.run(life, () => (what === 'plan' ? planOnly(life) : work(what, { state: port, life })));
      const end = (how: string, run: string | null, result: unknown): Happening => ({ kind: 'end', operation, how, run, result });
      if (ended.kind === 'crashed') {
        history.add(end('crashed', null, null));
        return 'crashed';
      }
      if (ended.kind === 'failed') {
        const { error } = ended;
        lines.push(told(error));
        const known = error instanceof TruceError && (stops.has(error.code) || error.name === 'CrmError');
        if (!known || (clean && error.name === 'CrmError'))
          violated({
            invariant: 30,
            what: `the operation ${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          });
        history.add(end(error instanceof TruceError ? error.code : 'UNEXPECTED', null, history.all.length - faultsBefore));
        return 'failed';
      }
      const result = ended.value as { readonly run?: string; readonly applied?: number } | null | undefined;
      if (what === 'sync' && (result?.applied ?? 0) > 0) wrote = result?.run ?? null;
      history.add(end('done', result?.run ?? null, result ?? null));
      return 'done';
    },
  };
}

function portOf(options: OperationsOptions, side: Side, { life, ports }: { readonly life: Life; readonly ports: Ports }): Crm {
  const { kernel, world, history, faults, dice, poison, onRead, onFault, scenario } = options;
  const crm = world.crms[side].connect(ports);
  return crmPort({
    side,
    crm,
    kernel,
    life,
    world,
    history,
    faults,
    dice,
    poison,
    onRead,
    onFault,
    perCall: scenario.traits[side].perCall,
  });
}

/** What a person sees of an error: its causes are for debuggers, and no part of any output. */
function told(error: unknown): string {
  return error instanceof TruceError
    ? `${error.name} ${error.code}: ${error.message} ${error.hint} ${JSON.stringify(error)}`
    : String(error);
}
