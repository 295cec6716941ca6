import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { exchange } from './http.ts';

/** What a program prints that uses the library as a stranger would. */
async function program(script: string, ...flags: string[]): Promise<string> {
  const args = ['--conditions=truce-source', ...flags, '--input-type=module', '-e', script];
  return (await promisify(execFile)(process.execPath, args, { timeout: 60_000 })).stdout;
}

describe('one line in anyone’s test', () => {
  test('gives addresses, tokens, a clock, faults, calls and the company, typed', async () => {
    await using box = await sandbox({ seed: 3, people: 10, clock: 'virtual' });
    const headers = { authorization: `Bearer ${box.hubspot.token}` };
    expect((await exchange(`${box.hubspot.url}/crm/v3/owners`, { headers })).status).toBe(200);
    expect(box.company?.people).toBe(10);
    expect(box.calls().map((call) => [call.id, call.side, call.token, call.status])).toEqual([[1, 'hubspot', 'integration', 200]]);
    box.faults.add([{ effect: { type: 'status', status: 503 } }]);
    expect((await exchange(`${box.hubspot.url}/crm/v3/owners`, { headers })).status).toBe(503);
    await box.clock.moveTo(box.clock.now() + 1000);
  });

  test('several at once know nothing of each other', async () => {
    const boxes = await Promise.all([1, 2, 3].map((seed) => sandbox({ seed, people: seed * 5, clock: 'virtual' })));
    try {
      const [first] = boxes;
      const headers = { authorization: `Bearer ${first?.hubspot.token}` };
      const statuses = await Promise.all(
        boxes.map(async (box: Sandbox) => (await exchange(`${box.hubspot.url}/crm/v3/owners`, { headers })).status),
      );
      expect(statuses).toEqual([200, 401, 401]);
      expect(boxes.map((box) => box.company?.people)).toEqual([5, 10, 15]);
      expect(boxes.map((box) => box.calls().length)).toEqual([1, 1, 1]);
    } finally {
      await Promise.all(boxes.map((box) => box.close()));
    }
  });

  test('after disposing it there is no handle, timer or socket, whatever was going on', async () => {
    const script = `
      const { sandbox } = await import('truce/sandbox');
      const before = process.getActiveResourcesInfo().sort().join();
      for (let count = 0; count < 3; count += 1) {
        await using box = await sandbox({ people: 3, faults: [
          { side: 'hubspot', match: { path: 'owners' }, effect: { type: 'silence' } },
          { side: 'hubspot', match: { path: 'contacts' }, effect: { type: 'slow', bytesPerSecond: 1 } },
          { side: 'salesforce', effect: { type: 'delay', ms: 3600000 } } ] });
        for (const path of ['/crm/v3/owners', '/crm/v3/objects/contacts']) fetch(box.hubspot.url + path).catch(() => 0);
        fetch(box.salesforce.url + '/services/data').catch(() => 0);
        while (box.calls.totals().hubspot.all < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(process.getActiveResourcesInfo().sort().join() === before ? 'nothing left' : process.getActiveResourcesInfo());`;
    expect(await program(script)).toBe('nothing left\n');
  }, 60_000);

  test('it runs where DuckDB and the charts are not installed', async () => {
    const script = `
      import { registerHooks } from 'node:module';
      const asked = [];
      registerHooks({ resolve(name, context, next) {
        if (/duckdb|echarts|^pg$|hubspot\\/api-client|^jsforce/.test(name)) { asked.push(name); throw new Error('not installed: ' + name); }
        return next(name, context);
      } });
      const { sandbox } = await import('truce/sandbox');
      const box = await sandbox({ people: 5 });
      const answer = await fetch(box.salesforce.url + '/services/data');
      await box.close();
      console.log(answer.status, asked.length);`;
    expect(await program(script)).toBe('200 0\n');
  }, 60_000);
});

describe('tiers and editions', () => {
  test.each([
    ['free', '100', '250000'],
    ['starter', '100', '250000'],
    ['pro', '190', '625000'],
    ['enterprise', '190', '1000000'],
  ] as const)('HubSpot %s allows %s calls in ten seconds and %s a day, and says so', async (hubspotTier, burst, daily) => {
    await using box = await sandbox({ empty: true, hubspotTier, clock: 'virtual' });
    const ask = (): ReturnType<typeof exchange> =>
      exchange(`${box.hubspot.url}/crm/v3/owners`, { headers: { authorization: `Bearer ${box.hubspot.token}` } });
    const first = await ask();
    expect(first.headers).toMatchObject({ 'x-hubspot-ratelimit-max': burst, 'x-hubspot-ratelimit-daily': daily });
    for (let count = 1; count < Number(burst); count += 1) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.json()).toMatchObject({ policyName: 'TEN_SECONDLY_ROLLING', errorType: 'RATE_LIMIT' });
    await box.clock.moveTo(box.clock.now() + 10_001);
    expect((await ask()).status).toBe(200);
  });

  test('without limits nothing is refused, and the headers stay', async () => {
    await using box = await sandbox({ empty: true, hubspotTier: 'free', limits: 'none', clock: 'virtual' });
    const headers = { authorization: `Bearer ${box.hubspot.token}` };
    for (let count = 0; count < 150; count += 1) {
      const answer = await exchange(`${box.hubspot.url}/crm/v3/owners`, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers['x-hubspot-ratelimit-max']).toBe('100');
    }
  });

  test.each([
    ['professional', 'Professional Edition', 1000],
    ['enterprise', 'Enterprise Edition', 1000],
    ['unlimited', 'Unlimited Edition', 5000],
    ['developer', 'Developer Edition', 0],
  ] as const)('Salesforce %s counts against its own allowance', async (salesforceEdition, type, each) => {
    await using box = await sandbox({ empty: true, salesforceEdition, clock: 'virtual' });
    const ask = (path: string): ReturnType<typeof exchange> =>
      exchange(`${box.salesforce.url}/services/data/v67.0${path}`, { headers: { authorization: `Bearer ${box.salesforce.accessToken}` } });
    const [organization] = (await ask('/query?q=SELECT+OrganizationType+FROM+Organization')).json().records;
    expect(organization.OrganizationType).toBe(type);
    const users = (await ask("/query?q=SELECT+Id+FROM+User+WHERE+IsActive=true+AND+UserType='Standard'")).json().totalSize as number;
    const max = each === 0 ? 15_000 : 100_000 + users * each;
    const limits = await ask('/limits');
    expect(limits.json().DailyApiRequests.Max).toBe(max);
    expect(limits.headers['sforce-limit-info']).toBe(`api-usage=3/${max}`);
  });
});
