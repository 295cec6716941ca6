import { request as send } from 'node:http';
import type { SandboxClock } from './clock.ts';
import type { OutgoingRequest, Send } from './half.ts';

/** How long a receiver may take, on the machine's clock. @source HubSpot's webhooks guide: five seconds (checked 2026-11) */
const PATIENCE_MS = 5000;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Sends what an imitation sends of its own accord: to `http` on this machine only; anything else is as if nobody
 * answered. A virtual clock waits for the answer, so that a retry comes at its time.
 */
export function loopbackSender(clock: SandboxClock): Send {
  return (request) => {
    const answer = exchange(request);
    clock.hold(answer);
    return answer;
  };
}

function exchange(request: OutgoingRequest): Promise<{ readonly status: number } | null> {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url === null || url.protocol !== 'http:' || !LOOPBACK.has(url.hostname)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(request.body)) };
    const outgoing = send(url, { method: request.method, headers, agent: false, timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      answer.once('close', () => resolve(answer.complete ? { status: answer.statusCode ?? 0 } : null));
    });
    const deadline = setTimeout(() => outgoing.destroy(), PATIENCE_MS);
    deadline.unref();
    outgoing.once('socket', (socket) => socket.unref());
    outgoing.once('error', () => resolve(null));
    outgoing.once('close', () => {
      clearTimeout(deadline);
      resolve(null);
    });
    outgoing.end(request.body);
  });
}
