/** What may be spliced into SQL text: names from this list, whole numbers, and other statements of this folder. */
export type Splice = SegmentColumn | number | SqlText;

/** The columns that group the rows of a statistic, as the prepared tables call them. */
type SegmentColumn = 'channel' | 'campaign' | 'owner' | 'team' | 'month' | 'origin';

/** SQL of this folder, marked so that no other text is spliced by mistake. */
interface SqlText {
  readonly sql: string;
}

/**
 * Fills `{name}` places of an SQL text. Values from outside never come this way: they are parameters (`$1`).
 * @throws {RangeError} when a place has no filling, or a number isn't whole: a mistake in a statistic.
 */
export function splice(sql: string, places: Readonly<Record<string, Splice>>): string {
  return sql.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(places, name) ? places[name] : undefined;
    if (value === undefined) throw new RangeError(`The SQL place {${name}} has no filling.`);
    if (typeof value === 'number' && !Number.isInteger(value)) throw new RangeError(`The SQL place {${name}} needs a whole number.`);
    return typeof value === 'object' ? value.sql : String(value);
  });
}
