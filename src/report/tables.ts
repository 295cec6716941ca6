import type { CurvePoint, LedgerState, SegmentRow, StatResult } from '../alignment/types.ts';
import { dimensionTitle } from './words.ts';
import { countText, durationText, intervalText, moneyText, shareText, valueText } from './format.ts';

/** One cell: how it is shown, and its exact value for files. */
export interface Cell {
  readonly text: string;
  readonly value: string | number | null;
  /** 0 to 1: how strongly the cell is tinted. */
  readonly tint?: number;
}

export interface Table {
  /** Unique within the statistic; part of the CSV. */
  readonly key: string;
  readonly title: string;
  readonly columns: readonly { readonly label: string; readonly numeric: boolean }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Every table behind a statistic: what a plot shows, in numbers. */
export function tablesOf(stat: StatResult): readonly Table[] {
  return [
    ...(stat.figures === undefined || stat.figures.length === 0 ? [] : [figuresTable(stat)]),
    ...(stat.ladder === undefined ? [] : [ladderTable(stat.ladder)]),
    ...(stat.ledger === undefined ? [] : ledgerTables(stat.ledger, currencyOf(stat))),
    ...(stat.funnel === undefined ? [] : [funnelTable(stat.funnel)]),
    ...(stat.matrix === undefined ? [] : [matrixTable(stat.matrix)]),
    ...(stat.reasons === undefined ? [] : [reasonsTable(stat.reasons)]),
    ...(stat.quantiles === undefined || stat.quantiles.length === 0 ? [] : [quantilesTable(stat.quantiles)]),
    ...segmentTables(stat.rows ?? []),
    ...(stat.curves ?? [])
      .filter((curve) => curve.dimension === 'total')
      .map((curve) => curveTable(curve.event, curve.title, curve.points)),
  ];
}

/** The names of the ledger's states, in its order. */
export const stateLabels: readonly (readonly [LedgerState, string])[] = [
  ['not_handed', 'Not handed over'],
  ['waiting_untouched', 'Waiting, untouched'],
  ['closed_untouched', 'Closed untouched'],
  ['being_worked', 'Being worked'],
  ['rejected', 'Rejected'],
  ['recycled', 'Recycled'],
  ['accepted_no_deal', 'Accepted, no deal'],
  ['deal_open', 'Deal open'],
  ['won', 'Won'],
  ['lost', 'Lost'],
];

function currencyOf(stat: StatResult): string | null {
  const currency = stat.params['currency'];
  return typeof currency === 'string' ? currency : null;
}

const text = (value: string): Cell => ({ text: value, value });
const count = (value: number): Cell => ({ text: countText(value), value });
const share = (value: number | null): Cell => ({ text: value === null ? '–' : shareText(value), value });
const columns = (...labels: readonly string[]): Table['columns'] =>
  labels.map((label) => ({ label: label.replace(/^#/, ''), numeric: label.startsWith('#') }));

function intervalCell(row: { readonly interval: SegmentRow['interval'] }, unit: StatResult['unit'] = 'share'): Cell {
  return text(intervalText(row.interval, unit));
}

function figuresTable(stat: StatResult): Table {
  return {
    key: 'figures',
    title: 'Further figures',
    columns: columns('Figure', '#Value', 'Interval'),
    rows: (stat.figures ?? []).map((figure) => [
      text(figure.label),
      { text: valueText(figure.value, figure.unit), value: figure.value },
      intervalCell(figure, figure.unit),
    ]),
  };
}

function ladderTable(ladder: NonNullable<StatResult['ladder']>): Table {
  return {
    key: 'ladder',
    title: 'Where leads are lost, first reason that applies',
    columns: columns('Reason', '#Leads', '#Share', 'Interval', '#Lost so far'),
    rows: ladder.map((row) => [
      text(row.label),
      row.measured ? count(row.n) : { text: 'not measured', value: null },
      share(row.measured ? row.share : null),
      intervalCell(row),
      count(row.lostSoFar),
    ]),
  };
}

function ledgerTables(ledger: NonNullable<StatResult['ledger']>, currency: string | null): readonly Table[] {
  const title = { total: 'All leads', channel: 'By channel', campaign: 'By campaign' } as const;
  return (['total', 'channel', 'campaign'] as const).flatMap((dimension) => {
    const rows = ledger.filter((row) => row.dimension === dimension);
    if (rows.length === 0) return [];
    return [
      {
        key: `ledger-${dimension}`,
        title: title[dimension],
        columns: columns(
          dimension === 'total' ? 'All' : dimension === 'channel' ? 'Channel' : 'Campaign',
          '#Leads',
          ...stateLabels.map(([, label]) => `#${label}`),
          '#Followed up',
          '#Accepted',
          '#Won of leads',
          'Won, interval',
          '#Won deals',
          '#Won amount',
          '#Lost deals',
          '#Lost amount',
          'Top reason',
          '#Reason missing',
          'Known in',
        ),
        rows: rows.map((row) => [
          text(row.label),
          count(row.leads),
          ...stateLabels.map(([state]): Cell => ({
            text: countText(row.states[state]),
            value: row.states[state],
            tint: row.shares[state],
          })),
          share(row.followedUp?.raw ?? null),
          share(row.accepted?.raw ?? null),
          share(row.won.raw),
          intervalCell(row.won),
          count(row.wonDeals.n),
          money(row.wonDeals, currency),
          count(row.lostDeals.n),
          money(row.lostDeals, currency),
          text(row.topReason === null ? '' : `${row.topReason.reason} (${row.topReason.n})`),
          count(row.reasonMissing),
          text(row.knownIn ?? ''),
        ]),
      },
    ];
  });
}

function money(deals: { readonly n: number; readonly amountMinor: string; readonly missing: number }, currency: string | null): Cell {
  const known = deals.n - deals.missing;
  if (deals.n > 0 && known === 0) return { text: 'unknown', value: null };
  const note = deals.missing > 0 ? ` (${deals.missing} without)` : '';
  return { text: `${moneyText(deals.amountMinor, currency, exponentOf(currency))}${note}`, value: deals.amountMinor };
}

/** Decimal places of a currency's minor unit. */
export function exponentOf(currency: string | null): number {
  if (currency === null) return 2;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

function funnelTable(funnel: NonNullable<StatResult['funnel']>): Table {
  return {
    key: 'funnel',
    title: 'Stages ever reached, by month of creation',
    columns: columns('Created', 'Stage', '#Leads', '#Of stage before', 'Interval', '#Of all', '#Imputed', '#In time', 'In time, of'),
    rows: funnel.map((row) => [
      text(row.cohort === 'all' ? 'all' : row.cohort),
      text(row.label),
      row.measured ? count(row.n) : { text: 'not measured', value: null },
      share(row.rate),
      intervalCell(row),
      share(row.shareOfAll),
      count(row.imputed),
      share(row.within?.rate ?? null),
      text(row.within === null ? '' : `${countText(row.within.n)} old enough for ${row.within.days} days`),
    ]),
  };
}

function matrixTable(matrix: NonNullable<StatResult['matrix']>): Table {
  const largest = Math.max(1, ...matrix.counts.flat());
  return {
    key: 'matrix',
    title: "Marketing's CRM (rows) against sales' CRM (columns)",
    columns: columns('', ...matrix.states.map((state) => `#${state}`)),
    rows: matrix.states.map((state, row) => [
      text(state),
      ...matrix.states.map((_, column): Cell => {
        const n = matrix.counts[row]?.[column] ?? 0;
        return { text: countText(n), value: n, tint: n / largest };
      }),
    ]),
  };
}

function reasonsTable(reasons: NonNullable<StatResult['reasons']>): Table {
  return {
    key: 'reasons',
    title: 'Reasons as they are stated',
    columns: columns('Of', 'Split', 'Reason', '#Cases', '#Share', 'Interval', 'Between, if the missing were known'),
    rows: reasons.map((row) => [
      text(row.group),
      text(row.dimension === 'total' ? 'all' : row.label),
      text(row.missing ? '(no reason given)' : row.reason),
      count(row.k),
      share(row.share),
      intervalCell(row),
      text(row.bounds === null ? '' : `${shareText(row.bounds.lo)} – ${shareText(row.bounds.hi)}`),
    ]),
  };
}

function quantilesTable(quantiles: NonNullable<StatResult['quantiles']>): Table {
  return {
    key: 'quantiles',
    title: 'Times by which a share of the cases got there',
    columns: columns('Clock starts', 'Among', 'Split', '#Share', '#Time', '#From', '#To', '#Cases'),
    rows: quantiles.map((row) => [
      text(row.clock.replaceAll('-', ' ')),
      text(row.population === 'all' ? 'all' : 'the won only'),
      text(row.dimension === 'total' ? 'all' : row.label),
      share(row.p),
      { text: row.value === null ? 'not reached' : durationText(row.value), value: row.value },
      { text: row.lo === null ? '' : durationText(row.lo), value: row.lo },
      { text: row.hi === null ? '' : durationText(row.hi), value: row.hi },
      count(row.n),
    ]),
  };
}

function segmentTables(rows: readonly SegmentRow[]): readonly Table[] {
  const dimensions = [...new Set(rows.map((row) => row.dimension))];
  return dimensions.map((dimension) => ({
    key: `by-${dimension}`,
    title: dimensionTitle(dimension),
    columns: columns(
      dimension === 'total' ? 'All' : dimension.replaceAll('-', ' '),
      '#Cases',
      '#Of',
      '#Unknown',
      '#Share',
      'Interval',
      'Between, if all were known',
    ),
    rows: rows
      .filter((row) => row.dimension === dimension)
      .map((row) => [
        text(row.label),
        count(row.k),
        count(row.n),
        count(row.unknown),
        share(row.estimate),
        intervalCell(row),
        text(row.bounds === undefined ? '' : `${shareText(row.bounds.lo)} – ${shareText(row.bounds.hi)}`),
      ]),
  }));
}

function curveTable(key: string, title: string, points: readonly CurvePoint[]): Table {
  const shown = points.filter((_, index) => index % Math.max(1, Math.ceil(points.length / 24)) === 0 || index === points.length - 1);
  return {
    key: `curve-${key}`,
    title: `${title}, over time`,
    columns: columns('#After', '#Share', '#From', '#To', '#Under observation'),
    rows: shown.map((point) => [
      { text: durationText(point.t), value: point.t },
      share(point.y),
      share(point.lo),
      share(point.hi),
      count(point.atRisk),
    ]),
  };
}
