import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  await both.twin('ann');
  await both.later(3_600_000);
  const t = await both.open();
  await stage.sync(t);
  const before = process.memoryUsage().heapUsed;
  for (const [name, body] of [
    ['65 MB', `{"results":["${'x'.repeat(65 * 1024 * 1024)}"]}`],
    ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ] as const) {
    both.box.faults.add([
      {
        side: 'hubspot',
        match: { path: 'contacts/search' },
        effect: { type: 'status', status: 200, body, headers: { 'content-type': 'application/json' } },
      },
    ]);
    const run = await stage.sync(t);
    stage.never(`an answer of ${name} is taken in`, run.exit === 5);
    both.box.faults.clear();
  }
  const grown = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
  stage.never('the process keeps what it refused', grown < 600);
  const sound = await stage.sync(t);
  stage.never('the next run suffers', sound.exit === 0);
};
