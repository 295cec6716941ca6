import { describe, expect, it } from 'vitest';
import type { HubspotProblem } from '../../../adapters/hubspot/sandbox/errors.ts';
import { createLimiter } from '../../../adapters/hubspot/sandbox/limits.ts';
import { APP_ID, dig, results, START, testPortal, text, TOKEN, USER_TOKEN, type Reply, type TestPortal } from './portal.ts';

const LIST = 'GET /crm/v3/objects/contacts';
const SEARCH = 'POST /crm/v3/objects/contacts/search';

async function burst(portal: TestPortal, count: number, line = LIST): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let n = 0; n < count; n += 1) replies.push(await portal.send(line, line.startsWith('POST') ? {} : undefined));
  return replies;
}

describe('published limits', () => {
  // specified: usage guidelines; recorded: header names and values
  it('count down in the headers', async () => {
    const portal = testPortal({ limits: 'published' });
    const [first, second] = await burst(portal, 2);
    expect(first?.headers).toMatchObject({
      'x-hubspot-ratelimit-daily': '625000',
      'x-hubspot-ratelimit-daily-remaining': '624999',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': '190',
      'x-hubspot-ratelimit-remaining': '189',
      'x-hubspot-ratelimit-secondly': '19',
      'x-hubspot-ratelimit-secondly-remaining': '18',
      'content-type': 'application/json;charset=utf-8',
      date: 'Mon, 02 Mar 2026 15:00:00 GMT',
    });
    expect(second?.headers['x-hubspot-ratelimit-remaining']).toBe('188');
  });

  // specified: 100 (Free) and 190 (Pro, Enterprise) per rolling 10 s
  it('allow 190 calls in any ten seconds, 100 in a free account', async () => {
    for (const [tier, max] of [
      ['pro', 190],
      ['enterprise', 190],
      ['free', 100],
    ] as const) {
      const portal = testPortal({ limits: 'published', tier });
      const statuses = (await burst(portal, max + 1)).map((reply) => reply.status);
      expect([tier, statuses.indexOf(429)]).toEqual([tier, max]);
      portal.clock.advance(9999);
      expect((await portal.send(LIST)).status).toBe(429);
      portal.clock.advance(1);
      expect((await portal.send(LIST)).status).toBe(200);
    }
  });

  // specified: error handling guide, second form
  it('name the rolling policy in the body', async () => {
    const portal = testPortal({ limits: 'published' });
    const refused = (await burst(portal, 191)).at(-1);
    expect(refused?.body).toEqual({
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      correlationId: refused?.headers['x-hubspot-correlation-id'],
      policyName: 'TEN_SECONDLY_ROLLING',
      requestId: refused?.headers['x-hubspot-correlation-id'],
    });
    expect(refused?.headers).not.toHaveProperty('retry-after');
  });

  // recorded: grouparoo 2022: neither policyName nor errorType, only the daily headers
  it('allow five searches a second, apart from the other calls', async () => {
    const portal = testPortal({ limits: 'published' });
    const replies = await burst(portal, 6, SEARCH);
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = replies[5];
    expect(refused?.body).toEqual({
      status: 'error',
      message: 'You have reached your secondly limit.',
      correlationId: refused?.headers['x-hubspot-correlation-id'],
      category: 'RATE_LIMITS',
    });
    for (const reply of replies) {
      expect(reply.headers).toHaveProperty('x-hubspot-ratelimit-daily-remaining');
      expect(reply.headers).not.toHaveProperty('x-hubspot-ratelimit-remaining');
    }
    expect((await portal.send(LIST)).headers['x-hubspot-ratelimit-remaining']).toBe('189');
    portal.clock.advance(1000);
    expect((await portal.send(SEARCH, {})).status).toBe(200);
  });

  // specified: associations v4 have 150 per 10 s of their own (Pro)
  it('meter associations by themselves', async () => {
    const portal = testPortal({ limits: 'published' });
    const reply = await portal.send('GET /crm/v4/associations/contacts/deals/labels');
    expect(reply.headers['x-hubspot-ratelimit-max']).toBe('150');
  });

  // specified: resets at midnight of the account's time zone; error handling guide, first form
  it('end the day with the daily form and begin anew at the account’s midnight', () => {
    const account = {
      portalId: '4711',
      tier: 'free',
      timeZone: 'America/New_York',
      currency: 'USD',
      appId: APP_ID,
      appName: 'Truce',
      searchLagMs: 0,
    } as const;
    const limiter = createLimiter(account, true);
    for (let n = 0; n < 250_000; n += 1) limiter.take('general', TOKEN, START + n * 101);
    const refusal = (now: number): HubspotProblem | undefined => {
      try {
        limiter.take('general', TOKEN, now);
        return undefined;
      } catch (error) {
        return error as HubspotProblem;
      }
    };
    const refused = refusal(START + 26_000_000);
    expect([refused?.status, refused?.message, refused?.detail]).toEqual([
      429,
      'You have reached your daily limit.',
      { errorType: 'RATE_LIMIT', policyName: 'DAILY' },
    ]);
    expect(refused?.headers['x-hubspot-ratelimit-daily-remaining']).toBe('0');
    const midnight = Date.parse('2026-03-03T05:00:00.000Z');
    expect(refusal(midnight - 1)?.status).toBe(429);
    expect(refusal(midnight)).toBeUndefined();
  });

  it('do not apply to the person at the screen, and to nobody when they are off', async () => {
    const portal = testPortal({ limits: 'published' });
    for (let n = 0; n < 200; n += 1) expect((await portal.send(LIST, undefined, { token: USER_TOKEN })).status).toBe(200);
    const free = testPortal({ limits: 'none' });
    const replies = await burst(free, 300);
    expect(replies.every((reply) => reply.status === 200)).toBe(true);
    expect(replies.at(-1)?.headers['x-hubspot-ratelimit-daily-remaining']).toBe('624700');
    expect(free.half.counts()).toMatchObject({ calls: 300, throttled: 0, userCalls: 0 });
  });
});

describe('account information', () => {
  // specified: account information API
  it('tells the account and the day’s usage', async () => {
    const portal = testPortal({ timeZone: 'Europe/Berlin', currency: 'EUR' });
    const details = await portal.send('GET /account-info/v3/details');
    expect(details.body).toMatchObject({
      portalId: 4711,
      timeZone: 'Europe/Berlin',
      companyCurrency: 'EUR',
      utcOffset: '+01:00',
      utcOffsetMilliseconds: 3_600_000,
    });
    const [usage] = results(await portal.send('GET /account-info/2026-03/api-usage/daily/private-apps'));
    expect(usage).toMatchObject({
      usageLimit: 625_000,
      currentUsage: 2,
      resetsAt: '2026-03-02T23:00:00.000Z',
      collectedAt: new Date(START).toISOString(),
    });
  });

  // specified: private apps guide
  it('tells what a token may do', async () => {
    const { send } = testPortal({ scopes: ['crm.objects.contacts.read'] });
    const reply = await send('POST /oauth/v2/private-apps/get/access-token-info', { tokenKey: 'pat-na1-integration' }, { token: null });
    expect(reply.body).toEqual({ userId: 50_000_001, hubId: 4711, appId: 3_141_592, scopes: ['crm.objects.contacts.read'] });
    expect((await send('POST /oauth/v2/private-apps/get/access-token-info', { tokenKey: 'nonsense' }, { token: null })).status).toBe(404);
    expect(text(await send('GET /oauth/v1/access-tokens/pat-na1-integration', undefined, { token: null }), 'hub_id')).toBe('4711');
    expect(dig(await send('GET /oauth/v1/access-tokens/nonsense', undefined, { token: null }), 'status')).toBe('error');
  });
});
