import { createHash, timingSafeEqual } from 'node:crypto';
import { plainText } from '../json.ts';
import type { Org } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import type { Sessions } from './sessions.ts';
import type { Reply } from './reply.ts';

const MINUTE = 60_000;
/** @source https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm&type=5 (checked 2026-11-22) */
const CODE_LIVES_MS = 15 * MINUTE;
/** @source https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.remoteaccess_oauth_device_flow.htm (checked 2026-11-22) */
const DEVICE_LIVES_MS = 10 * MINUTE;
const POLL_SECONDS = 5;

interface Code {
  readonly userId: string;
  readonly redirectUri: string;
  /** Null: the client sent no challenge. */
  readonly challenge: string | null;
  readonly lasting: boolean;
  readonly madeAt: number;
}

interface Device {
  readonly userCode: string;
  readonly madeAt: number;
  userId: string | null;
  polledAt: number;
}

/** Codes that wait to be exchanged. */
export interface Grants {
  readonly codes: Map<string, Code>;
  readonly devices: Map<string, Device>;
}

export function noGrants(): Grants {
  return { codes: new Map(), devices: new Map() };
}

/** What the token endpoint gives out, before it is written as JSON. */
export interface Granted {
  readonly userId: string;
  readonly refreshToken?: string;
  /** Shown to the client; a refreshed session shows none. */
  readonly shown: boolean;
}

/** An OAuth error. */
export class GrantProblem extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

/** Everything that the grants need. */
export interface Granting {
  readonly org: Org;
  readonly sessions: Sessions;
  readonly grants: Grants;
  readonly origin: string;
}

/** @throws {GrantProblem} for another client, or a wrong secret; a secret may be left out where `optional`. */
export function checkClient({ org }: Granting, form: URLSearchParams, secret: 'optional' | 'required'): void {
  if (form.get('client_id') !== org.settings.clientId) throw new GrantProblem('invalid_client_id', 'client identifier invalid');
  const given = form.get('client_secret');
  if (given === null && secret === 'optional') return;
  if (given !== org.settings.clientSecret) throw new GrantProblem('invalid_client', 'invalid client credentials');
}

/** The active user of a name and password, the security token at its end; null when they don't go together. */
export function userByPassword(org: Org, username: string, password: string): string | null {
  const { store, custom } = org;
  const [row] = store.find('User', 'Username', username) ?? [];
  const known = row === undefined ? undefined : custom.passwords.get(row.id);
  if (row === undefined || known === undefined || store.value(row, 'IsActive') !== true) return null;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(known), digest(password)) ? row.id : null;
}

/** `grant_type=password`. @throws {GrantProblem} */
export function passwordGrant(granting: Granting, form: URLSearchParams): Granted {
  checkClient(granting, form, 'required');
  const userId = userByPassword(granting.org, form.get('username') ?? '', form.get('password') ?? '');
  if (userId === null) throw new GrantProblem('invalid_grant', 'authentication failure');
  return { userId, shown: false };
}

/** `grant_type=refresh_token`. @throws {GrantProblem} */
export function refreshGrant(granting: Granting, form: URLSearchParams): Granted {
  checkClient(granting, form, 'optional');
  const refreshToken = form.get('refresh_token') ?? '';
  const userId = granting.sessions.refreshUser(refreshToken);
  if (userId === null) throw new GrantProblem('invalid_grant', 'expired access/refresh token');
  return { userId, refreshToken, shown: false };
}

/** `grant_type=authorization_code`, with the verifier of the challenge. A code is used once. @throws {GrantProblem} */
export function codeGrant(granting: Granting, form: URLSearchParams): Granted {
  const { sessions, grants, org } = granting;
  const code = grants.codes.get(form.get('code') ?? '');
  // A challenge stands in for the secret of a client that can't keep one.
  checkClient(granting, form, code !== undefined && code.challenge !== null ? 'optional' : 'required');
  if (code === undefined) throw new GrantProblem('invalid_grant', 'invalid authorization code');
  grants.codes.delete(form.get('code') ?? '');
  if (org.store.now() - code.madeAt > CODE_LIVES_MS) throw new GrantProblem('invalid_grant', 'expired authorization code');
  if (form.get('redirect_uri') !== code.redirectUri)
    throw new GrantProblem('redirect_uri_mismatch', 'redirect_uri must match configuration');
  if (code.challenge !== null) {
    const hashed = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (hashed !== code.challenge.replace(/=+$/, '')) throw new GrantProblem('invalid_grant', 'invalid code verifier');
  }
  return { userId: code.userId, shown: true, ...(code.lasting ? { refreshToken: sessions.issueRefresh(code.userId) } : {}) };
}

/** `response_type=device_code`: codes for the device and for the person in front of it. @throws {GrantProblem} */
export function deviceCodes(granting: Granting, form: URLSearchParams): Reply {
  checkClient(granting, form, 'optional');
  const { org, sessions, grants, origin } = granting;
  const deviceCode = sessions.secret(40);
  const userCode = sessions.secret(8).toUpperCase();
  grants.devices.set(deviceCode, { userCode, madeAt: org.store.now(), userId: null, polledAt: Number.NEGATIVE_INFINITY });
  return {
    status: 200,
    json: { device_code: deviceCode, user_code: userCode, verification_uri: `${origin}/setup/connect`, interval: POLL_SECONDS },
  };
}

/** `grant_type=device`: what a device asks every five seconds. @throws {GrantProblem} */
export function deviceGrant(granting: Granting, form: URLSearchParams): Granted {
  checkClient(granting, form, 'optional');
  const { org, sessions, grants } = granting;
  const code = form.get('code') ?? '';
  const device = grants.devices.get(code);
  const now = org.store.now();
  if (device === undefined || now - device.madeAt > DEVICE_LIVES_MS)
    throw new GrantProblem('invalid_grant', 'device code is invalid or expired');
  if (device.userId === null) {
    const hasty = now - device.polledAt < POLL_SECONDS * 1000;
    device.polledAt = now;
    if (hasty) throw new GrantProblem('slow_down', 'Polling too quickly');
    throw new GrantProblem('authorization_pending', 'User has not yet authorized the device');
  }
  grants.devices.delete(code);
  return { userId: device.userId, shown: true, refreshToken: sessions.issueRefresh(device.userId) };
}

/** What stands in a browser: its session cookie, or the name and password just typed in. */
interface Browser {
  readonly cookie: string;
  readonly form: URLSearchParams;
}

function loggedIn({ org, sessions }: Granting, { cookie, form }: Browser): string | null {
  const sid = /(?:^|;\s*)sid=([^;]+)/.exec(cookie)?.[1];
  if (sid !== undefined) return sessions.user(decodeURIComponent(sid));
  return userByPassword(org, form.get('un') ?? '', form.get('pw') ?? '');
}

function loginPage(title: string): Reply {
  const text = `<!DOCTYPE html><html><head><title>${title}</title></head><body><form method="post"><label>Username <input name="un"></label><label>Password <input name="pw" type="password"></label><button>Log In</button></form></body></html>`;
  return { status: 200, text, headers: { 'content-type': 'text/html;charset=UTF-8' } };
}

/** True for an address that the connected app lists: any of this machine. */
function isCallback(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/**
 * `/services/oauth2/authorize`: who is logged in is sent back with a code (the app is approved for everyone), anybody
 * else logs in first. @throws {GrantProblem}
 */
export function authorize(granting: Granting, browser: Browser): Reply {
  const { org, sessions, grants } = granting;
  const { form } = browser;
  if (form.get('client_id') !== org.settings.clientId) throw new GrantProblem('invalid_client_id', 'client identifier invalid');
  const redirectUri = form.get('redirect_uri') ?? '';
  if (!isCallback(redirectUri)) throw new GrantProblem('redirect_uri_mismatch', 'redirect_uri must match configuration');
  if (form.get('response_type') !== 'code') throw new GrantProblem('unsupported_response_type', 'response type not supported');
  const userId = loggedIn(granting, browser);
  if (userId === null) return loginPage('Login | Salesforce');
  const scope = form.get('scope');
  const code = `aPrx${sessions.secret(60)}==`;
  grants.codes.set(code, {
    userId,
    redirectUri,
    challenge: form.get('code_challenge'),
    lasting: scope === null || /\b(?:refresh_token|offline_access)\b/.test(scope),
    madeAt: org.store.now(),
  });
  const target = new URL(redirectUri);
  target.searchParams.set('code', code);
  const state = form.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, text: '', headers: { location: target.href } };
}

/** `/setup/connect`: a person types in the code that a device shows. */
export function connectDevice(granting: Granting, browser: Browser): Reply {
  const userId = loggedIn(granting, browser);
  if (userId === null) return loginPage('Connect Your Device');
  const wanted = plainText(browser.form.get('user_code')).toUpperCase();
  const device = [...granting.grants.devices.values()].find((one) => one.userCode === wanted);
  if (device === undefined) return { status: 400, text: 'Invalid code', headers: { 'content-type': 'text/html;charset=UTF-8' } };
  device.userId = userId;
  return { status: 200, text: 'Connected', headers: { 'content-type': 'text/html;charset=UTF-8' } };
}

/** `/services/oauth2/introspect`. @throws {GrantProblem} */
export function introspect(granting: Granting, form: URLSearchParams): Reply {
  checkClient(granting, form, 'required');
  const { org, sessions, origin } = granting;
  const state = sessions.state(form.get('token') ?? '');
  if (state === null) return { status: 200, json: { active: false } };
  const seconds = (at: number): number => Math.floor(at / 1000);
  return {
    status: 200,
    json: {
      active: true,
      scope: 'api refresh_token',
      client_id: org.settings.clientId,
      username: textOf(org.store.value(org.store.row(state.userId), 'Username')),
      sub: `${origin}/id/${org.settings.orgId}/${state.userId}`,
      token_type: state.kind,
      ...(state.endsAt === undefined ? {} : { exp: seconds(state.endsAt) }),
      iat: seconds(state.madeAt),
      nbf: seconds(state.madeAt),
    },
  };
}
