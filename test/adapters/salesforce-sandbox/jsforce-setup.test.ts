import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Connection, OAuth2 } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

// jsforce sends loopback requests to a proxy, too, when these are set.
for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name];

const NAME = 'sasha.seller@example.com';
const PASSWORD = 'pass&wordTOKEN';

let r: Rig;
let server: Server;
let origin: string;

beforeAll(async () => {
  r = rig();
  const [user] = await r.records(`SELECT Id FROM User WHERE Username = '${NAME}'`);
  r.half.seed.password(String(user?.['Id']), PASSWORD);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const { method = 'GET', url = '/' } = request;
      const answer = async (): Promise<void> => {
        const reply = await r.half.handle({ method, url, headers, body: Buffer.concat(chunks), origin });
        response.writeHead(reply.status, reply.headers);
        response.end(reply.body);
      };
      void answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

describe('jsforce', () => {
  it('logs in over SOAP with a name and a password', async () => {
    const connection = new Connection({ loginUrl: origin, version: '50.0' });
    const info = await connection.login(NAME, PASSWORD);
    expect(info.organizationId).toMatch(/^00D/);
    expect((await connection.identity()).username).toBe(NAME);
    await expect(new Connection({ loginUrl: origin, version: '50.0' }).login(NAME, 'wrong')).rejects.toThrow('INVALID_LOGIN');
  });

  it('logs in over OAuth with a name and a password', async () => {
    const connection = new Connection({ oauth2: { loginUrl: origin, clientId: 'client', clientSecret: 'secret' }, version: '67.0' });
    await connection.login(NAME, PASSWORD);
    expect((await connection.identity()).username).toBe(NAME);
  });

  it('goes through the web server flow with a challenge and renews its session by itself', async () => {
    const redirectUri = 'http://localhost:1717/OauthRedirect';
    const oauth2 = new OAuth2({ loginUrl: origin, clientId: 'client', clientSecret: 'secret', redirectUri, useVerifier: true });
    const page = new URL(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 's' }));
    const url = page.pathname + page.search;
    const back = await r.half.handle({ method: 'GET', url, headers: { cookie: 'sid=user-token' }, body: Buffer.alloc(0), origin });
    const code = new URL(back.headers['location'] ?? '').searchParams.get('code') ?? '';
    const connection = new Connection({ oauth2, version: '67.0' });
    await connection.authorize(code);
    const first = connection.accessToken ?? '';
    r.half.seed.expireSession(first);
    expect((await connection.query('SELECT Id FROM Organization')).totalSize).toBe(1);
    expect(connection.accessToken).not.toBe(first);
  });

  it('undeletes and empties the bin over SOAP, and learns of duplicates', async () => {
    const connection = new Connection({ instanceUrl: origin, accessToken: 'integration-token', version: '67.0' });
    const lead = r.half.seed.insert('Lead', { LastName: 'Byron', Company: 'E', Email: 'ada@example.com' }, { at: START });
    await connection.sobject('Lead').destroy(lead);
    const undeleted: unknown = await connection.soap.undelete([lead]);
    expect(undeleted).toMatchObject([{ id: lead, success: true }]);
    await connection.sobject('Lead').destroy(lead);
    const emptied: unknown = await connection.soap.emptyRecycleBin([lead]);
    expect(emptied).toMatchObject([{ id: lead, success: true }]);

    r.half.seed.duplicateRule('Lead', { active: true });
    const twin = { LastName: 'Byron', FirstName: 'Ada', Company: 'E', Email: 'twin@example.com' };
    r.half.seed.insert('Lead', twin, { at: START });
    await expect(connection.sobject('Lead').create(twin)).rejects.toMatchObject({ errorCode: 'DUPLICATES_DETECTED' });
    const saved = await connection.sobject('Lead').create(twin, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } });
    expect(saved).toMatchObject({ success: true });
  });
});
