import type { Happening, Violation } from '../history.ts';
import type { Evidence } from './judge.ts';
import { same } from './same.ts';

type Change = Happening & { readonly kind: 'change' };
type Read = Happening & { readonly kind: 'read' };

interface At<T> {
  readonly at: number;
  readonly one: T;
}

/**
 * The central rule: what a user or an automation has set may be overwritten by Truce only by a decision that had read it.
 * Where no CRM could tell, it has to be put back, or somebody has changed it since.
 */
export function checkOverwrites({ history, scenario }: Evidence): {
  readonly violations: readonly Violation[];
  readonly raced: number;
  readonly unseeable: number;
} {
  const violations: Violation[] = [];
  const changes = new Map<string, At<Change>[]>();
  const reads = new Map<string, At<Read>[]>();
  const decided = new Map<string, number>();
  const gone = new Map<string, number>();
  const repairs = new Map<string, string>();
  const refused = new Set<string>();
  for (const [at, one] of history.entries()) {
    if (one.kind === 'change') listed(changes, `${one.side} ${one.id} ${one.field}`).push({ at, one });
    else if (one.kind === 'read') listed(reads, `${one.side} ${one.id}`).push({ at, one });
    else if (one.kind === 'gone' || one.kind === 'converted') gone.set(`${one.side} ${one.id}`, at);
    else if (one.kind === 'commit') {
      for (const intent of one.batch.intents ?? []) {
        decided.set(intent.id, at);
        if (intent.repairs !== null) repairs.set(intent.id, intent.repairs);
      }
      for (const { id, status } of one.batch.outcomes ?? []) if (status === 'rejected') refused.add(repairs.get(id) ?? '');
    }
  }
  let raced = 0;
  let unseeable = 0;
  for (const [key, list] of changes) {
    for (const [index, { at, one }] of list.entries()) {
      const before = list[index - 1];
      if (one.by !== 'truce' || before === undefined || before.one.by === 'truce') continue;
      const decision = one.intent === null ? undefined : decided.get(one.intent);
      if (decision === undefined) continue; // Invariant 6 says so.
      const record = `${one.side} ${one.id}`;
      const known = (reads.get(record) ?? []).filter((read) => read.at < decision);
      if (known.some((read) => covers(read.one, before, scenario.traits[one.side].precision))) continue;
      // Neither an edit from blank to empty nor one to what was written anyway is lost.
      if (same(before.one.value, one.value) || same(before.one.value, before.one.before)) continue;
      raced += 1;
      const { precision, conditional } = scenario.traits[one.side];
      const last = known.at(-1)?.one;
      if (conditional && precision === 'second' && last !== undefined && second(last.modifiedAt) === second(before.one.at)) {
        unseeable += 1;
        continue;
      }
      const later = list.slice(index + 1);
      const restored = later.some((next) => next.one.by !== 'truce' || same(next.one.value, before.one.value));
      // The CRM itself refused to take it back: the journal and the quarantine say so.
      if (restored || (gone.get(record) ?? -1) > at || refused.has(one.intent ?? '')) continue;
      violations.push({
        invariant: 3,
        what: `${key}: ${JSON.stringify(before.one.value)} (set by ${before.one.by}, ${before.at}) was overwritten with ${JSON.stringify(one.value)} (${at}, ${String(one.intent)}) by a decision (${decision}) that had not read it`,
      });
    }
  }
  return { violations, raced, unseeable };
}

/** Whether a read shows a change, or what came after it. Pages come from an index that may lag: there the stamp decides. */
function covers(read: Read, change: At<Change>, precision: 'ms' | 'second'): boolean {
  if (!read.fields.has(change.one.field)) return false;
  if (read.page === null) return read.asOf > change.at;
  if (read.asOf <= change.at) return false;
  return precision === 'second' ? second(read.modifiedAt) >= second(change.one.at) : read.modifiedAt >= change.one.at;
}

function second(at: number): number {
  return Math.floor(at / 1_000);
}

function listed<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
