import { salesforce } from 'truce/salesforce';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  await both.twin('ann');
  const { url, clientId, clientSecret } = both.box.salesforce;
  const refused = { error: 'invalid_grant', error_description: 'expired access/refresh token' };
  both.box.faults.add([
    {
      side: 'salesforce',
      match: { path: 'oauth2/token' },
      effect: { type: 'status', status: 400, body: refused, headers: { 'content-type': 'application/json' } },
    },
  ]);
  const run = await stage.sync(await both.open({ sales: salesforce({ instanceUrl: url, clientId, clientSecret }) }));
  const grants = both.calls('salesforce', /oauth2\/token/).length;
  stage.note(`logins tried ${grants}`);
  stage.never('it asks in a loop', grants <= 2);
  stage.never('it goes on without a login', run.exit === 4 && both.calls('salesforce', /services\/data/).length === 0);
};
