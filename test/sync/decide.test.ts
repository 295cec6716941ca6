import { describe, expect, test } from 'vitest';
import type { RecordId } from '../../src/model/words.ts';
import type { Decision } from '../../src/sync/decide.ts';
import { evidenceFor, proposalOf, sameName } from '../../src/sync/evidence.ts';
import { noVerdicts } from '../../src/sync/verdicts.ts';
import type { ReviewRow } from '../../src/sync/review.ts';
import type { Truce } from '../../src/truce-types.ts';
import { storedPerson } from '../support/people.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

async function rowsOf(t: Truce, settled = false): Promise<ReviewRow[]> {
  const rows: ReviewRow[] = [];
  for await (const row of t.review({ settled })) rows.push(row);
  return rows;
}

/** The rows as a file gives them back, with what somebody wrote into them. */
function written(rows: readonly ReviewRow[], word: (row: ReviewRow) => string): Decision[] {
  return rows.map((row, index) => ({
    line: index + 2,
    side: row.side,
    id: row.id,
    candidates: row.candidates.map(({ side, id }) => ({ side, id })),
    proposal: row.proposal.word,
    decision: word(row),
  }));
}

/** A contact and two leads with her address; the second one is worked on. */
async function twoLeads(crms: TwoCrms) {
  const m = crms.marketing.world.addPerson({ id: 'm-ann', email: 'ann@example.com', status: 'Ready', at: crms.now() });
  const open = crms.sales.world.addPerson({ id: 's-open', email: 'ann@example.com', status: 'Open', at: crms.later() });
  const working = crms.sales.world.addPerson({ id: 's-working', email: 'ann@example.com', status: 'Working', at: crms.later() });
  crms.pair('bob@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  const status = (): unknown => crms.marketing.world.person(m)?.fields.get('status');
  return { t, m, open, working, status };
}

describe('deciding who is who', () => {
  test('one person is asked about once, with both candidates, evidence and a proposal', async () => {
    await using crms = twoCrms();
    const { t, m, open, working } = await twoLeads(crms);
    const rows = await rowsOf(t);
    expect(rows).toMatchObject([
      {
        side: 'marketing',
        id: m,
        address: 'ann@example.com',
        decision: '',
        why: 'several may be the same person',
        proposal: { word: '2' },
      },
    ]);
    expect(rows[0]?.candidates.map((one) => [one.id, one.about.split(',')[0], one.evidence.words])).toEqual([
      [open, 'status Open', ['same main address']],
      [working, 'status Working', ['same main address', 'changed last']],
    ]);
  });

  test('what is decided is synced, outlives later runs, and is changed and taken back by another settle', async () => {
    await using crms = twoCrms();
    const { t, status } = await twoLeads(crms);
    expect(await t.decide(written(await rowsOf(t), () => 'yes'))).toMatchObject({ decided: 1, mistakes: [], stored: true });
    expect(await t.quarantine()).toEqual([]);
    for (let again = 0; again < 2; again += 1) {
      crms.later();
      await t.sync({ yes: true });
      expect(status()).toBe('In progress');
      expect((await t.status()).people).toMatchObject({ linked: 2, ambiguous: 0 });
    }
    const settled = await rowsOf(t, true);
    expect(settled).toMatchObject([{ decision: expect.stringMatching(/^[12]$/) }]);
    expect(await t.decide(written(settled, (row) => row.decision))).toMatchObject({ decided: 0, unchanged: 1, stored: false });
    expect(await t.decide(written(settled, () => 'none'))).toMatchObject({ decided: 1 });
    expect((await t.status()).people).toMatchObject({ linked: 1, ambiguous: 0 });
    expect(await rowsOf(t)).toEqual([]);
    expect(await t.decide(written(await rowsOf(t, true), () => 'ask'))).toMatchObject({ decided: 1 });
    crms.later();
    await t.sync({ yes: true });
    expect(await rowsOf(t)).toHaveLength(1);
    expect(await rowsOf(t, true)).toEqual([]);
  });

  test('all of them may be one person, whatever the policy says', async () => {
    await using crms = twoCrms();
    const { t, m, open, working } = await twoLeads(crms);
    await t.decide(written(await rowsOf(t), () => 'all'));
    crms.marketing.world.edit(m, 'status', 'Not a fit', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect([open, working].map((id) => crms.sales.world.person(id)?.fields.get('status'))).toEqual(['Closed', 'Closed']);
    expect((await t.identity('ann@example.com'))[0]).toMatchObject({
      link: { kind: 'linked', rule: 'person' },
      choices: [{ same: true }, { same: true }],
    });
  });

  test('a decision for another lead than the linked one takes its place, and nothing of the old agreement is left', async () => {
    await using crms = twoCrms();
    const pair = crms.pair('ann@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    const s2 = crms.sales.world.addPerson({ id: 's-two', email: 'ann@example.com', status: 'Working', at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    const rows = await rowsOf(t);
    expect(rows).toMatchObject([{ side: 'sales', id: s2, candidates: [{ id: pair.m }] }]);
    expect(await t.decide(written(rows, () => 'instead'))).toMatchObject({ decided: 1, mistakes: [] });
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses({ m: pair.m, s: s2 })).toEqual(['In progress', 'Working']);
    expect(crms.sales.world.person(pair.s)?.fields.get('status')).toBe('Open');
    expect(await t.identity(pair.s)).toMatchObject([{ link: { kind: 'single' } }]);
  });

  test('a newcomer after a deletion is linked when somebody says so', async () => {
    await using crms = twoCrms();
    const pair = crms.pair('ann@example.com');
    crms.pair('bob@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.marketing.world.remove(pair.m, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 1 } });
    const m = crms.marketing.world.addPerson({ id: 'm-new', email: 'ann@example.com', status: 'In progress', at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    const rows = await rowsOf(t);
    expect(rows).toMatchObject([{ id: m, why: expect.stringContaining('deleted'), candidates: [{ id: pair.s }] }]);
    await t.decide(written(rows, () => '1'));
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses({ m, s: pair.s })).toEqual(['In progress', 'Working']);
  });

  test('a file with a single mistake changes nothing, and every mistake is named', async () => {
    await using crms = twoCrms();
    const { t } = await twoLeads(crms);
    const [row] = written(await rowsOf(t), () => '1');
    if (row === undefined) throw new Error('no row');
    const ghost = { ...row, id: 'm-ghost' as RecordId };
    const wrong = [
      row,
      { ...row, line: 3, decision: 'none' },
      { ...row, line: 4, decision: '7' },
      { ...ghost, line: 5 },
      { ...row, line: 6, decision: 'instead' },
    ];
    const result = await t.decide(wrong);
    expect(result.stored).toBe(false);
    expect(result.mistakes.map(({ line, message }) => `${line} ${message}`)).toEqual([
      expect.stringMatching(/^3 It contradicts line 2/),
      expect.stringMatching(/^4 "7" is no decision: yes, a number/),
      expect.stringMatching(/^5 The marketing record m-ghost is not there/),
      expect.stringMatching(/^6 "instead" needs/),
    ]);
    expect(await rowsOf(t)).toHaveLength(1);
    expect(await t.decide([row], { dryRun: true })).toMatchObject({ decided: 1, stored: false });
    expect(await rowsOf(t)).toHaveLength(1);
  });

  test('one lead is not given to two contacts', async () => {
    await using crms = twoCrms({ marketing: { uniqueEmail: false } });
    for (const id of ['m-1', 'm-2']) crms.marketing.world.addPerson({ id, email: 'ann@example.com', status: 'Ready', at: crms.now() });
    const s = crms.sales.world.addPerson({ id: 's-1', email: 'ann@example.com', status: 'Open', at: crms.now() });
    const t = await crms.open();
    await t.sync({ yes: true });
    const rows = await rowsOf(t);
    // Asked from the lead's side, since it is the one with several candidates.
    expect(rows).toMatchObject([{ id: s, candidates: [{ id: 'm-1' }, { id: 'm-2' }] }]);
    expect((await t.decide(written(rows, () => 'all'))).mistakes).toMatchObject([{ message: expect.stringContaining('given to m-1 too') }]);
    await t.decide(written(rows, () => '2'));
    const [again] = written(await rowsOf(t, true), () => '1');
    expect(again).toBeDefined();
    const other: Decision = {
      line: 9,
      side: 'marketing',
      id: 'm-1' as RecordId,
      candidates: [{ side: 'sales', id: s }],
      proposal: '',
      decision: '1',
    };
    expect((await t.decide([other])).mistakes).toMatchObject([{ line: 9, message: expect.stringContaining('given to m-2 too') }]);
  });

  test('three thousand people are asked about in order of evidence, and settled in one go', async () => {
    await using crms = twoCrms();
    for (let n = 0; n < 3_000; n += 1) {
      const email = `p${n}@example.com`;
      crms.marketing.world.addPerson({ id: `m-${n}`, email, status: 'Ready', at: crms.now() });
      for (const twin of ['a', 'b'])
        crms.sales.world.addPerson({
          id: `s-${n}${twin}`,
          email,
          object: n % 3 === 0 && twin === 'a' ? 'Contact' : 'Lead',
          status: 'Open',
          at: crms.now(),
        });
    }
    const t = await crms.open();
    await t.pull();
    const rows = await rowsOf(t);
    expect(rows).toHaveLength(3_000);
    const sure = rows.map((row) => row.proposal.confidence);
    expect(sure).toEqual(sure.toSorted((a, b) => b - a));
    expect(rows.filter((row) => row.proposal.word === '1')).toHaveLength(1_000);
    expect(await t.decide(written(rows, () => '1'))).toMatchObject({ decided: 3_000, mistakes: [], stored: true });
    expect((await t.status()).people).toMatchObject({ linked: 3_000, ambiguous: 0 });
  }, 120_000);
});

describe('evidence', () => {
  const m = { record: storedPerson('marketing', 'm1', { emails: ['ann@x.io', 'a@x.io'] }), name: 'Ann Müller' };
  const lead = (rest: Parameters<typeof storedPerson>[2], name: string | null = null) => ({
    record: storedPerson('sales', 's1', rest),
    name,
  });
  const weigh = (candidate: ReturnType<typeof lead>) => evidenceFor(m, candidate, { newest: false, verdicts: noVerdicts });

  test('a stored id outweighs all, a main address a secondary one, and another name speaks against', () => {
    expect(weigh(lead({ crossIds: ['m1'] })).score).toBe(1);
    expect(weigh(lead({ emails: ['ann@x.io'] }, 'MULLER, Ann'))).toEqual({ score: 0.8, words: ['same main address', 'same name'] });
    expect(weigh(lead({ emails: ['a@x.io'] }, 'Bob Li'))).toEqual({ score: 0.15, words: ['shared address', 'other name'] });
    expect(weigh(lead({ emails: [] }))).toEqual({ score: 0, words: [] });
  });

  test('nothing is proposed in a tie, or on weak evidence; twins are proposed together', () => {
    const one = weigh(lead({ emails: ['ann@x.io'] }));
    expect(proposalOf([one, one])).toEqual({ word: '', confidence: 0 });
    expect(proposalOf([])).toEqual({ word: '', confidence: 0 });
    expect(proposalOf([one, weigh(lead({ crossIds: ['m1'] }))])).toEqual({ word: '2', confidence: 0.67 });
    const twin = weigh(lead({ emails: ['ann@x.io'] }, 'Ann Müller'));
    expect(proposalOf([twin, twin])).toEqual({ word: 'all', confidence: 0.7 });
  });

  test('names are the same without case, accents and order; an empty one is like none', () => {
    expect([sameName('Ann Müller', 'müller ann'), sameName('Ann', 'Anne'), sameName('', '')]).toEqual([true, false, false]);
  });
});
