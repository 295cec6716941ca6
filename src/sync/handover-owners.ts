import type { Crm } from '../crm.ts';
import type { RecordId } from '../model/words.ts';

/** Active users by e-mail address, and queues by name, both in lower case: what an owner rule names. A name that two share is nobody's. */
export async function readOwnersByName(crm: Crm, signal?: AbortSignal): Promise<ReadonlyMap<string, RecordId>> {
  const names = new Map<string, Set<RecordId>>();
  for await (const page of crm.changes('users', null, signal === undefined ? {} : { signal })) {
    for (const event of page.events) {
      if (event.type !== 'upsert') continue;
      const { id, email, name, active, kind } = event.record;
      const called = kind === 'queue' ? name : active ? email : null;
      if (called === null) continue;
      const key = called.trim().toLowerCase();
      names.set(key, (names.get(key) ?? new Set()).add(id));
    }
  }
  return new Map([...names].flatMap(([key, [id, ...others]]) => (id === undefined || others.length > 0 ? [] : [[key, id] as const])));
}
