import { Stopped } from '../../../src/cli/io.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory({ marketing: { perCall: { write: 10 } } });
  const pairs = Array.from({ length: 30 }, (_, index) => crms.pair(`p${index}@example.com`));
  const t = await crms.open();
  await stage.sync(t);
  for (const pair of pairs) crms.sales.world.edit(pair.s, 'status', 'Working', { at: crms.now() + 2_000 });
  crms.later();
  const stop = new AbortController();
  crms.marketing.world.interleave({ on: 'write', when: 'before' }, () => stop.abort(new Stopped('SIGTERM')));
  await stage.sync(t, { signal: stop.signal });
  const { openIntents } = await t.status();
  const done = pairs.filter((pair) => crms.statuses(pair)[0] === 'In progress').length;
  stage.note(`written before it stopped ${done}, open ${openIntents}`);
  stage.never('a batch is left half known', openIntents === 0 && done === 10);
  crms.later();
  const rest = await stage.sync(t);
  stage.never('the rest is forgotten, or the first batch written again', rest.result?.applied === 20);
};
