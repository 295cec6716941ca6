import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { rig } from './rig.ts';

const LIMITS = 'https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet';
const GROUPAROO = 'https://github.com/grouparoo/grouparoo/blob/main/plugins/@grouparoo/salesforce/__tests__/fixtures/export-objects';

describe('the daily allowance', () => {
  conforms(
    { known: 'recorded', source: `${GROUPAROO}/export-records-lead.js` },
    'each REST answer says what is used of it, errors too',
    async () => {
      const r = rig();
      expect((await r.send('GET', '/limits')).headers['sforce-limit-info']).toBe('api-usage=1/103000');
      expect((await r.soql('SELECT Nope FROM Lead')).headers['sforce-limit-info']).toBe('api-usage=2/103000');
      expect((await r.send('GET', '/limits', { as: 'nobody' })).headers['sforce-limit-info']).toBeUndefined();
      expect(r.half.counts().calls).toBe(2);
    },
  );

  conforms(
    { known: 'specified', source: `${LIMITS}/salesforce_app_limits_platform_api.htm` },
    'it depends on the edition and, but for Developer, on the licences',
    async () => {
      const max = async (edition: 'enterprise' | 'unlimited' | 'developer'): Promise<unknown> => {
        const r = rig({ edition });
        r.half.seed.user({ name: 'One More', email: 'more@example.com' });
        r.half.seed.user({ name: 'Left Us', email: 'left@example.com', active: false });
        return (await r.send('GET', '/limits')).json['DailyApiRequests']?.['Max'];
      };
      expect([await max('enterprise'), await max('unlimited'), await max('developer')]).toEqual([104_000, 120_000, 15_000]);
    },
  );

  conforms(
    { known: 'recorded', source: 'https://github.com/SalesforceLabs/OrgCheck/issues/181' },
    'when it is spent every call is 403 REQUEST_LIMIT_EXCEEDED, until the oldest are a day old',
    async () => {
      const r = rig({ edition: 'developer' });
      for (let n = 0; n < 15_000; n += 1) await r.send('GET', '/limits');
      const answer = await r.soql('SELECT Id FROM Lead');
      expect(answer.status).toBe(403);
      expect(answer.json).toEqual([{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
      expect(answer.headers['retry-after']).toBeUndefined();
      r.advance(86_400_000);
      expect((await r.send('GET', '/limits')).json['DailyApiRequests']).toEqual({ Max: 15_000, Remaining: 14_999 });
    },
  );

  it("with limits 'none' it is counted and nothing is refused", async () => {
    const r = rig({ edition: 'developer', limits: 'none' });
    for (let n = 0; n < 15_001; n += 1) await r.send('GET', '/limits');
    expect((await r.send('GET', '/limits')).json['DailyApiRequests']).toEqual({ Max: 15_000, Remaining: 0 });
  });
});
