import { HubspotProblem, invalid, invalidJson, notFound, conflict } from '../errors.ts';
import {
  type Answer,
  batchAnswer,
  bodyObject,
  type Call,
  inputsOf,
  iso,
  NO_CONTENT,
  objectOf,
  ok,
  param,
  requiredText,
  textOf,
} from '../http.ts';
import { EVENT_TYPES, type Subscription, subscribedType, type Webhooks } from './registry.ts';

const MAX_SUBSCRIPTIONS = 1000;

type Handle = (call: Call) => Answer;

/** The endpoints of `/webhooks/v3/{appId}`, as lines of the router. */
export function webhookRoutes(webhooks: Webhooks): readonly (readonly [line: string, handle: Handle])[] {
  const guarded = (handle: Handle): Handle => {
    return (call) => {
      requireDeveloper(webhooks, call);
      return handle(call);
    };
  };
  const table: readonly (readonly [string, Handle])[] = [
    ['GET webhooks/:appId/settings', () => getSettings(webhooks)],
    ['PUT webhooks/:appId/settings', (call) => putSettings(webhooks, call)],
    ['DELETE webhooks/:appId/settings', () => clearSettings(webhooks)],
    ['GET webhooks/:appId/subscriptions', () => ok({ results: [...webhooks.subscriptions.values()].map(present) })],
    ['POST webhooks/:appId/subscriptions', (call) => postSubscription(webhooks, call)],
    ['POST webhooks/:appId/subscriptions/batch/update', (call) => updateSubscriptions(webhooks, call)],
    ['GET webhooks/:appId/subscriptions/:id', (call) => ok(present(subscriptionOf(webhooks, call)))],
    ['PATCH webhooks/:appId/subscriptions/:id', (call) => patchSubscription(webhooks, call)],
    ['DELETE webhooks/:appId/subscriptions/:id', (call) => deleteSubscription(webhooks, call)],
  ];
  return table.map(([line, handle]) => [line, guarded(handle)]);
}

/** Webhooks belong to the app: the developer account's key opens them, an account's token does not. */
function requireDeveloper(webhooks: Webhooks, call: Call): void {
  if (call.query.get('hapikey') !== webhooks.developerKey) {
    throw new HubspotProblem(401, 'Authentication credentials not found. A developer API key is required.', {
      category: 'INVALID_AUTHENTICATION',
    });
  }
  if (param(call, 'appId') !== call.portal.account.appId) throw notFound();
}

function getSettings(webhooks: Webhooks): Answer {
  const { settings } = webhooks;
  if (settings === null) throw notFound();
  const { targetUrl, maxConcurrentRequests, createdAt, updatedAt } = settings;
  return ok({ targetUrl, throttling: { maxConcurrentRequests }, createdAt: iso(createdAt), updatedAt: iso(updatedAt) });
}

function putSettings(webhooks: Webhooks, call: Call): Answer {
  const body = bodyObject(call);
  const targetUrl = requiredText(body['targetUrl'], 'targetUrl');
  if (!isTarget(targetUrl)) throw invalid(`Invalid targetUrl: ${targetUrl} must be an https address`);
  const max = objectOf(body['throttling'])['maxConcurrentRequests'];
  if (typeof max !== 'number' || !Number.isInteger(max) || max <= 5)
    throw invalid('maxConcurrentRequests must be a number greater than five');
  webhooks.settings = { targetUrl, maxConcurrentRequests: max, createdAt: webhooks.settings?.createdAt ?? call.now, updatedAt: call.now };
  return getSettings(webhooks);
}

/** HubSpot takes https only; the sandbox sends to this machine, where http will do. */
function isTarget(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}

function clearSettings(webhooks: Webhooks): Answer {
  webhooks.settings = null;
  return NO_CONTENT;
}

function present(subscription: Subscription): Record<string, unknown> {
  const { id, eventType, propertyName, objectTypeId, active, createdAt, updatedAt } = subscription;
  return {
    id: String(id),
    eventType,
    ...(propertyName === undefined ? {} : { propertyName }),
    ...(objectTypeId === undefined ? {} : { objectTypeId }),
    active,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  };
}

function postSubscription(webhooks: Webhooks, call: Call): Answer {
  const body = bodyObject(call);
  const eventType = requiredText(body['eventType'], 'eventType');
  if (!EVENT_TYPES.has(eventType)) throw invalidJson(`Cannot deserialize value of type \`SubscriptionType\` from String "${eventType}"`);
  const propertyName = eventType.endsWith('.propertyChange') ? requiredText(body['propertyName'], 'propertyName') : undefined;
  const objectTypeId = eventType.startsWith('object.') ? typeOf(requiredText(body['objectTypeId'], 'objectTypeId')) : undefined;
  const twin = [...webhooks.subscriptions.values()].some(
    (one) => one.eventType === eventType && one.propertyName === propertyName && one.objectTypeId === objectTypeId,
  );
  if (twin) throw conflict(`A subscription for ${eventType} already exists`);
  if (webhooks.subscriptions.size >= MAX_SUBSCRIPTIONS) throw invalid(`An app can have at most ${MAX_SUBSCRIPTIONS} subscriptions`);
  const subscription: Subscription = {
    id: webhooks.nextSubscriptionId(),
    eventType,
    ...(propertyName === undefined ? {} : { propertyName }),
    ...(objectTypeId === undefined ? {} : { objectTypeId }),
    active: flag(body['active']) ?? false,
    createdAt: call.now,
    updatedAt: call.now,
  };
  webhooks.subscriptions.set(subscription.id, subscription);
  return ok(present(subscription), 201);
}

function typeOf(name: string): string {
  const typeId = subscribedType(name);
  if (typeId === undefined) throw invalid(`Unable to infer object type from: ${name}`);
  return typeId;
}

function flag(value: unknown): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  throw invalidJson('Cannot deserialize value of type `boolean` for field active');
}

function subscriptionOf(webhooks: Webhooks, call: Call): Subscription {
  const subscription = webhooks.subscriptions.get(Number(param(call, 'id')));
  if (subscription === undefined) throw notFound(`Subscription ${param(call, 'id')} does not exist`);
  return subscription;
}

function patchSubscription(webhooks: Webhooks, call: Call): Answer {
  const subscription = subscriptionOf(webhooks, call);
  activate(subscription, flag(bodyObject(call)['active']), call.now);
  return ok(present(subscription));
}

function activate(subscription: Subscription, active: boolean | undefined, at: number): void {
  if (active === undefined || active === subscription.active) return;
  subscription.active = active;
  subscription.updatedAt = at;
}

/** `POST …/subscriptions/batch/update`: on and off for several at once. */
function updateSubscriptions(webhooks: Webhooks, call: Call): Answer {
  const results: unknown[] = [];
  const missing: string[] = [];
  for (const input of inputsOf(call, MAX_SUBSCRIPTIONS)) {
    const id = textOf(input['id'], 'id') ?? '';
    const subscription = webhooks.subscriptions.get(Number(id));
    if (subscription === undefined) missing.push(id);
    else {
      activate(subscription, flag(input['active']), call.now);
      results.push(present(subscription));
    }
  }
  const error = { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Some subscriptions do not exist', context: { ids: missing } };
  return batchAnswer(call, 200, results, missing.length > 0 ? [error] : []);
}

function deleteSubscription(webhooks: Webhooks, call: Call): Answer {
  webhooks.subscriptions.delete(subscriptionOf(webhooks, call).id);
  return NO_CONTENT;
}
