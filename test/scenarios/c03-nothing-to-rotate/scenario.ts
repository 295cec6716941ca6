import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { salesforce } from 'truce/salesforce';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  await both.twin('ann');
  await both.later();
  const { url, clientId, clientSecret } = both.box.salesforce;
  for (let process = 0; process < 2; process += 1) {
    const run = await stage.sync(await both.open({ sales: salesforce({ instanceUrl: url, clientId, clientSecret }) }));
    stage.never('the next process can not log in', run.exit === 0);
  }
  const folder = dirname(both.statePath);
  const kept = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
  stage.never(
    'a token or secret stands in the state',
    kept.length > 0 && [clientSecret, both.box.hubspot.token, both.box.salesforce.accessToken].every((secret) => !kept.includes(secret)),
  );
};
