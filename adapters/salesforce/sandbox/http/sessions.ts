import type { Org } from '../org.ts';

/** A session made by a grant ends after two idle hours, the stock setting. The organisation's own two tokens stay until revoked. */
const IDLE_MS = 2 * 3_600_000;

interface Session {
  readonly userId: string;
  readonly lasting: boolean;
  usedAt: number;
}

export interface Sessions {
  /** The user behind a session, which counts as used now; null when it is unknown, ended or its user inactive. */
  user(token: string): string | null;
  issue(userId: string): string;
  /** False when there was no such session. */
  revoke(token: string): boolean;
}

/** The sessions of an organisation, beginning with these lasting tokens. */
export function sessionsOf(org: Org, lasting: ReadonlyMap<string, string>): Sessions {
  const sessions = new Map<string, Session>([...lasting].map(([token, userId]) => [token, { userId, lasting: true, usedAt: 0 }]));
  const { store, ports, settings } = org;
  return {
    user(token) {
      const session = sessions.get(token);
      if (session === undefined) return null;
      if (!session.lasting && store.now() - session.usedAt > IDLE_MS) {
        sessions.delete(token);
        return null;
      }
      session.usedAt = store.now();
      return store.value(store.row(session.userId), 'IsActive') === true ? session.userId : null;
    },
    issue(userId) {
      let secret = '';
      while (secret.length < 64)
        secret += Math.floor(ports.random.next() * 36 ** 8)
          .toString(36)
          .padStart(8, '0');
      const token = `${settings.orgId.slice(0, 15)}!AQ.${secret}`;
      sessions.set(token, { userId, lasting: false, usedAt: store.now() });
      return token;
    },
    revoke: (token) => sessions.delete(token),
  };
}
