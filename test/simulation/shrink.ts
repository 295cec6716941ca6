import { noFaults, type Faults, type Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

/** Runs that shrinking may take: a small enough scenario now is better than the smallest one tomorrow. */
const mostRuns = 400;

/** Makes a failing scenario smaller, as long as the same invariant stays broken: fewer actions, crashes, faults, cycles. */
export async function shrink(
  scenario: Scenario,
  { invariant, folder }: { readonly invariant: number; readonly folder: string },
): Promise<Scenario> {
  let best = scenario;
  let runs = 0;
  for (let again = true; again && runs < mostRuns;) {
    again = false;
    for (const smaller of smallerOnes(best)) {
      if (runs >= mostRuns) break;
      runs += 1;
      const { violations } = await simulate(smaller, { folder });
      if (!violations.some((one) => one.invariant === invariant)) continue;
      best = smaller;
      again = true;
      break;
    }
  }
  return best;
}

/** What may be left out, the largest parts first. */
function* smallerOnes(scenario: Scenario): Generator<Scenario> {
  const { actions, crashes, faults, cycles, automations, poison, agitation } = scenario;
  for (const size of [8, 4, 2, 1]) {
    for (let at = 0; at < actions.length && size <= actions.length; at += size) yield { ...scenario, actions: without(actions, at, size) };
  }
  for (const at of crashes.keys()) yield { ...scenario, crashes: without(crashes, at, 1) };
  if (JSON.stringify(faults) !== JSON.stringify(noFaults)) yield { ...scenario, faults: noFaults };
  for (const name of Object.keys(noFaults) as (keyof Faults)[])
    if (faults[name] !== noFaults[name]) yield { ...scenario, faults: { ...faults, [name]: noFaults[name] } };
  if (agitation > 0) yield { ...scenario, agitation: 0 };
  if (automations.length > 0) yield { ...scenario, automations: [] };
  if (poison.length > 0) yield { ...scenario, poison: [] };
  if (cycles.length > 1) yield { ...scenario, cycles: cycles.slice(0, -1) };
  const plain = { pageSize: 100, perCall: 100, lagMs: 0, lateMs: 0, overlapMs: 0 };
  for (const side of ['marketing', 'sales'] as const) {
    const traits = { ...scenario.traits, [side]: { ...scenario.traits[side], ...plain } };
    if (JSON.stringify(traits) !== JSON.stringify(scenario.traits)) yield { ...scenario, traits };
  }
}

function without<T>(items: readonly T[], at: number, count: number): readonly T[] {
  return [...items.slice(0, at), ...items.slice(at + count)];
}
