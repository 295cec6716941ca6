import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const same = [
    ['Ann@Example.com', 'ann@example.COM '],
    ['bob@bücher.example', 'bob@xn--bcher-kva.example'],
    ['ｃｉｄ@example.com', 'cid@example.com'],
    ['dot@example.com.', 'dot@example.com'],
  ];
  const apart = [
    ['eve+news@example.com', 'eve@example.com'],
    ['f.a.y@example.com', 'fay@example.com'],
  ];
  for (const [index, [m, s]] of [...same, ...apart].entries()) {
    crms.marketing.world.addPerson({ id: `m-${index}`, email: m ?? '', status: 'Ready' });
    crms.sales.world.addPerson({ id: `s-${index}`, email: s ?? '', status: 'Working' });
  }
  const t = await crms.open();
  const run = await stage.sync(t);
  stage.note(`linked ${(await t.status()).people.linked} of ${same.length + apart.length}`);
  await crms.end();
  stage.never('one spelling is another person', run.result?.applied === same.length);
  stage.never('two people are made one', (await crms.open().then((one) => one.status())).people.linked === same.length);
};
