import type { PlanLine, PlannedChange } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant, RecordId, Rung, Side } from '../model/words.ts';
import type { Base, Hold, LinkedPerson, StoredPerson } from '../state/types.ts';
import { lensOf } from './field-lens.ts';
import { follow, rungAfter } from './following.ts';
import { mergeField, type Agreement, type Decision, type FieldRule, type SideInput } from './merge.ts';
import type { Owners } from './owners.ts';
import type { ValueTime } from './policy.ts';
import { alsoWritten, plainValue, viewOf, type SideView } from './side-view.ts';
import type { Targets } from './targets.ts';

/** What planning a person needs to know beside the person. */
export interface PlanContext {
  readonly settings: Settings;
  readonly targets: Readonly<Record<Side, Targets>>;
  /** Templates of deep links, as in `AccountInfo.links`. */
  readonly urls: Readonly<Record<Side, Readonly<Record<string, string>>>>;
  readonly now: Instant;
  /** The users of both sides, where a field finds owners by e-mail. */
  readonly owners?: Owners | null | undefined;
}

/** When a side's value of a field was set; asked for in a conflict only. */
export type Times = (side: Side, field: string) => ValueTime;

/** What is to be done for one person. */
export interface PersonPlan {
  readonly linkId: string;
  readonly lines: readonly PlanLine[];
  /** New bases that need no write. */
  readonly bases: readonly Base[];
  readonly hold: readonly Hold[];
  /** Changes that stay on their side on purpose. */
  readonly held: number;
  readonly conflict: boolean;
  /** Nothing is left to do for this person once `bases` are stored. */
  readonly settled: boolean;
  /** A conflict can't be settled before the times are known: plan again with them. */
  readonly needsTimes: boolean;
}

/** The merge rules of a configuration, the status first. */
export function rulesOf(settings: Settings): readonly FieldRule[] {
  const status: FieldRule = { kind: 'status', name: 'status', maps: settings.status, policy: settings.status.policy };
  return [status, ...settings.fields.map((field): FieldRule => ({ kind: 'plain', name: field.name, settings: field }))];
}

const sides: readonly Side[] = ['marketing', 'sales'];
const lensed = new WeakMap<PlanContext, readonly FieldRule[]>();

/** The rules of a plan: the same, each field with the lens that its types and transform make. Made once per plan. */
function rulesFor(context: PlanContext): readonly FieldRule[] {
  const known = lensed.get(context);
  if (known !== undefined) return known;
  const { settings, targets, owners = null } = context;
  const rules = rulesOf(settings).map((rule): FieldRule => {
    if (rule.kind === 'status') return rule;
    const types = {
      marketing: targets.marketing.field(rule.settings.marketing).type,
      sales: targets.sales.field(rule.settings.sales).type,
    };
    return { ...rule, lens: lensOf({ settings: rule.settings, types, owners }) };
  });
  lensed.set(context, rules);
  return rules;
}

/** Plans one person: merges every field and gathers what is to be written to each side. Pure. */
export function planPerson(person: LinkedPerson, context: PlanContext, times: Times | null): PersonPlan {
  const views = { marketing: viewOf(person, 'marketing', context.settings), sales: viewOf(person, 'sales', context.settings) };
  const { marketing, sales } = views;
  if (marketing === null || sales === null) return nothing(person.id);
  const both = { marketing, sales };
  const changes = new Map<StoredPerson, PlannedChange[]>();
  const add = (record: StoredPerson, change: PlannedChange): void => void changes.set(record, [...(changes.get(record) ?? []), change]);
  const bases: Base[] = [];
  const conflicts = new Set<Side>();
  const hold: Hold[] = [];
  let held = 0;
  for (const rule of rulesFor(context)) {
    if (person.frozen?.has(rule.name) === true) continue;
    const decision = mergeField({
      rule,
      base: person.bases.get(rule.name) ?? null,
      marketing: inputOf(marketing, { rule, side: 'marketing', times }),
      sales: inputOf(sales, { rule, side: 'sales', times }),
    });
    switch (decision.kind) {
      case 'nothing':
        break;
      case 'needs-times':
        return { ...nothing(person.id), settled: false, needsTimes: true };
      case 'quarantine':
        return heldBack(person, { ...decision, recordId: both[decision.side].record.id, now: context.now });
      case 'settle':
        bases.push(baseOf(person.id, rule.name, { agreement: decision.agreement, at: context.now }));
        if (decision.agreement.held !== null) held += 1;
        break;
      case 'ask':
        // No write: the line shows the conflict to whoever has to settle it.
        add(marketing.record, askChange(rule, marketing, decision.reason));
        conflicts.add('marketing');
        hold.push(askHold(marketing.record, rule, { cause: decision.reason, at: context.now }));
        break;
      case 'write': {
        const written = writesOf(rule, decision, { view: both[decision.target], context });
        if (!written.fine) return heldBack(person, { ...written, now: context.now });
        if (decision.conflict) conflicts.add(decision.target);
        for (const [record, change] of written.changes) add(record, change);
        break;
      }
    }
    if (rule.kind !== 'status') continue;
    const rung = rungAfter(decision, person.bases.get('status') ?? null);
    for (const side of rung === null ? [] : sides) {
      const followed = followingOf(person, { view: both[side], rung: rung as Rung, context });
      if (!followed.fine) return heldBack(person, { ...followed, now: context.now });
      bases.push(...followed.bases);
      for (const change of followed.changes) add(both[side].record, change);
    }
  }
  const lines = (['marketing', 'sales'] as const).flatMap((side) =>
    [both[side].record, ...both[side].others].flatMap((record) => {
      const own = changes.get(record);
      return own === undefined ? [] : [lineOf(person, both, { record, changes: own, conflict: conflicts.has(side), context })];
    }),
  );
  return { linkId: person.id, lines, bases, hold, held, conflict: conflicts.size > 0, settled: lines.length === 0, needsTimes: false };
}

interface Followed {
  readonly view: SideView;
  readonly rung: Rung;
  readonly context: PlanContext;
}

/** What the fields that follow the status need on one side. A converted record takes no writes. */
function followingOf(
  person: LinkedPerson,
  { view, rung, context }: Followed,
):
  | { readonly fine: true; readonly changes: readonly PlannedChange[]; readonly bases: readonly Base[] }
  | (Writes & { readonly fine: false }) {
  const { side, id, object, fields } = view.record;
  const targets = context.targets[side];
  const changes: PlannedChange[] = [];
  const bases: Base[] = [];
  for (const field of view.writable ? (context.settings.status[side].also ?? []) : []) {
    const needed = follow(field, { person, side, rung, raw: fields.get(field.field), targets, now: context.now });
    if (needed.kind === 'base') bases.push(needed.base);
    if (needed.kind !== 'write') continue;
    const obstacle = targets.obstacle(object, field.field, needed.change.after);
    if (obstacle !== null) return { fine: false, side, recordId: id, code: 'VALUE_NOT_ALLOWED', ...obstacle };
    changes.push(needed.change);
  }
  return { fine: true, changes, bases };
}

type Writes =
  | { readonly fine: true; readonly changes: readonly (readonly [StoredPerson, PlannedChange])[] }
  | {
      readonly fine: false;
      readonly side: Side;
      readonly recordId: RecordId;
      readonly code: string;
      readonly cause: string;
      readonly fix: string;
    };

/** The changes that a decision makes, on every record of the target that it is written to; or what stands in the way. */
function writesOf(
  rule: FieldRule,
  decision: Decision & { kind: 'write' },
  { view, context }: { readonly view: SideView; readonly context: PlanContext },
): Writes {
  const { target: side, value } = decision;
  const remote = remoteName(rule, side);
  const targets = context.targets[side];
  const records = [view.record, ...alsoWritten(view, { status: rule.kind === 'status', remote, value }, context.settings)];
  for (const { id, object } of records) {
    const obstacle = targets.obstacle(object, remote, value);
    if (obstacle !== null) return { fine: false, side, recordId: id, code: 'VALUE_NOT_ALLOWED', ...obstacle };
  }
  const sideEffect = targets.sideEffect(remote);
  return { fine: true, changes: records.map((target) => [target, changeOf(rule, decision, { target, sideEffect })]) };
}

function nothing(linkId: string): PersonPlan {
  return { linkId, lines: [], bases: [], hold: [], held: 0, conflict: false, settled: true, needsTimes: false };
}

function heldBack(
  person: LinkedPerson,
  why: { side: Side; recordId: RecordId; code: string; cause: string; fix: string; now: Instant },
): PersonPlan {
  const { side, recordId, code, cause, fix, now } = why;
  return { ...nothing(person.id), settled: false, hold: [{ side, kind: 'person', recordId, code, cause, fix, at: now }] };
}

function inputOf(view: SideView, field: { rule: FieldRule; side: Side; times: Times | null }): SideInput {
  const { rule, side, times } = field;
  const remote = remoteName(rule, side);
  const raw = view.record.fields.get(remote);
  const time = times === null ? null : times(side, remote);
  if (rule.kind === 'status') return { raw: view.derived === null ? raw : (raw ?? null), derived: view.derived, time };
  // A converted record takes no writes, and what it still shows is of the past.
  return { raw: view.writable ? plainValue(view, remote) : undefined, derived: null, time };
}

/** The CRM's name of a field. */
export function remoteName(rule: FieldRule, side: Side): string {
  return rule.kind === 'status' ? rule.maps[side].field : rule.settings[side];
}

function changeOf(
  rule: FieldRule,
  decision: Decision & { kind: 'write' },
  at: { target: StoredPerson; sideEffect: string | null },
): PlannedChange {
  const remote = remoteName(rule, decision.target);
  const { marketing, sales, rung, held } = decision.agreement;
  return {
    name: rule.name,
    remote,
    own: null,
    before: at.target.fields.get(remote),
    after: decision.value,
    rule: decision.rule,
    certainty: decision.certainty,
    reason: decision.reason,
    sideEffect: at.sideEffect,
    settles: { ...(marketing === undefined ? {} : { marketing }), ...(sales === undefined ? {} : { sales }), rung, held },
  };
}

function askChange(rule: FieldRule, view: SideView, reason: string): PlannedChange {
  const remote = remoteName(rule, 'marketing');
  const now = view.record.fields.get(remote) ?? null;
  return { name: rule.name, remote, own: null, before: now, after: now, rule: 'ask', certainty: 'none', reason, sideEffect: null };
}

/** Shows the conflict where what waits for a person is listed; other fields go on. */
function askHold({ side, id }: StoredPerson, rule: FieldRule, { cause, at }: { readonly cause: string; readonly at: Instant }): Hold {
  const fix = `Decide it: truce quarantine settle ${id} --field ${rule.name} --prefer marketing (or sales). Or make both sides the same by hand.`;
  return { side, kind: 'person', recordId: id, code: 'CONFLICT', cause, fix, at };
}

/** The base that an agreement makes. */
export function baseOf(linkId: string, field: string, settled: { readonly agreement: Agreement; readonly at: Instant }): Base {
  return { linkId, field, ...settled.agreement, at: settled.at };
}

interface LineParts {
  readonly record: StoredPerson;
  readonly changes: readonly PlannedChange[];
  readonly conflict: boolean;
  readonly context: PlanContext;
}

function lineOf(person: LinkedPerson, views: Readonly<Record<Side, SideView>>, parts: LineParts): PlanLine {
  const { record, changes, conflict, context } = parts;
  const { side } = record;
  return {
    id: `sync-${side}-${record.id}`,
    room: 'sync',
    side,
    kind: 'person',
    op: 'update',
    recordId: record.id,
    object: record.object,
    key: null,
    linkId: person.id,
    urls: { ...urlOf(views.marketing.record, context), ...urlOf(views.sales.record, context), ...urlOf(record, context) },
    conflict,
    changes,
  };
}

function urlOf(record: StoredPerson, context: PlanContext): Partial<Record<Side, string>> {
  const templates = context.urls[record.side];
  const template = templates[`person:${record.object}`] ?? templates['person'];
  return template === undefined ? {} : { [record.side]: template.replace('{id}', encodeURIComponent(record.id)) };
}
