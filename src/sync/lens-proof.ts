import type { Description, FieldDescription } from '../crm.ts';
import type { FieldSettings, Settings } from '../model/settings.ts';
import type { Rung, Side } from '../model/words.ts';
import { canonicalOf } from './carry.ts';
import { lensOf } from './field-lens.ts';
import { getRung, putRung } from './status-map.ts';
import { shown } from './values.ts';

/** What becomes of one value of a picklist on the other side, and when it comes back. */
export interface LensRow {
  /** The mapped field's name; `status` for the status. */
  readonly field: string;
  readonly from: Side;
  readonly value: string;
  /** For the status. */
  readonly rung: Rung | null;
  /** What is written on the other side; null: nothing. */
  readonly there: string | null;
  /** What that would be here, without the base that remembers; null where nothing comes back. */
  readonly back: string | null;
  /**
   * `same`: it goes there and comes back. `kept`: only the base keeps it apart from another value. `held`: it stays on its
   * side. `one-way`: the field goes no other way. `unknown`, `refused`: people who have it are held back.
   */
  readonly verdict: 'same' | 'kept' | 'held' | 'one-way' | 'unknown' | 'refused';
  /** One sentence: what it will do. */
  readonly effect: string;
}

const sides: readonly Side[] = ['marketing', 'sales'];

/** Takes every value of both picklists of every map there and back. Pure; needs the descriptions only. */
export function proveMaps(settings: Settings, descriptions: Readonly<Record<Side, Pick<Description, 'objects'>>>): readonly LensRow[] {
  return [
    ...sides.flatMap((from) => statusRows(settings, descriptions, from)),
    ...settings.fields.flatMap((field) => sides.flatMap((from) => fieldRows(field, descriptions, from))),
  ];
}

type Descriptions = Parameters<typeof proveMaps>[1];

function other(side: Side): Side {
  return side === 'marketing' ? 'sales' : 'marketing';
}

function fieldsOf({ objects }: Pick<Description, 'objects'>, name: string): readonly FieldDescription[] {
  return objects.flatMap((object) => (object.kind === 'person' ? object.fields.filter((field) => field.name === name) : []));
}

/** Null where the CRM has no list of options, and takes anything. */
function writable(fields: readonly FieldDescription[]): ReadonlySet<string> | null {
  const strict = fields.filter((field) => field.options.length > 0);
  if (strict.length === 0) return null;
  return new Set(
    strict.flatMap((field) => field.options.filter((option) => option.active && !option.converted).map((option) => option.value)),
  );
}

function statusRows(settings: Settings, descriptions: Descriptions, from: Side): readonly LensRow[] {
  const map = settings.status[from];
  const options = fieldsOf(descriptions[from], map.field).flatMap((field) => field.options.filter((option) => option.active));
  const values = options.length > 0 ? options.map((option) => option.value) : [...map.reads.keys()];
  const open = writable(fieldsOf(descriptions[other(from)], settings.status[other(from)].field));
  return [...new Set(values)].map((value) => statusRow(settings, from, { value, open }));
}

function statusRow(
  settings: Settings,
  from: Side,
  { value, open }: { readonly value: string; readonly open: ReadonlySet<string> | null },
): LensRow {
  const to = other(from);
  const [here, map] = [settings.status[from], settings.status[to]];
  const row = { field: 'status', from, value };
  const reading = getRung(here, value, null);
  if (reading.kind !== 'rung')
    return {
      ...row,
      rung: null,
      there: null,
      back: null,
      verdict: 'unknown',
      effect: `People who have it go into quarantine until status.${from}.reads names it.`,
    };
  const { rung } = reading;
  const putting = putRung(map, rung, { raw: null, complement: null });
  if (putting.kind !== 'write')
    return {
      ...row,
      rung,
      there: null,
      back: null,
      verdict: 'held',
      effect: `Not written to ${to}, which holds ${rung} back and keeps what it has.`,
    };
  const there = putting.value;
  if (open !== null && !open.has(there))
    return {
      ...row,
      rung,
      there,
      back: null,
      verdict: 'refused',
      effect: `Not among the values that ${to} can be given: people who have it go into quarantine.`,
    };
  const returned = getRung(map, there, null);
  const rungBack = returned.kind === 'rung' ? returned.rung : null;
  const back = rungBack === null ? null : (here.writes.get(rungBack) ?? null);
  if (rungBack === rung && back === value) return { ...row, rung, there, back, verdict: 'same', effect: 'Goes there and comes back.' };
  const moved = rungBack === rung ? '' : ` It reads ${rungBack ?? 'nothing'} there when somebody sets it by hand.`;
  const then = back === null ? `${from} keeps its value` : `${from} gets ${shown(back)}`;
  return {
    ...row,
    rung,
    there,
    back,
    verdict: 'kept',
    effect: `Stays as it is until ${to} moves; when ${to} moves away and back to ${shown(there)}, ${then}.${moved}`,
  };
}

function fieldRows(field: FieldSettings, descriptions: Descriptions, from: Side): readonly LensRow[] {
  const to = other(from);
  if (field.direction !== 'both' && field.direction !== `to-${to}`) return [];
  const [source] = fieldsOf(descriptions[from], field[from]);
  const targets = fieldsOf(descriptions[to], field[to]);
  const [target] = targets;
  // Owners are people, not options; only the users of both sides tell where they lead.
  if (source === undefined || target === undefined || source.type === 'reference' || source.options.length === 0) return [];
  const types = { [from]: source.type, [to]: target.type } as Record<Side, FieldDescription['type']>;
  const lens = lensOf({ settings: field, types, owners: null });
  const open = target.restricted ? writable(targets) : null;
  return source.options
    .filter((option) => option.active)
    .map(({ value }): LensRow => {
      const row = { field: field.name, from, value, rung: null };
      const carried = lens.carry(from, value);
      if (carried.kind === 'refused')
        return { ...row, there: null, back: null, verdict: 'refused', effect: `${carried.cause} People who have it go into quarantine.` };
      if (carried.value === null)
        return {
          ...row,
          there: null,
          back: null,
          verdict: 'held',
          effect: `It is a blank for ${to}, and a blank overwrites only where told to.`,
        };
      const there = canonicalOf(carried.value, target.type);
      if (open !== null && !there.split(target.type === 'multi-picklist' ? ';' : '\n').every((part) => open.has(part)))
        return {
          ...row,
          there,
          back: null,
          verdict: 'refused',
          effect: `${to} has no such option: people who have it go into quarantine.`,
        };
      if (field.direction !== 'both') return { ...row, there, back: null, verdict: 'one-way', effect: 'Goes there; nothing comes back.' };
      const returned = lens.carry(to, carried.value);
      const back = returned.kind === 'value' && returned.value !== null ? canonicalOf(returned.value, source.type) : null;
      if (back === canonicalOf(value, source.type)) return { ...row, there, back, verdict: 'same', effect: 'Goes there and comes back.' };
      return {
        ...row,
        there,
        back,
        verdict: 'kept',
        effect: `Stays as it is until ${to} changes; when ${to} changes away and back, ${from} gets ${shown(back)}.`,
      };
    });
}
