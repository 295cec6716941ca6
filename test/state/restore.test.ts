import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openState } from '../../src/state/open.ts';
import { restoreState } from '../../src/state/restore.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

const backupOf = (crms: TwoCrms): string => join(crms.folder, 'backup.db');

/** A sync, a backup, and an agreement that the backup does not know: both sides went to In progress, and marketing went back. */
async function movedOn(crms: TwoCrms) {
  const ann = crms.pair('ann@example.com');
  const bob = crms.pair('bob@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  await t.backup(backupOf(crms));
  for (const pair of [ann, bob]) crms.sales.world.edit(pair.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  await t.sync({ yes: true });
  expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
  // Marketing takes it back: against the agreement that the backup holds, it looks as if sales alone had changed.
  crms.marketing.world.edit(ann.m, 'status', 'Ready', { at: crms.later() });
  crms.later();
  await t.close();
  return { ann, bob };
}

const putBack = (crms: TwoCrms): void => {
  for (const suffix of ['-wal', '-shm']) rmSync(crms.statePath + suffix, { force: true });
  copyFileSync(backupOf(crms), crms.statePath);
};

describe('a state that was put back', () => {
  test('is noticed by the next run, which compares, writes nothing, and waits for a word', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    putBack(crms);
    const t = await crms.open();
    const writes = crms.writes();
    const plan = await t.plan();
    expect(plan.summary).toMatchObject({ update: 1, conflict: 1 });
    for (let run = 0; run < 2; run += 1)
      expect(await t.sync({ yes: true })).toMatchObject({ restored: { at: expect.any(Number) }, applied: 0, plan: { update: 1 } });
    expect(crms.writes()).toEqual(writes);
    await expect(t.apply(plan)).rejects.toMatchObject({ code: 'STATE_RESTORED', hint: expect.stringContaining('truce state confirm') });
    await expect(t.undo('run_000001')).rejects.toMatchObject({ code: 'STATE_RESTORED' });
    expect((await t.status()).restored).not.toBeNull();
    expect(await t.confirmRestored()).not.toBeNull();
    expect(await t.confirmRestored()).toBeNull();
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ restored: null, applied: 1 });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ restored: null, applied: 0 });
  });

  test('decides about no difference as if one side alone had changed', async () => {
    await using crms = twoCrms();
    const { ann, bob } = await movedOn(crms);
    putBack(crms);
    const t = await crms.open();
    const lines = [];
    for await (const line of (await t.plan()).lines()) lines.push(line);
    expect(lines.flatMap((line) => line.changes.map((change) => [line.linkId !== null, change.rule]))).toEqual([[true, 'furthest']]);
    // What both sides hold alike is agreed on again without a write.
    await t.sync({ yes: true });
    expect(crms.statuses(bob)).toEqual(['In progress', 'Working']);
    expect(crms.statuses(ann)).toEqual(['Ready', 'Working']);
  });

  test('keeps intents that were open when the copy was made from being repaired by guesswork', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    putBack(crms);
    const state = await openState({ path: crms.statePath });
    await state.commit({ restored: { at: 1 } });
    expect(await state.journal.open()).toEqual([]);
    await state.close();
  });

  test('is no such thing when the same state goes on, or the mark is damaged or missing; a new one where it was deleted is', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    const sync = async () => {
      const t = await crms.open();
      const { restored } = await t.sync({ yes: true });
      await t.close();
      return restored;
    };
    expect(await sync()).toBeNull();
    expect(statSync(`${crms.statePath}.epoch`).mode & 0o077).toBe(0);
    for (const damage of ['', '{', 'null', '{"state":1}']) {
      writeFileSync(`${crms.statePath}.epoch`, damage);
      expect(await sync()).toBeNull();
    }
    rmSync(`${crms.statePath}.epoch`);
    expect(await sync()).toBeNull();
    rmSync(crms.statePath);
    expect(await sync()).not.toBeNull();
  });
});

describe('restoring', () => {
  test('refuses an older copy over a newer state without force, and keeps the newer one beside it with it', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    const before = readFileSync(crms.statePath);
    const asked = { from: backupOf(crms), to: crms.statePath, now: crms.now() };
    await expect(restoreState({ ...asked, force: false })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'RESTORE_OLDER',
      message: expect.stringContaining('1 runs'),
    });
    expect(readFileSync(crms.statePath).length).toBe(before.length);
    const { kept, runsLost } = await restoreState({ ...asked, force: true });
    expect(runsLost).toBe(1);
    expect(statSync(crms.statePath).mode & 0o077).toBe(0);
    const newer = await openState({ path: kept ?? '' });
    expect(await newer.runs.last(9)).toHaveLength(2);
    await newer.close();
    const t = await crms.open();
    expect(await t.sync({ yes: true })).toMatchObject({ restored: { at: crms.now() }, applied: 0 });
    await t.confirmRestored();
    // The word holds: the mark beside the state was put back with it.
    expect(await t.sync({ yes: true })).toMatchObject({ restored: null });
  });

  test('works where no state is, or where it is damaged, and leaves nothing behind', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    const asked = { from: backupOf(crms), to: crms.statePath, now: crms.now(), force: false };
    rmSync(crms.statePath);
    expect(await restoreState(asked)).toMatchObject({ kept: null, runsLost: 0 });
    writeFileSync(crms.statePath, readFileSync(crms.statePath).fill(0x41, 100, 20_000));
    expect(await restoreState(asked)).toMatchObject({ runsLost: 0 });
    expect(readdirSync(crms.folder).filter((name) => /restoring|partial/.test(name))).toEqual([]);
  });

  test('refuses a copy of other accounts, of another state, and what is no state', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    await using others = twoCrms({ marketing: { account: { id: 'other-account' } } });
    others.pair('x@example.com');
    const t = await others.open();
    await t.sync({ yes: true });
    await t.backup(backupOf(others));
    await t.close();
    const restore = (from: string, force: boolean) => restoreState({ from, to: crms.statePath, force, now: crms.now() });
    await expect(restore(backupOf(others), true)).rejects.toMatchObject({ code: 'STATE_OTHER_ACCOUNT' });
    await using same = twoCrms();
    same.pair('x@example.com');
    const second = await same.open();
    await second.sync({ yes: true });
    await second.backup(backupOf(same));
    await second.close();
    await expect(restore(backupOf(same), false)).rejects.toMatchObject({ code: 'RESTORE_OTHER' });
    writeFileSync(join(crms.folder, 'text'), 'no database at all, but long enough to be looked at '.repeat(99));
    await expect(restore(join(crms.folder, 'text'), true)).rejects.toMatchObject({ name: 'StateError' });
    await expect(restore(join(crms.folder, 'nothing'), true)).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' });
    expect(existsSync(crms.statePath)).toBe(true);
  });

  test('waits for nobody: a run at work keeps it out', async () => {
    await using crms = twoCrms();
    await movedOn(crms);
    const state = await openState({ path: crms.statePath });
    await state.lease.acquire({ pid: process.pid, host: (await import('node:os')).hostname() }, crms.now(), 60_000);
    await expect(restoreState({ from: backupOf(crms), to: crms.statePath, force: true, now: crms.now() })).rejects.toMatchObject({
      code: 'STATE_LOCKED',
    });
    await state.close();
  });
});

describe('a backup', () => {
  test('is for its owner only, whole while a run is at work, and never written over a file', async () => {
    await using crms = twoCrms();
    const t = await crms.open();
    crms.pair('ann@example.com', { sales: 'Working' });
    const stop = t.on('line', () => void t.backup(backupOf(crms)));
    await t.sync({ yes: true });
    stop();
    expect(statSync(backupOf(crms)).mode & 0o077).toBe(0);
    const copy = await openState({ path: backupOf(crms) });
    expect(await copy.links.linkedCount()).toBe(1);
    await copy.close();
    await expect(t.backup(backupOf(crms))).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' });
  });
});
