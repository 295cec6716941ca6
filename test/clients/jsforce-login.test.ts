import { createSign, generateKeyPairSync } from 'node:crypto';
import type * as jsforce from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rig, type Rig } from '../adapters/salesforce-sandbox/rig.ts';
import { serve, type LoopbackServer } from '../adapters/hubspot-sandbox/loopback.ts';
import { installed } from './install.ts';

for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name];

const USERNAME = 'truce.integration@example.com';
const PASSWORD = 'correct horse<&>SecurityToken';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

function assertion(r: Rig, audience: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'client', sub: USERNAME, aud: audience, exp: Math.floor(r.now() / 1000) + 120 };
  const signed = `${part({ alg: 'RS256' })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(keys.privateKey, 'base64url')}`;
}

for (const version of ['3.10.26', '2.0.0-beta.29', '1.11.1']) {
  const client = await installed({ name: 'jsforce', version });
  const first = version.startsWith('1.');

  describe.skipIf(!client.ready)(`jsforce ${version} logs in`, () => {
    let r: Rig;
    let server: LoopbackServer;
    let pack: typeof jsforce;
    let app: { loginUrl: string; clientId: string; clientSecret: string; redirectUri: string };
    beforeAll(async () => {
      if (!client.ready) return;
      r = rig({ jwtPublicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString() });
      const [user] = await r.records(`SELECT Id FROM User WHERE Username = '${USERNAME}'`);
      r.half.seed.password(String(user?.['Id']), PASSWORD);
      server = await serve(r.half);
      pack = client.require('jsforce') as typeof jsforce;
      app = { loginUrl: server.origin, clientId: 'client', clientSecret: 'secret', redirectUri: 'http://127.0.0.1/callback' };
    });
    afterAll(async () => {
      await server?.close();
    });

    const name = async (conn: jsforce.Connection): Promise<unknown> =>
      (await conn.query<{ Name: string }>('SELECT Name FROM Organization')).records[0]?.Name;

    it('over SOAP with name and password, and out again', async () => {
      const conn = new pack.Connection({ loginUrl: server.origin });
      const user = await conn.login(USERNAME, PASSWORD);
      expect([user.id, user.organizationId]).toEqual([
        expect.stringMatching(/^005\w{15}$/) as unknown,
        expect.stringMatching(/^00D\w{15}$/) as unknown,
      ]);
      expect(conn.instanceUrl).toBe(server.origin);
      expect(await name(conn)).toBe('Truce Sandbox Company');
      const { accessToken } = conn;
      await conn.logout();
      const later = new pack.Connection({ instanceUrl: server.origin, accessToken: String(accessToken) });
      await expect(name(later)).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
    });

    it('and is refused with a wrong password', async () => {
      const conn = new pack.Connection({ loginUrl: server.origin });
      await expect(conn.login(USERNAME, 'wrong')).rejects.toThrow(/INVALID_LOGIN: Invalid username, password, security token/);
    });

    it('with name and password over OAuth', async () => {
      const conn = new pack.Connection({ oauth2: app });
      expect((await conn.login(USERNAME, PASSWORD)).id).toMatch(/^005\w{15}$/);
      expect(await name(conn)).toBe('Truce Sandbox Company');
    });

    it('with an authorization code, and goes on with the refresh token when the session ends', async () => {
      const conn = new pack.Connection({ oauth2: app });
      const address = conn.oauth2.getAuthorizationUrl({ scope: 'api refresh_token' });
      const sent = await r.send('GET', address.slice(server.origin.length), { as: 'nobody', headers: { cookie: 'sid=integration-token' } });
      const code = new URL(String(sent.headers['location'])).searchParams.get('code') ?? '';
      await conn.authorize(code);
      expect(conn.refreshToken).toMatch(/\w/);
      const refreshed: string[] = [];
      conn.on('refresh', (token: string) => refreshed.push(token));
      r.advance(3 * 3_600_000);
      expect(await name(conn)).toBe('Truce Sandbox Company');
      expect(refreshed).toEqual([conn.accessToken]);
    });

    it.skipIf(first)('with client credentials and with a signed assertion, which 1 has no method for', async () => {
      const conn = new pack.Connection({ oauth2: app });
      await conn.authorize({ grant_type: 'client_credentials' });
      expect(await name(conn)).toBe('Truce Sandbox Company');
      const signed = new pack.Connection({ oauth2: app });
      await signed.authorize({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion(r, server.origin) });
      expect((await signed.identity()).username).toBe(USERNAME);
    });
  });
}
