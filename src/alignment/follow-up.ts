import { otherKey } from './rates.ts';
import { count } from './rows.ts';
import { splice } from './splice.ts';
import { firstTouchCurvesSql } from './sql/first-touch-curves.sql.ts';
import { firstTouchSegmentSql } from './sql/first-touch-segment.sql.ts';
import { firstTouchPopulationSql } from './sql/first-touch-population.sql.ts';
import { policies } from './prepare.ts';
import type { StatContext, TouchPolicy, Warning } from './types.ts';

export const dayMs = 86_400_000;
export const hourMs = 3_600_000;

/** Why the statistics of follow-up can't be computed; null when they can. */
export function missingFollowUp(context: StatContext): string | null {
  if (context.facts.episodes === 0)
    return 'handovers: leads with a status `handed`, or a change of owner to sales, within the history that is kept';
  if (context.facts.salesTouches === 0) return 'outbound contacts of sales: calls, mails, meetings logged in a CRM, or touches.csv';
  return null;
}

/**
 * The observations of the first touch for all curves of A1 or A3. With `preTouched`, episodes touched shortly before the
 * handover count as touched at 0; else they are left out, as are contacts of which only the day is known.
 */
export function firstTouchObs(context: StatContext, options: { readonly preTouched: boolean }): string {
  const filter = options.preTouched ? '' : 'AND n_pre = 0 AND by_day = 0';
  const places = { filter: { sql: filter } };
  const segments = context.dimensions.map((dimension) =>
    splice(firstTouchSegmentSql, { ...places, column: dimension, min: context.settings.minCell, other: { sql: `'${otherKey}'` } }),
  );
  return [splice(firstTouchCurvesSql, places), ...segments].join(' UNION ALL ');
}

/** The curves' names in `firstTouchObs`. */
export function policyCurve(policy: TouchPolicy): string {
  return `policy ${policies.indexOf(policy) + 1}`;
}
export const selfSourcedCurve = 'self-sourced';

/** Counts that the population of the follow-up statistics is made of. */
export interface FollowUpPopulation {
  readonly episodes: number;
  readonly clusters: number;
  readonly immature: number;
  readonly preTouched: number;
  readonly byDay: number;
  readonly acceptedUntouched: number;
  readonly unknownActor: number;
  readonly excluded: Readonly<Record<string, number>>;
}

export async function followUpPopulation(context: StatContext, policy: number): Promise<FollowUpPopulation> {
  const horizon = context.settings.horizonDays * dayMs;
  const [row] = await context.db.query(firstTouchPopulationSql, [policy, context.asOf - horizon, horizon]);
  return {
    episodes: count(row, 'episodes'),
    clusters: count(row, 'clusters'),
    immature: count(row, 'immature'),
    preTouched: count(row, 'pre_touched'),
    byDay: count(row, 'by_day'),
    acceptedUntouched: count(row, 'accepted_untouched'),
    unknownActor: count(row, 'unknown_actor'),
    excluded: {
      ...context.facts.excluded,
      'older than the history': context.facts.handedBy['older than the history'] ?? 0,
      'opted out before the handover': count(row, 'opted_out_before'),
      'found by sales itself': count(row, 'self_sourced'),
      'handed over again': count(row, 'later'),
    },
  };
}

/** What a reader must know about how the touches were recorded. */
export function followUpWarnings(found: FollowUpPopulation): readonly Warning[] {
  const warnings: Warning[] = [];
  if (found.acceptedUntouched > 0) {
    const text = `${found.acceptedUntouched} leads were accepted without any logged contact: touches may be missing, not made.`;
    warnings.push({ code: 'ACCEPTED_UNTOUCHED', text, n: found.acceptedUntouched });
  }
  if (found.unknownActor > 0) {
    const text = `${found.unknownActor} leads were contacted only by someone the CRM doesn't name: they are in the bounds, not in the figure.`;
    warnings.push({ code: 'UNKNOWN_ACTOR', text, n: found.unknownActor });
  }
  if (found.byDay > 0) {
    warnings.push({
      code: 'DAY_PRECISION',
      text: `For ${found.byDay} leads only the day of the first contact is known; it counts at the day's end.`,
      n: found.byDay,
    });
  }
  return warnings;
}
