import type { Param, Row } from '../warehouse/types.ts';
import { boundUnknown } from './estimators/bounds.ts';
import type { ClusterShare } from './estimators/wilson.ts';
import { clusterWilson } from './estimators/wilson.ts';
import { count, numberOrNull, text } from './rows.ts';
import type { Splice } from './splice.ts';
import { splice } from './splice.ts';
import { groupCountSql } from './sql/group-count.sql.ts';
import { mergedCellsSql } from './sql/merged-cells.sql.ts';
import { ratesSql } from './sql/rates.sql.ts';
import type { Bounds, Dimension, SegmentRow, StatContext, Warning } from './types.ts';

/** A share of one group, with everything that is known about its uncertainty. */
export interface Rate extends ClusterShare {
  readonly key: string;
  readonly k: number;
  readonly n: number;
  readonly unknown: number;
  readonly clusters: number;
  /** Groups merged into this one; 1 for a group that stands alone. */
  readonly merged: number;
  readonly bounds: Bounds | undefined;
}

export interface RateQuery {
  /** An SQL text of (g, cluster, y) with places. */
  readonly obs: string;
  readonly places?: Readonly<Record<string, Splice>>;
  readonly params: readonly Param[];
  /** Groups of fewer cases are merged. @default 0 */
  readonly min?: number;
  /** What an unknown case is, for the bounds' sentence. */
  readonly unknownWhy?: string;
}

/** The key of the row that holds the merged small cells. */
export const otherKey = '(other)';

/** Computes the shares of all groups of a query, largest group first. No rows when there are no cases. */
export async function rates(context: Pick<StatContext, 'db'>, query: RateQuery): Promise<readonly Rate[]> {
  const all = { sql: splice(query.obs, query.places ?? {}) };
  const min = query.min ?? 0;
  const obs = min > 1 ? { sql: splice(mergedCellsSql, { obs: all, min, other: { sql: `'${otherKey}'` } }) } : all;
  const rows = await context.db.query(splice(ratesSql, { obs }), query.params);
  const found = rows.map((row) => rateOf(row, query.unknownWhy ?? 'cases that could not be judged')).sort(byCases);
  if (!found.some((one) => one.key === otherKey)) return found;
  const [groups] = await context.db.query(splice(groupCountSql, { obs: all }), query.params);
  const merged = count(groups, 'n') - (found.length - 1);
  return found.map((one) => (one.key === otherKey ? { ...one, merged } : one));
}

/** The only group of a query without groups; an empty one when there are no cases. */
export async function rate(context: Pick<StatContext, 'db'>, query: RateQuery): Promise<Rate> {
  const [only] = await rates(context, query);
  return only ?? rateOf({}, '');
}

function rateOf(row: Row, why: string): Rate {
  const counts = { k: count(row, 'k'), n: count(row, 'n'), unknown: count(row, 'u') };
  const clusters = count(row, 'clusters');
  const share = clusterWilson({ ...counts, clusters, clusterVariance: numberOrNull(row, 'v') });
  return { key: text(row, 'g'), ...counts, clusters, merged: 1, ...share, bounds: boundUnknown(counts, why) };
}

function byCases(a: Rate, b: Rate): number {
  return b.n + b.unknown - (a.n + a.unknown) || (a.key < b.key ? -1 : 1);
}

/** A rate as a row of the result. `label` defaults to the key, or what a blank or merged key is called. */
export function rateRow(dimension: string, found: Rate, label?: string): SegmentRow {
  return {
    dimension,
    key: found.key,
    label: label ?? segmentLabel(found.key, found.merged),
    k: found.k,
    n: found.n,
    unknown: found.unknown,
    estimate: found.estimate,
    interval: found.n > 0 ? found.interval : null,
    ...(found.bounds === undefined ? {} : { bounds: found.bounds }),
  };
}

/** Rates by the dimensions asked for; `queryFor` gets the column to group by. Small cells are merged. */
export async function segmentRates(context: StatContext, queryFor: (column: Dimension) => RateQuery): Promise<readonly SegmentRow[]> {
  const rows: SegmentRow[] = [];
  for (const dimension of context.dimensions) {
    const found = await rates(context, { ...queryFor(dimension), min: context.settings.minCell });
    rows.push(...found.map((one) => rateRow(dimension, one, labelOf(context, dimension, one.key, one.merged))));
  }
  return rows;
}

/** What people call a segment. */
export function labelOf(context: Pick<StatContext, 'labels'>, dimension: string, key: string, merged: number = 1): string {
  const names = dimension === 'campaign' ? context.labels.campaign : dimension === 'owner' ? context.labels.owner : undefined;
  if (key === '' && dimension === 'campaign') return '(no campaign)';
  if (key === '' && dimension === 'owner') return '(no owner)';
  return names?.get(key) ?? segmentLabel(key, merged);
}

function segmentLabel(key: string, merged: number): string {
  if (key === otherKey) return `other (${merged} smaller)`;
  return key === '' ? '(blank)' : key;
}

/** What the reader must know about a rate's clusters. */
export function clusterWarnings(found: Pick<Rate, 'n' | 'clusters'>, kind: string): readonly Warning[] {
  if (found.n === 0 || found.clusters >= 10) return [];
  if (found.clusters < 2)
    return [
      { code: 'ONE_CLUSTER', text: `All cases belong to one ${kind}: the interval can't allow for their resemblance.`, n: found.clusters },
    ];
  return [{ code: 'FEW_CLUSTERS', text: `Only ${found.clusters} ${kind}s: the interval itself is uncertain.`, n: found.clusters }];
}
