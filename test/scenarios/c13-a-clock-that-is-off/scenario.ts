import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  await both.later(3_600_000);
  await stage.sync(await both.open());
  for (const [offsetMs, status] of [
    [3_600_000, 'Working - Contacted'],
    [-3_600_000, 'Closed - Not Converted'],
  ] as const) {
    await both.setLead(ann.lead, { Status: status });
    await both.later();
    both.warnings.length = 0;
    const clock = { ...both.ports.clock, now: () => both.box.clock.now() + offsetMs, sleep: async () => undefined };
    const run = await stage.sync(await both.open({ ports: { ...both.ports, clock } }));
    const told = both.warnings
      .filter((line) => line.includes("machine's clock"))
      .map((line) => /clock is (\d{4}) s (behind|ahead)/.exec(line)?.[2] ?? line);
    stage.note(`told: ${told.join(', ')}`);
    stage.never('a change is missed by the skew', run.result?.applied === 1);
    stage.never('the skew goes unsaid', told.length === 2);
  }
  both.warnings.length = 0;
  await both.open().then((t) => stage.sync(t));
  stage.never('a clock that is right is blamed', both.warnings.length === 0);
  await both.end({ ann });
};
