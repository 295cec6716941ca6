import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecordId } from '../../src/model/words.ts';
import type { Truce } from '../../src/truce-types.ts';
import { openWarehouse } from '../../src/warehouse/duckdb.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

const secrets = [
  'zoe.forgotten@example.com',
  'zoe.alias@example.org',
  'Zoe Forgottensdottir',
  'm-zoe-0815',
  's-zoe-4711',
  'c-zoe-2342',
  'Zoes Employer Ltd',
];
const [email = '', alias = ''] = secrets;

/** The words that stand in any byte of any file of a folder, as text or as UTF-16. */
function found(folder: string, words: readonly string[] = secrets): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => {
      const bytes = readFileSync(path);
      return words.filter((word) => bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le'))).map((word) => `${path}: ${word}`);
    });
}

/** Zoe in both CRMs with everything that hangs on a person, a colleague in the same touch and deal, and 40 others. */
async function company(crms: TwoCrms): Promise<{ t: Truce; m: RecordId; s: RecordId; bob: { m: RecordId; s: RecordId } }> {
  const at = crms.now();
  const { marketing, sales } = { marketing: crms.marketing.world, sales: crms.sales.world };
  const name = 'Zoe Forgottensdottir';
  const m = marketing.addPerson({ id: 'm-zoe-0815', email, otherEmails: [alias], name, status: 'Ready', at });
  const s = sales.addPerson({ id: 's-zoe-4711', email: alias, name, company: 'Zoes Employer Ltd', status: 'Working', crossIds: [m], at });
  const bob = crms.pair('bob@example.com');
  for (let n = 0; n < 40; n += 1) crms.pair(`p${n}@example.com`);
  const campaign = marketing.addCampaign({ name: 'Fair' });
  marketing.addMember({ campaignId: campaign, personId: m, respondedAt: at });
  marketing.addTouch({ personIds: [m], kind: 'form', direction: 'in', occurredAt: at });
  marketing.addTouch({ id: 't-both', personIds: [m, bob.m], kind: 'meeting', direction: 'out', occurredAt: at });
  sales.addTouch({ personIds: [s], kind: 'call', direction: 'out', occurredAt: at });
  sales.addDeal({ name: 'A deal', people: [s, bob.s], outcome: 'won' });
  crms.later();
  const t = await crms.open({ warehouse: join(crms.folder, 'truce.duckdb') });
  await t.sync({ yes: true });
  sales.edit(s, 'status', 'Closed', { at: crms.later() });
  crms.later();
  await t.sync({ yes: true });
  return { t, m, s, bob };
}

describe('forgetting a person', () => {
  test('leaves no byte of them in state and warehouse, and keeps what others have', async () => {
    await using crms = twoCrms();
    const { t, m, s, bob } = await company(crms);
    for (const file of ['state.db', 'truce.duckdb'])
      expect(found(crms.folder).filter((one) => one.includes(file)).length).toBeGreaterThan(1);
    const writes = (await t.status()).runs.length;
    expect(await t.forget(email)).toMatchObject({
      records: 2,
      warehouse: 2,
      words: expect.arrayContaining([email, alias, m, s, 'Zoe Forgottensdottir']),
    });
    expect(found(crms.folder)).toEqual([]);
    expect((await t.status()).runs).toHaveLength(writes);
    expect(await t.explain('bob@example.com')).toMatchObject({ records: [{ id: bob.m }, { id: bob.s }] });
    await expect(t.explain(email)).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
    await t.close();
    expect(found(crms.folder)).toEqual([]);
    await using warehouse = await openWarehouse(join(crms.folder, 'truce.duckdb'), { readOnly: true });
    const touches = await warehouse.query(`SELECT person_ids FROM raw_touches WHERE id = 't-both'`);
    expect(touches).toEqual([{ person_ids: JSON.stringify([bob.m]) }]);
    expect(statSync(join(crms.folder, 'truce.duckdb')).mode & 0o077).toBe(0);
  });

  test('is for good: later pulls, from the beginning too, take nothing of them in, and a sync writes nothing to them', async () => {
    await using crms = twoCrms();
    const { t, m, s } = await company(crms);
    await t.forget(m);
    const statuses = crms.statuses({ m, s });
    crms.marketing.world.edit(m, 'status', 'Later', { at: crms.later() });
    crms.sales.world.addTouch({ personIds: [s], kind: 'call', direction: 'out', occurredAt: crms.now() });
    // The same human as a new record: known by the address.
    crms.sales.world.addPerson({ id: 'c-zoe-2342', object: 'Contact', email: alias, name: 'Zoe Forgottensdottir', at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    await t.pull({ rebuild: true });
    expect(found(crms.folder)).toEqual([]);
    expect(crms.statuses({ m, s })).toEqual(['Later', statuses[1]]);
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0 });
    expect((await t.status()).people).toMatchObject({ linked: 41 });
  });

  test('takes whoever shares their address, but not a mailbox', async () => {
    await using crms = twoCrms({ marketing: { uniqueEmail: false } });
    for (let n = 0; n < 25; n += 1) crms.sales.world.addPerson({ id: `s-box${n}`, email: 'info@example.com', at: crms.now() });
    crms.pair('bob@example.com');
    const t = await crms.open();
    await t.pull();
    await expect(t.forget('info@example.com')).rejects.toMatchObject({ code: 'FORGET_SHARED' });
    expect((await t.status()).people.sales).toBe(26);
    await expect(t.forget('nobody@example.com')).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
  });

  test('goes out of what is asked about others, who are looked at again', async () => {
    await using crms = twoCrms();
    crms.marketing.world.addPerson({ id: 'm-1', email: 'ann@example.com', status: 'Ready', at: crms.now() });
    crms.sales.world.addPerson({ id: 's-1', email: 'ann@example.com', at: crms.now() });
    // Known by a stored id only: the address is another one.
    crms.sales.world.addPerson({ id: 's-zoe-4711', email, crossIds: ['m-1'], at: crms.now() });
    const t = await crms.open();
    await t.pull();
    expect((await t.identity('s-1'))[0]).toMatchObject({ link: { kind: 'ambiguous' } });
    await t.decide([
      {
        line: 2,
        side: 'sales',
        id: 's-zoe-4711' as RecordId,
        candidates: [{ side: 'marketing', id: 'm-1' as RecordId }],
        proposal: '',
        decision: 'none',
      },
    ]);
    await t.forget(email);
    await t.pull();
    expect(found(crms.folder)).toEqual([]);
    expect((await t.identity('s-1'))[0]).toMatchObject({ link: { kind: 'linked' } });
  });

  test('follows a privacy deletion where the configuration says so, and by default only unlinks', async () => {
    for (const erased of ['forget', 'unlink'] as const) {
      await using crms = twoCrms({ config: { deletes: { erased }, guards: { unlinks: { share: 1 } } } });
      const { t, m, s } = await company(crms);
      crms.marketing.world.remove(m, { erased: true, at: crms.later() });
      crms.later();
      await t.sync({ yes: true });
      const left = await t.identity(s).catch(() => null);
      if (erased === 'forget') {
        expect(left).toBeNull();
        expect(found(crms.folder)).toEqual([]);
      } else expect(left).toMatchObject([{ link: { kind: 'single' }, lost: [{ goneId: m }] }]);
      // Never deleted on the other side.
      expect(crms.sales.world.person(s)).toBeDefined();
    }
  });
});
