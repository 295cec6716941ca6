import { expect, test } from 'vitest';
import type { MemoryField } from '../../adapters/memory/index.ts';
import { defineConfig } from '../../config/schema.ts';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

type FieldsConfig = NonNullable<Parameters<typeof defineConfig>[0]['fields']>;

/** Two CRMs that each have one more field, mapped under the name `x`. */
function mapped(marketing: Partial<MemoryField>, sales: Partial<MemoryField>, rest: Partial<FieldsConfig[number]> = {}): TwoCrms {
  return twoCrms({
    marketing: { fields: [{ name: 'mx', ...marketing }] },
    sales: { fields: [{ name: 'sx', ...sales }] },
    config: { fields: [{ name: 'x', marketing: 'mx', sales: 'sx', ...rest }] },
  });
}

function put(two: TwoCrms, side: 'marketing' | 'sales', id: RecordId, value: FieldValue): void {
  two[side].world.edit(id, side === 'marketing' ? 'mx' : 'sx', value, { at: two.later() });
}

/** Somebody on both sides whose field is empty. */
function newcomer(two: TwoCrms, email: string): { m: RecordId; s: RecordId } {
  const pair = two.pair(email);
  // A field that never had a value is absent in this CRM, as one that the record type does not have.
  for (const value of ['-', null]) {
    put(two, 'marketing', pair.m, value);
    put(two, 'sales', pair.s, value);
  }
  return pair;
}

function values(two: TwoCrms, { m, s }: { m: RecordId; s: RecordId }): readonly [FieldValue | undefined, FieldValue | undefined] {
  return [two.marketing.world.person(m)?.fields.get('mx'), two.sales.world.person(s)?.fields.get('sx')];
}

const rows: readonly {
  readonly what: string;
  readonly marketing: Partial<MemoryField>;
  readonly sales: Partial<MemoryField>;
  readonly from: FieldValue;
  readonly to: FieldValue;
  readonly back: readonly [FieldValue, FieldValue];
}[] = [
  { what: 'text', marketing: {}, sales: {}, from: 'CEO', to: 'CEO', back: ['CTO', 'CTO'] },
  { what: 'number', marketing: { type: 'number' }, sales: { type: 'number' }, from: 7, to: 7, back: [7.5, 7.5] },
  { what: 'a number kept as text', marketing: { type: 'text' }, sales: { type: 'number' }, from: '12.50', to: 12.5, back: [3, '3'] },
  { what: 'boolean', marketing: { type: 'boolean' }, sales: { type: 'boolean' }, from: true, to: true, back: [false, false] },
  {
    what: 'a boolean kept as text',
    marketing: { type: 'text' },
    sales: { type: 'boolean' },
    from: 'true',
    to: true,
    back: [false, 'false'],
  },
  {
    what: 'a date kept as midnight in milliseconds',
    marketing: { type: 'date' },
    sales: { type: 'date' },
    from: Date.UTC(2026, 2, 1),
    to: '2026-03-01',
    back: ['2026-03-02', '2026-03-02'],
  },
  {
    what: 'an instant and a day',
    marketing: { type: 'date' },
    sales: { type: 'instant' },
    from: '2026-03-01',
    to: '2026-03-01T00:00:00.000Z',
    back: ['2026-03-05T22:15:00Z', '2026-03-05'],
  },
  {
    what: 'picklist',
    marketing: { type: 'picklist', options: ['a', 'b'] },
    sales: { type: 'picklist', options: ['a', 'b'] },
    from: 'a',
    to: 'a',
    back: ['b', 'b'],
  },
  {
    what: 'multi-picklist',
    marketing: { type: 'multi-picklist', options: ['a', 'b', 'c'] },
    sales: { type: 'multi-picklist', options: ['a', 'b', 'c'] },
    from: 'b;a',
    to: 'b;a',
    back: ['c;a', 'c;a'],
  },
];

for (const { what, marketing, sales, from, to, back } of rows) {
  test(`a mapped ${what} goes there and comes back, and then nothing is written any more`, async () => {
    await using two = mapped(marketing, sales);
    const pair = newcomer(two, 'ann@example.com');
    const truce = await two.open();
    put(two, 'marketing', pair.m, from);
    await truce.sync({ yes: true });
    expect(values(two, pair)).toEqual([from, to]);
    put(two, 'sales', pair.s, back[0]);
    await truce.sync({ yes: true });
    expect(values(two, pair)).toEqual([back[1], back[0]]);
    two.later();
    expect((await truce.sync({ yes: true })).applied).toBe(0);
    expect(values(two, pair)).toEqual([back[1], back[0]]);
  });
}

test('a way that loses something never flips its source: another time of the same day stays', async () => {
  await using two = mapped({ type: 'date' }, { type: 'instant' });
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'sales', pair.s, '2026-03-01T10:00:00Z');
  await truce.sync({ yes: true });
  for (const time of ['2026-03-01T11:30:00Z', '2026-03-01T23:59:00Z']) {
    put(two, 'sales', pair.s, time);
    expect((await truce.sync({ yes: true })).applied).toBe(0);
    expect(values(two, pair)).toEqual(['2026-03-01', time]);
  }
});

test('the same choices in another order are no change', async () => {
  const field = { type: 'multi-picklist', options: ['a', 'b'] } as const;
  await using two = mapped(field, field);
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'marketing', pair.m, 'a;b');
  put(two, 'sales', pair.s, 'b;a');
  expect(await truce.sync({ yes: true })).toMatchObject({ applied: 0, quarantined: 0, plan: { conflict: 0 } });
  put(two, 'sales', pair.s, 'a;b');
  expect((await truce.sync({ yes: true })).applied).toBe(0);
});

test('a value that the other side can not hold is held back with cause and fix, and taken up once it is corrected', async () => {
  await using two = mapped({ type: 'text' }, { type: 'number' });
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'marketing', pair.m, 'about ten');
  expect((await truce.sync({ yes: true })).quarantined).toBe(1);
  expect(await truce.quarantine()).toMatchObject([{ code: 'VALUE_NOT_CARRIED', side: 'marketing' }]);
  put(two, 'marketing', pair.m, '10');
  expect(await truce.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0 });
  expect(values(two, pair)).toEqual(['10', 10]);
});

test('a number with more decimals than the other side holds is held back, so that a rounded one never comes back', async () => {
  await using two = mapped({ type: 'number' }, { type: 'number', scale: 1 });
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'marketing', pair.m, 1.25);
  await truce.sync({ yes: true });
  expect(await truce.quarantine()).toMatchObject([{ code: 'VALUE_NOT_ALLOWED' }]);
  put(two, 'marketing', pair.m, '2.50');
  await truce.sync({ yes: true });
  expect(values(two, pair)).toEqual(['2.50', 2.5]);
});

test('a choice that the other multi-picklist does not have is held back', async () => {
  await using two = mapped({ type: 'multi-picklist', options: ['a', 'b'] }, { type: 'multi-picklist', options: ['a'] });
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'marketing', pair.m, 'a;b');
  await truce.sync({ yes: true });
  expect(await truce.quarantine()).toMatchObject([{ code: 'VALUE_NOT_ALLOWED' }]);
  expect(values(two, pair)[1]).not.toBe('a;b');
});

test('picklists with different options go by a table; what it leaves out is held back, what it joins stays as it was', async () => {
  await using two = mapped(
    { type: 'picklist', options: ['DE', 'AT', 'FR'] },
    { type: 'picklist', options: ['Germany and Austria', 'France'] },
    { values: { DE: 'Germany and Austria', AT: 'Germany and Austria' } },
  );
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'marketing', pair.m, 'AT');
  await truce.sync({ yes: true });
  expect(values(two, pair)).toEqual(['AT', 'Germany and Austria']);
  put(two, 'marketing', pair.m, 'DE');
  expect((await truce.sync({ yes: true })).applied).toBe(0);
  expect(values(two, pair)).toEqual(['DE', 'Germany and Austria']);
  put(two, 'marketing', pair.m, 'FR');
  await truce.sync({ yes: true });
  expect(await truce.quarantine()).toMatchObject([{ code: 'VALUE_NOT_CARRIED' }]);
});

test('a transform of your own goes both ways', async () => {
  const transform = {
    id: 'percent',
    version: 1,
    toSales: (value: FieldValue): FieldValue => Number(value) * 100,
    toMarketing: (value: FieldValue): FieldValue => Number(value) / 100,
  };
  await using two = mapped({ type: 'number' }, { type: 'number' }, { transform });
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'marketing', pair.m, 0.25);
  await truce.sync({ yes: true });
  expect(values(two, pair)).toEqual([0.25, 25]);
  put(two, 'sales', pair.s, 50);
  await truce.sync({ yes: true });
  expect(values(two, pair)).toEqual([0.5, 50]);
});

const failing: readonly (readonly [string, (value: FieldValue) => FieldValue])[] = [
  [
    'throws',
    (value) => {
      if (value === 'bad') throw new RangeError('secret of ann@example.com');
      return value;
    },
  ],
  [
    'gives two answers for one value',
    (() => {
      let turn = 0;
      return (value: FieldValue) => (value === 'bad' ? (turn += 1) : value);
    })(),
  ],
  ['gives no value', (value) => (value === 'bad' ? (undefined as unknown as FieldValue) : value)],
];
for (const [what, toSales] of failing) {
  test(`a transform that ${what} holds back its record, and nobody else`, async () => {
    await using two = mapped({}, {}, { direction: 'to-sales', transform: { id: 'own', version: 3, toSales } });
    const bad = newcomer(two, 'ann@example.com');
    const good = newcomer(two, 'bob@example.com');
    const truce = await two.open();
    put(two, 'marketing', bad.m, 'bad');
    put(two, 'marketing', good.m, 'good');
    await truce.sync({ yes: true });
    expect(values(two, good)).toEqual(['good', 'good']);
    const held = await truce.quarantine();
    expect(held).toMatchObject([{ code: 'TRANSFORM_FAILED', recordId: bad.m }]);
    expect(JSON.stringify(held)).not.toContain('secret');
  });
}

test('an owner is found by e-mail; an inactive one is held back, a queue is nobody', async () => {
  const owner = { type: 'reference' } as const;
  await using two = mapped(owner, owner, { transform: 'owner-by-email', policy: 'prefer-sales' });
  const users = (side: 'marketing' | 'sales', prefix: string): void => {
    two[side].world.addUser({ id: `${prefix}1`, email: 'Rep@Example.com', active: true });
    two[side].world.addUser({ id: `${prefix}2`, email: 'gone@example.com', active: side === 'marketing' });
    two[side].world.addUser({ id: `${prefix}3`, email: 'other@example.com', active: true });
  };
  users('marketing', 'hu');
  users('sales', 'su');
  two.sales.world.addUser({ id: 'queue', email: null, kind: 'queue', active: true });
  const pair = newcomer(two, 'ann@example.com');
  const truce = await two.open();
  put(two, 'sales', pair.s, 'queue');
  put(two, 'marketing', pair.m, 'hu1');
  await truce.sync({ yes: true });
  expect(values(two, pair)).toEqual(['hu1', 'su1']);
  put(two, 'sales', pair.s, 'su3');
  await truce.sync({ yes: true });
  expect(values(two, pair)).toEqual(['hu3', 'su3']);
  put(two, 'marketing', pair.m, 'hu2');
  await truce.sync({ yes: true });
  expect(await truce.quarantine()).toMatchObject([{ code: 'OWNER_INACTIVE' }]);
  expect(values(two, pair)).toEqual(['hu2', 'su3']);
});
