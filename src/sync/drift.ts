import type { Description } from '../crm.ts';
import type { Settings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';
import type { MetaStore } from '../state/types.ts';
import { proveMaps, type LensRow } from './lens-proof.ts';

/** A picklist value of a mapped field that came or went since the last run, and what follows. */
export interface SchemaChange {
  readonly side: Side;
  /** The CRM's name of the field. */
  readonly field: string;
  readonly value: string;
  readonly change: 'appeared' | 'vanished';
  /** One sentence: what it will do. */
  readonly effect: string;
}

type Descriptions = Readonly<Record<Side, Pick<Description, 'objects'>>>;
/** Active options by the CRM's name of the field; fields without options are not in it. */
type Seen = Readonly<Record<string, readonly string[]>>;

const sides: readonly Side[] = ['marketing', 'sales'];

/** The mapped fields of a side by the CRM's name, with the name that the configuration gives them. */
function mappedNames(settings: Settings, side: Side): readonly (readonly [string, string])[] {
  return [[settings.status[side].field, 'status'], ...settings.fields.map((field) => [field[side], field.name] as const)];
}

function seenNow(settings: Settings, side: Side, { objects }: Pick<Description, 'objects'>): Seen {
  const people = objects.filter((object) => object.kind === 'person').flatMap((object) => object.fields);
  const seen: Record<string, readonly string[]> = {};
  for (const [remote] of mappedNames(settings, side)) {
    const fields = people.filter((field) => field.name === remote && field.type !== 'reference');
    const options = new Set(fields.flatMap((field) => field.options.filter((option) => option.active).map((option) => option.value)));
    if (options.size > 0) seen[remote] = [...options].toSorted();
  }
  return seen;
}

/**
 * Which options of mapped picklists came or went between two looks. A field that was not looked at before tells nothing. Pure.
 */
export function schemaChanges(
  settings: Settings,
  descriptions: Descriptions,
  before: Readonly<Record<Side, Seen | null>>,
): readonly SchemaChange[] {
  let rows: readonly LensRow[] | null = null;
  return sides.flatMap((side) => {
    const now = seenNow(settings, side, descriptions[side]);
    return mappedNames(settings, side).flatMap(([field, name]) => {
      const [old, present] = [optionsIn(before[side], field), optionsIn(now, field)];
      if (old === undefined || present === undefined) return [];
      const appeared = present.filter((value) => !old.includes(value));
      const vanished = old.filter((value) => !present.includes(value));
      if (appeared.length + vanished.length === 0) return [];
      rows ??= proveMaps(settings, descriptions);
      const own = rows.filter((row) => row.field === name);
      return [
        ...appeared.map((value) => ({ side, field, value, change: 'appeared' as const, effect: effectOfNew(own, side, value) })),
        ...vanished.map((value) => ({ side, field, value, change: 'vanished' as const, effect: effectOfLoss(own, side, value) })),
      ];
    });
  });
}

/** A field may be called `constructor`. */
function optionsIn(seen: Seen | null, field: string): readonly string[] | undefined {
  return seen !== null && Object.hasOwn(seen, field) ? seen[field] : undefined;
}

function effectOfNew(rows: readonly LensRow[], side: Side, value: string): string {
  return rows.find((row) => row.from === side && row.value === value)?.effect ?? 'Nothing is carried from it.';
}

function effectOfLoss(rows: readonly LensRow[], side: Side, value: string): string {
  const sources = rows
    .filter((row) => row.from !== side && row.there?.split(';').includes(value) === true)
    .map((row) => JSON.stringify(row.value));
  if (sources.length === 0) return 'Nothing is written as it; people who still have it keep it.';
  return `It is what ${sources.join(', ')} of the other side is written as: people who change to that go into quarantine, until the option is back or the map names another.`;
}

/** Compares with what the last run saw, and remembers what this one sees, so that each change is said once. */
export async function noteSchema(
  meta: Pick<MetaStore, 'optionsSeen' | 'setOptionsSeen'>,
  settings: Settings,
  descriptions: Descriptions,
): Promise<readonly SchemaChange[]> {
  const read = async (side: Side): Promise<Seen | null> => JSON.parse((await meta.optionsSeen(side)) ?? 'null') as Seen | null;
  const before = { marketing: await read('marketing'), sales: await read('sales') };
  const changes = schemaChanges(settings, descriptions, before);
  for (const side of sides) {
    const text = JSON.stringify(seenNow(settings, side, descriptions[side]));
    if (text !== JSON.stringify(before[side])) await meta.setOptionsSeen(side, text);
  }
  return changes;
}

/** A change as a sentence. */
export function schemaSentence({ side, field, value, change, effect }: SchemaChange): string {
  return `The value "${value}" of ${field} (${side}) ${change === 'appeared' ? 'is new' : 'is gone'}. ${effect}`;
}
