import type { Benchmark, SegmentRow, StatResult } from '../alignment/types.ts';
import { countText, intervalText, valueText } from './format.ts';

/** What a statistic's headline says, in sentences that need no glossary. */
export interface Headline {
  /** The figure itself; `not measured` or `not reached` where there is none. */
  readonly figure: string;
  /** `[58–66 %]`, or empty. */
  readonly interval: string;
  /** What the figure is of, and of how many. */
  readonly sentence: string;
  readonly state: 'measured' | 'not-measured' | 'not-reached';
}

/** The headline of one statistic. */
export function headline(stat: StatResult): Headline {
  if (stat.notMeasured !== undefined) {
    return { figure: 'not measured', interval: '', sentence: `It ${stat.notMeasured}.`, state: 'not-measured' };
  }
  const population = `Of ${countText(stat.population.n)} ${caseWord(stat)}.`;
  if (stat.estimate === null) {
    return {
      figure: 'not reached',
      interval: '',
      sentence: `${stat.notReached ?? 'There is nothing to judge yet.'} ${population}`.trim(),
      state: 'not-reached',
    };
  }
  return {
    figure: valueText(stat.estimate, stat.unit),
    interval: intervalText(stat.interval, stat.unit),
    sentence: `${capital(stat.estimateOf)}. ${population}`,
    state: 'measured',
  };
}

/** Who is not in the figure, and why; empty when everyone is. */
export function leftOut(stat: StatResult): string {
  const { population } = stat;
  const parts = [
    ...(population.unknown > 0 ? [`${countText(population.unknown)} unknown`] : []),
    ...(population.immature > 0 ? [`${countText(population.immature)} too young to judge`] : []),
    ...Object.entries(population.excluded)
      .filter(([, n]) => n > 0)
      .map(([why, n]) => `${countText(n)} ${why.replaceAll('_', ' ').replaceAll('-', ' ')}`),
  ];
  return parts.length === 0 ? '' : `Not in it: ${parts.join(', ')}.`;
}

/** What the statistic counts. */
export function caseWord(stat: StatResult): string {
  switch (stat.id) {
    case 'A1':
    case 'A3':
    case 'A4':
      return 'handovers';
    case 'B5':
      return 'lost deals and rejected leads';
    case 'F3':
      return 'closed outcomes';
    case 'F4':
      return 'leads in both CRMs';
    case 'A2':
    case 'B1':
    case 'B3':
    case 'B6':
    case 'F1':
      return 'leads';
  }
}

const grades = {
  A: 'published study with its method',
  B: 'vendor study with its sample size',
  C: 'opinion survey',
  D: 'widely quoted, no study found',
} as const;

/** A published figure as a sentence with year, source and grade. */
export function benchmarkText(benchmark: Benchmark): string {
  const source = benchmark.source.includes(String(benchmark.year)) ? benchmark.source : `${benchmark.source}, ${benchmark.year}`;
  const said = benchmark.caution?.toLowerCase().includes('no study') === true;
  const grade = said ? `grade ${benchmark.grade}` : `grade ${benchmark.grade}: ${grades[benchmark.grade]}`;
  const caution = benchmark.caution === undefined ? '' : ` ${sentence(benchmark.caution)}`;
  return `${sentence(benchmark.text)} ${source}; ${grade}.${caution}`;
}

/** Whether a published figure counts what ours counts; only then it may stand on our axis. */
export function sameUnit(benchmark: Benchmark): boolean {
  return benchmark.comparable === 'direct' && ['share_of_leads', 'share_of_deals', 'share_of_assets'].includes(benchmark.kind);
}

/** How a published figure relates to our own. */
export function comparableText(benchmark: Benchmark): string {
  switch (benchmark.comparable) {
    case 'direct':
      return sameUnit(benchmark) ? 'Comparable' : 'Other unit';
    case 'derived':
      return 'Other unit';
    case 'context':
      return 'Context only';
  }
}

const dimensionTitles = new Map([
  ['total', 'Overall'],
  ['all', 'All leads'],
  ['qualified', 'Qualified leads'],
  ['reason', 'With the reason'],
]);

/** How a split is headed. */
export function dimensionTitle(dimension: string): string {
  return dimensionTitles.get(dimension) ?? `By ${dimension.replaceAll('-', ' ')}`;
}

/** The rows of one split, in the order the statistic gives them. */
export function rowsOf(stat: StatResult, dimension: string): readonly SegmentRow[] {
  return (stat.rows ?? []).filter((row) => row.dimension === dimension);
}

/** Makes sure that a text ends as a sentence. */
export function sentence(text: string): string {
  const trimmed = capital(text.trim());
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
