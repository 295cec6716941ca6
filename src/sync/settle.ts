import { hostname } from 'node:os';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant, RecordId, Side } from '../model/words.ts';
import type { Base, LinkedPerson, State } from '../state/types.ts';
import { findPeople } from './find-people.ts';
import { remoteName, rulesOf } from './person-plan.ts';
import { viewOf } from './side-view.ts';

const leaseMs = 60_000;

/** Changes the state alone, as the only one who does; no CRM is asked. @throws {StateError} `STATE_LOCKED` */
export async function alone<T>(state: State, now: Instant, work: () => Promise<T>): Promise<T> {
  await state.lease.acquire({ pid: process.pid, host: hostname() }, now, leaseMs);
  try {
    return await work();
  } finally {
    await state.lease.release();
  }
}

/** Somebody's decision in a conflict that the policy leaves to a person. */
export interface Settling {
  /** The mapped field's name. @default 'status' */
  readonly field?: string | undefined;
  /** Whose value is to stand. */
  readonly prefer: Side;
}

/**
 * Decides a conflict: the next sync takes the preferred side's value over to the other. What somebody changes until then is
 * merged as always. Returns the sentence that says so.
 * @throws {ConfigError} `PERSON_NOT_FOUND`, `FIELD_UNKNOWN`
 */
export async function settleConflict(
  state: State,
  {
    who,
    settling,
    settings,
    now,
  }: { readonly who: string; readonly settling: Settling; readonly settings: Settings; readonly now: Instant },
): Promise<string> {
  const name = settling.field ?? 'status';
  const rule = rulesOf(settings).find((one) => one.name === name);
  if (rule === undefined) {
    throw new ConfigError('FIELD_UNKNOWN', `No mapped field is called "${name}".`, {
      hint: `Known are: ${rulesOf(settings)
        .map((one) => one.name)
        .join(', ')}.`,
    });
  }
  const person = await linkedPerson(state, who);
  const { prefer } = settling;
  const other: Side = prefer === 'marketing' ? 'sales' : 'marketing';
  const valueOf = (side: Side): Base['marketing'] => viewOf(person, side, settings)?.record.fields.get(remoteName(rule, side));
  // The other side stands where both last agreed, the preferred one has moved: so it propagates.
  const base: Base = {
    linkId: person.id,
    field: name,
    rung: null,
    held: null,
    at: now,
    marketing: undefined,
    sales: undefined,
    [other]: valueOf(other),
  };
  await state.commit({
    bases: [base],
    unsettled: [person.id],
    release: person.members.map(({ side, id }) => ({ side, kind: 'person', recordId: id })),
  });
  return `${prefer}'s ${name} ${JSON.stringify(valueOf(prefer) ?? null)} goes to ${other} with the next sync.`;
}

/** Lets held-back records be tried with the next run instead of waiting. Without `who` all of them. Returns how many. */
export async function retryQuarantined(state: State, who: string | undefined, now: Instant): Promise<number> {
  if (who === undefined) return state.quarantine.retryNow(now);
  const records = await recordsOf(state, who);
  let count = 0;
  for (const id of records) count += await state.quarantine.retryNow(now, id);
  return count;
}

/** The ids under which somebody may be held back: those of their records, and what was given itself (a campaign's id, a key). */
export async function recordsOf(state: State, who: string): Promise<readonly (RecordId | string)[]> {
  const found = await findPeople(state, who);
  const links = await state.links.get([...new Set(found.flatMap((person) => person.linkId ?? []))]);
  return [
    ...new Set([
      who,
      ...found.map((person) => person.id),
      ...[...links.values()].flatMap((link) => link.members.map((member) => member.id)),
    ]),
  ];
}

async function linkedPerson(state: State, who: string): Promise<LinkedPerson> {
  const found = await findPeople(state, who);
  const links = await state.links.get([...new Set(found.flatMap((person) => person.linkId ?? []))]);
  const linked = [...links.values()].find((link) => link.kind === 'linked');
  if (linked !== undefined) return linked;
  throw new ConfigError('PERSON_NOT_FOUND', 'Nobody with records in both CRMs has this address, record id or key.', {
    hint: 'Check the spelling; `truce quarantine` lists who is held back.',
  });
}
