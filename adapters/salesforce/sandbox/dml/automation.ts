import { RecordProblem } from '../errors.ts';
import type { Org, WriteContext } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import type { Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { changes } from './draft.ts';
import type { Draft } from './draft.ts';
import { readInput } from './input.ts';
import type { Input } from './input.ts';

/** When an automation does its work: `before` and `after` the save in the same transaction, or so many milliseconds later. */
export type Timing = 'before' | 'after' | { readonly delayMs: number };

/** A record-triggered flow, or an Apex trigger, that an administrator switched on. */
export interface Automation {
  /** Unique in the organisation. */
  readonly name: string;
  /** As errors name it. */
  readonly label: string;
  readonly kind: 'flow' | 'trigger';
  readonly object: string;
  readonly field: string;
  /** Undefined: any change of the field. */
  readonly becomes: Value | undefined;
  /** What is set; empty when it only fails. */
  readonly sets: Readonly<Record<string, unknown>>;
  readonly timing: Timing;
  /** The writer, Salesforce's own automated process, or a user's id. */
  readonly as: string;
  /** Not null: the automation fails with these words whenever it runs. */
  readonly fails: string | null;
}

/** A delayed action on its way. */
export interface Pending {
  readonly automation: Automation;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
  readonly madeAt: number;
  readonly writer: string;
}

function fires(automation: Automation, draft: Draft): boolean {
  if (automation.object !== draft.def.name || !changes(draft, automation.field)) return false;
  return automation.becomes === undefined || (draft.values.get(automation.field) ?? null) === automation.becomes;
}

/**
 * The words of automation that fails: of a flow as recorded, of a trigger as Apex says it.
 * @source https://github.com/SFDO-Community/declarative-lookup-rollup-summaries/issues/1035 (flow), /issues/98 (trigger), checked 2026-11-22
 */
function failure(automation: Automation, draft: Draft, reason: string): RecordProblem {
  if (automation.kind === 'trigger') {
    const event = `${automation.timing === 'before' ? 'Before' : 'After'}${draft.before === null ? 'Insert' : 'Update'}`;
    return new RecordProblem('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `${automation.name}: execution of ${event} caused by: ${reason}`);
  }
  return new RecordProblem(
    'CANNOT_EXECUTE_FLOW_TRIGGER',
    `We can't save this record because the “${automation.label}” process failed. Give your Salesforce admin these details. ${reason}. You can look up ExceptionCode values in the SOAP API Developer Guide.`,
  );
}

function inputOf(context: WriteContext, automation: Automation, draft: Pick<Draft, 'def'>): Input {
  return readInput({ ...context, trusted: true }, draft.def, automation.sets, false);
}

/** Runs what sets fields before the save. Returns the draft with the fields that were set among the given ones. */
export function runBefore(context: WriteContext, draft: Draft): Draft {
  const given = new Set(draft.given);
  for (const automation of context.org.custom.automations) {
    if (automation.timing !== 'before' || !fires(automation, draft)) continue;
    if (automation.fails !== null) throw failure(automation, draft, automation.fails);
    for (const [name, value] of inputOf(context, automation, draft)) {
      draft.values.set(name, value);
      given.add(name);
    }
  }
  return given.size === draft.given.size ? draft : { ...draft, given };
}

/** Who an automation acts as. */
function actor(org: Org, as: string, writer: string): string {
  if (as === 'writer') return writer;
  if (as !== 'automated') return as;
  const process = [...org.store.rows('User')].find((row) => org.store.value(row, 'UserType') === 'AutomatedProcess');
  return process?.id ?? writer;
}

type Update = (context: WriteContext, row: Row, input: Input) => void;

/**
 * Runs what follows the save, in the same transaction, and puts what is delayed on the list.
 * @throws {RecordProblem} CANNOT_EXECUTE_FLOW_TRIGGER or CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY; the write is taken back then.
 */
export function runAfter(context: WriteContext, draft: Draft, update: Update): void {
  const { org } = context;
  for (const automation of org.custom.automations) {
    if (automation.timing === 'before' || !fires(automation, draft)) continue;
    const link = `${automation.name}:${draft.id}`;
    if (context.chain?.includes(link) === true) continue;
    if (automation.timing !== 'after') {
      delay(org, { automation, id: draft.id, dueAt: context.at + automation.timing.delayMs, madeAt: context.at, writer: context.userId });
      continue;
    }
    if (automation.fails !== null) throw failure(automation, draft, automation.fails);
    const row = org.store.row(draft.id);
    if (row === undefined) continue;
    const acting = {
      ...context,
      userId: actor(org, automation.as, context.userId),
      autoAssign: false,
      chain: [...(context.chain ?? []), link],
    };
    try {
      update(acting, row, inputOf(acting, automation, draft));
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      throw failure(automation, draft, `This error occurred when the flow tried to update records: ${error.code}: ${error.message}`);
    }
  }
}

/** A record's later change of the same kind replaces the action that was waiting. */
function delay(org: Org, pending: Pending): void {
  const { custom } = org;
  const waiting = custom.pending.findIndex((one) => one.id === pending.id && one.automation === pending.automation);
  if (waiting >= 0) custom.pending.splice(waiting, 1);
  let at = custom.pending.length;
  while (at > 0 && (custom.pending[at - 1]?.dueAt ?? 0) > pending.dueAt) at -= 1;
  custom.pending.splice(at, 0, pending);
}

/** Does every delayed action that has become due, each at its own time. A failure leaves the record as it is. */
export function runDue(org: Org, update: Update): void {
  const { custom, store } = org;
  while ((custom.pending[0]?.dueAt ?? Number.POSITIVE_INFINITY) <= store.now()) {
    const pending = custom.pending.shift();
    if (pending === undefined) return;
    const { automation } = pending;
    const row = store.row(pending.id);
    if (row === undefined || automation.fails !== null || !stillMeant(org, pending, row)) continue;
    const context: WriteContext = {
      org,
      userId: actor(org, automation.as, pending.writer),
      at: pending.dueAt,
      autoAssign: false,
      trusted: false,
      chain: [`${automation.name}:${row.id}`],
    };
    try {
      update(context, row, inputOf(context, automation, row));
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
    }
  }
}

/** The record is there and still has the value; a write that was taken back left an older record. */
function stillMeant(org: Org, { automation, madeAt }: Pending, row: Row): boolean {
  const { store } = org;
  if (store.value(row, 'IsDeleted') === true || Number(store.value(row, 'LastModifiedDate')) < Math.floor(madeAt / 1000) * 1000)
    return false;
  return automation.becomes === undefined || (store.value(row, automation.field) ?? null) === automation.becomes;
}

/** The fields that an automation looks at and sets, as `Flow.Metadata` and a trigger's source show them. */
export function definitionOf(automation: Automation): { readonly metadata: string; readonly body: string } {
  const sets = Object.entries(automation.sets);
  const text = (value: unknown): string => textOf(typeof value === 'string' ? value : null) ?? String(value);
  const metadata = {
    label: automation.label,
    processType: 'AutoLaunchedFlow',
    status: 'Active',
    start: {
      object: automation.object,
      recordTriggerType: 'CreateAndUpdate',
      triggerType: automation.timing === 'before' ? 'RecordBeforeSave' : 'RecordAfterSave',
      filterLogic: 'and',
      filters: [
        automation.becomes === undefined
          ? { field: automation.field, operator: 'IsChanged', value: { booleanValue: true } }
          : { field: automation.field, operator: 'EqualTo', value: { stringValue: text(automation.becomes) } },
      ],
      scheduledPaths:
        typeof automation.timing === 'string'
          ? []
          : [
              {
                name: 'Later',
                offsetNumber: Math.round(automation.timing.delayMs / 60_000),
                offsetUnit: 'Minutes',
                timeSource: 'RecordTriggerEvent',
              },
            ],
    },
    recordUpdates: [
      {
        name: 'Update',
        inputReference: '$Record',
        inputAssignments: sets.map(([field, value]) => ({ field, value: { stringValue: text(value) } })),
      },
    ],
  };
  const when = automation.timing === 'before' ? 'before insert, before update' : 'after insert, after update';
  const lines = sets.map(([field, value]) => `        record.${field} = '${text(value)}';`);
  const body = `trigger ${automation.name} on ${automation.object} (${when}) {\n    for (${automation.object} record : Trigger.new) {\n        // ${automation.field}\n${lines.join('\n')}\n    }\n}`;
  return { metadata: JSON.stringify(metadata), body };
}
