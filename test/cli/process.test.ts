import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../adapters/sandbox/http.ts';
import { api, credentials, desk, office, type Desk, type Office, type Pair } from './support.ts';

const root = resolve(import.meta.dirname, '../..');

interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as a process of its own. */
function start(args: readonly string[], { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }) {
  const child = spawn(process.execPath, ['--conditions=truce-source', join(root, 'src/cli/bin.js'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', FORCE_COLOR: '1', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then((): Ended => ({ exit: child.exitCode, out, err }));
  return { child, ended, line: () => firstLine(child, () => out) };
}

async function firstLine(child: ChildProcessWithoutNullStreams, out: () => string): Promise<string> {
  while (!out().includes('\n')) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return out().split('\n', 1)[0] ?? '';
}

describe('truce sandbox', () => {
  it('prints one line of JSON when ready, serves both CRMs, and ends with 0 on SIGTERM', async () => {
    using d = desk(null);
    const { child, ended, line } = start(['sandbox', '--json', '--people', '20', '--seed', '5', '--clock', 'virtual', '--limits', 'none'], {
      cwd: d.folder,
      env: {},
    });
    const said = JSON.parse(await line()) as Record<string, Record<string, string>>;
    expect(Object.keys(said)).toEqual(['hubspot', 'salesforce', 'control']);
    expect(Object.keys(said['hubspot'] ?? {})).toEqual(['url', 'token', 'userToken', 'portalId']);
    expect(Object.keys(said['salesforce'] ?? {})).toEqual([
      'url',
      'accessToken',
      'userAccessToken',
      'clientId',
      'clientSecret',
      'orgId',
      'apiVersion',
    ]);
    const { hubspot, control } = said;
    const contacts = await exchange(`${hubspot?.['url'] ?? ''}/crm/v3/objects/contacts?limit=1`, {
      headers: { authorization: `Bearer ${hubspot?.['userToken'] ?? ''}` },
    });
    expect(contacts.json().results).toHaveLength(1);
    expect((await exchange(`${control?.['url'] ?? ''}/clock`)).json()).toMatchObject({ kind: 'virtual', now: '2026-03-02T09:00:00.000Z' });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exit: 0, err: '' });
    expect(d.hashes()).toEqual({});
  });

  it('refuses options that make no sense, with the fix', async () => {
    using d = desk(null);
    expect(await d.run(['sandbox', '--people', '9999999', '--json'])).toMatchObject({ exit: 2 });
    d.write('faults.json', [{ side: 'mailchimp', effect: { type: 'reset' } }]);
    const bad = await d.run(['sandbox', '--faults', 'faults.json', '--json']);
    expect(bad.json()).toMatchObject({ error: { code: 'FAULTS_INVALID' }, exit: 2 });
    expect((await d.run(['sandbox', '--faults', 'missing.json', '--json'])).json()).toMatchObject({
      error: { code: 'OPTION_INVALID' },
      exit: 2,
    });
    expect((await d.run(['sandbox', '--start-at', 'soon', '--json'])).json()).toMatchObject({ error: { code: 'OPTION_INVALID' }, exit: 2 });
  });
});

describe('a run as a process', () => {
  let o: Office;
  let d: Desk;
  const env = (): Record<string, string> => ({ ...credentials(o.box), TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' });
  const pairs: Pair[] = [];

  beforeAll(async () => {
    o = await office();
    d = desk(o.box, { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' });
    for (let n = 0; n < 150; n += 1) pairs.push(await o.person({ email: `p${n}@example.com`, sales: 'Working - Contacted' }));
  });

  afterAll(async () => {
    d[Symbol.dispose]();
    await o[Symbol.asyncDispose]();
  });

  it('gives data to stdout and talk to stderr, and no colour or bar where there is no terminal', async () => {
    const { exit, out, err } = await start(['plan', '--json'], { cwd: d.folder, env: env() }).ended;
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(151);
    expect(lines.at(-1)).toMatchObject({ summary: { update: 150 } });
    const text = await start(['plan', '--limit', '1'], { cwd: d.folder, env: env() }).ended;
    expect(text.err).toContain('1 update, 0 creates');
    for (const stream of [text.out, text.err]) expect(stream).not.toContain('\u001b');
  });

  it('is not disturbed by a reader that goes away', async () => {
    const { child, ended } = start(['plan'], { cwd: d.folder, env: env() });
    child.stdout.destroy();
    expect(await ended).toMatchObject({ exit: 0, err: expect.stringContaining('150 updates') as string });
  });

  /** Starts a sync whose first batch of writes is answered late, and ends it by a signal while it waits. */
  const interrupted = async (signal: NodeJS.Signals, done: string): Promise<Ended> => {
    o.box.faults.add([
      { side: 'hubspot', match: { path: 'contacts/batch/update' }, nth: 1, when: 'after', effect: { type: 'delay', ms: 2000 } },
    ]);
    const { child, ended } = start(['sync', '--yes', '--json'], { cwd: d.folder, env: env() });
    await until(async () => (await count(done)) === 100);
    child.kill(signal);
    const end = await ended;
    o.box.faults.clear();
    expect(await count(done)).toBe(100);
    return end;
  };
  const count = async (status: string): Promise<number> => {
    const ids = pairs.map(({ contact }) => ({ id: contact }));
    const batches = [ids.slice(0, 100), ids.slice(100)];
    const answers = await Promise.all(
      batches.map((inputs) => o.hubspot('POST', '/crm/v3/objects/contacts/batch/read', { inputs, properties: ['hs_lead_status'] })),
    );
    const records = answers.flatMap((answer) => answer.results as { properties: Record<string, string> }[]);
    return records.filter(({ properties }) => properties['hs_lead_status'] === status).length;
  };

  it('comes to rest on SIGINT after the batch under way, and the next run goes on with the rest', async () => {
    const stopped = await interrupted('SIGINT', 'IN_PROGRESS');
    expect(stopped.exit).toBe(5);
    expect(JSON.parse(stopped.out.trimEnd())).toMatchObject({ error: { code: 'STOPPED' }, exit: 5 });
    expect(stopped.err).toMatch(/truce: Stopped by SIGINT\. \(STOPPED\)\n {2}-> Nothing is half done/);
    expect((await d.run(['status', '--json'])).json()).toMatchObject({ openIntents: 0, runs: [{ status: 'failed' }] });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 50, rejected: 0, raced: 0, exit: 0 });
    expect(await count('IN_PROGRESS')).toBe(150);
  });

  it('that is killed in the middle of a write is looked up by the next run, and nothing is written twice', async () => {
    for (const { lead } of pairs) await o.salesforce('PATCH', `${api}/sobjects/Lead/${lead}`, { Status: 'Closed - Not Converted' });
    expect((await interrupted('SIGKILL', 'UNQUALIFIED')).exit).toBe(null);
    expect((await d.run(['status', '--json'])).json()).toMatchObject({ openIntents: 100 });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 50, rejected: 0, raced: 0, exit: 0 });
    expect((await d.run(['status', '--json'])).json()).toMatchObject({ openIntents: 0 });
    const inputs = pairs.slice(0, 50).map(({ contact }) => ({ id: contact }));
    const { results } = await o.hubspot('POST', '/crm/v3/objects/contacts/batch/read', {
      inputs,
      properties: [],
      propertiesWithHistory: ['hs_lead_status'],
    });
    const histories = (results as { propertiesWithHistory: Record<string, { value: string }[]> }[]).map((record) =>
      record.propertiesWithHistory['hs_lead_status']?.map((entry) => entry.value),
    );
    expect(histories).toEqual(inputs.map(() => ['UNQUALIFIED', 'IN_PROGRESS', 'NEW']));
  });
});

/** Looks again until it is so; the test's own time limit ends it. */
async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((next) => setImmediate(next));
}
