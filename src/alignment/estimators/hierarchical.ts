import { betaCdf, betaDensity, betaQuantile, invertUnit, logBeta } from '../distributions.ts';

/** One group's successes and trials. */
export interface GroupCount {
  readonly k: number;
  readonly n: number;
}

export interface GroupRate {
  readonly mean: number;
  /** Equal-tailed 95 % limits. */
  readonly lo: number;
  readonly hi: number;
}

/** A weighted set of prior distributions Beta(alpha, beta): the posterior of what the groups have in common. */
export interface SharedPrior {
  readonly nodes: readonly { readonly alpha: number; readonly beta: number; readonly weight: number }[];
}

/** Ranges of u = ln(alpha/beta) and v = ln(alpha+beta), and the points along each. */
export interface Grid {
  readonly u: readonly [number, number];
  readonly v: readonly [number, number];
  readonly points: number;
}

interface WeighedCount extends GroupCount {
  readonly times: number;
}

/**
 * What groups of the same kind have in common, for rates that vary by group: rate_j ~ Beta(alpha, beta) with prior density
 * (alpha + beta)^(-5/2), integrated on a grid of (u, v). Full Bayes, because the maximum likelihood of alpha + beta is
 * infinite when the groups differ no more than chance. Null when no group has both a success and a failure: the data say
 * nothing about how groups differ. Without a grid it finds the region that holds all but 1e-6 of the posterior.
 * @source Gelman et al., Bayesian Data Analysis, 3rd edition, 5.3
 */
export function sharedPrior(groups: readonly GroupCount[], grid?: Grid): SharedPrior | null {
  if (!groups.some((g) => g.k > 0 && g.k < g.n)) return null;
  const counts = distinct(groups);
  const used = grid ?? regionOf(counts);
  const points = logPosterior(counts, used);
  const top = Math.max(...points.map((p) => p.log));
  const weighed = points.map((p) => ({ ...p, weight: Math.exp(p.log - top) })).filter((p) => p.weight > 1e-7);
  const total = weighed.reduce((sum, p) => sum + p.weight, 0);
  return { nodes: weighed.map((p) => ({ alpha: p.alpha, beta: p.beta, weight: p.weight / total })) };
}

/** A group's posterior rate: between its raw rate and what the groups have in common; with k = n = 0 the latter alone. */
export function groupRate(prior: SharedPrior, group: GroupCount): GroupRate {
  const parts = prior.nodes.map((node) => ({ a: node.alpha + group.k, b: node.beta + group.n - group.k, weight: node.weight }));
  const mean = parts.reduce((sum, p) => sum + (p.weight * p.a) / (p.a + p.b), 0);
  const square = parts.reduce((sum, p) => sum + (p.weight * p.a * (p.a + 1)) / ((p.a + p.b) * (p.a + p.b + 1)), 0);
  const size = (mean - square) / Math.max(square - mean * mean, 1e-300);
  const cdf = (x: number): number => parts.reduce((sum, p) => sum + p.weight * betaCdf(x, p.a, p.b), 0);
  const density = (x: number): number => parts.reduce((sum, p) => sum + p.weight * betaDensity(x, p.a, p.b), 0);
  const quantile = (p: number): number => {
    const start = betaQuantile(p, mean * size, (1 - mean) * size);
    return invertUnit({ p, start: start > 0 && start < 1 ? start : mean, tolerance: 1e-10 }, cdf, density);
  };
  return { mean, lo: quantile(0.025), hi: quantile(0.975) };
}

/** Posterior rates of all groups, in their order; equal counts are computed once. Null as `sharedPrior`. */
export function hierarchicalRates(groups: readonly GroupCount[]): readonly GroupRate[] | null {
  const prior = sharedPrior(groups);
  if (prior === null) return null;
  const known = new Map<string, GroupRate>();
  return groups.map((group) => {
    const key = `${group.k}/${group.n}`;
    const rate = known.get(key) ?? groupRate(prior, group);
    known.set(key, rate);
    return rate;
  });
}

function distinct(groups: readonly GroupCount[]): readonly WeighedCount[] {
  const found = new Map<string, WeighedCount>();
  for (const { k, n } of groups) {
    if (n > 0) found.set(`${k}/${n}`, { k, n, times: (found.get(`${k}/${n}`)?.times ?? 0) + 1 });
  }
  return [...found.values()];
}

function logPosterior(counts: readonly WeighedCount[], grid: Grid): { u: number; v: number; alpha: number; beta: number; log: number }[] {
  const points = [];
  for (let i = 0; i < grid.points; i += 1) {
    const u = grid.u[0] + ((grid.u[1] - grid.u[0]) * i) / (grid.points - 1);
    for (let j = 0; j < grid.points; j += 1) {
      const v = grid.v[0] + ((grid.v[1] - grid.v[0]) * j) / (grid.points - 1);
      const sum = Math.exp(v);
      const alpha = sum / (1 + Math.exp(-u));
      const beta = sum / (1 + Math.exp(u));
      const base = logBeta(alpha, beta);
      const likelihood = counts.reduce((total, c) => total + c.times * (logBeta(alpha + c.k, beta + c.n - c.k) - base), 0);
      points.push({ u, v, alpha, beta, log: likelihood + Math.log(alpha) + Math.log(beta) - 2.5 * v });
    }
  }
  return points;
}

/** Narrows a wide grid in a few rounds to the box where the posterior is above e^-20 of its top. */
function regionOf(counts: readonly WeighedCount[]): Grid {
  const k = counts.reduce((sum, c) => sum + c.k * c.times, 0);
  const n = counts.reduce((sum, c) => sum + c.n * c.times, 0);
  const centre = Math.log(k / (n - k));
  let grid: Grid = { u: [centre - 8, centre + 8], v: [-8, 24], points: 24 };
  for (let round = 0; round < 4; round += 1) {
    const points = logPosterior(counts, grid);
    const top = Math.max(...points.map((p) => p.log));
    const inside = points.filter((p) => p.log > top - 20);
    const stepU = (grid.u[1] - grid.u[0]) / (grid.points - 1);
    const stepV = (grid.v[1] - grid.v[0]) / (grid.points - 1);
    grid = {
      u: [Math.min(...inside.map((p) => p.u)) - stepU, Math.max(...inside.map((p) => p.u)) + stepU],
      v: [Math.min(...inside.map((p) => p.v)) - stepV, Math.max(...inside.map((p) => p.v)) + stepV],
      points: 24,
    };
  }
  return grid;
}
