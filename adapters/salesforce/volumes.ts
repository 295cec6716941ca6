import type { CallOptions, Stream, StreamVolume } from '../../src/crm.ts';
import type { Context } from './context.ts';
import { sizes } from './limits.ts';
import { rowsOf } from './query.ts';
import { number } from './row.ts';
import type { Row } from './row.ts';
import { name, soql } from './soql.ts';

/** The objects that each stream's first pass reads from beginning to end. */
const read: readonly (readonly [Stream, readonly string[]])[] = [
  ['people', ['Lead', 'Contact']],
  ['accounts', ['Account']],
  ['campaigns', ['Campaign']],
  ['members', ['CampaignMember']],
  ['deals', ['Opportunity']],
  ['deal-people', ['OpportunityContactRole']],
  ['touches', ['Task', 'Event']],
  ['status-history', ['LeadHistory', 'OpportunityHistory']],
  ['users', ['User']],
];
/** Who and where we are, the objects' shapes, stages and authors: once in a pull, counted with the first stream. */
const preparation = 8;
/** What a page of 2,000 rows takes, one after the other. */
const pageMs = 1_000;

/**
 * How much a first pull reads, from one count per object, five counts in a call. An object that is hidden or too large to
 * be counted in time is null.
 */
export async function volumesOf({ wire }: Context, options: CallOptions): Promise<readonly StreamVolume[]> {
  const objects = read.flatMap(([, list]) => list);
  const counts = await rowsOf(
    wire,
    objects.map((object) => ({ soql: soql`SELECT COUNT(Id) total FROM ${name(object)}`, optional: true })),
    options,
  );
  const byObject = new Map(objects.map((object, index) => [object, totalIn(counts[index] ?? null)]));
  const volumes = read.map(([stream, list]): StreamVolume => {
    const known = list.map((object) => byObject.get(object) ?? null);
    // The first pages of all of a stream's objects come with one call.
    const more = known.reduce<number>((sum, count) => sum + Math.max(0, Math.ceil((count ?? 0) / sizes.page) - 1), 0);
    const records = known.includes(null) ? null : known.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    // People come with the outcomes of their deals: a look-up with every page of contacts.
    const lookUps = stream === 'people' ? Math.ceil((known[1] ?? 0) / sizes.page) : 0;
    const calls = 1 + more + lookUps + (stream === 'people' ? preparation : 0);
    return { stream, records, calls, ms: calls * pageMs };
  });
  return [...volumes, { stream: 'rates', records: null, calls: 1, ms: pageMs }];
}

function totalIn(rows: readonly Row[] | null): number | null {
  const [row] = rows ?? [];
  return row === undefined ? null : number(row, 'total');
}
