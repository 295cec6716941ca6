import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';
import { soap, texts } from './soap.ts';

const WEB_SERVER = 'https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm&type=5';
const REFRESH =
  'https://developer.salesforce.com/docs/atlas.en-us.218.0.api_rest.meta/api_rest/intro_understanding_refresh_token_oauth.htm';
const PASSWORD = 'https://github.com/ForceCLI/force/pull/780';
const INTROSPECT = 'https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.remoteaccess_oidc_token_introspection_endpoint.htm';
const DEVICE = 'https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.remoteaccess_oauth_device_flow.htm';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CLIENT = { client_id: 'client', client_secret: 'secret' };
const CALLBACK = 'http://localhost:1717/OauthRedirect';
const VERIFIER = 'a-verifier-of-forty-three-letters-or-more-1234';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

function post(r: Rig, path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  return r.send('POST', path, { as: 'nobody', headers: { ...FORM, ...headers }, body: new URLSearchParams(form).toString() });
}

function token(r: Rig, form: Record<string, string>): Promise<Answer> {
  return post(r, '/services/oauth2/token', form);
}

function authorize(r: Rig, more: Record<string, string> = {}, cookie = 'sid=user-token'): Promise<Answer> {
  const query = new URLSearchParams({ response_type: 'code', client_id: 'client', redirect_uri: CALLBACK, ...more });
  return r.send('GET', `/services/oauth2/authorize?${query.toString()}`, { as: 'nobody', headers: { cookie } });
}

async function codeOf(r: Rig, more: Record<string, string> = {}): Promise<string> {
  return new URL((await authorize(r, more)).headers['location'] ?? '').searchParams.get('code') ?? '';
}

function exchange(r: Rig, code: string, more: Record<string, string> = CLIENT): Promise<Answer> {
  return token(r, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more });
}

async function nameOf(r: Rig, accessToken: unknown): Promise<string> {
  const answer = await r.send('GET', '/services/oauth2/userinfo', { headers: { authorization: `Bearer ${String(accessToken)}` } });
  return answer.status === 200 ? String(answer.json['preferred_username']) : 'nobody';
}

/** A rig in which the salesperson has a password. */
async function withPassword(): Promise<Rig> {
  const r = rig();
  const [user] = await r.records("SELECT Id FROM User WHERE Username = 'sasha.seller@example.com'");
  r.half.seed.password(String(user?.['Id']), 'pass&wordTOKEN');
  return r;
}

describe('the web server flow', () => {
  conforms(
    { known: 'specified', source: WEB_SERVER },
    'sends a logged-in person back with a code and the state, and the code gives a session and a refresh token',
    async () => {
      const r = rig();
      const answer = await authorize(r, { state: 'x y' });
      expect(answer.status).toBe(302);
      const back = new URL(answer.headers['location'] ?? '');
      expect([`${back.origin}${back.pathname}`, back.searchParams.get('state')]).toEqual([CALLBACK, 'x y']);
      const granted = await exchange(r, back.searchParams.get('code') ?? '');
      expect(granted.json).toMatchObject({ token_type: 'Bearer', instance_url: 'http://127.0.0.1:9999' });
      expect(String(granted.json['refresh_token'])).toMatch(/^5Aep861/);
      expect(await nameOf(r, granted.json['access_token'])).toBe('sasha.seller@example.com');
    },
  );

  conforms({ known: 'specified', source: WEB_SERVER }, 'a code is used once and lives fifteen minutes', async () => {
    const r = rig();
    const code = await codeOf(r);
    expect((await exchange(r, code)).status).toBe(200);
    expect((await exchange(r, code)).json['error']).toBe('invalid_grant');
    const late = await codeOf(r);
    r.advance(15 * 60_000 + 1);
    expect((await exchange(r, late)).json).toEqual({ error: 'invalid_grant', error_description: 'expired authorization code' });
  });

  conforms(
    { known: 'specified', source: WEB_SERVER },
    'the address to come back to must be that of the app, at both steps; without a refresh scope there is no refresh token',
    async () => {
      const r = rig();
      expect((await authorize(r, { redirect_uri: 'https://evil.example.com/' })).json['error']).toBe('redirect_uri_mismatch');
      expect((await authorize(r, { client_id: 'other' })).json['error']).toBe('invalid_client_id');
      const other = await exchange(r, await codeOf(r), { ...CLIENT, redirect_uri: 'http://localhost:1/' });
      expect(other.json['error']).toBe('redirect_uri_mismatch');
      expect((await exchange(r, await codeOf(r, { scope: 'api' }))).json['refresh_token']).toBeUndefined();
      expect((await exchange(r, await codeOf(r), { client_id: 'client' })).json['error']).toBe('invalid_client');
    },
  );

  conforms(
    { known: 'recorded', source: 'https://salesforce.stackexchange.com/questions/330168/pcke-flow-salesforce-for-oauth-2-0' },
    'a challenge is answered by its verifier, hashed and in base64url; another one is an invalid code verifier',
    async () => {
      const r = rig();
      const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
      expect((await exchange(r, await codeOf(r, pkce), { client_id: 'client', code_verifier: VERIFIER })).status).toBe(200);
      for (const verifier of [CHALLENGE, '']) {
        const refused = await exchange(r, await codeOf(r, pkce), { ...CLIENT, code_verifier: verifier });
        expect(refused.json).toEqual({ error: 'invalid_grant', error_description: 'invalid code verifier' });
      }
    },
  );

  conforms(
    { known: 'assumed', probe: 'GET /services/oauth2/authorize without a browser session: the page that comes first' },
    'who is not logged in gets a page to log in',
    async () => {
      const r = await withPassword();
      const page = await authorize(r, {}, '');
      expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html;charset=UTF-8']);
      const query = new URLSearchParams({ response_type: 'code', client_id: 'client', redirect_uri: CALLBACK });
      const path = `/services/oauth2/authorize?${query.toString()}`;
      expect((await post(r, path, { un: 'sasha.seller@example.com', pw: 'wrong' })).status).toBe(200);
      expect((await post(r, path, { un: 'sasha.seller@example.com', pw: 'pass&wordTOKEN' })).status).toBe(302);
    },
  );
});

describe('refresh tokens', () => {
  conforms({ known: 'specified', source: REFRESH }, 'give new sessions again and again, without a new refresh token', async () => {
    const r = rig();
    const { json } = await exchange(r, await codeOf(r));
    const refresh = { grant_type: 'refresh_token', client_id: 'client', refresh_token: String(json['refresh_token']) };
    r.advance(3 * 3_600_000);
    expect(await nameOf(r, json['access_token'])).toBe('nobody');
    const renewed = [await token(r, refresh), await token(r, { ...refresh, client_secret: 'secret' })];
    for (const one of renewed) {
      expect([one.status, one.json['refresh_token']]).toEqual([200, undefined]);
      expect(await nameOf(r, one.json['access_token'])).toBe('sasha.seller@example.com');
    }
    expect((await token(r, { ...refresh, client_secret: 'wrong' })).json['error']).toBe('invalid_client');
    expect((await token(r, { ...refresh, refresh_token: 'x' })).json).toEqual({
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
    });
  });

  conforms(
    { known: 'specified', source: 'https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm&type=5' },
    'revoking one ends the sessions that came from it',
    async () => {
      const r = rig();
      const { json } = await exchange(r, await codeOf(r));
      const refresh = { grant_type: 'refresh_token', client_id: 'client', refresh_token: String(json['refresh_token']) };
      const later = await token(r, refresh);
      expect((await post(r, '/services/oauth2/revoke', { token: refresh.refresh_token })).status).toBe(200);
      for (const access of [json['access_token'], later.json['access_token']]) expect(await nameOf(r, access)).toBe('nobody');
      expect((await token(r, refresh)).json['error']).toBe('invalid_grant');
    },
  );
});

describe('passwords', () => {
  conforms(
    { known: 'specified', source: PASSWORD },
    'a name and a password with the security token at its end give a session without a refresh token',
    async () => {
      const r = await withPassword();
      const form = { grant_type: 'password', ...CLIENT, username: 'sasha.seller@example.com', password: 'pass&wordTOKEN' };
      const answer = await token(r, form);
      expect([answer.status, answer.json['refresh_token']]).toEqual([200, undefined]);
      expect(await nameOf(r, answer.json['access_token'])).toBe('sasha.seller@example.com');
      for (const wrong of [{ password: 'pass&word' }, { username: 'nobody@example.com' }, { username: 'robin.router@example.com' }]) {
        expect((await token(r, { ...form, ...wrong })).json).toEqual({
          error: 'invalid_grant',
          error_description: 'authentication failure',
        });
      }
      expect((await token(r, { ...form, client_secret: 'x' })).json['error']).toBe('invalid_client');
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/apexsharp/apexsharp/issues/20' },
    'SOAP login gives a session, or the fault INVALID_LOGIN',
    async () => {
      const r = await withPassword();
      const login = (password: string, version = '64.0'): Promise<Answer> =>
        soap(r, `<login><username>sasha.seller@example.com</username><password>${password}</password></login>`, { token: '', version });
      const answer = await login('pass&amp;wordTOKEN');
      expect(texts(answer, 'serverUrl')[0]).toMatch(/^http:\/\/127\.0\.0\.1:9999\/services\/Soap\/u\/64\.0\/00D/);
      expect(texts(answer, 'passwordExpired')).toEqual(['false']);
      expect(await nameOf(r, texts(answer, 'sessionId')[0])).toBe('sasha.seller@example.com');
      const refused = await login('wrong');
      expect([refused.status, texts(refused, 'faultcode'), texts(refused, 'faultstring')]).toEqual([
        500,
        ['INVALID_LOGIN'],
        ['INVALID_LOGIN: Invalid username, password, security token; or user locked out.'],
      ]);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/forcedotcom/wsc/issues/363' },
    'from version 65.0 on there is no SOAP login',
    async () => {
      const answer = await soap(await withPassword(), '<login><username>a</username><password>b</password></login>', {
        token: '',
        version: '65.0',
      });
      expect(texts(answer, 'faultstring')).toEqual([
        'INVALID_OPERATION: The SOAP Login operation is not available in the API version specified (65.0). Refer to the documentation for supported versions.',
      ]);
    },
  );

  conforms(
    { known: 'specified', source: 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_logout.htm' },
    'SOAP logout ends the session',
    async () => {
      const r = await withPassword();
      const login = await soap(r, '<login><username>sasha.seller@example.com</username><password>pass&amp;wordTOKEN</password></login>', {
        token: '',
        version: '50.0',
      });
      const session = texts(login, 'sessionId')[0] ?? '';
      expect((await soap(r, '<logout/>', { token: session })).status).toBe(200);
      expect(texts(await soap(r, '<getServerTimestamp/>', { token: session }), 'faultcode')).toEqual(['sf:INVALID_SESSION_ID']);
    },
  );
});

describe('introspection', () => {
  conforms({ known: 'specified', source: INTROSPECT }, 'tells whether a token is alive, whose it is and when it ends', async () => {
    const r = rig();
    const { json } = await exchange(r, await codeOf(r));
    const ask = (value: unknown, form: Record<string, string> = CLIENT): Promise<Answer> =>
      post(r, '/services/oauth2/introspect', { token: String(value), ...form });
    const access = await ask(json['access_token']);
    expect(access.json).toMatchObject({
      active: true,
      client_id: 'client',
      username: 'sasha.seller@example.com',
      token_type: 'access_token',
    });
    expect(Number(access.json['exp']) - Number(access.json['iat'])).toBe(7200);
    expect((await ask(json['refresh_token'])).json).toMatchObject({ active: true, token_type: 'refresh_token' });
    expect((await ask('nothing')).json).toEqual({ active: false });
    expect((await ask(json['access_token'], { client_id: 'client', client_secret: 'x' })).json['error']).toBe('invalid_client');
    r.advance(2 * 3_600_000 + 1);
    expect((await ask(json['access_token'])).json).toEqual({ active: false });
  });
});

describe('the device flow', () => {
  conforms({ known: 'specified', source: DEVICE }, 'a device polls until a person has typed in its code', async () => {
    const r = rig();
    const codes = (await token(r, { response_type: 'device_code', client_id: 'client', scope: 'api refresh_token' })).json;
    expect(codes).toMatchObject({ interval: 5, verification_uri: 'http://127.0.0.1:9999/setup/connect' });
    const poll = (): Promise<Answer> => token(r, { grant_type: 'device', client_id: 'client', code: String(codes['device_code']) });
    const pending = await poll();
    expect([pending.status, pending.json['error']]).toEqual([400, 'authorization_pending']);
    expect((await poll()).json['error']).toBe('slow_down');
    const typed = await r.half.handle({
      method: 'POST',
      url: '/setup/connect',
      headers: { ...FORM, cookie: 'sid=user-token' },
      body: Buffer.from(`user_code=${String(codes['user_code'])}`),
      origin: 'http://127.0.0.1:9999',
    });
    expect(typed.status).toBe(200);
    r.advance(5000);
    const granted = await poll();
    expect(String(granted.json['refresh_token'])).toMatch(/^5Aep861/);
    expect(await nameOf(r, granted.json['access_token'])).toBe('sasha.seller@example.com');
    expect((await poll()).json['error']).toBe('invalid_grant');
  });

  conforms({ known: 'specified', source: DEVICE }, 'a code that nobody typed in for ten minutes is no grant', async () => {
    const r = rig();
    const codes = (await token(r, { response_type: 'device_code', client_id: 'client' })).json;
    r.advance(10 * 60_000 + 1);
    const late = await token(r, { grant_type: 'device', client_id: 'client', code: String(codes['device_code']) });
    expect(late.json['error']).toBe('invalid_grant');
  });
});

describe('ending a session at will', () => {
  conforms(
    { known: 'recorded', source: 'https://github.com/jsforce/jsforce/issues/1263' },
    'a session that was ended, a lasting one too, answers INVALID_SESSION_ID',
    async () => {
      const r = rig();
      r.half.seed.expireSession('integration-token');
      const answer = await r.send('GET', '/limits');
      expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([401, 'INVALID_SESSION_ID']);
      const renewed = await token(r, { grant_type: 'client_credentials', ...CLIENT });
      expect(
        (await r.send('GET', '/limits', { headers: { authorization: `Bearer ${String(renewed.json['access_token'])}` } })).status,
      ).toBe(200);
    },
  );
});
