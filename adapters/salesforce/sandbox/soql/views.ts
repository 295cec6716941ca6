import type { Org } from '../org.ts';

interface View {
  viewed: number | null;
  referenced: number | null;
}

/** When each user last saw each record, by `USER RECORD`; in the order of the last sight. */
const byOrg = new WeakMap<Org, Map<string, View>>();

function viewsOf(org: Org): Map<string, View> {
  let views = byOrg.get(org);
  if (views === undefined) byOrg.set(org, (views = new Map()));
  return views;
}

/** True for the two fields that say when the asking user last saw a record. */
export function isViewStamp(field: string): boolean {
  return field === 'LastViewedDate' || field === 'LastReferencedDate';
}

/** `FOR VIEW` and `FOR REFERENCE`: the user sees these records now. A view is a reference too. */
export function noteViews(org: Org, userId: string, ids: readonly string[], kind: 'VIEW' | 'REFERENCE'): void {
  const views = viewsOf(org);
  const now = Math.floor(org.store.now() / 1000) * 1000;
  for (const id of ids) {
    const key = `${userId} ${id}`;
    const viewed = kind === 'VIEW' ? now : (views.get(key)?.viewed ?? null);
    views.delete(key);
    views.set(key, { viewed, referenced: now });
  }
}

/** When a user last viewed or referenced a record; null when it never did. */
export function viewStamp(org: Org, userId: string, id: string, field: string): number | null {
  const view = viewsOf(org).get(`${userId} ${id}`);
  return (field === 'LastViewedDate' ? view?.viewed : view?.referenced) ?? null;
}

/** The ids that a user saw, the latest first. */
export function recentIds(org: Org, userId: string): readonly string[] {
  const mine = [...viewsOf(org).keys()].filter((key) => key.startsWith(`${userId} `));
  return mine.reverse().map((key) => key.slice(userId.length + 1));
}
