import { inspect } from 'node:util';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hubspot } from 'truce/hubspot';
import { ConfigError, CrmError } from '../../../src/errors.ts';
import { nodeHttp } from '../../../src/transport/node-http.ts';
import { testPorts } from '../../support/virtual-clock.ts';
import { classify, problemOf } from '../../../adapters/hubspot/classify.ts';
import { createReply } from '../../../src/transport/reply.ts';
import { encode, jsonAnswer, openPortal } from './portal.ts';
import { pass } from './steps.ts';

const verdict = (status: number, body: string, type = 'application/json'): ReturnType<typeof classify> =>
  classify(createReply({ status, headers: { 'content-type': type }, body: encode(body) }, { system: 'hubspot', repeatable: true }));

describe('what an answer means', () => {
  it.each([
    [
      'the daily limit',
      429,
      '{"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"}',
      'budget',
      'never',
    ],
    [
      'the ten-second limit',
      429,
      '{"message":"You have reached your ten_secondly_rolling limit.","policyName":"TEN_SECONDLY_ROLLING"}',
      'rate-limit',
      'always',
    ],
    [
      'the search limit',
      429,
      '{"status":"error","message":"You have reached your secondly limit.","category":"RATE_LIMITS"}',
      'rate-limit',
      'always',
    ],
    ['a locked account', 423, '{}', 'unavailable', 'always'],
    ['a migrating account', 477, '{}', 'unavailable', 'always'],
    ['a wrong token', 401, '{"category":"INVALID_AUTHENTICATION"}', 'authentication', 'never'],
    ['a failure', 500, '{}', 'unavailable', 'if-repeatable'],
    ['a gateway', 524, '', 'unavailable', 'if-repeatable'],
  ] as const)('%s', (_name, status, body, failure, retry) => {
    expect(verdict(status, body)).toMatchObject({ ok: false, failure, retry });
  });

  it("Cloudflare's plain text is a limit that passes", () => {
    expect(verdict(429, 'error code: 1015', 'text/plain')).toMatchObject({ failure: 'rate-limit', retry: 'always', retryAfterMs: 10_000 });
  });

  it('the waits fit the window that was full', () => {
    expect(verdict(429, '{"message":"You have reached your secondly limit."}')).toMatchObject({ retryAfterMs: 1000 });
    expect(verdict(429, '{"message":"You have reached your ten_secondly_rolling limit."}')).toMatchObject({ retryAfterMs: 10_000 });
  });

  it('a missing scope is named', () => {
    const body = '{"category":"MISSING_SCOPES","errors":[{"context":{"requiredGranularScopes":["marketing.campaigns.read"]}}]}';
    expect(verdict(403, body)).toMatchObject({
      failure: 'permission',
      message: expect.stringContaining('marketing.campaigns.read') as string,
    });
  });

  it('a page of HTML with 200 is no answer', () => {
    expect(verdict(200, '<html>', 'text/html')).toMatchObject({ ok: false, code: 'BAD_BODY', failure: 'protocol' });
  });

  it('the JSON inside a message is read, its words are not repeated', () => {
    const message =
      'Property values were not valid: [{"isValid":false,"message":"Email address jane@ is invalid","error":"INVALID_EMAIL","name":"email","portalId":1}]';
    const problem = problemOf({ status: 'error', message, category: 'VALIDATION_ERROR' });
    expect(problem).toMatchObject({ codes: ['INVALID_EMAIL'], properties: ['email'] });
    expect(JSON.stringify(problem)).not.toContain('jane');
  });

  it.each(['Contact already exists. Existing ID: 123', 'A contact (existing object id 123) is there', '123 already has that value.'])(
    'the other record of %j is 123',
    (message) => {
      expect(problemOf({ message }).existingId).toBe('123');
    },
  );

  it.each([null, undefined, 7, 'x', [], { errors: 'none' }, { context: 5 }, { message: '[{not json' }])(
    '%j is a problem without details',
    (value) => {
      expect(problemOf(value)).toMatchObject({ codes: [], ids: [], existingId: null });
    },
  );
});

describe('the address', () => {
  it.each([
    'http://api.hubapi.com',
    'https://evil.com',
    'https://hubapi.com.evil.com',
    'https://api.hubapi.com@evil.com',
    'ftp://x',
    '',
    'https://127.0.0.1.nip.io',
    'https://api.hubapi.com:8443',
  ])('%j is refused before anything is contacted', (baseUrl) => {
    expect(() => hubspot({ accessToken: 't', baseUrl })).toThrow(ConfigError);
    expect(() => hubspot({ accessToken: 't', baseUrl })).toThrow(expect.objectContaining({ code: 'BAD_BASE_URL' }));
  });

  it.each(['https://api.hubapi.com', 'https://api-eu1.hubapi.com', 'http://127.0.0.1:4010', 'http://localhost:4010'])(
    '%j is accepted',
    (baseUrl) => {
      expect(hubspot({ accessToken: 't', baseUrl }).system).toBe('hubspot');
    },
  );

  it('without a token nothing is begun', () => {
    expect(() => hubspot({ accessToken: '' })).toThrow(expect.objectContaining({ code: 'NO_TOKEN' }));
  });
});

describe('over real HTTP', () => {
  const ports = testPorts({ http: nodeHttp() });
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => nock.cleanAll());
  afterAll(async () => {
    nock.enableNetConnect();
    nock.restore();
    await ports.http.close();
  });
  const details = {
    portalId: 62_515,
    accountType: 'STANDARD',
    timeZone: 'US/Eastern',
    companyCurrency: 'USD',
    additionalCurrencies: [],
    uiDomain: 'app.hubspot.com',
  };

  it('the account comes from HubSpot itself, with the token as bearer', async () => {
    nock('https://api.hubapi.com', { reqheaders: { authorization: 'Bearer pat-1' } })
      .get('/account-info/v3/details')
      .reply(200, details);
    nock('https://api.hubapi.com')
      .post('/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'pat-1' })
      .reply(200, { userId: 1, hubId: 62_515, appId: 77, scopes: ['oauth'] });
    const crm = hubspot({ accessToken: 'pat-1' }).connect(ports);
    expect(await crm.account()).toMatchObject({ id: '62515', currency: 'USD', sandbox: false, self: { appId: '77' } });
  });

  it('a token that ran out is asked for anew once', async () => {
    nock('https://api.hubapi.com', { reqheaders: { authorization: 'Bearer old' } })
      .get('/account-info/v3/details')
      .reply(401, { category: 'EXPIRED_AUTHENTICATION' });
    nock('https://api.hubapi.com', { reqheaders: { authorization: 'Bearer new' } })
      .get('/account-info/v3/details')
      .reply(200, details);
    nock('https://api.hubapi.com').post('/oauth/v2/private-apps/get/access-token-info').reply(404, {});
    let asked = 0;
    const crm = hubspot({
      accessToken: () => {
        asked += 1;
        return Promise.resolve(asked === 1 ? 'old' : 'new');
      },
    }).connect(ports);
    expect((await crm.account()).id).toBe('62515');
    expect(asked).toBeGreaterThan(1);
  });

  it('a daily allowance is read from the headers, and only then known', async () => {
    nock('https://api.hubapi.com')
      .get('/account-info/v3/details')
      .reply(200, details, { 'x-hubspot-ratelimit-daily': '625000', 'x-hubspot-ratelimit-daily-remaining': '624000' });
    nock('https://api.hubapi.com').post('/oauth/v2/private-apps/get/access-token-info').reply(404, {});
    const crm = hubspot({ accessToken: 'pat-1' }).connect(ports);
    expect(await crm.budget()).toEqual({ perDay: null, used: 0 });
    await crm.account();
    expect(await crm.budget()).toEqual({ perDay: { limit: 625_000, remaining: 624_000 }, used: 2 });
  });

  it('a redirect is refused, and the token goes nowhere', async () => {
    const elsewhere = nock('https://evil.com').get(/.*/).reply(200, {});
    nock('https://api.hubapi.com').get('/account-info/v3/details').reply(302, '', { location: 'https://evil.com/steal' });
    nock('https://api.hubapi.com').post('/oauth/v2/private-apps/get/access-token-info').reply(404, {});
    await expect(hubspot({ accessToken: 'pat-1' }).connect(ports).account()).rejects.toMatchObject({ code: 'REDIRECT' });
    expect(elsewhere.isDone()).toBe(false);
  });
});

describe('secrets', () => {
  it('stand in no error and no log line', async () => {
    for (const status of [400, 401, 403, 404, 409, 429, 500]) {
      const portal = openPortal();
      portal.meddle((_request, path) =>
        path.startsWith('/crm') ? jsonAnswer(status, { message: 'for jane@example.com', category: 'X' }) : undefined,
      );
      const error: unknown = await pass(portal.connect(), 'people').then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(CrmError);
      const shown = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), JSON.stringify(portal.ports.lines)].join();
      expect(shown).not.toContain('pat-na1');
      expect(shown).not.toContain('jane@');
    }
  });
});

it('keeps every versioned path in one file', () => {
  const folder = join(import.meta.dirname, '../../../adapters/hubspot');
  const offenders = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'wire.ts')
    .filter((name) => /\/v\d\/|\/20\d\d-\d\d\//.test(readFileSync(join(folder, name), 'utf8').replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '')));
  expect(offenders).toEqual([]);
});
