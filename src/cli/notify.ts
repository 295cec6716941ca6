import type { Environment } from '../../config/load.ts';
import { TruceError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Notice } from '../worker/notices/notice.ts';
import { environment, rawConfig, statePath, type CommonOptions } from './connect.ts';
import type { Io } from './io.ts';

/** A command that a scheduler runs. */
export interface Watched {
  /** What is to be told where it went well. */
  readonly work: () => Promise<readonly Notice[] | void>;
  readonly command: string;
  /** Whether the dead-man's ping hears of it. */
  readonly pings: boolean;
}

/**
 * Runs a command, and tells whoever watches how it ended: through `TRUCE_NOTICE_URL` what needs somebody, once and not at
 * each run again, and through `TRUCE_PING_URL` that it ran at all. A notice that can't be sent is said, and fails nothing.
 */
export async function withNotices(io: Io, options: CommonOptions, watched: Watched): Promise<void> {
  const env = await environment(io);
  const [url, pingUrl] = [valueOf(env, 'TRUCE_NOTICE_URL'), valueOf(env, 'TRUCE_PING_URL')];
  if (url === undefined && pingUrl === undefined) return void (await watched.work());
  const report = (notices: readonly Notice[], ok: boolean): Promise<void> =>
    tell(io, { options, env, url, pingUrl: watched.pings ? pingUrl : undefined, command: watched.command, notices, ok }).catch(
      (error: unknown) =>
        io.say(`! A notice could not be sent: ${error instanceof TruceError ? `${error.message} ${error.hint}` : 'an unexpected error'}`),
    );
  let notices: readonly Notice[] | void;
  try {
    notices = await watched.work();
  } catch (error) {
    const { noticeOfError } = await import('../worker/notices/notice.ts');
    const notice = noticeOfError(error);
    // Whoever paused it knows; that the scheduler lives is still true. What is no news is none for the ping either.
    if (notice !== null) await report([notice], notice.code === 'PAUSED');
    throw error;
  }
  await report(notices ?? [], true);
}

interface Telling {
  readonly options: CommonOptions;
  readonly env: Environment;
  readonly url: string | undefined;
  readonly pingUrl: string | undefined;
  readonly command: string;
  readonly notices: readonly Notice[];
  readonly ok: boolean;
}

async function tell(io: Io, { options, env, url, pingUrl, command, notices, ok }: Telling): Promise<void> {
  const [{ noticeSender }, { noticeMemory }, { systemPorts }, { nodeHttp }, { proxyFrom }] = await Promise.all([
    import('../worker/notices/send.ts'),
    import('../worker/notices/memory.ts'),
    import('../system-ports.ts'),
    import('../transport/node-http.ts'),
    import('../transport/proxy.ts'),
  ]);
  const { notices: how, company } = await settingsOf(io, options, env);
  const ports = systemPorts({ http: nodeHttp({ proxy: proxyFrom(env) }) });
  try {
    const sender = noticeSender({ url, pingUrl, hosts: how.hosts, from: company.name, ports });
    const memory = noticeMemory(`${statePath(options, env, io)}.notices.json`, how.repeatHours);
    const now = ports.clock.now();
    const due = url === undefined ? [] : await memory.due(command, notices, now);
    const sent = await Promise.allSettled([sender.tell(command, due), sender.ping(ok)]);
    if (url !== undefined) await memory.keep(command, { told: sent[0].status === 'fulfilled' ? due : [], standing: notices, now });
    const failed = sent.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    await ports.http.close();
  }
}

/** The configuration; its defaults where it is what the notice is about. */
async function settingsOf(io: Io, options: CommonOptions, env: Environment): Promise<Settings> {
  const { parseConfig } = await import('../../config/schema.ts');
  try {
    return parseConfig(await rawConfig(options, env, io));
  } catch {
    return parseConfig({});
  }
}

function valueOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
