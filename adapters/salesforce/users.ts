import type { CallOptions } from '../../src/crm.ts';
import type { ActorRef } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { ActorOf } from './map.ts';
import { userKind } from './map.ts';
import { rowsByIds } from './query.ts';
import { requiredId, text } from './row.ts';
import type { Row } from './row.ts';
import { name, names, soql } from './soql.ts';
import type { Wire } from './wire.ts';

/** Who the user ids of histories and records are; each is looked up once. */
export interface Users {
  /** Looks up the ids that aren't known yet and answers from then on without a call. */
  actors(ids: readonly (RecordId | null)[], options?: CallOptions): Promise<ActorOf>;
}

const unknown: ActorRef = { kind: 'unknown', userId: null, label: null };

/** @param self this integration's own user, asked for only when an id has to be looked up */
export function createUsers(wire: Wire, self: (options?: CallOptions) => Promise<RecordId | null>): Users {
  const known = new Map<RecordId, ActorRef>();
  const actorOf: ActorOf = (userId) => (userId === null ? unknown : (known.get(userId) ?? { ...unknown, userId }));
  return {
    actors: async (ids, options = {}) => {
      const missing = [...new Set(ids)].filter((userId) => userId !== null && userId.startsWith('005') && !known.has(userId)) as RecordId[];
      if (missing.length > 0) {
        const selfId = await self(options);
        const rows = await usersById(wire, missing, options);
        for (const userId of missing) known.set(userId, { ...unknown, userId });
        for (const row of rows) known.set(requiredId(row, 'Id'), toActor(row, selfId));
      }
      return actorOf;
    },
  };
}

/** A queue or a user that is gone acts for nobody known; Salesforce's own automation acts as `AutomatedProcess`. */
function toActor(row: Row, selfId: RecordId | null): ActorRef {
  const userId = requiredId(row, 'Id');
  const label = text(row, 'Profile.Name') ?? text(row, 'UserType');
  if (userId === selfId) return { kind: 'truce', userId, label };
  if (text(row, 'UserType') === 'AutomatedProcess') return { kind: 'workflow', userId, label };
  const connector = /^hubspot\b.*\b(integration|connector|sync)/i.test(text(row, 'Name') ?? '');
  if (connector) return { kind: 'connector', userId, label };
  return { kind: userKind(row, selfId) === 'integration' ? 'integration' : 'human', userId, label };
}

async function usersById(wire: Wire, ids: readonly RecordId[], options: CallOptions): Promise<readonly Row[]> {
  const plain = ['Id', 'Name', 'UserType'];
  const select = (fields: readonly string[]) => (part: readonly string[]) => ({
    soql: soql`SELECT ${names(fields)} FROM ${name('User')} WHERE Id IN ${part}`,
  });
  // Profiles are hidden from users without the right to see the setup; then the type alone has to do.
  const rows =
    (await rowsByIds(wire, ids, select([...plain, 'Profile.Name']), options)) ?? (await rowsByIds(wire, ids, select(plain), options));
  return rows ?? [];
}
