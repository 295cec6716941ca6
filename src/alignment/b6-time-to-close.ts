import type { CurveGroup, Quantile, QuantileShare } from './curves.ts';
import { curvePoints, curveQuantiles, curvesAt, loadCurves } from './curves.ts';
import { incidenceRow } from './a1-follow-up-rate.ts';
import { dayMs } from './follow-up.ts';
import { materialise } from './prepare.ts';
import { labelOf, otherKey } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count, numberOrNull, text } from './rows.ts';
import { splice } from './splice.ts';
import { closeCurvesSql } from './sql/close-curves.sql.ts';
import { closeExtrasSql } from './sql/close-extras.sql.ts';
import { closeSegmentSql } from './sql/close-segment.sql.ts';
import { leadCloseTimesSql } from './sql/lead-close-times.sql.ts';
import { wonTimesSql } from './sql/won-times.sql.ts';
import type { Curve, Definition, Figure, QuantileRow, SegmentRow, StatContext, Statistic, StatResult, Warning } from './types.ts';

const definition: Definition = {
  id: 'B6',
  slug: 'time-to-close',
  version: 1,
  title: 'Time to close',
  question: 'How long does it take until a lead is won?',
  population: "All people with a creation time; for the deals' own clock all deals that were not created already closed.",
  denominator: 'All of them, also those that are never won. Beside it, marked so, the figures of the won alone.',
  censoring:
    'Open leads are censored at the instant of the report; being lost or rejected is the competing end. A reopened deal runs on to its final close.',
  needs: ['deals with the people who take part, and when they closed'],
};

const clocks = ['lead-created', 'first-touch', 'deal-created'] as const;
const percentiles = [
  [0.25, 'p25'],
  [0.5, 'p50'],
  [0.75, 'p75'],
  [0.9, 'p90'],
] as const;

/**
 * The median time from a lead's creation to a won deal over all leads (Aalen-Johansen, lost and rejected competing), in
 * milliseconds of whole calendar days (UTC); mostly not reached, because fewer than half are ever won. Beside it the
 * percentiles of the won alone (type 7), which flatter: they leave out whoever was not won yet. Population: everyone with a
 * creation time. Censoring: the instant. n = 0: not measured; n = 1: its own time. Wins before the creation stay in as
 * negative times (0 in the curves) and are counted. Rows: `horizon` (won within 30, 90, 365 days of all), `won-within` (of
 * the won alone). Curves `won` and `lost` since creation and since the deal's creation.
 * @source Aalen and Johansen 1978; Hyndman and Fan 1996 (percentiles)
 */
export const timeToClose: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'median time from creation to won, of all leads';
  if (context.facts.deals === 0) {
    return notMeasured(definition, context, {
      estimateOf,
      unit: 'ms',
      needs: 'deals (deals.csv) and the people who take part (deal_contacts.csv)',
    });
  }
  await materialise(context.db, { name: 'close_times', sql: leadCloseTimesSql, params: [context.asOf] });
  const segments = context.dimensions.map((column) =>
    splice(closeSegmentSql, { column, min: context.settings.minCell, other: { sql: `'${otherKey}'` } }),
  );
  const groups = await loadCurves(context.db, [closeCurvesSql, ...segments].join(' UNION ALL '), [context.asOf]);
  const { rows, quantiles } = await timesOfAll(context, groups);
  const main = groups.find((group) => group.curve === 'lead-created');
  const curves: Curve[] = [];
  for (const clock of ['lead-created', 'deal-created'] as const) {
    const group = groups.find((g) => g.curve === clock);
    if (group !== undefined) curves.push(...(await curvesOf(context, group)));
  }
  const won = await wonTimes(context);
  const [extras] = await context.db.query(closeExtrasSql);
  const median = quantiles.find((q) => q.clock === 'lead-created' && q.dimension === 'total' && q.p === 0.5);
  return resultOf(definition, context, {
    params: { days: 'calendar days, UTC', bornClosedHours: 1 },
    population: {
      n: main?.n ?? 0,
      clusters: count(extras, 'clusters'),
      unknown: 0,
      excluded: nonZero({
        ...context.facts.excluded,
        'no creation time, or won or lost without a date': count(extras, 'undated'),
        'deals created already closed': count(extras, 'born_closed'),
        'deals without dates': count(extras, 'undated_deals'),
      }),
      immature: 0,
    },
    estimate: median?.value ?? null,
    estimateOf,
    unit: 'ms',
    interval:
      median === undefined || median.lo === null || median.value === null
        ? null
        : { lo: median.lo, hi: median.hi, level: 0.95, method: 'inverted aalen-johansen log(-log)' },
    ...(median === undefined || median.value === null
      ? { notReached: 'Fewer than half of all leads were won within the time observed.' }
      : {}),
    rows: [...rows, ...won.rows],
    quantiles: [...quantiles, ...won.quantiles],
    figures: won.figures,
    curve: curves[0]?.points ?? [],
    curves,
    warnings: won.warnings,
  });
}

/** The incidence of being won and its quantiles over all cases, by clock and by the dimensions. */
async function timesOfAll(
  context: StatContext,
  groups: readonly CurveGroup[],
): Promise<{ readonly rows: readonly SegmentRow[]; readonly quantiles: readonly QuantileRow[] }> {
  const quantileOf = await curveQuantiles(context.db, 1);
  const quantiles: QuantileRow[] = [];
  for (const clock of clocks) {
    const group = groups.find((g) => g.curve === clock);
    if (group !== undefined) quantiles.push(...allQuantiles(group, quantileOf, { clock, dimension: 'total', label: 'all' }));
  }
  const main = groups.find((group) => group.curve === 'lead-created');
  const rows: SegmentRow[] = [];
  for (const days of [30, 90, 365]) {
    const values = await curvesAt(context.db, days * dayMs);
    const place = { dimension: 'horizon', key: `${days}d`, label: `won within ${days} days`, designEffect: 1, t: days * dayMs };
    if (main !== undefined) rows.push(incidenceRow(main, values, place));
  }
  for (const dimension of context.dimensions) {
    for (const group of groups.filter((g) => g.curve === dimension)) {
      quantiles.push(...allQuantiles(group, quantileOf, { clock: 'lead-created', dimension, label: labelOf(context, dimension, group.g) }));
    }
  }
  return { rows, quantiles };
}

function allQuantiles(
  group: CurveGroup,
  quantileOf: (group: CurveGroup, p: QuantileShare) => Quantile,
  place: { readonly clock: string; readonly dimension: string; readonly label: string },
): readonly QuantileRow[] {
  const shares = [0.25, 0.5, 0.75] as const;
  return shares.map((p) => ({
    ...place,
    population: 'all',
    key: group.g,
    p,
    n: group.n,
    ...quantileOf(group, p),
    method: 'aalen-johansen',
  }));
}

async function curvesOf(context: StatContext, group: CurveGroup): Promise<readonly Curve[]> {
  const since = group.curve === 'deal-created' ? "since the deal's creation" : "since the lead's creation";
  const place = { dimension: 'total', key: group.curve === 'deal-created' ? 'deal-created' : '', label: since } as const;
  const shapes = [
    { ...place, which: 'f1', event: 'won', title: `won ${since}` },
    { ...place, which: 'f2', event: 'lost', title: `lost or rejected ${since}` },
    { ...place, which: 's', event: 'open', title: `open ${since}` },
  ] as const;
  return curvePoints(context.db, group, { shapes, designEffect: 1, until: Number.MAX_SAFE_INTEGER });
}

interface WonTimes {
  readonly rows: readonly SegmentRow[];
  readonly quantiles: readonly QuantileRow[];
  readonly figures: readonly Figure[];
  readonly warnings: readonly Warning[];
}

async function wonTimes(context: StatContext): Promise<WonTimes> {
  const total = { dimension: 'total', label: 'all' };
  const query = (clock: string, g: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    context.db.query(splice(wonTimesSql, { clock: { sql: clock }, g: { sql: g } }));
  const [created] = await query('created', "''");
  const [touched] = await query('first_touch', "''");
  const quantiles = [
    ...wonQuantiles(created, { ...total, clock: 'lead-created', key: '' }),
    ...wonQuantiles(touched, { ...total, clock: 'first-touch', key: '' }),
  ];
  for (const dimension of context.dimensions) {
    const found = (await query('created', dimension)).filter((row) => count(row, 'n') >= context.settings.minCell);
    for (const row of found.sort((a, b) => count(b, 'n') - count(a, 'n') || (text(a, 'g') < text(b, 'g') ? -1 : 1))) {
      const key = text(row, 'g');
      quantiles.push(...wonQuantiles(row, { dimension, label: labelOf(context, dimension, key), clock: 'lead-created', key }));
    }
  }
  const n = count(created, 'n');
  const negative = count(created, 'negative');
  const within = (days: number): SegmentRow => {
    const k = count(created, `within_${days}`);
    return {
      dimension: 'won-within',
      key: `${days}d`,
      label: `within ${days} days, of the won alone`,
      k,
      n,
      unknown: 0,
      estimate: n > 0 ? k / n : null,
      interval: null,
    };
  };
  const figure = (key: string, label: string, value: number | null, unit: Figure['unit']): Figure => ({
    key,
    label,
    value,
    unit,
    interval: null,
  });
  return {
    rows: n > 0 ? [within(7), within(30), within(90)] : [],
    quantiles,
    figures: [
      figure('won', 'leads won, with dates', n, 'count'),
      figure('won-mean', 'mean of the won alone', numberOrNull(created, 'mean'), 'ms'),
      figure('won-shortest', 'shortest', numberOrNull(created, 'shortest'), 'ms'),
      figure('won-longest', 'longest', numberOrNull(created, 'longest'), 'ms'),
      figure('negative', 'won before the lead was created', negative, 'count'),
    ],
    warnings:
      negative > 0
        ? [
            {
              code: 'NEGATIVE_TIMES',
              text: `${negative} leads were won before they were created: they count with their negative time, and as 0 in the curves.`,
              n: negative,
            },
          ]
        : [],
  };
}

function wonQuantiles(
  row: Readonly<Record<string, unknown>> | undefined,
  place: { readonly dimension: string; readonly label: string; readonly clock: string; readonly key: string },
): readonly QuantileRow[] {
  const n = count(row, 'n');
  if (n === 0) return [];
  return percentiles.map(([p, name]) => ({
    ...place,
    population: 'won',
    p,
    n,
    value: numberOrNull(row, name),
    lo: null,
    hi: null,
    method: 'type 7',
  }));
}
