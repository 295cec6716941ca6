import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const pairs = ['ann', 'bob', 'cid'].map((name) => crms.pair(`${name}@example.com`));
  await stage.sync(await crms.open());
  for (const pair of pairs) crms.sales.world.edit(pair.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  const beforeWrite = (line: { readonly recordId: string | null }): boolean => {
    if (line.recordId === pairs[1]?.m) throw new TypeError("Cannot read properties of undefined (reading 'name')");
    return true;
  };
  const run = await stage.sync(await crms.open({ beforeWrite }));
  stage.never('a hook that throws stops others', run.exit === 0 && run.result?.applied === 2 && run.result.skipped === 1);
  crms.later();
  const mended = await stage.sync(await crms.open());
  stage.never('the skipped one is forgotten', mended.result?.applied === 1);
  await crms.end();
};
