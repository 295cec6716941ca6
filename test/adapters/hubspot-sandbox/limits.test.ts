import { describe, expect, it } from 'vitest';
import type { HubspotProblem } from '../../../adapters/hubspot/sandbox/errors.ts';
import { createLimiter, type Meter } from '../../../adapters/hubspot/sandbox/limits.ts';
import { conforms } from '../../conformance/conforms.ts';
import { APP_ID, dig, results, START, testPortal, text, TOKEN, USER_TOKEN, type Reply, type TestPortal } from './portal.ts';

const USAGE = 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines';
const SEARCH_GUIDE = 'https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm';
const ASSOCIATIONS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide';
const RECORDED = 'https://github.com/grouparoo/grouparoo/tree/main/plugins/@grouparoo/hubspot/__tests__/fixtures/export-objects';
const DAILY = 'https://developers.hubspot.com/docs/api-reference/legacy/account/account-information/get-usage-details';
const DETAILS = 'https://developers.hubspot.com/docs/api-reference/legacy/account/account-information/get-account-details';
const TOKENS = '@hubspot/api-client lib/codegen/oauth/models/AccessTokenInfoResponse';
const PRIVATE_APPS = 'https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview';

const LIST = 'GET /crm/v3/objects/contacts';
const SEARCH = 'POST /crm/v3/objects/contacts/search';
const LABELS = 'GET /crm/v4/associations/contacts/deals/labels';

async function burst(portal: TestPortal, count: number, line = LIST): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let n = 0; n < count; n += 1) replies.push(await portal.send(line, line.startsWith('POST') ? {} : undefined));
  return replies;
}

const limited = (more: Parameters<typeof testPortal>[0] = {}): TestPortal => testPortal({ limits: 'published', ...more });

const firstRefused = async (portal: TestPortal, count: number, line = LIST): Promise<number> =>
  (await burst(portal, count, line)).findIndex((reply) => reply.status === 429);

describe('the ten-second limit', () => {
  conforms({ known: 'specified', source: USAGE }, 'is 190 calls in a professional account', async () => {
    expect(await firstRefused(limited({ tier: 'pro' }), 191)).toBe(190);
  });

  conforms({ known: 'specified', source: USAGE }, 'is 190 calls in an enterprise account', async () => {
    expect(await firstRefused(limited({ tier: 'enterprise' }), 191)).toBe(190);
  });

  conforms({ known: 'specified', source: USAGE }, 'is 100 calls in a free account', async () => {
    expect(await firstRefused(limited({ tier: 'free' }), 101)).toBe(100);
  });

  conforms({ known: 'specified', source: USAGE }, 'rolls: a call is forgotten ten seconds later', async () => {
    const portal = limited();
    await burst(portal, 190);
    portal.clock.advance(9999);
    expect((await portal.send(LIST)).status).toBe(429);
    portal.clock.advance(1);
    expect((await portal.send(LIST)).status).toBe(200);
  });

  conforms({ known: 'specified', source: USAGE }, 'names its policy in the body', async () => {
    const refused = (await burst(limited(), 191)).at(-1);
    expect(refused?.body).toEqual({
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      correlationId: refused?.headers['x-hubspot-correlation-id'],
      policyName: 'TEN_SECONDLY_ROLLING',
      requestId: refused?.headers['x-hubspot-correlation-id'],
    });
  });

  conforms({ known: 'specified', source: USAGE }, 'sends no retry-after', async () => {
    expect((await burst(limited(), 191)).at(-1)?.headers).not.toHaveProperty('retry-after');
  });

  conforms({ known: 'assumed', probe: 'keep calling above the limit: does the window ever empty?' }, 'counts no refused call', async () => {
    const portal = limited();
    await burst(portal, 190);
    portal.clock.advance(5000);
    await burst(portal, 50);
    portal.clock.advance(5000);
    expect((await portal.send(LIST)).status).toBe(200);
  });
});

describe('the headers of limits', () => {
  conforms({ known: 'recorded', source: RECORDED }, 'tell day, interval and burst', async () => {
    const [first] = await burst(limited(), 1);
    expect(first?.headers).toMatchObject({
      'x-hubspot-ratelimit-daily': '625000',
      'x-hubspot-ratelimit-daily-remaining': '624999',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': '190',
      'x-hubspot-ratelimit-remaining': '189',
    });
  });

  conforms({ known: 'specified', source: USAGE }, 'still carry the deprecated secondly pair', async () => {
    const [first] = await burst(limited(), 1);
    expect(first?.headers).toMatchObject({ 'x-hubspot-ratelimit-secondly': '19', 'x-hubspot-ratelimit-secondly-remaining': '18' });
  });

  conforms({ known: 'specified', source: USAGE }, 'count down', async () => {
    const [, second] = await burst(limited(), 2);
    expect([second?.headers['x-hubspot-ratelimit-remaining'], second?.headers['x-hubspot-ratelimit-daily-remaining']]).toEqual([
      '188',
      '624998',
    ]);
  });

  conforms({ known: 'specified', source: USAGE }, 'of a refused call say that nothing remains', async () => {
    expect((await burst(limited(), 191)).at(-1)?.headers['x-hubspot-ratelimit-remaining']).toBe('0');
  });

  conforms({ known: 'recorded', source: RECORDED }, 'of a search are the daily ones only', async () => {
    const [reply] = await burst(limited(), 1, SEARCH);
    const names = Object.keys(reply?.headers ?? {}).filter((name) => name.startsWith('x-hubspot-ratelimit'));
    expect(names).toEqual(['x-hubspot-ratelimit-daily', 'x-hubspot-ratelimit-daily-remaining']);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'of a refused search are the daily ones too', async () => {
    const refused = (await burst(limited(), 6, SEARCH)).at(-1);
    const names = Object.keys(refused?.headers ?? {}).filter((name) => name.startsWith('x-hubspot-ratelimit'));
    expect([refused?.status, names]).toEqual([429, ['x-hubspot-ratelimit-daily', 'x-hubspot-ratelimit-daily-remaining']]);
  });
});

describe('the limit of search', () => {
  conforms({ known: 'specified', source: SEARCH_GUIDE }, 'is five a second', async () => {
    expect((await burst(limited(), 6, SEARCH)).map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  conforms({ known: 'specified', source: SEARCH_GUIDE }, 'counts all object types together', async () => {
    const portal = limited();
    await burst(portal, 3, SEARCH);
    expect(await firstRefused(portal, 3, 'POST /crm/v3/objects/deals/search')).toBe(2);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'has a body with neither policyName nor errorType', async () => {
    const refused = (await burst(limited(), 6, SEARCH)).at(-1);
    expect(refused?.body).toEqual({
      status: 'error',
      message: 'You have reached your secondly limit.',
      correlationId: refused?.headers['x-hubspot-correlation-id'],
      category: 'RATE_LIMITS',
    });
  });

  conforms({ known: 'specified', source: SEARCH_GUIDE }, 'is apart from the ten-second limit', async () => {
    const portal = limited();
    await burst(portal, 5, SEARCH);
    expect((await portal.send(LIST)).headers['x-hubspot-ratelimit-remaining']).toBe('189');
  });

  conforms({ known: 'recorded', source: RECORDED }, 'counts for the day', async () => {
    const portal = limited();
    await burst(portal, 5, SEARCH);
    expect((await portal.send(LIST)).headers['x-hubspot-ratelimit-daily-remaining']).toBe('624994');
  });

  conforms({ known: 'specified', source: SEARCH_GUIDE }, 'ends with the second', async () => {
    const portal = limited();
    await burst(portal, 6, SEARCH);
    portal.clock.advance(1000);
    expect((await portal.send(SEARCH, {})).status).toBe(200);
  });
});

describe('the limit of associations', () => {
  conforms({ known: 'specified', source: ASSOCIATIONS }, 'is 150 calls in ten seconds', async () => {
    expect(await firstRefused(limited(), 151, LABELS)).toBe(150);
  });

  conforms({ known: 'specified', source: ASSOCIATIONS }, 'is 100 calls in a free account', async () => {
    expect(await firstRefused(limited({ tier: 'free' }), 101, LABELS)).toBe(100);
  });

  conforms({ known: 'specified', source: ASSOCIATIONS }, 'is apart from the others', async () => {
    const portal = limited();
    await burst(portal, 150, LABELS);
    expect((await portal.send(LIST)).status).toBe(200);
  });

  conforms({ known: 'specified', source: ASSOCIATIONS }, 'is 500,000 calls a day', () => {
    expect(refusedAfter('pro', 'associations', 500_000)).toMatchObject({ status: 429, detail: { policyName: 'DAILY' } });
  });
});

/** What the limiter says to the next call after so many in one day, none of them too fast. */
function refusedAfter(
  tier: 'free' | 'pro' | 'enterprise',
  meter: Meter,
  calls: number,
  at = START + 26_000_000,
): HubspotProblem | undefined {
  const account = {
    portalId: '4711',
    tier,
    timeZone: 'America/New_York',
    currency: 'USD',
    appId: APP_ID,
    appName: 'Truce',
    searchLagMs: 0,
  };
  const limiter = createLimiter(account, true);
  const step = 26_000_000 / calls;
  // Twice the bursts would be refused: the calls are spread over several tokens.
  for (let n = 0; n < calls; n += 1) limiter.take(meter, `${TOKEN}${n % 20}`, START + Math.floor(n * step));
  try {
    limiter.take(meter, TOKEN, at);
    return undefined;
  } catch (error) {
    return error as HubspotProblem;
  }
}

describe('the daily limit', () => {
  conforms({ known: 'specified', source: USAGE }, 'is 250,000 calls in a free account', () => {
    expect(refusedAfter('free', 'general', 249_999)).toBeUndefined();
    expect(refusedAfter('free', 'general', 250_000)?.status).toBe(429);
  });

  conforms({ known: 'specified', source: USAGE }, 'is 625,000 calls in a professional account', async () => {
    expect((await limited({ tier: 'pro' }).send(LIST)).headers['x-hubspot-ratelimit-daily']).toBe('625000');
  });

  conforms({ known: 'specified', source: USAGE }, 'is 1,000,000 calls in an enterprise account', async () => {
    expect((await limited({ tier: 'enterprise' }).send(LIST)).headers['x-hubspot-ratelimit-daily']).toBe('1000000');
  });

  conforms({ known: 'specified', source: USAGE }, 'names its policy, and that nothing remains', () => {
    const refused = refusedAfter('free', 'general', 250_000);
    expect([refused?.message, refused?.detail]).toEqual([
      'You have reached your daily limit.',
      { errorType: 'RATE_LIMIT', policyName: 'DAILY' },
    ]);
    expect(refused?.headers['x-hubspot-ratelimit-daily-remaining']).toBe('0');
  });

  conforms({ known: 'specified', source: USAGE }, 'begins anew at the account’s midnight', () => {
    const midnight = Date.parse('2026-03-03T05:00:00.000Z');
    expect(refusedAfter('free', 'general', 250_000, midnight - 1)?.status).toBe(429);
    expect(refusedAfter('free', 'general', 250_000, midnight)).toBeUndefined();
  });

  conforms({ known: 'specified', source: DAILY }, 'is told by the account, with when it ends', async () => {
    const portal = testPortal({ timeZone: 'Europe/Berlin' });
    await portal.send(LIST);
    const [usage] = results(await portal.send('GET /account-info/2026-03/api-usage/daily/private-apps'));
    expect(usage).toEqual({
      name: 'private-apps-api-calls-daily',
      usageLimit: 625_000,
      currentUsage: 2,
      fetchStatus: 'SUCCESS',
      collectedAt: new Date(START).toISOString(),
      resetsAt: '2026-03-02T23:00:00.000Z',
    });
  });
});

describe('limits of the imitation', () => {
  it('do not apply to the person at the screen', async () => {
    const portal = limited();
    for (let n = 0; n < 200; n += 1) expect((await portal.send(LIST, undefined, { token: USER_TOKEN })).status).toBe(200);
  });

  it('apply to nobody when they are off, and are counted all the same', async () => {
    const free = testPortal({ limits: 'none' });
    const replies = await burst(free, 300);
    expect(replies.every((reply) => reply.status === 200)).toBe(true);
    expect(replies.at(-1)?.headers['x-hubspot-ratelimit-daily-remaining']).toBe('624700');
    expect(free.half.counts()).toMatchObject({ calls: 300, throttled: 0, userCalls: 0 });
  });
});

describe('the account', () => {
  conforms({ known: 'specified', source: DETAILS }, 'tells its id, zone and currency', async () => {
    const details = await testPortal({ timeZone: 'Europe/Berlin', currency: 'EUR' }).send('GET /account-info/v3/details');
    expect(details.body).toMatchObject({ portalId: 4711, timeZone: 'Europe/Berlin', companyCurrency: 'EUR' });
  });

  conforms({ known: 'specified', source: DETAILS }, 'tells how far its zone is from UTC today', async () => {
    const details = await testPortal({ timeZone: 'Europe/Berlin' }).send('GET /account-info/v3/details');
    expect(details.body).toMatchObject({ utcOffset: '+01:00', utcOffsetMilliseconds: 3_600_000 });
  });

  conforms({ known: 'specified', source: PRIVATE_APPS }, 'tells the scopes of a private app’s token', async () => {
    const { send } = testPortal({ scopes: ['crm.objects.contacts.read'] });
    const reply = await send('POST /oauth/v2/private-apps/get/access-token-info', { tokenKey: TOKEN }, { token: null });
    expect(reply.body).toEqual({ userId: 50_000_001, hubId: 4711, appId: 3_141_592, scopes: ['crm.objects.contacts.read'] });
  });

  conforms({ known: 'specified', source: TOKENS }, 'tells whose an access token is', async () => {
    const reply = await testPortal().send(`GET /oauth/v1/access-tokens/${TOKEN}`, undefined, { token: null });
    expect([text(reply, 'hub_id'), dig(reply, 'token_type')]).toEqual(['4711', 'access']);
  });

  conforms({ known: 'assumed', probe: 'GET /oauth/v1/access-tokens/nonsense' }, 'knows no other token', async () => {
    const { send } = testPortal();
    expect((await send('GET /oauth/v1/access-tokens/nonsense', undefined, { token: null })).status).toBe(404);
    expect((await send('POST /oauth/v2/private-apps/get/access-token-info', { tokenKey: 'x' }, { token: null })).status).toBe(404);
  });
});
