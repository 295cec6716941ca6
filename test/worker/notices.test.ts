import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, CrmError, PlanError, StateError } from '../../src/errors.ts';
import { Stopped } from '../../src/cli/io.ts';
import { noticeMemory } from '../../src/worker/notices/memory.ts';
import { noticeOfError, noticeOfFights, noticeOfStale, type Notice } from '../../src/worker/notices/notice.ts';
import { noticeSender } from '../../src/worker/notices/send.ts';
import { testPorts } from '../support/virtual-clock.ts';
import { answer, scriptedHttp } from '../transport/support.ts';

const crm = (failure: CrmError['failure'], message: string) =>
  new CrmError('X', message, { system: 'hubspot', failure, hint: 'Ask jane@example.com.' });
const some: Notice = { kind: 'guard', code: 'TOO_MANY_CHANGES', text: 'Too many <a> & b.', fix: 'Look.' };

describe('what a failed run is told of', () => {
  it.each([
    [new PlanError('TOO_MANY_CHANGES', 'The plan would change 12 records.', { hint: 'Look.' }), 'guard', 'TOO_MANY_CHANGES'],
    [new PlanError('PAUSED', 'Paused by joe: Jane Doe complained', { hint: 'Resume.' }), 'guard', 'PAUSED'],
    [crm('authentication', 'jane@example.com may not'), 'authentication', 'X'],
    [crm('permission', 'Jane Doe may not'), 'authentication', 'X'],
    [crm('unavailable', 'Jane Doe'), 'stopped', 'X'],
    [new StateError('STATE_DAMAGED', 'Jane Doe.db', { hint: 'Restore.' }), 'stopped', 'STATE_DAMAGED'],
    [new StateError('STATE_OTHER_ACCOUNT', 'x', { hint: 'y' }), 'guard', 'STATE_OTHER_ACCOUNT'],
    [new ConfigError('CREDENTIALS_MISSING', 'x', { hint: 'y' }), 'authentication', 'CREDENTIALS_MISSING'],
    [new TypeError('Jane Doe is undefined'), 'stopped', 'UNEXPECTED'],
  ])('%s', (error, kind, code) => {
    const notice = noticeOfError(error);
    expect(notice).toMatchObject({ kind, code });
    expect(JSON.stringify(notice)).not.toMatch(/jane|\bdoe\b|\bjoe\b/i);
  });

  it('is nothing for another run at work, a key that was pressed, or a mistyped name', () => {
    const ours = [new StateError('STATE_LOCKED', 'x', { hint: 'y' }), new Stopped('SIGTERM'), crm('aborted', 'x')];
    for (const error of [...ours, new ConfigError('PERSON_NOT_FOUND', 'x', { hint: 'y' })]) expect(noticeOfError(error)).toBeNull();
  });

  it('counts fights and says how long nothing went through', () => {
    expect(noticeOfFights(0)).toBeNull();
    expect(noticeOfFights(2)).toMatchObject({ kind: 'fight', text: expect.stringContaining('2 fields') });
    expect(noticeOfStale('2026-01-01T00:00:00.000Z')).toMatchObject({ kind: 'stale', text: expect.stringContaining('2026-01-01') });
  });
});

describe('sending', () => {
  const sender = (http: ReturnType<typeof scriptedHttp>, hosts: readonly string[] = ['hooks.slack.com', 'hc-ping.com']) =>
    noticeSender({
      url: 'https://hooks.slack.com/services/T0/B0/secret',
      pingUrl: 'https://hc-ping.com/uuid-secret?x=1',
      hosts,
      from: 'Acme',
      ports: testPorts({ http }),
    });

  it('posts one text that Slack takes as it is meant, without a credential', async () => {
    const http = scriptedHttp(answer(200, 'ok', { 'content-type': 'text/plain' }));
    await sender(http).tell('sync', [some]);
    expect(http.sent).toHaveLength(1);
    expect(http.sent[0]?.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(String(http.sent[0]?.body))).toEqual({
      text: 'Truce, Acme, sync: guard (TOO_MANY_CHANGES). Too many &lt;a&gt; &amp; b. Fix: Look.',
    });
    await sender(http).tell('sync', []);
    expect(http.sent).toHaveLength(1);
  });

  it("pings the dead man's switch, and says when it failed", async () => {
    const http = scriptedHttp(answer(200, 'OK', { 'content-type': 'text/plain' }));
    await sender(http).ping(true);
    await sender(http).ping(false);
    expect(http.sent.map(({ url }) => url)).toEqual(['https://hc-ping.com/uuid-secret?x=1', 'https://hc-ping.com/uuid-secret/fail?x=1']);
  });

  it('goes to no other host than those that are configured, and shows no secret of the URL', async () => {
    const http = scriptedHttp(answer(200));
    const refused = await sender(http, ['hc-ping.com'])
      .tell('sync', [some])
      .catch((error: unknown) => error as Error);
    expect(refused).toMatchObject({ failure: 'not-allowed' });
    expect(JSON.stringify([refused, (refused as Error).message])).not.toContain('secret');
    expect(http.sent).toEqual([]);
  });

  it('follows no redirect and repeats a busy answer at most twice', async () => {
    const moved = scriptedHttp(answer(302, '', { location: 'https://evil.example/' }));
    await expect(sender(moved).tell('sync', [some])).rejects.toBeInstanceOf(CrmError);
    expect(moved.sent).toHaveLength(1);
    const busy = scriptedHttp(answer(503));
    await expect(sender(busy).tell('sync', [some])).rejects.toMatchObject({ code: 'NOTICE_REFUSED' });
    expect(busy.sent).toHaveLength(3);
  });
});

describe('the memory of notices', () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));
  const file = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'truce-notices-'));
    folders.push(folder);
    return join(folder, 'truce.db.notices.json');
  };
  const hour = 3_600_000;

  it('tells once, again after the time, and at once when it comes back after a good run', async () => {
    const memory = noticeMemory(file(), 24);
    const tell = async (standing: readonly Notice[], now: number) => {
      const due = await memory.due('sync', standing, now);
      await memory.keep('sync', { told: due, standing, now });
      return due.length;
    };
    expect([await tell([some], 0), await tell([some], hour), await tell([some], 25 * hour)]).toEqual([1, 0, 1]);
    expect([await tell([], 26 * hour), await tell([some], 27 * hour)]).toEqual([0, 1]);
    expect(await memory.due('outcomes', [some], 27 * hour)).toEqual([some]);
  });

  it('does not remember what could not be sent', async () => {
    const memory = noticeMemory(file(), 24);
    await memory.keep('sync', { told: [], standing: [some], now: 0 });
    expect(await memory.due('sync', [some], 1)).toEqual([some]);
  });

  it.each(['', 'null', '[]', '{"sync guard TOO_MANY_CHANGES":"x"}', '{'])('that is damaged (%s) is as good as empty', async (content) => {
    const path = file();
    writeFileSync(path, content);
    expect(await noticeMemory(path, 24).due('sync', [some], 1)).toEqual([some]);
  });

  it('makes no file while there is nothing to remember, and one for its owner only when there is', async () => {
    const path = file();
    const memory = noticeMemory(path, 24);
    await memory.keep('sync', { told: [], standing: [], now: 0 });
    expect(existsSync(path)).toBe(false);
    await memory.keep('sync', { told: [some], standing: [some], now: 5 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'sync guard TOO_MANY_CHANGES': 5 });
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('that can not be written fails nothing', async () => {
    await noticeMemory('/nowhere/at/all.json', 24).keep('sync', { told: [some], standing: [some], now: 5 });
  });
});
