import type { Ports } from '../../ports.ts';
import { createTransport } from '../../transport/transport.ts';
import type { OutgoingRequest, Reply, Transport, Verdict } from '../../transport/types.ts';
import type { Notice } from './notice.ts';

export interface NoticeOptions {
  /** Slack's incoming webhook, or anything that takes `{ "text" }`; holds a secret. */
  readonly url: string | undefined;
  /** Called after each good run; with `/fail` after a failed one. */
  readonly pingUrl: string | undefined;
  /** The hosts that notices and pings may go to; the CRMs' allow-lists are not asked. */
  readonly hosts: readonly string[];
  /** Whose notices they are. */
  readonly from: string;
  readonly ports: Ports;
}

/** The way out for notices: hosts of its own, and no credential of a CRM comes near it. */
export interface NoticeSender {
  /** @throws {CrmError} or {ConfigError} without the URL, whose path is a secret */
  tell(command: string, notices: readonly Notice[]): Promise<void>;
  ping(ok: boolean): Promise<void>;
}

/** @throws {ConfigError} `BAD_HOST_RULE` */
export function noticeSender(options: NoticeOptions): NoticeSender {
  const { url, pingUrl, hosts, from, ports } = options;
  const transport = createTransport({
    system: 'notices',
    ports,
    hosts: hosts.map((host) => ({ host: host.toLowerCase(), match: 'exact' })),
    limits: [{ name: 'notices', requests: 5, perMs: 1_000, parallel: 1 }],
    timeouts: { headersMs: 5_000, idleMs: 5_000, totalMs: 10_000 },
    attempts: 3,
    longestWaitMs: 5_000,
    classify,
  });
  return {
    tell: async (command, notices) => {
      if (url === undefined || notices.length === 0) return;
      const text = notices.map((notice) => sentence(from, command, notice)).join('\n');
      await post(transport, { method: 'POST', url, body: JSON.stringify({ text }), headers: { 'content-type': 'application/json' } });
    },
    ping: async (ok) => {
      if (pingUrl === undefined) return;
      await post(transport, { method: 'POST', url: ok ? pingUrl : failed(pingUrl) });
    },
  };
}

/** Telling twice is better than not telling. */
async function post(transport: Transport, request: Pick<OutgoingRequest, 'method' | 'url' | 'body' | 'headers'>): Promise<void> {
  await transport.send({ ...request, limit: 'notices', repeatable: true, maxBodyBytes: 100_000 });
}

/** @source https://healthchecks.io/docs/signaling_failures/: `/fail` at the end of the ping's path. */
function failed(pingUrl: string): string {
  const at = pingUrl.search(/[?#]/);
  const [path, rest] = at < 0 ? [pingUrl, ''] : [pingUrl.slice(0, at), pingUrl.slice(at)];
  return `${path.replace(/\/$/, '')}/fail${rest}`;
}

/** @source https://docs.slack.dev/messaging/formatting-message-text/#escaping: `&`, `<` and `>` have a meaning. */
function sentence(from: string, command: string, { kind, code, text, fix }: Notice): string {
  const raw = `Truce, ${from}, ${command}: ${kind} (${code}). ${text} Fix: ${fix}`;
  return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function classify(reply: Reply): Verdict {
  if (reply.status >= 200 && reply.status < 300) return { ok: true };
  const again = reply.status === 429 || reply.status >= 500;
  return {
    ok: false,
    code: 'NOTICE_REFUSED',
    message: `The answer was HTTP ${reply.status}.`,
    hint: 'Check the URL of the notices, and that its channel exists.',
    failure: again ? 'unavailable' : 'request',
    retry: again ? 'if-repeatable' : 'never',
  };
}
