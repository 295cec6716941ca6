import type { SegmentRow, StatResult } from '../../alignment/types.ts';
import { countText, shareText } from '../format.ts';
import { stateLabels } from '../tables.ts';
import { clip, colors, shareAxis, small, type ChartSpec } from './draw.ts';

/** One horizontal bar with its interval whisker. */
interface Bar {
  readonly label: string;
  readonly value: number;
  readonly text: string;
  readonly lo?: number;
  readonly hi?: number;
  readonly color: string;
}

function barChart(title: string, alt: string, bars: readonly Bar[]): ChartSpec | undefined {
  if (bars.length === 0) return undefined;
  const top = Math.min(1, Math.max(...bars.map((bar) => bar.hi ?? bar.value), 0.04) * 1.02);
  return {
    title,
    alt,
    height: () => 44 + bars.length * 30,
    option: (width) => {
      const left = width < 400 ? 112 : 200;
      return {
        grid: { left, right: width < 400 ? 78 : 130, top: 6, bottom: 28 },
        xAxis: {
          ...shareAxis,
          max: niceTop(top),
          interval: niceTop(top) / (width < 400 ? 2 : 4),
          axisLabel: { ...shareAxis.axisLabel, formatter: (value: number) => `${Number((value * 100).toFixed(1))} %` },
        },
        yAxis: {
          type: 'category',
          inverse: true,
          data: bars.map((bar) => clip(bar.label, width < 400 ? 17 : 30)),
          axisLabel: { ...small, color: colors.ink, width: left - 12, overflow: 'truncate', interval: 0 },
          axisTick: { show: false },
          axisLine: { lineStyle: { color: colors.muted } },
        },
        series: [
          {
            type: 'bar',
            barWidth: 17,
            data: bars.map((bar) => ({ value: bar.value, itemStyle: { color: bar.color } })),
          },
          whiskers(bars),
        ],
      };
    },
  };
}

function niceTop(top: number): number {
  return [0.04, 0.1, 0.2, 0.4, 0.6, 0.8, 1].find((each) => each >= top) ?? 1;
}

interface CoordApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

/** The intervals, and the text behind whichever reaches further: bar or whisker. */
function whiskers(bars: readonly Bar[]): object {
  return {
    type: 'custom',
    z: 5,
    data: bars.map((bar, index) => [bar.lo ?? bar.value, Math.max(bar.hi ?? 0, bar.value), index]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_: unknown, api: CoordApi) => {
      const [x0, y] = api.coord([api.value(0), api.value(2)]);
      const [x1] = api.coord([api.value(1), api.value(2)]);
      const bar = bars[api.value(2)];
      const style = { stroke: colors.ink, lineWidth: 1.2 };
      const ends =
        bar?.lo === undefined
          ? []
          : [
              { type: 'line', shape: { x1: x0, y1: y, x2: x1, y2: y }, style },
              { type: 'line', shape: { x1: x0, y1: y - 4, x2: x0, y2: y + 4 }, style },
              { type: 'line', shape: { x1, y1: y - 4, x2: x1, y2: y + 4 }, style },
            ];
      const words = {
        type: 'text',
        style: { x: x1 + 8, y, text: bar?.text ?? '', fontSize: 12, fill: colors.ink, verticalAlign: 'middle' },
      };
      return { type: 'group', children: [...ends, words] };
    },
  };
}

/** The drop ladder: where leads are lost between marketing's promise and sales' work. */
export function ladderChart(stat: StatResult): ChartSpec | undefined {
  const ladder = (stat.ladder ?? []).filter((row) => row.measured && row.share !== null);
  const bars = ladder.map((row): Bar => ({
    label: row.label,
    value: row.share ?? 0,
    text: `${countText(row.n)} · ${shareText(row.share ?? 0)}`,
    ...limits(row.interval),
    color: row.reason === 'worked' ? colors.good : row.reason === 'given-up' ? colors.badSoft : colors.bad,
  }));
  return barChart(
    'Where leads are lost',
    `Share of leads by the first reason that applies: ${bars.map((bar) => `${bar.label} ${shareText(bar.value)}`).join(', ')}.`,
    bars,
  );
}

/** One split of a statistic as bars with intervals. */
export function segmentChart(
  rows: readonly SegmentRow[],
  title: string,
  look: (row: SegmentRow) => string = () => colors.accent,
): ChartSpec | undefined {
  const bars = rows
    .filter((row) => row.estimate !== null)
    .slice(0, 16)
    .map((row): Bar => ({
      label: row.label,
      value: row.estimate ?? 0,
      text: `${shareText(row.estimate ?? 0)} of ${countText(row.n)}`,
      ...limits(row.interval),
      color: look(row),
    }));
  return barChart(title, `${title}: ${bars.map((bar) => `${bar.label} ${shareText(bar.value)}`).join(', ')}.`, bars);
}

/** The funnel of all leads: what share reached each stage. */
export function funnelChart(stat: StatResult): ChartSpec | undefined {
  const steps = (stat.funnel ?? []).filter((row) => row.cohort === 'all' && row.measured);
  const bars = steps.map((row): Bar => ({
    label: row.label,
    value: row.shareOfAll ?? 0,
    text: row.rate === null ? countText(row.n) : `${countText(row.n)} · ${shareText(row.rate)} of before`,
    color: row.stage === 'won' ? colors.good : colors.goodSoft,
  }));
  return barChart(
    'How far leads came',
    `Share of all leads that reached each stage: ${bars.map((bar) => `${bar.label} ${shareText(bar.value)}`).join(', ')}.`,
    bars,
  );
}

/** Stated reasons of lost deals and rejections, the missing ones first. */
export function reasonsChart(stat: StatResult, group: 'lost' | 'rejected'): ChartSpec | undefined {
  const rows = (stat.reasons ?? []).filter((row) => row.group === group && row.dimension === 'total' && row.share !== null).slice(0, 12);
  const bars = rows.map((row): Bar => ({
    label: row.missing ? '(no reason given)' : row.reason,
    value: row.share ?? 0,
    text: `${countText(row.k)} · ${shareText(row.share ?? 0)}`,
    ...limits(row.interval),
    color: row.missing ? colors.muted : group === 'lost' ? colors.bad : colors.badSoft,
  }));
  const title = group === 'lost' ? 'Why deals were lost' : 'Why leads were rejected';
  return barChart(title, `${title}: ${bars.map((bar) => `${bar.label} ${shareText(bar.value)}`).join(', ')}.`, bars);
}

function limits(interval: SegmentRow['interval']): { readonly lo?: number; readonly hi?: number } {
  return interval === null || interval.hi === null ? {} : { lo: interval.lo, hi: Math.min(1, interval.hi) };
}

const stateColors: Readonly<Record<string, string>> = {
  not_handed: '#efece2',
  waiting_untouched: '#e0b93f',
  closed_untouched: colors.bad,
  being_worked: colors.goodSoft,
  rejected: colors.badSoft,
  recycled: '#cbb7d9',
  accepted_no_deal: '#9db3dd',
  deal_open: colors.accent,
  won: colors.good,
  lost: '#6d3b2b',
};

/** The swatches of the ledger, for the page's legend. */
export const ledgerLegend: readonly { readonly label: string; readonly color: string }[] = stateLabels.map(([state, label]) => ({
  label,
  color: stateColors[state] ?? colors.muted,
}));

/** What became of each channel's or campaign's leads: one bar a row, every lead in one state. */
export function ledgerChart(stat: StatResult, dimension: 'channel' | 'campaign', most = 20): ChartSpec | undefined {
  const rows = (stat.ledger ?? [])
    .filter((row) => row.dimension === dimension && row.leads > 0)
    .toSorted((a, b) => b.leads - a.leads)
    .slice(0, most);
  if (rows.length === 0) return undefined;
  return {
    title:
      dimension === 'channel'
        ? "What became of every channel's leads"
        : `What became of every campaign's leads${rows.length === most ? ` (the ${most} largest)` : ''}`,
    alt: `Of each ${dimension}'s leads, the share in each state. ${rows
      .slice(0, 5)
      .map((row) => `${row.label}: ${row.leads} leads, ${shareText(row.shares.won)} won`)
      .join('; ')}.`,
    height: () => 44 + rows.length * 28,
    option: (width) => ({
      grid: { left: width < 400 ? 112 : 220, right: width < 400 ? 44 : 64, top: 6, bottom: 28 },
      xAxis: { ...shareAxis, interval: width < 400 ? 0.5 : 0.25 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: rows.map((row) => clip(row.label, width < 400 ? 17 : 32)),
        axisLabel: { ...small, color: colors.ink, interval: 0 },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colors.muted } },
      },
      series: stateLabels.map(([state, label], index) => ({
        type: 'bar',
        stack: 'states',
        barWidth: 17,
        name: label,
        itemStyle: { color: stateColors[state], borderColor: '#fff', borderWidth: 0.5 },
        data: rows.map((row) => row.shares[state]),
        ...(index === stateLabels.length - 1
          ? {
              label: {
                show: true,
                position: 'right',
                formatter: (entry: { dataIndex: number }) => countText(rows[entry.dataIndex]?.leads ?? 0),
                ...small,
              },
            }
          : {}),
      })),
    }),
  };
}
