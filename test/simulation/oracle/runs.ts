import type { Happening, Violation } from '../history.ts';
import { canaryToken } from '../crm-port.ts';
import type { Evidence } from './judge.ts';

/** Calls that a run may need beside those for the records that it plans. */
const callsAlways = 60;

/** What each operation may do and say: 20, 22, 25, 26, 27, 29. */
export function checkRuns(evidence: Evidence): readonly Violation[] {
  return [...checkOperations(evidence), ...checkReports(evidence), ...checkOutputs(evidence)];
}

/** 14, 20: no storm of calls, and nothing is written by a run that a guard has stopped, or that only looks. */
function checkOperations({ history, scenario }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  let sent: (Happening & { readonly kind: 'send' })[] = [];
  let reads = 0;
  let what = '';
  let clean = false;
  let unread = false;
  const repairs = new Set<string>();
  for (const one of history) {
    if (one.kind === 'begin') {
      sent = [];
      reads = 0;
      unread = false;
      ({ what, clean } = one);
    }
    if (one.kind === 'commit') for (const intent of one.batch.intents ?? []) if (intent.line.room === 'repair') repairs.add(intent.id);
    if (one.kind === 'unread') unread = true;
    if (one.kind === 'send') sent.push(one);
    if (one.kind === 'read' && one.page === null) reads += 1;
    if (one.kind !== 'end') continue;
    const own = sent.filter(({ item }) => !repairs.has(item.intentId));
    const records = new Set(own.map(({ side, item }) => `${side} ${item.id ?? item.key ?? ''}`)).size;
    const limit = Math.max(scenario.rules.maxChanges, 0.1 * scenario.people);
    const say = (invariant: number, text: string): void => void violations.push({ invariant, what: `${what} (${one.operation}): ${text}` });
    // Only half of the truth is known then: nothing may be written, and nobody told that all is well.
    if (unread && (own.length > 0 || one.how === 'done')) say(22, 'went on although changes could not be read');
    if (one.how === 'TOO_MANY_CHANGES' && own.length > 0) say(20, 'wrote although a guard stopped it');
    if (what === 'sync' && !clean && records > limit * 2) say(20, `wrote ${records} records, where ${limit} changes are allowed`);
    if ((what === 'pull' || what === 'plan' || what === 'release' || what === 'recover-twice') && own.length > 0) say(21, 'wrote to a CRM');
    if (own.length > 12 * (scenario.people + 4)) say(14, `sent ${own.length} writes`);
    if (reads > callsAlways * (scenario.people + 4)) say(14, `read ${reads} records`);
  }
  return violations;
}

/** 25: what a run reports is what the journal says. */
function checkReports({ history, state }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  for (const one of history) {
    if (one.kind !== 'end' || one.how !== 'done' || one.run === null) continue;
    const result = one.result as Readonly<Record<string, unknown>>;
    const rows = (state['journal'] ?? []).filter((row) => row['run_id'] === one.run && String(row['line']).includes('"room":"sync"'));
    for (const status of ['applied', 'rejected', 'raced', 'skipped'] as const) {
      if (typeof result[status] !== 'number') continue;
      const counted = rows.filter((row) => row['status'] === status).length;
      // A run's open writes are resolved by a later one, which the report could not know.
      const unsure = rows.some((row) => Number(row['closed_at']) > endedAt(state['runs'], one.run));
      if (!unsure && counted !== result[status])
        violations.push({ invariant: 25, what: `run ${one.run} reports ${String(result[status])} ${status}, the journal has ${counted}` });
    }
  }
  return violations;
}

function endedAt(runs: Evidence['state'][string] | undefined, id: string | null): number {
  return Number((runs ?? []).find((row) => row['id'] === id)?.['ended_at'] ?? Infinity);
}

/** 26, 27, 29: no secret in what is said or stored, no address in what is said, nothing left of the erased. */
function checkOutputs({ log, state, stateBytes, history, world }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const said = `${log}\n${JSON.stringify(history.filter((one) => one.kind === 'end'))}`;
  if (said.includes(canaryToken)) violations.push({ invariant: 26, what: 'a token is in the log, an error or a report' });
  if (Buffer.from(stateBytes).includes(canaryToken)) violations.push({ invariant: 26, what: 'a token is in the state' });
  if (said.includes('@pii.example')) violations.push({ invariant: 27, what: 'an address is in the log, an error or a report' });
  for (const side of ['marketing', 'sales'] as const) {
    for (const row of state['people'] ?? []) {
      const id = String(row['record_id']);
      if (row['side'] === side && world.crms[side].world.person(id as never) === undefined && wasErased(history, side, id))
        violations.push({ invariant: 19, what: `${side} ${id} was deleted and is still in the state` });
    }
  }
  // Truce must never reach for the prototype of all objects, whatever a field is called.
  if (Object.keys(Object.prototype).length > 0) violations.push({ invariant: 29, what: 'Object.prototype was touched' });
  return violations;
}

function wasErased(history: Evidence['history'], side: string, id: string): boolean {
  return history.some((one) => one.kind === 'gone' && one.side === side && one.id === id);
}
