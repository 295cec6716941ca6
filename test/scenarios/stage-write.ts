import type { Crm, WriteItem } from '../../src/crm.ts';
import type { PlanLine } from '../../src/model/plan.ts';
import type { FieldValue, RecordId, Side } from '../../src/model/words.ts';
import type { Ports } from '../../src/ports.ts';
import { openState } from '../../src/state/open.ts';
import type { Intent } from '../../src/state/types.ts';
import { apply, recover } from '../../src/sync/apply.ts';
import type { ApplyOptions } from '../../src/sync/applying.ts';
import { systemPorts } from '../../src/system-ports.ts';
import { testSettings } from '../support/settings.ts';
import { shown, type Stage } from './stage.ts';

/** The only writer by itself, on a state of its own: for creates, which no plan of today makes, and for odd batches. */
export interface Writer {
  /** Writes the lines; an error leaves their intents open, as a killed process would. */
  apply(lines: readonly PlanLine[]): Promise<void>;
  /** What the next run begins with. */
  recover(): Promise<number>;
  /** The batches as they reached the adapter. */
  readonly batches: (readonly WriteItem[])[];
  intents(): Promise<readonly Intent[]>;
  /** Notes the intents and the quarantine. */
  end(): Promise<void>;
}

export async function writerOf(stage: Stage, crms: Readonly<Record<Side, Crm>>, ports: Partial<Ports>): Promise<Writer> {
  const state = await openState({ path: ':memory:' });
  stage.closing(() => state.close());
  const { clock, ids, log } = systemPorts(ports);
  const batches: (readonly WriteItem[])[] = [];
  const spied = (crm: Crm): Crm => ({
    ...crm,
    write: (kind, batch, options) => {
      batches.push(batch);
      return crm.write(kind, batch, options);
    },
  });
  const options: ApplyOptions = {
    state,
    crms: { marketing: spied(crms.marketing), sales: spied(crms.sales) },
    settings: testSettings(),
    clock,
    ids,
    log,
    runId: 'run_writer',
    epoch: 1,
    renew: async () => undefined,
  };
  const intents = async (): Promise<readonly Intent[]> => Array.fromAsync(state.journal.ofRun('run_writer'));
  return {
    apply: (lines) => apply(each(lines), options),
    recover: () => recover(options),
    batches,
    intents,
    end: async () => {
      stage.note('journal:');
      for (const { line, status, code } of await intents()) {
        const changes = line.changes.map((change) => `${change.name} ${shown(change.after)}`).join(', ');
        stage.note(`  ${line.side} ${line.op} ${changes}: ${status}${code === null ? '' : ` ${code}`}`);
      }
      const held = await state.quarantine.all();
      stage.note(`quarantine: ${held.length === 0 ? 'empty' : held.map((one) => `${one.side} ${one.code}`).join(', ')}`);
    },
  };
}

async function* each(lines: readonly PlanLine[]): AsyncGenerator<PlanLine> {
  yield* lines;
}

/** A line that makes a person with Truce's key. */
export function createLine(side: Side, key: string, fields: Readonly<Record<string, FieldValue>>): PlanLine {
  return lineOf(side, { op: 'create', recordId: null, key, object: null }, fields);
}

/** A line that sets fields of a person. */
export function updateLine(
  side: Side,
  id: string,
  fields: Readonly<Record<string, FieldValue>>,
  before: Readonly<Record<string, FieldValue>>,
): PlanLine {
  const line = lineOf(side, { op: 'update', recordId: id as RecordId, key: null, object: null }, fields);
  return { ...line, changes: line.changes.map((change) => ({ ...change, before: before[change.name] })) };
}

type Target = Pick<PlanLine, 'op' | 'recordId' | 'key' | 'object'>;

let lines = 0;

function lineOf(side: Side, target: Target, fields: Readonly<Record<string, FieldValue>>): PlanLine {
  return {
    id: `line-${(lines += 1)}`,
    room: 'sync',
    side,
    kind: 'person',
    ...target,
    linkId: null,
    urls: {},
    conflict: false,
    changes: Object.entries(fields).map(([name, after]) => ({
      name,
      remote: name,
      own: null,
      before: undefined,
      after,
      rule: 'propagate' as const,
      certainty: 'none' as const,
      reason: 'Because the scenario says so.',
      sideEffect: null,
    })),
  };
}
