import type { HubspotHalfOptions } from '../../../adapters/hubspot/sandbox/index.ts';
import type { OutgoingRequest } from '../../../adapters/sandbox/half.ts';
import { virtualClock, type SandboxClock } from '../../../adapters/sandbox/clock.ts';
import { draw } from '../../../adapters/sandbox/random.ts';
import { APP_ID, dig, START, testPortal, type Reply, type TestPortal } from './portal.ts';

export const DEVELOPER_KEY = 'developer-key';
export const CLIENT_SECRET = 'client-secret-of-the-app';
export const TARGET = 'https://listener.example/hooks?tenant=a%2Cb';

/** One notification as it arrived. */
export type Notice = Readonly<Record<string, unknown>>;

/** A portal whose app listens, on a clock that is moved, and what arrived at the listener. */
export interface ListeningPortal {
  readonly portal: TestPortal;
  readonly clock: SandboxClock;
  readonly requests: (OutgoingRequest & { readonly at: number })[];
  /** Sends `METHOD path` of the webhooks API with the developer's key. */
  readonly manage: (line: string, body?: unknown) => Promise<Reply>;
  readonly subscribe: (eventType: string, more?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** All notifications so far, in the order in which they arrived. */
  readonly notices: () => Notice[];
  /** Moves the clock on by seconds. */
  readonly pass: (seconds: number) => Promise<void>;
}

interface ListenOptions extends Partial<HubspotHalfOptions> {
  readonly duplicates?: number;
  readonly reordered?: number;
  /** What the listener answers; null: nothing. @default 200 */
  readonly answer?: (nth: number) => number | null;
}

/** A portal with a registered target; nothing is duplicated or reordered unless asked for. */
export async function listeningPortal(options: ListenOptions = {}): Promise<ListeningPortal> {
  const { duplicates = 0, reordered = 0, answer = () => 200, ...half } = options;
  const clock = virtualClock(START);
  const requests: (OutgoingRequest & { readonly at: number })[] = [];
  const portal = testPortal({
    ports: { clock, random: draw('listener') },
    webhooks: {
      clientSecret: CLIENT_SECRET,
      developerKey: DEVELOPER_KEY,
      duplicates,
      reordered,
      send: (request) => {
        requests.push({ ...request, at: clock.now() });
        const status = answer(requests.length);
        return Promise.resolve(status === null ? null : { status });
      },
    },
    ...half,
  });
  const manage = (line: string, body?: unknown): Promise<Reply> => {
    const [method = '', path = ''] = line.split(' ');
    return portal.send(`${method} /webhooks/v3/${APP_ID}${path}?hapikey=${DEVELOPER_KEY}`, body, { token: null });
  };
  await manage('PUT /settings', { targetUrl: TARGET, throttling: { maxConcurrentRequests: 10 } });
  return {
    portal,
    clock,
    requests,
    manage,
    subscribe: async (eventType, more = {}) => {
      const reply = await manage('POST /subscriptions', { eventType, active: true, ...more });
      if (reply.status !== 201) throw new Error(reply.text);
      return String(dig(reply, 'id'));
    },
    notices: () => requests.flatMap((request) => JSON.parse(request.body) as Notice[]),
    pass: (seconds) => clock.moveTo(clock.now() + seconds * 1000),
  };
}
