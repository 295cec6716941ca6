import type { Certainty, Rule } from '../model/plan.ts';
import type { FieldSettings, Policy, StatusMap } from '../model/settings.ts';
import type { FieldValue, Rung, Side } from '../model/words.ts';
import type { Base } from '../state/types.ts';
import type { FieldLens } from './field-lens.ts';
import { settle, type Contender, type ValueTime } from './policy.ts';
import { derivedToken, getRung, putRung, type Complement, type Reading } from './status-map.ts';
import { isBlank, sameValue, shown } from './values.ts';

/** One side's part in the merge of one field. */
export interface SideInput {
  /** As read; undefined where the side has no such field. */
  readonly raw: FieldValue | undefined;
  /** Set when the status follows from deals and can't be written. */
  readonly derived: Rung | null;
  /** When the value was set; null when it was not looked up. */
  readonly time: ValueTime | null;
}

/** How a field is merged: the status goes through its maps, other fields by value. */
export type FieldRule =
  | { readonly kind: 'status'; readonly name: 'status'; readonly maps: Readonly<Record<Side, StatusMap>>; readonly policy: Policy }
  /** Without a lens, values are compared and written as they are. */
  | { readonly kind: 'plain'; readonly name: string; readonly settings: FieldSettings; readonly lens?: FieldLens | undefined };

export interface MergeInput {
  readonly rule: FieldRule;
  readonly base: Base | null;
  readonly marketing: SideInput;
  readonly sales: SideInput;
}

/** What both sides hold once a decision stands: the next base. */
export interface Agreement {
  readonly marketing: FieldValue | undefined;
  readonly sales: FieldValue | undefined;
  readonly rung: Rung | null;
  /** The side that does not get the value, because its map, direction or deals hold it back. */
  readonly held: Side | null;
}

export type Decision =
  /** Nothing changed since the base. */
  | { readonly kind: 'nothing' }
  /** A new base without a write. */
  | { readonly kind: 'settle'; readonly rule: Rule; readonly conflict: boolean; readonly agreement: Agreement; readonly reason: string }
  | {
      readonly kind: 'write';
      readonly target: Side;
      readonly value: FieldValue;
      readonly rule: Rule;
      readonly certainty: Certainty;
      readonly conflict: boolean;
      readonly agreement: Agreement;
      readonly reason: string;
    }
  /** A conflict that a person has to settle. */
  | { readonly kind: 'ask'; readonly reason: string }
  /** A conflict whose policy needs to know when the values were set. */
  | { readonly kind: 'needs-times' }
  | { readonly kind: 'quarantine'; readonly side: Side; readonly code: string; readonly cause: string; readonly fix: string };

/** A side after reading: what it stands for and whether it moved. */
interface Cell extends SideInput {
  readonly side: Side;
  /** What a base remembers of this side. */
  readonly token: FieldValue | undefined;
  readonly reading: Reading;
  readonly blank: boolean;
  readonly changed: boolean;
}

/**
 * Merges one field three ways: one side changed since the base: propagate; both to the same: new base; both differently:
 * conflict, by policy. Without a base, equal values become the base, a blank side is filled, different values are a
 * conflict. A blank overwrites only where it is told to. A side without the field takes no part. Pure.
 */
export function mergeField(input: MergeInput): Decision {
  const marketing = cell(input, 'marketing');
  const sales = cell(input, 'sales');
  for (const one of [marketing, sales]) {
    if (one.reading.kind === 'absent') return { kind: 'nothing' };
    if (one.reading.kind === 'unknown') return unknownStatus(input.rule, one, one.reading.value);
  }
  if (equal(input.rule, marketing, sales)) return agree(input, marketing, sales);
  if (input.base === null) return withoutBase(input, marketing, sales);
  if (marketing.changed && sales.changed) return conflict(input, marketing, sales);
  if (marketing.changed) return propagate(input, marketing, sales);
  if (sales.changed) return propagate(input, sales, marketing);
  return retryHeld(input, marketing, sales);
}

function cell(input: MergeInput, side: Side): Cell {
  const { rule, base } = input;
  const own = input[side];
  const token = own.derived === null ? own.raw : derivedToken(own.derived);
  const lens = rule.kind === 'plain' ? rule.lens : undefined;
  const changed = base === null || !(lens === undefined ? sameValue(token, base[side]) : lens.same(side, token, base[side]));
  const common = { ...own, side, token, changed };
  if (rule.kind === 'plain')
    return {
      ...common,
      reading: own.raw === undefined ? { kind: 'absent' } : { kind: 'none' },
      blank: lens?.blank(side, own.raw) ?? isBlank(own.raw),
    };
  if (own.derived !== null) return { ...common, reading: { kind: 'rung', rung: own.derived }, blank: false };
  const reading = getRung(rule.maps[side], own.raw, complementOf(base, side));
  return { ...common, reading, blank: reading.kind === 'none' };
}

/** A value that was held back never stood for the rung on the side that did not get it. */
function complementOf(base: Base | null, side: Side): Complement | null {
  return base === null || base.held === side ? null : { raw: base[side], rung: base.rung };
}

function rungOf(one: Cell): Rung | null {
  return one.reading.kind === 'rung' ? one.reading.rung : null;
}

function equal(rule: FieldRule, marketing: Cell, sales: Cell): boolean {
  if (rule.kind === 'plain') return rule.lens?.alike(marketing.raw, sales.raw) ?? sameValue(marketing.raw, sales.raw);
  return rungOf(marketing) === rungOf(sales);
}

function unknownStatus(rule: FieldRule, one: Cell, value: string): Decision {
  const field = rule.kind === 'status' ? rule.maps[one.side].field : rule.name;
  return {
    kind: 'quarantine',
    side: one.side,
    code: 'UNKNOWN_STATUS',
    cause: `The value ${shown(value)} of ${field} on the ${one.side} side stands for no rung of the status ladder.`,
    fix: `Add ${shown(value)} to status.${one.side}.reads in the configuration, with the rung that it means; the record is then taken up by itself.`,
  };
}

function agree(input: MergeInput, marketing: Cell, sales: Cell): Decision {
  const { base } = input;
  if (base !== null && base.held === null && !marketing.changed && !sales.changed) return { kind: 'nothing' };
  const agreement = { marketing: marketing.token, sales: sales.token, rung: rungOf(marketing), held: null };
  const rule: Rule = base === null ? 'first-agreement' : 'both-agree';
  const reason = `Both sides mean the same: marketing has ${described(marketing)}, sales has ${described(sales)}.`;
  return { kind: 'settle', rule, conflict: false, agreement, reason };
}

function withoutBase(input: MergeInput, marketing: Cell, sales: Cell): Decision {
  if (marketing.blank) return propagate(input, sales, marketing);
  if (sales.blank) return propagate(input, marketing, sales);
  return conflict(input, marketing, sales);
}

function propagate(input: MergeInput, source: Cell, target: Cell): Decision {
  const was = input.base === null ? '' : ` from ${shown(input.base[source.side])}`;
  const why =
    input.base === null
      ? `${source.side} has ${described(source)}${when(source)}; ${target.side} has none yet.`
      : `${source.side} changed it${was} to ${described(source)}${when(source)}; ${target.side} still has ${described(target)}.`;
  return put(input, { source, target, rule: 'propagate', certainty: 'none', conflict: false, why });
}

function conflict(input: MergeInput, marketing: Cell, sales: Cell): Decision {
  const policy = input.rule.kind === 'status' ? input.rule.policy : input.rule.settings.policy;
  if (policy === 'most-recent' && (marketing.time === null || sales.time === null)) return { kind: 'needs-times' };
  const prefer = input.rule.kind === 'status' ? 'sales' : input.rule.settings.prefer;
  const verdict = settle({ policy, marketing: contender(marketing), sales: contender(sales), prefer });
  const before = input.base === null ? 'they have not agreed before' : `the last agreement was ${agreedBefore(input.base)}`;
  const both = `marketing has ${described(marketing)}${when(marketing)}, sales has ${described(sales)}${when(sales)}; ${before}`;
  if (verdict.winner === null) return { kind: 'ask', reason: `Conflict: ${both}. Nobody wins: ${verdict.why}.` };
  const [source, target] = verdict.winner === 'marketing' ? [marketing, sales] : [sales, marketing];
  const why = `Conflict: ${both}. ${capital(source.side)} wins: ${verdict.why}.`;
  return put(input, { source, target, rule: policy, certainty: verdict.certainty, conflict: true, why });
}

function contender(one: Cell): Contender {
  return { value: one.raw ?? null, rung: rungOf(one), derived: one.derived !== null, time: one.time };
}

interface Move {
  readonly source: Cell;
  readonly target: Cell;
  readonly rule: Rule;
  readonly certainty: Certainty;
  readonly conflict: boolean;
  readonly why: string;
}

/** Brings the target to the source's value, as far as the target takes it. */
function put(input: MergeInput, move: Move): Decision {
  const { source, target, rule, certainty, why } = move;
  const hold = (because: string): Decision => ({
    kind: 'settle',
    rule,
    conflict: move.conflict,
    agreement: agreementOf(source, target, target.token, target.side),
    reason: `${why} Not written to ${target.side}: ${because}.`,
  });
  const write = (value: FieldValue): Decision => ({
    kind: 'write',
    target: target.side,
    value,
    rule,
    certainty,
    conflict: move.conflict,
    agreement: agreementOf(source, target, value, null),
    reason: why,
  });
  if (input.rule.kind === 'plain') {
    const { direction, blankOverwrites } = input.rule.settings;
    if (direction !== 'both' && direction !== `to-${target.side}`) return hold(`the field goes ${direction} only`);
    if (source.blank && !blankOverwrites) return hold('a blank does not overwrite a value');
    const carried = input.rule.lens?.carry(source.side, source.raw ?? null) ?? { kind: 'value', value: source.raw ?? null };
    if (carried.kind === 'refused') return { ...carried, kind: 'quarantine', side: source.side };
    return write(carried.value);
  }
  if (target.derived !== null) return hold('its status follows from the deals');
  const rung = rungOf(source);
  if (rung === null) return hold('a blank does not overwrite a status');
  const putting = putRung(input.rule.maps[target.side], rung, { raw: target.raw, complement: complementOf(input.base, target.side) });
  if (putting.kind === 'hold') return hold(`its map holds ${rung} back`);
  if (putting.kind === 'write') return write(putting.value);
  return {
    kind: 'settle',
    rule,
    conflict: move.conflict,
    agreement: agreementOf(source, target, target.token, null),
    reason: `${why} Its value stands for that already.`,
  };
}

function agreementOf(source: Cell, target: Cell, value: FieldValue | undefined, held: Side | null): Agreement {
  const rung = rungOf(source);
  return source.side === 'marketing'
    ? { marketing: source.token, sales: value, rung, held }
    : { marketing: value, sales: source.token, rung, held };
}

/** Nothing moved, but a value was held back and the map or the direction may allow it by now. */
function retryHeld(input: MergeInput, marketing: Cell, sales: Cell): Decision {
  const held = input.base?.held ?? null;
  if (held === null) return { kind: 'nothing' };
  const [source, target] = held === 'sales' ? [marketing, sales] : [sales, marketing];
  const why = `${source.side} has ${described(source)}, which was held back from ${target.side} (${described(target)}) until now.`;
  const decision = put(input, { source, target, rule: 'propagate', certainty: 'none', conflict: false, why });
  return decision.kind === 'write' ? decision : { kind: 'nothing' };
}

function described(one: Cell): string {
  if (one.derived !== null) return `${one.derived} (from its deals)`;
  const rung = rungOf(one);
  return rung === null ? shown(one.raw) : `${shown(one.raw)} (${rung})`;
}

function agreedBefore(base: Base): string {
  if (base.rung !== null) return base.rung;
  return sameValue(base.marketing, base.sales) ? shown(base.marketing) : `${shown(base.marketing)} and ${shown(base.sales)}`;
}

function when(one: Cell): string {
  if (one.time === null) return '';
  const at = new Date(one.time.at).toISOString();
  return one.time.certainty === 'history' ? ` (set ${at})` : ` (record changed ${at})`;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
