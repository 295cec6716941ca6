import type { Clock, Random } from '../../../../src/ports.ts';
import type { Send } from '../../../sandbox/half.ts';
import type { Payload } from './payload.ts';
import { signatureHeaders } from './signature.ts';

/** Notifications in one request. @source HubSpot's webhooks guide: up to 100 (checked 2026-11) */
const BATCH = 100;

/** Assumed: notifications are gathered for this long, and leave on the full second. */
const GATHER_MS = 1000;

/** Assumed: how long a reordered or a second notification stays behind. */
const BEHIND_MS = 30_000;

const MINUTE = 60_000;

/**
 * Waits before the ten further attempts: within 24 hours, with varying delays. Assumed: these ones, shortened by up to a
 * quarter.
 * @source https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide (checked 2026-11)
 */
const RETRY_AFTER_MS: readonly number[] = [1, 5, 15, 30, 60, 120, 180, 240, 360, 420].map((minutes) => minutes * MINUTE);

/** What the deliveries need. */
export interface DeliveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly send: Send;
  readonly clientSecret: string;
  /** Share of notifications that arrive twice, 0 to 1. */
  readonly duplicates: number;
  /** Share of notifications that later ones overtake, 0 to 1. */
  readonly reordered: number;
  /** Where to, and how many requests at a time; null while no target is registered. */
  readonly target: () => { readonly url: string; readonly concurrency: number } | null;
}

/** How deliveries went so far. */
export interface DeliveryCounts {
  /** Requests sent, repeated ones included. */
  readonly requests: number;
  /** Notifications that were taken: answered with a status below 400. */
  readonly delivered: number;
  /** Notifications given up after the last attempt. */
  readonly lost: number;
  /** Notifications that wait for their first or a further attempt. */
  readonly waiting: number;
}

interface Notification {
  readonly payload: Payload;
  readonly attempt: number;
  readonly dueAt: number;
}

/** Sends notifications in batches, again after failures, and now and then twice or out of order. */
export interface Delivery {
  push(payload: Payload): void;
  counts(): DeliveryCounts;
}

/** Nothing is promised about order and number: receivers must bear both. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { clock, random } = options;
  const tally = { requests: 0, delivered: 0, lost: 0 };
  let waiting: Notification[] = [];
  let due: Notification[] = [];
  let inFlight = 0;
  let nextWake = Number.POSITIVE_INFINITY;

  const wakeAt = (at: number): void => {
    if (at >= nextWake) return;
    nextWake = at;
    void wake(at);
  };
  const wake = async (at: number): Promise<void> => {
    await clock.sleep(Math.max(0, at - clock.now()));
    if (nextWake === at) nextWake = Number.POSITIVE_INFINITY;
    release();
  };
  const enqueue = (notification: Notification): void => {
    waiting.push(notification);
    wakeAt(notification.dueAt);
  };
  const release = (): void => {
    const now = clock.now();
    const later: Notification[] = [];
    for (const one of waiting) (one.dueAt <= now ? due : later).push(one);
    waiting = later;
    const next = later.reduce((first, one) => Math.min(first, one.dueAt), Number.POSITIVE_INFINITY);
    if (next !== Number.POSITIVE_INFINITY) wakeAt(next);
    dispatch();
  };
  const dispatch = (): void => {
    const target = options.target();
    if (target === null) {
      tally.lost += due.length;
      due = [];
      return;
    }
    while (due.length > 0 && inFlight < target.concurrency) {
      const batch = due.splice(0, BATCH);
      inFlight += 1;
      void sendBatch(target.url, batch).finally(() => {
        inFlight -= 1;
        dispatch();
      });
    }
  };
  const sendBatch = async (url: string, batch: readonly Notification[]): Promise<void> => {
    tally.requests += 1;
    const body = JSON.stringify(batch.map((one) => ({ ...one.payload, attemptNumber: one.attempt })));
    const signed = { method: 'POST', url, body, timestamp: clock.now(), clientSecret: options.clientSecret };
    const headers = { 'content-type': 'application/json', ...signatureHeaders(signed) };
    const answer = await options.send({ method: 'POST', url, headers, body }).catch(() => null);
    if (answer !== null && answer.status < 400) {
      tally.delivered += batch.length;
      return;
    }
    for (const one of batch) again(one);
  };
  const again = (failed: Notification): void => {
    const wait = RETRY_AFTER_MS[failed.attempt];
    if (wait === undefined) {
      tally.lost += 1;
      return;
    }
    enqueue({ payload: failed.payload, attempt: failed.attempt + 1, dueAt: fullSecond(clock.now() + wait * (1 - random.next() / 4)) });
  };
  const behind = (): number => GATHER_MS + random.next() * BEHIND_MS;
  return {
    push(payload) {
      const from = clock.now() + GATHER_MS;
      const held = random.next() < options.reordered;
      enqueue({ payload, attempt: 0, dueAt: fullSecond(held ? from + behind() : from) });
      if (random.next() < options.duplicates) enqueue({ payload, attempt: 0, dueAt: fullSecond(from + behind()) });
    },
    counts: () => ({ ...tally, waiting: waiting.length + due.length }),
  };
}

function fullSecond(at: number): number {
  return Math.ceil(at / 1000) * 1000;
}
