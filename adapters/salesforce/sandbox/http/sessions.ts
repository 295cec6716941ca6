import type { Org } from '../org.ts';

/** A session made by a grant ends after two idle hours, the stock setting. The organisation's own two tokens stay until revoked. */
const IDLE_MS = 2 * 3_600_000;

interface Session {
  readonly userId: string;
  readonly lasting: boolean;
  readonly madeAt: number;
  /** The refresh token that it came from: revoked with it. */
  readonly refreshToken: string | null;
  usedAt: number;
}

/** What a token stands for, without using it. */
export interface TokenState {
  readonly kind: 'access_token' | 'refresh_token';
  readonly userId: string;
  /** Epoch milliseconds. */
  readonly madeAt: number;
  /** Undefined: it does not end by itself. */
  readonly endsAt?: number;
}

export interface Sessions {
  /** The user behind a session, which counts as used now; null when it is unknown, ended or its user inactive. */
  user(token: string): string | null;
  issue(userId: string, refreshToken?: string): string;
  issueRefresh(userId: string): string;
  /** The user of a refresh token; null when there is no such token, or its user is inactive. */
  refreshUser(token: string): string | null;
  state(token: string): TokenState | null;
  /** Ends a session, or a refresh token with all of its sessions. False when there was no such token. */
  revoke(token: string): boolean;
  /** Letters and digits that nobody guesses. */
  secret(length: number): string;
}

/** The sessions of an organisation, beginning with these lasting tokens. */
export function sessionsOf(org: Org, lasting: ReadonlyMap<string, string>): Sessions {
  const { store, ports, settings, custom } = org;
  const sessions = new Map<string, Session>(
    [...lasting].map(([token, userId]) => [token, { userId, lasting: true, madeAt: store.now(), refreshToken: null, usedAt: 0 }]),
  );
  const refreshTokens = new Map<string, { readonly userId: string; readonly madeAt: number }>();
  const isActive = (userId: string): boolean => store.value(store.row(userId), 'IsActive') === true;

  function live(token: string): Session | undefined {
    const session = sessions.get(token);
    if (session === undefined) return undefined;
    if (!custom.endedSessions.delete(token) && (session.lasting || store.now() - session.usedAt <= IDLE_MS)) return session;
    sessions.delete(token);
    return undefined;
  }

  function secret(length: number): string {
    let text = '';
    while (text.length < length)
      text += Math.floor(ports.random.next() * 36 ** 8)
        .toString(36)
        .padStart(8, '0');
    return text.slice(0, length);
  }

  return {
    secret,
    user(token) {
      const session = live(token);
      if (session === undefined) return null;
      session.usedAt = store.now();
      return isActive(session.userId) ? session.userId : null;
    },
    issue(userId, refreshToken) {
      const token = `${settings.orgId.slice(0, 15)}!AQ.${secret(64)}`;
      sessions.set(token, { userId, lasting: false, madeAt: store.now(), refreshToken: refreshToken ?? null, usedAt: store.now() });
      return token;
    },
    issueRefresh(userId) {
      const token = `5Aep861${secret(80)}`;
      refreshTokens.set(token, { userId, madeAt: store.now() });
      return token;
    },
    refreshUser(token) {
      const found = refreshTokens.get(token);
      return found !== undefined && isActive(found.userId) ? found.userId : null;
    },
    state(token) {
      const session = live(token);
      if (session !== undefined) {
        const { userId, madeAt, usedAt } = session;
        return { kind: 'access_token', userId, madeAt, ...(session.lasting ? {} : { endsAt: usedAt + IDLE_MS }) };
      }
      const refresh = refreshTokens.get(token);
      return refresh === undefined ? null : { kind: 'refresh_token', ...refresh };
    },
    revoke(token) {
      if (!refreshTokens.delete(token)) return sessions.delete(token);
      for (const [access, session] of sessions) if (session.refreshToken === token) sessions.delete(access);
      return true;
    },
  };
}
