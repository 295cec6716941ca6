import type { Portal } from '../model.ts';
import { objectTypeNamed } from '../object-types.ts';
import type { Send } from '../../../sandbox/half.ts';
import { createDelivery, type DeliveryCounts } from './delivery.ts';
import { payloadsOf, type Wanted } from './payload.ts';

/** How an app's notifications are sent. */
export interface WebhookOptions {
  /** Sends a request and says what came of it. */
  readonly send: Send;
  /** Signs the notifications. */
  readonly clientSecret: string;
  /** The key of the developer account; settings and subscriptions are managed with it. */
  readonly developerKey: string;
  /** Share of notifications that arrive twice, 0 to 1. @default 0.01 */
  readonly duplicates?: number;
  /** Share of notifications that later ones overtake, 0 to 1. @default 0.05 */
  readonly reordered?: number;
}

/** One event that the app listens to. */
export interface Subscription extends Wanted {
  readonly id: number;
  active: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

/** Where the app wants its notifications. */
export interface WebhookSettings {
  readonly targetUrl: string;
  readonly maxConcurrentRequests: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The app's webhooks: settings, subscriptions, deliveries. */
export interface Webhooks {
  readonly developerKey: string;
  settings: WebhookSettings | null;
  readonly subscriptions: Map<number, Subscription>;
  nextSubscriptionId(): number;
  counts(): DeliveryCounts;
}

const FIRST_SUBSCRIPTION = 6_500_001;

/** Listens to the account and notifies the app. Without subscriptions it costs nothing. */
export function createWebhooks(portal: Portal, options: WebhookOptions): Webhooks {
  const { clock, random } = portal;
  const subscriptions = new Map<number, Subscription>();
  let lastId = FIRST_SUBSCRIPTION;
  const webhooks: Webhooks = {
    developerKey: options.developerKey,
    settings: null,
    subscriptions,
    nextSubscriptionId: () => {
      lastId += 1 + Math.floor(random.next() * 30);
      return lastId;
    },
    counts: () => delivery.counts(),
  };
  const delivery = createDelivery({
    clock,
    random,
    send: options.send,
    clientSecret: options.clientSecret,
    duplicates: options.duplicates ?? 0.01,
    reordered: options.reordered ?? 0.05,
    target: () =>
      webhooks.settings === null ? null : { url: webhooks.settings.targetUrl, concurrency: webhooks.settings.maxConcurrentRequests },
  });
  const ids = { portalId: Number(portal.account.portalId), appId: Number(portal.account.appId) };
  portal.events.listeners.push((event) => {
    if (webhooks.settings === null) return;
    for (const subscription of subscriptions.values()) {
      if (!subscription.active) continue;
      for (const payload of payloadsOf(event, subscription)) {
        // The documentation does not promise that these ids differ; they are drawn, not counted.
        const eventId = Math.floor(random.next() * 4_294_967_295) + 1;
        delivery.push({ eventId, subscriptionId: subscription.id, ...ids, ...payload });
      }
    }
  });
  return webhooks;
}

const CLASSIC = ['contact', 'company', 'deal', 'ticket', 'product', 'line_item'];
const KINDS = ['creation', 'deletion', 'propertyChange', 'merge', 'restore', 'associationChange'];

/**
 * All event types that can be subscribed to. Those of objects that the sandbox does not hold are taken and never happen.
 * @source `@hubspot/api-client` 14.0.1, lib/codegen/webhooks/models/SubscriptionCreateRequest.d.ts
 */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  ...[...CLASSIC, 'object']
    .flatMap((object) => KINDS.map((kind) => `${object}.${kind}`))
    .filter((name) => name !== 'product.associationChange'),
  'contact.privacyDeletion',
  ...['creation', 'deletion', 'newMessage', 'privacyDeletion', 'propertyChange'].map((kind) => `conversation.${kind}`),
]);

/** The type id behind what a subscription names as its object type; custom objects' ids are taken as they are. */
export function subscribedType(name: string): string | undefined {
  return objectTypeNamed(name)?.typeId ?? (/^\d+-\d+$/.test(name) ? name : undefined);
}
