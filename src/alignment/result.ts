import { benchmarksFor } from './benchmarks.ts';
import type { Definition, Population, StatContext, StatResult, StatUnit } from './types.ts';

type Found = Omit<StatResult, 'id' | 'slug' | 'version' | 'title' | 'question' | 'asOf' | 'benchmarks' | 'warnings' | 'interval'> &
  Partial<Pick<StatResult, 'warnings' | 'interval'>>;

/** Completes a statistic's findings with what its definition says. */
export function resultOf(definition: Definition, context: StatContext, found: Found): StatResult {
  const { id, slug, version, title, question } = definition;
  return {
    id,
    slug,
    version,
    title,
    question,
    asOf: context.asOf,
    interval: null,
    ...found,
    warnings: found.warnings ?? [],
    benchmarks: benchmarksFor(id),
  };
}

/** The result of a statistic whose input is missing: no figure at all, and what it needs. */
export function notMeasured(
  definition: Definition,
  context: StatContext,
  missing: { readonly estimateOf: string; readonly unit: StatUnit; readonly needs: string },
): StatResult {
  return resultOf(definition, context, {
    params: {},
    population: { ...emptyPopulation, excluded: nonZero(context.facts.excluded) },
    estimate: null,
    estimateOf: missing.estimateOf,
    unit: missing.unit,
    notMeasured: `needs ${missing.needs}`,
  });
}

const emptyPopulation: Population = { n: 0, clusters: 0, unknown: 0, excluded: {}, immature: 0 };

/** Counts by name without those that are 0, in the names' order, whatever order the database gave them in. */
export function nonZero(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const kept = Object.entries(counts).filter(([, n]) => n > 0);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
