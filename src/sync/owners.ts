import type { Crm } from '../crm.ts';
import type { Settings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';
import { normaliseEmail } from './email.ts';

/** One CRM's users, as owners are found among them. */
export interface OwnerBook {
  /** By every id that a record may name a user with. */
  readonly byId: ReadonlyMap<string, Owner>;
  /** Active people only, by normalised address; several share one seldom. */
  readonly byEmail: ReadonlyMap<string, readonly string[]>;
}

export interface Owner {
  readonly id: string;
  readonly email: string | null;
  readonly active: boolean;
  /** A queue holds records that nobody owns yet. */
  readonly queue: boolean;
}

export type Owners = Readonly<Record<Side, OwnerBook>>;

/** Whether a field of the configuration is an owner that is found by e-mail. */
export function mapsOwners(settings: Pick<Settings, 'fields'>): boolean {
  return settings.fields.some((field) => field.transform === 'owner-by-email');
}

/** Reads the users of both CRMs, where a mapped field needs them; a few calls a run. */
export async function readOwners(
  crms: Readonly<Record<Side, Crm>>,
  settings: Pick<Settings, 'fields'>,
  signal?: AbortSignal,
): Promise<Owners | null> {
  if (!mapsOwners(settings)) return null;
  const [marketing, sales] = await Promise.all([readBook(crms.marketing, signal), readBook(crms.sales, signal)]);
  return { marketing, sales };
}

async function readBook(crm: Crm, signal?: AbortSignal): Promise<OwnerBook> {
  const byId = new Map<string, Owner>();
  for await (const page of crm.changes('users', null, signal === undefined ? {} : { signal })) {
    for (const event of page.events) {
      if (event.type !== 'upsert') {
        byId.delete(event.id);
        continue;
      }
      const { id, otherId, email, active, kind } = event.record;
      const owner: Owner = { id, email: email === null ? null : normaliseEmail(email), active, queue: kind === 'queue' };
      byId.set(id, owner);
      // Two id spaces may hold one number for two users; a record names its owner with the first.
      if (otherId !== null && !byId.has(otherId)) byId.set(otherId, owner);
    }
  }
  return bookOf(byId);
}

/** The same users by address. */
export function bookOf(byId: ReadonlyMap<string, Owner>): OwnerBook {
  const byEmail = new Map<string, string[]>();
  for (const [key, { id, email, active, queue }] of byId) {
    if (key === id && email !== null && active && !queue) byEmail.set(email, [...(byEmail.get(email) ?? []), id]);
  }
  return { byId, byEmail };
}
