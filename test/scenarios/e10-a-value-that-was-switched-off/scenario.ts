import type { Ports } from '../../../src/ports.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com', { sales: 'Working' });
  const bob = crms.pair('bob@example.com', { marketing: 'In progress' });
  const sales = {
    ...crms.sales,
    connect: (ports: Ports) => {
      const crm = crms.sales.connect(ports);
      return {
        ...crm,
        describe: async () => {
          const description = await crm.describe();
          const off = <T extends { readonly value: string }>(option: T): T =>
            option.value === 'Working' ? { ...option, active: false } : option;
          const objects = description.objects.map((object) => ({
            ...object,
            fields: object.fields.map((field) => ({ ...field, options: field.options.map(off) })),
          }));
          return { ...description, objects };
        },
      };
    },
  };
  const t = await crms.open({ sales });
  await stage.sync(t);
  const held = await t.quarantine();
  await crms.end();
  stage.never('a value that is switched off can not be read', crms.statuses(ann)[0] === 'In progress');
  stage.never('it is written all the same', crms.statuses(bob)[1] === 'Open' && crms.writes()[1] === 0);
  stage.never('nobody is told', held.length === 1 && held[0]?.code === 'VALUE_NOT_ALLOWED');
};
