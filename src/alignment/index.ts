import { ConfigError } from '../errors.ts';
import type { Queryable } from '../warehouse/types.ts';
import { followUpRate } from './a1-follow-up-rate.ts';
import { droppedAtHandover } from './a2-dropped-at-handover.ts';
import { speedToLead } from './a3-speed-to-lead.ts';
import { attempts } from './a4-attempts.ts';
import { ledger } from './b1-ledger.ts';
import { cohortFunnel } from './b3-cohort-funnel.ts';
import { reasons } from './b5-reasons.ts';
import { timeToClose } from './b6-time-to-close.ts';
import { openContext } from './context.ts';
import { oneSidedRecords } from './f1-one-sided-records.ts';
import { closedLoop } from './f3-closed-loop.ts';
import { statusAgreement } from './f4-status-agreement.ts';
import { dropPrepared } from './prepare.ts';
import type { AlignmentOptions, AlignmentReport, Definition, Statistic, StatResult } from './types.ts';

/** All statistics, in the order of the report. */
export const statistics: readonly Statistic[] = [
  followUpRate,
  droppedAtHandover,
  speedToLead,
  attempts,
  ledger,
  cohortFunnel,
  reasons,
  timeToClose,
  oneSidedRecords,
  closedLoop,
  statusAgreement,
];

/**
 * Computes the statistics over the merged data. Needs nothing but reading: what it prepares are temporary tables of the
 * connection behind `db`, which are dropped at the end; so one run at a time per connection. The result depends on the
 * data, the instant and the settings alone.
 * @throws {ConfigError} `UNKNOWN_STATISTIC` when `only` names none of them.
 */
export async function alignment(db: Queryable, options: AlignmentOptions): Promise<AlignmentReport> {
  const chosen = options.only === undefined ? statistics : options.only.map((name) => find(name));
  const context = await openContext(db, options);
  const results: StatResult[] = [];
  try {
    for (const statistic of chosen) {
      options.signal?.throwIfAborted();
      results.push(await statistic.compute(context));
    }
  } finally {
    await dropPrepared(db);
  }
  return {
    asOf: context.asOf,
    statistics: results,
    definitions: chosen.map(definitionOf),
    get(slugOrId) {
      const found = results.find((result) => result.slug === slugOrId || result.id === slugOrId);
      if (found === undefined) throw unknownStatistic(slugOrId, chosen);
      return found;
    },
  };
}

function find(name: string): Statistic {
  const found = statistics.find((statistic) => statistic.slug === name || statistic.id === name);
  if (found === undefined) throw unknownStatistic(name, statistics);
  return found;
}

function unknownStatistic(name: string, known: readonly Statistic[]): ConfigError {
  const names = known.map((statistic) => `${statistic.slug} (${statistic.id})`).join(', ');
  return new ConfigError('UNKNOWN_STATISTIC', `There is no statistic called "${name}" in this report.`, { hint: `Known are: ${names}.` });
}

function definitionOf(statistic: Statistic): Definition {
  const { id, slug, version, title, question, population, denominator, censoring, needs } = statistic;
  return { id, slug, version, title, question, population, denominator, censoring, needs };
}
