import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import { createWire } from '../../../adapters/salesforce/wire.ts';
import type { Credentials } from '../../../adapters/salesforce/tokens.ts';
import { fakeOrg, instanceUrl, refused } from './fake.ts';
import type { Asked, FakeOrg, Told } from './fake.ts';

const wireOf = (org: FakeOrg, credentials: Credentials = { accessToken: 'token-1' }) =>
  createWire({ instanceUrl, loginUrl: instanceUrl, apiVersion: '67.0', credentials }, org.ports);
const token = (access: string, instance = instanceUrl): Told => ({
  body: { access_token: access, instance_url: instance, token_type: 'Bearer' },
});

describe('a call', () => {
  test('goes through our transport with the credential, our client name and the versioned path', async () => {
    const org = fakeOrg(() => ({ body: { ok: true } }));
    const answer = await wireOf(org).call({ method: 'POST', path: '/composite', body: { compositeRequest: [] } });
    expect(answer).toEqual({ status: 200, body: { compositeResponse: [] }, at: org.clock.now() });
    expect(org.sent[0]).toMatchObject({ method: 'POST', path: '/composite' });
    expect(org.sent[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'sforce-call-options': 'client=truce',
      'content-type': 'application/json',
    });
  });

  test('knows the server’s clock from its answers, not from the machine', async () => {
    const server = Date.UTC(2030, 0, 1);
    const org = fakeOrg(() => ({ body: {}, headers: { date: new Date(server).toUTCString() } }));
    const wire = wireOf(org);
    expect((await wire.call({ method: 'GET', path: '/limits' })).at).toBe(server);
    expect(wire.serverNow()).toBe(server);
  });

  test('without a Date header is refused: no cursor follows this machine’s clock', async () => {
    const org = fakeOrg(() => ({ body: {}, headers: { date: '' } }));
    await expect(wireOf(org).call({ method: 'GET', path: '/limits' })).rejects.toMatchObject({ code: 'NO_SERVER_TIME' });
  });

  test('that is refused on purpose gives status and body instead of an exception', async () => {
    const org = fakeOrg(() => refused('NOT_FOUND', 'The requested resource does not exist', 404));
    const answer = await wireOf(org).call({ method: 'GET', path: '/sobjects/Nope/describe', refusable: true });
    expect(answer).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
    await expect(wireOf(org).call({ method: 'GET', path: '/sobjects/Nope/describe' })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      status: 404,
    });
  });

  test('with an unreadable body is an error, never text taken for data', async () => {
    const org = fakeOrg(() => ({ body: '{"records": [' }));
    await expect(wireOf(org).call({ method: 'GET', path: '/query?q=x' })).rejects.toMatchObject({ code: 'BAD_JSON' });
  });

  test('of a write is sent once when the answer is a 503, a read is repeated', async () => {
    const org = fakeOrg((asked) =>
      asked.method === 'GET' && org.sent.length > 2 ? { body: {} } : refused('SERVER_UNAVAILABLE', 'down', 503),
    );
    await expect(wireOf(org).call({ method: 'PATCH', path: '/sobjects/Lead/00Q5f00000AbCdE', body: {} })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      ambiguous: true,
    });
    expect(org.sent).toHaveLength(1);
    await wireOf(org).call({ method: 'GET', path: '/limits' });
    expect(org.sent).toHaveLength(3);
  });

  test('notes the allowance from every answer', async () => {
    const org = fakeOrg(() => ({ body: {}, headers: { 'sforce-limit-info': 'api-usage=40/100' } }));
    const wire = wireOf(org);
    expect(wire.budget()).toEqual({ perDay: null, used: 0 });
    await wire.call({ method: 'GET', path: '/limits' });
    expect(wire.budget()).toEqual({ perDay: { limit: 100, remaining: 60 }, used: 1 });
  });
});

describe('credentials', () => {
  test('of a client are exchanged for a token once, shared by requests at the same time', async () => {
    const org = fakeOrg((asked) => (asked.path === '/services/oauth2/token' ? token('fresh') : { body: {} }));
    const wire = wireOf(org, { clientId: 'id', clientSecret: 'hush' });
    await Promise.all([1, 2, 3].map(() => wire.call({ method: 'GET', path: '/limits' })));
    const logins = org.sent.filter((asked) => asked.path === '/services/oauth2/token');
    expect(logins).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(String(logins[0]?.body)))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: 'hush',
    });
    expect(logins[0]?.headers).not.toHaveProperty('authorization');
    expect(org.sent.at(-1)?.headers).toMatchObject({ authorization: 'Bearer fresh' });
  });

  test('are renewed once when the session has ended, and the call goes out again', async () => {
    let issued = 0;
    const org = fakeOrg((asked) => {
      if (asked.path === '/services/oauth2/token') return token(`t${(issued += 1)}`);
      return asked.headers['authorization'] === 'Bearer t2'
        ? { body: { fine: true } }
        : refused('INVALID_SESSION_ID', 'Session expired or invalid', 401);
    });
    const wire = wireOf(org, { clientId: 'id', clientSecret: 'hush' });
    expect((await wire.call({ method: 'GET', path: '/limits' })).body).toEqual({ fine: true });
    expect(issued).toBe(2);
  });

  test('that stay dead are tried twice, not for ever', async () => {
    let issued = 0;
    const org = fakeOrg(() => refused('INVALID_SESSION_ID', 'Session expired or invalid', 401));
    const wire = wireOf(org, { accessToken: () => Promise.resolve(`t${(issued += 1)}`) });
    await expect(wire.call({ method: 'GET', path: '/limits' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      failure: 'authentication',
    });
    expect(org.sent).toHaveLength(2);
    expect(issued).toBe(2);
  });

  test('of another instance are not used: no token leaves for an address that an answer names', async () => {
    const org = fakeOrg(() => token('stolen', 'https://evil.my.salesforce.com'));
    await expect(wireOf(org, { clientId: 'id', clientSecret: 'hush' }).call({ method: 'GET', path: '/limits' })).rejects.toMatchObject({
      code: 'WRONG_INSTANCE',
    });
    expect(org.sent).toHaveLength(1);
  });

  test('that are wrong say so, without the secret', async () => {
    const org = fakeOrg(() => ({ status: 400, body: { error: 'invalid_client', error_description: 'invalid client credentials' } }));
    const failure: unknown = await wireOf(org, { clientId: 'id', clientSecret: 'hush-hush' })
      .call({ method: 'GET', path: '/limits' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('hush-hush');
  });

  test('by certificate sign an assertion for the login host that lives at most three minutes', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const org = fakeOrg((asked) => (asked.path === '/services/oauth2/token' ? token('jwt') : { body: {} }));
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await wireOf(org, { clientId: 'id', username: 'truce@acme.example', privateKey: pem }).call({ method: 'GET', path: '/limits' });
    const form = new URLSearchParams(String(org.sent[0]?.body));
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    expect(verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string; sub: string; aud: string; exp: number };
    expect(read).toMatchObject({ iss: 'id', sub: 'truce@acme.example', aud: 'https://login.salesforce.com' });
    expect(read.exp - org.clock.now() / 1000).toBeLessThanOrEqual(180);
  });

  test('by certificate correct a wrong local clock from the refusal and try once more', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const serverNow = Date.UTC(2026, 5, 1, 15);
    const seen: number[] = [];
    const expOf = (asked: Asked): number => {
      const claims = (new URLSearchParams(String(asked.body)).get('assertion') ?? '').split('.')[1] ?? '';
      return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number }).exp * 1000;
    };
    const org = fakeOrg((asked) => {
      const headers = { date: new Date(serverNow).toUTCString() };
      if (asked.path !== '/services/oauth2/token') return { body: {}, headers };
      seen.push(expOf(asked));
      return expOf(asked) > serverNow
        ? { ...token('jwt'), headers }
        : { status: 400, body: { error: 'invalid_grant', error_description: 'expired' }, headers };
    });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await wireOf(org, { clientId: 'id', username: 'u', privateKey: pem }).call({ method: 'GET', path: '/limits' });
    expect(seen).toHaveLength(2);
  });

  test('with an unreadable key are a configuration error that shows nothing of the key', async () => {
    const org = fakeOrg(() => ({ body: {} }));
    const failure: unknown = await wireOf(org, {
      clientId: 'id',
      username: 'u',
      privateKey: '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----',
    })
      .call({ method: 'GET', path: '/limits' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'BAD_PRIVATE_KEY' });
    expect(String(failure)).not.toContain('secret');
  });
});

describe('the options', () => {
  test.each([
    'http://acme.my.salesforce.com',
    'https://acme.my.salesforce.com.evil.example',
    'https://evil.example/acme.my.salesforce.com',
    'https://my-salesforce.com',
    'https://user@acme.my.salesforce.com',
    'https://169.254.169.254',
    'acme.my.salesforce.com',
    '',
  ])('refuse the instance URL %j before anything is contacted', (url) => {
    expect(() => salesforce({ instanceUrl: url, accessToken: 'x' })).toThrow(expect.objectContaining({ code: 'BAD_INSTANCE_URL' }));
  });

  test('take the My Domain address and this machine', () => {
    expect(salesforce({ instanceUrl: 'https://acme--uat.sandbox.my.salesforce.com/', accessToken: 'x' }).system).toBe('salesforce');
    expect(salesforce({ instanceUrl: 'http://127.0.0.1:8443', accessToken: 'x' }).system).toBe('salesforce');
  });

  test('refuse an API version that is none', () => {
    expect(() => salesforce({ instanceUrl, accessToken: 'x', apiVersion: 'latest' })).toThrow(
      expect.objectContaining({ code: 'BAD_API_VERSION' }),
    );
  });
});
