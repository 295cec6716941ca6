import { createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';
import type { Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const HELP = 'https://help.salesforce.com/s/articleView?id';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function grant(r: Rig, form: Record<string, string>) {
  return r.send('POST', '/services/oauth2/token', { as: 'nobody', headers: FORM, body: new URLSearchParams(form).toString() });
}

const CLIENT = { grant_type: 'client_credentials', client_id: 'client', client_secret: 'secret' };

describe('sessions', () => {
  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_oauth_client_credentials_flow.htm` },
    'client credentials give a session of the run-as user, with the address of its identity',
    async () => {
      const r = rig();
      const answer = await grant(r, CLIENT);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.json).sort()).toEqual([
        'access_token',
        'id',
        'instance_url',
        'issued_at',
        'scope',
        'signature',
        'token_type',
      ]);
      expect(answer.json['id']).toMatch(/\/id\/00D.{15}\/005.{15}$/);
      const token = String(answer.json['access_token']);
      const limits = await r.send('GET', '/limits', { headers: { authorization: `Bearer ${token}` } });
      expect(limits.status).toBe(200);
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_oauth_flow_errors.htm` },
    'a wrong client or secret is an OAuth error with 400',
    async () => {
      const r = rig();
      const id = await grant(r, { ...CLIENT, client_id: 'x' });
      expect([id.status, id.json['error']]).toEqual([400, 'invalid_client_id']);
      const secret = await grant(r, { ...CLIENT, client_secret: 'x' });
      expect(secret.json).toEqual({ error: 'invalid_client', error_description: 'invalid client credentials' });
      const other = await grant(r, { grant_type: 'implicit' });
      expect(other.json['error']).toBe('unsupported_grant_type');
      expect((await grant(r, { ...CLIENT, grant_type: 'refresh_token', refresh_token: 'x' })).json['error']).toBe('invalid_grant');
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_oauth_client_credentials_flow.htm` },
    'the client may name itself in an Authorization header',
    async () => {
      const basic = Buffer.from('client:secret').toString('base64');
      const answer = await rig().send('POST', '/services/oauth2/token', {
        as: 'nobody',
        headers: { ...FORM, authorization: `Basic ${basic}` },
        body: 'grant_type=client_credentials',
      });
      expect(answer.status).toBe(200);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/jsforce/jsforce/issues/1263' },
    'a request without a session, or with an unknown one, is refused with INVALID_SESSION_ID in an array',
    async () => {
      for (const headers of [{}, { authorization: 'Bearer stale' }, { authorization: 'nonsense' }]) {
        const answer = await rig().send('GET', '/limits', { as: 'nobody', headers });
        expect(answer.status).toBe(401);
        expect(answer.json).toEqual([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
      }
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=xcloud.admin_sessions.htm` },
    'a granted session ends after two idle hours, and lives on while it is used',
    async () => {
      const r = rig();
      const authorization = `Bearer ${String((await grant(r, CLIENT)).json['access_token'])}`;
      for (let hour = 0; hour < 3; hour += 1) {
        r.advance(3_600_000);
        expect((await r.send('GET', '/limits', { headers: { authorization } })).status).toBe(200);
      }
      r.advance(2 * 3_600_000 + 1);
      expect((await r.send('GET', '/limits', { headers: { authorization } })).status).toBe(401);
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_revoke_token.htm` },
    'a revoked token is no session any more',
    async () => {
      const r = rig();
      const token = String((await grant(r, CLIENT)).json['access_token']);
      expect(
        (await r.send('POST', '/services/oauth2/revoke', { as: 'nobody', headers: FORM, body: `token=${encodeURIComponent(token)}` }))
          .status,
      ).toBe(200);
      expect((await r.send('GET', '/limits', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
      expect((await r.send('POST', '/services/oauth2/revoke', { as: 'nobody', headers: FORM, body: 'token=x' })).status).toBe(400);
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_using_userinfo_endpoint.htm` },
    'userinfo and identity name the user of the session',
    async () => {
      const r = rig();
      const info = await r.send('GET', '/services/oauth2/userinfo', { as: 'user' });
      expect(info.json).toMatchObject({ preferred_username: 'sasha.seller@example.com', zoneinfo: 'GMT' });
      const path = new URL(String(info.json['sub'])).pathname;
      expect((await r.send('GET', path, { as: 'user' })).json).toMatchObject({
        username: 'sasha.seller@example.com',
        organization_id: info.json['organization_id'],
      });
      expect((await r.send('GET', path)).status).toBe(404);
      expect((await r.send('GET', '/services/oauth2/userinfo', { as: 'nobody' })).text).toBe('Bad_OAuth_Token');
    },
  );
});

describe('the JWT bearer flow', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwtPublicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  function assertion(r: Rig, claims: Record<string, unknown> = {}): string {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const exp = Math.floor(r.now() / 1000) + 120;
    const body = `${part({ alg: 'RS256' })}.${part({ iss: 'client', sub: 'sasha.seller@example.com', aud: 'https://login.salesforce.com', exp, ...claims })}`;
    return `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey).toString('base64url')}`;
  }

  function jwt(r: Rig, text: string) {
    return grant(r, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: text });
  }

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_oauth_jwt_flow.htm` },
    'a signed assertion gives a session of the user it names',
    async () => {
      const r = rig({ jwtPublicKey });
      const token = String((await jwt(r, assertion(r))).json['access_token']);
      const info = await r.send('GET', '/services/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } });
      expect(info.json['email']).toBe('sasha.seller@example.com');
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_oauth_jwt_flow.htm` },
    'an assertion with a wrong signature, issuer, audience, user or expiry is refused',
    async () => {
      const r = rig({ jwtPublicKey });
      const now = Math.floor(r.now() / 1000);
      const wrong = [
        `${assertion(r).slice(0, -4)}AAAA`,
        assertion(r, { iss: 'other' }),
        assertion(r, { aud: 'https://example.com' }),
        assertion(r, { sub: 'nobody@example.com' }),
        assertion(r, { exp: now - 1 }),
        assertion(r, { exp: now + 3600 }),
        'no.assertion',
        '',
      ];
      for (const text of wrong) expect((await jwt(r, text)).status).toBe(400);
    },
  );

  conforms(
    { known: 'specified', source: `${HELP}=sf.remoteaccess_oauth_jwt_flow.htm` },
    'without a certificate every assertion is refused',
    async () => {
      const r = rig();
      expect((await jwt(r, assertion(r))).json).toEqual({ error: 'invalid_grant', error_description: 'invalid assertion' });
    },
  );
});

describe('versions', () => {
  conforms({ known: 'specified', source: `${REST}/dome_versions.htm` }, 'the list of versions needs no session', async () => {
    const answer = await rig().send('GET', '/services/data', { as: 'nobody' });
    const versions = answer.json.map((one) => String(one['version']));
    expect([versions[0], versions.at(-1)]).toEqual(['20.0', '68.0']);
    expect(answer.json.map((one) => String(one['label']))).toContain("Summer '26");
  });

  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'every version from 20.0 to 68.0 is served, any other is 404',
    async () => {
      const r = rig();
      for (const version of ['v20.0', 'v42.0', 'v68.0']) expect((await r.send('GET', `/services/data/${version}/limits`)).status).toBe(200);
      for (const version of ['v19.0', 'v69.0', 'v67', 'v67.5', 'latest']) {
        const answer = await r.send('GET', `/services/data/${version}/limits`);
        expect(answer.status).toBe(404);
        expect(answer.json).toEqual([{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]);
      }
    },
  );

  conforms(
    { known: 'specified', source: '@salesforce/plugin-auth lib/commands/org/login/access-token.js' },
    'a path that begins with two slashes is the same path: the command keeps an instance URL with its slash at the end',
    async () => {
      const r = rig();
      const request = { method: 'GET', body: new Uint8Array(), origin: 'http://127.0.0.1:1' };
      const headers = { authorization: 'Bearer integration-token' };
      for (const url of ['//services/data', '//services/data/v67.0/limits'])
        expect((await r.half.handle({ ...request, url, headers })).status).toBe(200);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/dome_discovery.htm` },
    'links in answers are of the version that was called',
    async () => {
      const r = rig();
      const answer = await r.send('GET', `/services/data/v52.0/query?q=${encodeURIComponent('SELECT Id FROM Organization')}`);
      expect(String(answer.json['records']?.at(0)?.['attributes']?.['url'])).toMatch(
        /^\/services\/data\/v52\.0\/sobjects\/Organization\/00D/,
      );
      expect((await r.send('GET', '/services/data/v52.0/')).json['sobjects']).toBe('/services/data/v52.0/sobjects');
    },
  );
});
