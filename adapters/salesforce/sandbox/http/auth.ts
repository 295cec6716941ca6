import { verify } from 'node:crypto';
import type { Org } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import { restInstant } from '../time.ts';
import { GrantProblem, checkClient, codeGrant, deviceCodes, deviceGrant, passwordGrant, refreshGrant } from './grants.ts';
import type { Granted, Granting } from './grants.ts';
import type { Reply } from './reply.ts';

const MINUTE_MS = 60_000;

/**
 * `POST /services/oauth2/token`: client credentials, JWT bearer, authorization code with PKCE, refresh token, username
 * and password, device.
 */
export function token(granting: Granting, form: URLSearchParams): Reply {
  try {
    if (form.get('response_type') === 'device_code') return deviceCodes(granting, form);
    return grant(granting, granted(granting, form));
  } catch (error) {
    return refusal(error);
  }
}

/** The answer to a request that a grant refuses. */
export function refusal(error: unknown): Reply {
  if (error instanceof GrantProblem) return { status: 400, json: { error: error.error, error_description: error.message } };
  throw error;
}

function granted(granting: Granting, form: URLSearchParams): Granted {
  switch (form.get('grant_type')) {
    case 'client_credentials':
      checkClient(granting, form, 'required');
      return { userId: granting.org.users.integration, shown: false };
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return jwtBearer(granting, form.get('assertion') ?? '');
    case 'authorization_code':
      return codeGrant(granting, form);
    case 'refresh_token':
      return refreshGrant(granting, form);
    case 'password':
      return passwordGrant(granting, form);
    case 'device':
      return deviceGrant(granting, form);
    case null:
    default:
      throw new GrantProblem('unsupported_grant_type', 'grant type not supported');
  }
}

function grant({ org, sessions, origin }: Granting, { userId, refreshToken, shown }: Granted): Reply {
  const json = {
    access_token: sessions.issue(userId, refreshToken),
    ...(shown && refreshToken !== undefined ? { refresh_token: refreshToken } : {}),
    signature: Buffer.from(`${userId}${String(org.store.now())}`).toString('base64'),
    scope: refreshToken === undefined ? 'api' : 'refresh_token api',
    instance_url: origin,
    id: `${origin}/id/${org.settings.orgId}/${userId}`,
    token_type: 'Bearer',
    issued_at: String(org.store.now()),
  };
  return { status: 200, json, headers: { 'cache-control': 'no-cache,no-store,must-revalidate,max-age=0' } };
}

function claimsOf(part: string): ReadonlyMap<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return new Map(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
  } catch {
    return new Map();
  }
}

/** The assertion is checked as a whole: signature (RS256), audience, expiry at most three minutes ahead, client, user. */
function jwtBearer({ org, origin }: Granting, assertion: string): Granted {
  const refused = (description: string): GrantProblem => new GrantProblem('invalid_grant', description);
  const [head = '', payload = '', signature = '', ...rest] = assertion.split('.');
  const key = org.settings.jwtPublicKey;
  if (key === null || rest.length > 0 || claimsOf(head).get('alg') !== 'RS256') throw refused('invalid assertion');
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')))
    throw refused('invalid assertion');
  const claims = claimsOf(payload);
  if (claims.get('iss') !== org.settings.clientId) throw new GrantProblem('invalid_client_id', 'client identifier invalid');
  const audiences = ['https://login.salesforce.com', 'https://test.salesforce.com', origin];
  if (!audiences.includes(String(claims.get('aud')))) throw refused('audience is invalid');
  const expires = Number(claims.get('exp')) * 1000;
  if (!(expires > org.store.now()) || expires > org.store.now() + 3 * MINUTE_MS) throw refused('expired authorization code');
  const user = (org.store.find('User', 'Username', String(claims.get('sub'))) ?? [])[0];
  if (user === undefined || org.store.value(user, 'IsActive') !== true) throw refused("user hasn't approved this consumer");
  return { userId: user.id, shown: false };
}

/** `GET /services/oauth2/userinfo`. */
export function userInfo(org: Org, userId: string, origin: string): Reply {
  const { store } = org;
  const row = store.row(userId);
  const text = (field: string): string | null => textOf(store.value(row, field));
  return {
    status: 200,
    json: {
      sub: `${origin}/id/${org.settings.orgId}/${userId}`,
      user_id: userId,
      organization_id: org.settings.orgId,
      preferred_username: text('Username'),
      nickname: text('Alias'),
      name: [text('FirstName'), text('LastName')].filter((part) => part !== null).join(' '),
      email: text('Email'),
      email_verified: true,
      given_name: text('FirstName'),
      family_name: text('LastName'),
      zoneinfo: text('TimeZoneSidKey'),
      active: store.value(row, 'IsActive'),
      user_type: 'STANDARD',
      language: text('LanguageLocaleKey'),
      locale: text('LocaleSidKey'),
      utcOffset: 0,
      updated_at: restInstant(row?.stamp ?? 0),
      urls: urls(org, userId, origin),
    },
  };
}

function urls(org: Org, userId: string, origin: string): Readonly<Record<string, string>> {
  const rest = `${origin}/services/data/v{version}/`;
  return {
    partner: `${origin}/services/Soap/u/{version}/${org.settings.orgId.slice(0, 15)}`,
    rest,
    sobjects: `${rest}sobjects/`,
    query: `${rest}query/`,
    profile: `${origin}/${userId}`,
    custom_domain: origin,
  };
}

/** `GET /id/ORG/USER`: who the session's user is, in the older form. */
export function identity(org: Org, userId: string, origin: string): Reply {
  const { store } = org;
  const row = store.row(userId);
  const text = (field: string): string | null => textOf(store.value(row, field));
  return {
    status: 200,
    json: {
      id: `${origin}/id/${org.settings.orgId}/${userId}`,
      asserted_user: true,
      user_id: userId,
      organization_id: org.settings.orgId,
      username: text('Username'),
      nick_name: text('Alias'),
      display_name: [text('FirstName'), text('LastName')].filter((part) => part !== null).join(' '),
      email: text('Email'),
      email_verified: true,
      first_name: text('FirstName'),
      last_name: text('LastName'),
      timezone: text('TimeZoneSidKey'),
      active: store.value(row, 'IsActive'),
      user_type: 'STANDARD',
      language: text('LanguageLocaleKey'),
      locale: text('LocaleSidKey'),
      utcOffset: 0,
      last_modified_date: restInstant(row?.stamp ?? 0),
      is_app_installed: true,
      urls: urls(org, userId, origin),
    },
  };
}
