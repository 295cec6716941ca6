import type { Benchmark, Curve, StatResult } from '../../alignment/types.ts';
import { shareText } from '../format.ts';
import { sameUnit } from '../words.ts';
import { colors, shareAxis, small, type ChartSpec } from './draw.ts';

const marks: readonly (readonly [number, string])[] = [
  [60_000, '1 min'],
  [300_000, '5 min'],
  [3_600_000, '1 h'],
  [86_400_000, '1 day'],
  [604_800_000, '7 days'],
  [2_592_000_000, '30 days'],
  [7_776_000_000, '90 days'],
  [31_536_000_000, '1 year'],
];
const looks = new Map([
  ['touched', colors.good],
  ['closed-untouched', colors.bad],
  ['waiting', colors.waiting],
  ['won', colors.good],
  ['lost', colors.bad],
  ['open', colors.waiting],
]);

const endings = new Map([
  ['touched', 'contacted'],
  ['closed-untouched', 'closed untouched'],
  ['won', 'won'],
  ['lost', 'lost or rejected'],
]);

/**
 * Stacked cumulative incidence: which share of the cases has met which end, by time since the start. Time runs on a log
 * scale from `from`; `key` chooses among the curves of several clocks.
 */
export function incidenceChart(stat: StatResult, title: string, { from = 60_000, key = '' } = {}): ChartSpec | undefined {
  const curves = (stat.curves ?? []).filter(
    (curve) => curve.dimension === 'total' && curve.key === key && endings.has(curve.event) && curve.points.length > 0,
  );
  const [first] = curves;
  if (first === undefined) return undefined;
  const last = Math.max(...curves.flatMap((curve) => curve.points.map((point) => point.t)), from * 10);
  const times = grid(from, last);
  const ends = curves.map((curve) => `${shareText(valueAt(curve, last))} ${endings.get(curve.event)}`);
  return {
    title,
    alt: `Cumulative share of ${first.n} cases by time: in the end ${ends.join(', ')}.`,
    height: (width) => (width < 400 ? 300 : 330),
    option: (width) => ({
      grid: { left: 48, right: width < 400 ? 14 : 150, top: 16, bottom: 44 },
      xAxis: {
        type: 'value',
        min: Math.log10(from),
        max: Math.log10(last),
        axisLabel: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLine: { lineStyle: { color: colors.muted } },
      },
      yAxis: shareAxis,
      series: [
        ...curves.map((curve) => ({
          type: 'line',
          stack: 'incidence',
          step: 'end',
          symbol: 'none',
          name: curve.title,
          lineStyle: { width: 1.5, color: look(curve) },
          areaStyle: { color: look(curve), opacity: 0.85 },
          data: times.map((t) => [Math.log10(t), valueAt(curve, t)]),
          labelLayout: { moveOverlap: 'shiftY' },
          endLabel: {
            show: width >= 400,
            formatter: `${endings.get(curve.event)}\n${shareText(valueAt(curve, last))}`,
            ...small,
            color: look(curve),
          },
        })),
        axisMarks(from, last, width),
        benchmarkLines(stat.benchmarks, width),
      ],
    }),
  };
}

function look(curve: Curve): string {
  return looks.get(curve.event) ?? colors.accent;
}

/** The step curve's value at a time. */
export function valueAt(curve: Curve, t: number): number {
  let value = 0;
  for (const point of curve.points) {
    if (point.t > t) break;
    value = point.y;
  }
  return value;
}

function grid(from: number, to: number): readonly number[] {
  const steps = 160;
  return Array.from({ length: steps + 1 }, (_, index) => 10 ** (Math.log10(from) + ((Math.log10(to) - Math.log10(from)) * index) / steps));
}

function axisMarks(from: number, to: number, width: number): object {
  const shown = marks.filter(([t]) => t >= from && t <= to * 1.001);
  const every = width < 400 && shown.length > 4 ? 2 : 1;
  return {
    type: 'line',
    data: [],
    markLine: {
      symbol: 'none',
      silent: true,
      data: shown.map(([t, label], index) => ({
        xAxis: Math.log10(t),
        lineStyle: { color: colors.line, type: 'solid' },
        label: { show: index % every === 0, formatter: label, position: 'start', ...small },
      })),
    },
  };
}

function benchmarkLines(benchmarks: readonly Benchmark[], width: number): object {
  const direct = benchmarks.filter((each) => sameUnit(each) && each.value > 0 && each.value < 1).slice(0, 3);
  return {
    type: 'line',
    data: [],
    markLine: {
      symbol: 'none',
      silent: true,
      data: direct.map((each) => ({
        yAxis: each.value,
        lineStyle: { color: colors.ink, type: 'dashed', width: 1 },
        label: {
          formatter: `${shareText(each.value)} published ${each.year}`,
          position: width < 400 ? 'insideStartTop' : 'insideStartTop',
          ...small,
          color: colors.ink,
        },
      })),
    },
  };
}
