import type { Violation } from '../history.ts';
import type { FieldValue } from '../model.ts';
import type { Row, Snapshot } from '../snapshot.ts';
import { otherSide, sides, statusWords, type Rules } from '../words.ts';
import type { World } from '../world.ts';
import type { Evidence } from './judge.ts';
import { blank, same } from './same.ts';

/** What has to hold once everything has come to rest: 1, 8, 9, 31. */
export function checkEnd(evidence: Evidence): readonly Violation[] {
  return [...checkLinks(evidence), ...checkAgreement(evidence), ...checkLease(evidence)];
}

/** Both CRMs' values, in a fixed order. */
export function valuesOf(world: World): string {
  const lines = sides.flatMap((side) =>
    [...world.crms[side].world.people()].map(
      (person) =>
        `${side} ${person.id} ${['status', 'company', 'title', 'score'].map((field) => JSON.stringify(person.fields.get(field) ?? null)).join(' ')}`,
    ),
  );
  return lines.toSorted().join('\n');
}

/** 8, 9: each living record belongs to one link, and a link has one record of each side, but for what a conversion left. */
function checkLinks({ state, world }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  for (const side of sides) {
    const known = new Set((state['people'] ?? []).filter((row) => row['side'] === side).map((row) => String(row['record_id'])));
    for (const { id } of world.crms[side].world.people())
      if (!known.has(id)) violations.push({ invariant: 11, what: `${side} ${id} is in the CRM and was never taken in` });
  }
  for (const link of state['links'] ?? []) {
    if (link['kind'] !== 'linked') continue;
    for (const side of sides) {
      const rows = membersOf(state, String(link['id'])).filter((row) => row['side'] === side);
      const living = rows.flatMap((row) => world.crms[side].world.person(String(row['record_id']) as never) ?? []);
      const leads = living.filter((person) => person.converted === null && person.object !== 'Contact');
      const contacts = living.filter((person) => person.object === 'Contact');
      if (leads.length > 1 || (leads.length === 1 && contacts.length > 0))
        violations.push({ invariant: 9, what: `the link ${String(link['id'])} has several records of ${side}` });
    }
  }
  return violations;
}

function membersOf(state: Snapshot, linkId: string): readonly Row[] {
  return (state['people'] ?? []).filter((row) => row['link_id'] === linkId);
}

/** 1: every linked pair that is not held back agrees, as far as its directions and maps let it. */
function checkAgreement({ state, world, scenario, history }: Evidence): readonly Violation[] {
  const violations: Violation[] = [];
  const stopped = history.findLast((one) => one.kind === 'end' && one.how !== 'done');
  const lastRuns = history.filter((one) => one.kind === 'end').slice(-3);
  // A guard that only a person can lift (a side without people) keeps everything as it is.
  if (stopped !== undefined && lastRuns.some((one) => one === stopped)) return [];
  const held = new Set((state['quarantine'] ?? []).map((row) => `${String(row['side'])} ${String(row['record_id'])}`));
  const frozen = new Set((state['frozen'] ?? []).map((row) => `${String(row['side'])} ${String(row['record_id'])}`));
  for (const link of state['links'] ?? []) {
    if (link['kind'] !== 'linked') continue;
    const rows = membersOf(state, String(link['id']));
    if (
      rows.some(
        (row) =>
          held.has(`${String(row['side'])} ${String(row['record_id'])}`) ||
          frozen.has(`${String(row['side'])} ${String(row['record_id'])}`),
      )
    )
      continue;
    const people = sides.map((side) =>
      rows.flatMap((row) => (row['side'] === side ? (world.crms[side].world.person(String(row['record_id']) as never) ?? []) : [])),
    );
    const [m, s] = [people[0]?.[0], people[1]?.[0]];
    if (m === undefined || s === undefined || (people[1]?.length ?? 0) > 1 || s.converted !== null || s.object === 'Contact') continue;
    const differing = (['status', 'company', 'title', 'score'] as const).filter(
      (field) => !agrees(field, { marketing: m.fields.get(field), sales: s.fields.get(field) }, scenario.rules),
    );
    for (const field of differing) {
      const values = `${JSON.stringify(m.fields.get(field) ?? null)} and ${JSON.stringify(s.fields.get(field) ?? null)}`;
      violations.push({ invariant: 1, what: `${String(link['id'])} (${m.id}, ${s.id}): ${field} is ${values} after three clean runs` });
    }
  }
  return violations;
}

type Both = Readonly<Record<'marketing' | 'sales', FieldValue | undefined>>;

function agrees(field: 'status' | 'company' | 'title' | 'score', values: Both, rules: Rules): boolean {
  if (same(values.marketing, values.sales) && field !== 'status') return true;
  switch (field) {
    case 'status':
      return sides.some((side) => mayStand(side, values)) || rules.status === 'ask';
    case 'company':
      // A blank does not overwrite.
      return blank(values.marketing) || blank(values.sales);
    case 'title':
      return false;
    case 'score':
      // It goes to sales only, where sales may have its own; a blank does not overwrite.
      return true;
  }
}

/** Whether what the other side holds is what this side's status comes to there, or is held back. */
function mayStand(side: 'marketing' | 'sales', values: Both): boolean {
  const other = otherSide(side);
  const rung = statusWords[side].reads[String(values[side] ?? '')];
  if (rung === undefined) return true;
  const written = statusWords[other].writes[rung];
  return written === undefined || written === values[other];
}

/** 31: nobody holds the state any more. */
function checkLease({ state, history }: Evidence): readonly Violation[] {
  const expires = Number(state['lease']?.[0]?.['expires_at'] ?? 0);
  const last = history.findLast((one) => one.kind === 'end');
  return expires > 0 && last?.how !== 'crashed' ? [{ invariant: 31, what: 'the lease is still held at the end' }] : [];
}
