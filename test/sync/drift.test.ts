import { expect, test } from 'vitest';
import type { CrmFactory } from '../../src/crm.ts';
import { marketingOptions } from '../support/settings.ts';
import { twoCrms } from '../support/two-crms.ts';

/** The same CRM after its admin changed the options of the status. */
function withOptions(crm: CrmFactory, change: (options: readonly string[]) => readonly string[]): CrmFactory {
  return {
    system: crm.system,
    connect(ports) {
      const inner = crm.connect(ports);
      return {
        ...inner,
        describe: async (options) => {
          const description = await inner.describe(options);
          return {
            ...description,
            objects: description.objects.map((object) => ({
              ...object,
              fields: object.fields.map((field) =>
                field.name !== 'status' || object.kind !== 'person'
                  ? field
                  : {
                      ...field,
                      options: change(field.options.map((option) => option.value)).map((value) => ({
                        value,
                        label: value,
                        active: true,
                        isDefault: false,
                        converted: false,
                      })),
                    },
              ),
            })),
          };
        },
      };
    },
  };
}

test('a picklist value that appears or vanishes is said once, with what it will do', async () => {
  await using two = twoCrms();
  two.pair('ann@example.com');
  const first = await two.open();
  expect((await first.sync({ yes: true })).schema).toEqual([]);
  await first.close();
  const marketing = withOptions(two.marketing, (options) => [...options.filter((value) => value !== 'In progress'), 'Nurture']);
  const second = await two.open({ marketing });
  const { schema } = await second.sync({ yes: true });
  expect(schema).toEqual([
    {
      side: 'marketing',
      field: 'status',
      value: 'Nurture',
      change: 'appeared',
      effect: 'People who have it go into quarantine until status.marketing.reads names it.',
    },
    expect.objectContaining({
      value: 'In progress',
      change: 'vanished',
      effect: expect.stringMatching(/^It is what "Working" of the other side is written as/),
    }),
  ]);
  expect(two.log.filter((line) => line.startsWith('warn The value'))).toHaveLength(2);
  expect((await second.sync({ yes: true })).schema).toEqual([]);
  await second.close();
  const third = await two.open();
  expect((await third.sync({ yes: true })).schema.map(({ value, change }) => [value, change])).toEqual([
    ['In progress', 'appeared'],
    ['Nurture', 'vanished'],
  ]);
});

test('a plan looks at the options too, but leaves what was seen as it is', async () => {
  await using two = twoCrms();
  two.pair('ann@example.com');
  const one = await two.open();
  await one.sync({ yes: true });
  await one.close();
  const other = await two.open({ marketing: withOptions(two.marketing, () => marketingOptions.slice(1)) });
  await other.plan();
  expect((await other.sync({ yes: true })).schema).toHaveLength(1);
});

test('a field that is mapped for the first time tells of no change', async () => {
  const colour = { name: 'colour', options: ['red', 'blue'] };
  await using two = twoCrms({ marketing: { fields: [colour] }, sales: { fields: [colour] } });
  const one = await two.open();
  await one.sync({ yes: true });
  await one.close();
  const other = await two.open({ with: { fields: [{ name: 'colour', marketing: 'colour', sales: 'colour' }] } });
  expect((await other.sync({ yes: true })).schema).toEqual([]);
});
