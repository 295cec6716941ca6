import { goodman } from './estimators/goodman.ts';
import { boundUnknown } from './estimators/bounds.ts';
import { wilsonInterval } from './estimators/wilson.ts';
import { clusterWarnings, labelOf, otherKey, rate } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count, text } from './rows.ts';
import { splice } from './splice.ts';
import { endedSql } from './sql/ended.sql.ts';
import { reasonMissingSql } from './sql/reason-missing.sql.ts';
import { reasonsSql } from './sql/reasons.sql.ts';
import type { Definition, ReasonRow, StatContext, Statistic, StatResult } from './types.ts';

const definition: Definition = {
  id: 'B5',
  slug: 'reasons',
  version: 1,
  title: 'Why lost, why rejected, why won',
  question: 'Why were deals lost and leads rejected, and how often does nobody say?',
  population: 'Deals closed by the instant of the report (each once) and people whom sales rejected.',
  denominator: 'For the share without a reason all of a group; for each reason those with a stated one.',
  censoring: 'None: only what has ended.',
  needs: ['closed deals or rejected leads'],
};

/**
 * The shares of the stated reasons among lost deals, rejected leads and won deals, and first of all the share of lost and
 * rejected cases without any reason, which is the headline. Each reason is bounded by what the silent cases could change.
 * Population: what has ended. Censoring: none. n = 0: not measured; n = 1: one reason with limits that say little. The
 * limits of the reasons of one group hold together. Splits: total, channel and origin (who brought the lead).
 * @source Goodman 1965
 */
export const reasons: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'lost deals and rejected leads without a stated reason';
  const missing = await rate(context, { obs: reasonMissingSql, places: { ended: { sql: endedSql } }, params: [] });
  const rows: ReasonRow[] = [];
  for (const dimension of ['total', 'channel', 'origin'] as const) rows.push(...(await reasonRows(context, dimension)));
  if (rows.length === 0)
    return notMeasured(definition, context, { estimateOf, unit: 'share', needs: 'closed deals, or leads with a status `rejected`' });
  return resultOf(definition, context, {
    params: { minCell: context.settings.minCell },
    population: { n: missing.n, clusters: missing.clusters, unknown: 0, excluded: nonZero(context.facts.excluded), immature: 0 },
    estimate: missing.estimate,
    estimateOf,
    unit: 'share',
    interval: missing.n > 0 ? missing.interval : null,
    ...(missing.n === 0 ? { notReached: 'Nothing has been lost or rejected yet.' } : {}),
    reasons: rows,
    warnings: clusterWarnings(missing, 'account'),
  });
}

async function reasonRows(context: StatContext, dimension: ReasonRow['dimension']): Promise<readonly ReasonRow[]> {
  const g = { sql: dimension === 'total' ? "''" : `e.${dimension}` };
  const found = await context.db.query(splice(reasonsSql, { g, ended: { sql: endedSql } }));
  const sizes = new Map<string, number>();
  for (const row of found) sizes.set(text(row, 'g'), (sizes.get(text(row, 'g')) ?? 0) + count(row, 'n'));
  const small = dimension === 'total' ? [] : [...sizes].filter(([, n]) => n < context.settings.minCell).map(([key]) => key);
  const groups = new Map<string, { group: ReasonRow['group']; key: string; counts: Map<string, number> }>();
  for (const row of found) {
    const key = small.includes(text(row, 'g')) ? otherKey : text(row, 'g');
    const group = text(row, 'ended') as ReasonRow['group'];
    const id = `${group}|${key}`;
    const one = groups.get(id) ?? { group, key, counts: new Map<string, number>() };
    one.counts.set(text(row, 'reason'), (one.counts.get(text(row, 'reason')) ?? 0) + count(row, 'n'));
    groups.set(id, one);
  }
  return [...groups.values()]
    .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group) || (a.key < b.key ? -1 : 1))
    .flatMap((one) => groupRows(one, { dimension, label: labelOf(context, dimension, one.key, small.length) }));
}

const order: readonly ReasonRow['group'][] = ['lost', 'rejected', 'won'];

function groupRows(
  found: { readonly group: ReasonRow['group']; readonly key: string; readonly counts: ReadonlyMap<string, number> },
  place: { readonly dimension: ReasonRow['dimension']; readonly label: string },
): readonly ReasonRow[] {
  const { group, key, counts } = found;
  const silent = counts.get('') ?? 0;
  const stated = [...counts].filter(([reason]) => reason !== '').sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const n = stated.reduce((sum, [, k]) => sum + k, 0);
  const limits = goodman(stated.map(([, k]) => k));
  const base = { group, dimension: place.dimension, key, label: place.label };
  const first: ReasonRow = {
    ...base,
    reason: '(missing)',
    missing: true,
    k: silent,
    n: n + silent,
    share: silent / (n + silent),
    interval: wilsonInterval(silent, n + silent),
    bounds: null,
  };
  const others = stated.map(([reason, k], i): ReasonRow => {
    const bounds = boundUnknown({ k, n, unknown: silent }, 'cases without a stated reason') ?? null;
    return { ...base, reason, missing: false, k, n, share: k / n, interval: limits[i] ?? null, bounds };
  });
  return [first, ...others];
}
