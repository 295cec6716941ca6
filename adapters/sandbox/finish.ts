import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { SandboxClock } from './clock.ts';
import type { CallEffect } from './faults.ts';
import type { SandboxResponse } from './half.ts';
import { send } from './listen.ts';

/** How an answer reaches its reader, or fails to. */
export type Delivery =
  | { readonly kind: 'whole' }
  /** Cut after a share of its bytes. */
  | { readonly kind: 'cut'; readonly share: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Nothing comes, and the connection stays open. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' };

const WHOLE: Delivery = { kind: 'whole' };

/** How an effect delivers; those that are no matter of delivery leave the answer whole. */
export function deliveryOf(effect: CallEffect | null): Delivery {
  if (effect === null) return WHOLE;
  switch (effect.type) {
    case 'cut':
      return { kind: 'cut', share: effect.share };
    case 'slow':
      return { kind: 'slow', bytesPerSecond: effect.bytesPerSecond };
    case 'silence':
    case 'reset':
      return { kind: effect.type };
    case 'status':
    case 'answer':
    case 'delay':
    case 'expire':
      return WHOLE;
  }
}

/** Sends an answer, or what becomes of it. Resolves when nothing more is to be sent. */
export async function finish(response: ServerResponse, answer: SandboxResponse, delivery: Delivery, clock: SandboxClock): Promise<void> {
  switch (delivery.kind) {
    case 'whole':
      return send(response, answer);
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'silence':
      return;
    case 'cut':
      return cut(response, answer, delivery.share);
    case 'slow':
      return dribble(response, answer, { bytesPerSecond: delivery.bytesPerSecond, clock });
  }
}

function cut(response: ServerResponse, answer: SandboxResponse, share: number): void {
  // One byte more than there is gets announced, so that even all of it is short; then the connection ends.
  const body = Buffer.from(answer.body.length === 0 ? '{}' : answer.body);
  response.writeHead(answer.status === 204 ? 200 : answer.status, { ...answer.headers, 'content-length': String(body.length + 1) });
  response.write(body.subarray(0, Math.max(1, Math.floor(body.length * share))), () => response.socket?.destroy());
}

/** Pieces a second, at most; a slower rate comes byte by byte. */
const MOST_PIECES = 20;

/** Headers at once, the body in pieces on the sandbox's clock, until it is whole or its reader is gone. */
async function dribble(
  response: ServerResponse,
  answer: SandboxResponse,
  how: { readonly bytesPerSecond: number; readonly clock: SandboxClock },
): Promise<void> {
  const body = Buffer.from(answer.body.length === 0 ? '{}' : answer.body);
  const size = Math.max(1, Math.ceil(how.bytesPerSecond / MOST_PIECES));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(answer.status === 204 ? 200 : answer.status, { ...answer.headers, 'content-length': String(body.length) });
  response.flushHeaders();
  for (let sent = 0; sent < body.length && !gone.signal.aborted; sent += size) {
    const left = await how.clock.sleep((size / how.bytesPerSecond) * 1000, gone.signal).then(
      () => true,
      () => false,
    );
    if (!left) return;
    if (!response.write(body.subarray(sent, sent + size))) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  if (!gone.signal.aborted) response.end();
}
