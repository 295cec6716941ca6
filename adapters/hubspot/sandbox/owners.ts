import type { Owner, Portal } from './model.ts';
import type { HubspotSeed } from './seed.ts';

/** Owner ids and user ids are two number ranges; who mixes them up finds nobody. */
const FIRST_OWNER = 70_000_001;
const FIRST_USER = 50_000_001;

/** Makes an owner and the user behind it; the first team is the primary one. */
export function addOwner(portal: Portal, given: Parameters<HubspotSeed['owner']>[0]): { id: string; userId: string } {
  const now = portal.clock.now();
  const place = portal.owners.length;
  const owner: Owner = {
    id: String(FIRST_OWNER + place * 7),
    userId: FIRST_USER + place * 3,
    email: given.email,
    firstName: given.firstName,
    lastName: given.lastName,
    createdAt: now,
    updatedAt: now,
    archived: false,
    teams: (given.teams ?? []).map((name, index) => ({ id: teamId(portal, name), name, primary: index === 0 })),
  };
  portal.owners.push(owner);
  return { id: owner.id, userId: String(owner.userId) };
}

function teamId(portal: Portal, name: string): string {
  const known = portal.teams.get(name);
  if (known !== undefined) return known;
  const id = String(40_000_001 + portal.teams.size);
  portal.teams.set(name, id);
  return id;
}
