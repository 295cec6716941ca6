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
import type { History, Violation } from './history.ts';
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

/** What one operation after another leaves behind for the next. */
interface Doing {
  readonly options: OperationsOptions;
  readonly ports: Ports;
  readonly lines: string[];
  /** Number of the operation. */
  operation: number;
  /** The last sync that wrote. */
  wrote: string | null;
  readonly undone: string[];
}

export function makeOperations(options: OperationsOptions): Operations {
  const lines: string[] = [];
  const doing: Doing = { options, ports: portsOf(options, lines), lines, operation: 0, wrote: null, undone: [] };
  return { log: () => lines.join('\n'), run: (what, at) => runOne(doing, what, at) };
}

async function runOne(doing: Doing, what: Operation, at: Standing): Promise<'done' | 'failed' | 'crashed'> {
  const { options } = doing;
  const { kernel, history } = options;
  const { state, life, clean } = at;
  doing.operation += 1;
  const { operation } = doing;
  history.add({ kind: 'begin', operation, what, clean });
  const holder = { pid: deadPid, host: options.scenario.leaseRunsOut ? 'elsewhere' : hostname() };
  const port = statePort({ state, kernel, life, history, operation, holder, onIntents: options.onIntents });
  const ended = await kernel.run(life, () => work(doing, what, { ...at, state: port }));
  const end = (how: string, run: string | null, result: unknown): void => history.add({ kind: 'end', operation, how, run, result });
  switch (ended.kind) {
    case 'crashed':
      end('crashed', null, null);
      return 'crashed';
    case 'failed':
      end(failed(doing, ended.error, { what, clean }), null, null);
      return 'failed';
    case 'done': {
      const result = ended.value as { readonly run?: string; readonly applied?: number } | null | undefined;
      if (what === 'sync' && (result?.applied ?? 0) > 0) doing.wrote = result?.run ?? null;
      end('done', result?.run ?? null, result ?? null);
      return 'done';
    }
  }
}

/** Notes what a person would see of a failure, and whether it is one of those that may be. Returns its code. */
function failed({ lines, options }: Doing, error: unknown, { what, clean }: { readonly what: Operation; readonly clean: boolean }): string {
  lines.push(told(error));
  const known = error instanceof TruceError && (stops.has(error.code) || error.name === 'CrmError');
  if (!known || (clean && error.name === 'CrmError')) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    options.violated({ invariant: 30, what: `the operation ${what} failed: ${text}` });
  }
  return error instanceof TruceError ? error.code : 'UNEXPECTED';
}

async function work(doing: Doing, what: Operation, { state, life, clean }: Standing): Promise<unknown> {
  const { options, undone } = doing;
  const { kernel } = options;
  const engine = engineOf(doing, life);
  const within = <T>(command: string, run: (run: Run) => Promise<T>): Promise<T> =>
    withRun(engine, state, { command, mode: 'sync', work: run });
  // The operator looks at what a guard stopped, and lets it through once nothing else goes wrong.
  const allow = clean ? { changes: 1_000, unlinks: 1_000 } : {};
  switch (what) {
    case 'sync':
      return within('sync', (run) => syncRun(run, { stores: warehouses(undefined), planPath: planPath(doing), yes: true, allow }));
    case 'pull':
      return within('pull', (run) => pullStage(run, { warehouse: null, needsWarehouse: false }));
    case 'plan':
      return planOnly(doing, engine);
    case 'apply': {
      await planOnly(doing, engine);
      const plan = await readPlanFile(planPath(doing));
      return within('apply', (run) => applyRun(run, plan, allow));
    }
    case 'recover-twice':
      return recoverTwice(options, () => within('pull', async () => null));
    case 'undo': {
      const run = doing.wrote;
      if (run === null) return null;
      undone.push(run);
      return within('undo', (one) => undoRun(one, run));
    }
    case 'release': {
      const run = undone.pop();
      if (run !== undefined) await alone(state, kernel.now(), () => releaseRun(state, run, kernel.now()));
      return null;
    }
  }
}

function planPath({ options, operation }: Doing): string {
  return join(options.folder, 'plans', `${operation}.ndjson`);
}

async function recoverTwice({ statePath, violated }: OperationsOptions, recover: () => Promise<unknown>): Promise<void> {
  await recover();
  const before = lasting(snapshotOf(statePath));
  await recover();
  if (lasting(snapshotOf(statePath)) !== before) violated({ invariant: 13, what: 'recovering twice is not the same as once' });
}

/** A rehearsal through the library's own door: it may change neither CRM nor state. */
async function planOnly(doing: Doing, { crms, settings, ports }: Engine): Promise<void> {
  const { statePath, history, violated } = doing.options;
  const before = JSON.stringify(snapshotOf(statePath));
  const sends = (): number => history.all.filter((one) => one.kind === 'send').length;
  const sentBefore = sends();
  const factory = (crm: Crm): { system: string; connect: () => Crm } => ({ system: crm.system, connect: () => crm });
  const one = await truce({ marketing: factory(crms.marketing), sales: factory(crms.sales), state: statePath, settings, ports });
  try {
    await one.plan({ out: planPath(doing) });
  } finally {
    await one.close();
    if (JSON.stringify(snapshotOf(statePath)) !== before) violated({ invariant: 21, what: 'planning changed the state' });
    if (sends() > sentBefore) violated({ invariant: 21, what: 'planning wrote to a CRM' });
  }
}

function portsOf({ kernel, violated }: OperationsOptions, lines: string[]): Ports {
  let serial = 0;
  return {
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
}

function engineOf({ options, ports }: Doing, life: Life): Engine {
  return {
    crms: { marketing: portOf(options, 'marketing', { life, ports }), sales: portOf(options, 'sales', { life, ports }) },
    settings: options.settings,
    ports,
    user: 'simulation',
    beforeWrite: undefined,
    onPage: () => undefined,
    onOutcome: () => undefined,
    onPhase: () => undefined,
    onPlanned: () => undefined,
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
