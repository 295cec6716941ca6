import type { HalfPorts, SandboxHalf, SandboxRequest, SandboxResponse } from '../../sandbox/half.ts';
import { startAutomations, withoutAutomations } from './automations/index.ts';
import { createRecycleBin } from './automations/recycle-bin.ts';
import type { ObjectDescription } from '../../../src/crm.ts';
import { allScopes, authenticate, callersOf, requireScopes } from './callers.ts';
import { newGuid } from './campaigns.ts';
import { HubspotProblem, unknownPath } from './errors.ts';
import type { Answer, Call, Caller } from './http.ts';
import { readBody, requireShortUri } from './intake.ts';
import { createLimiter } from './limits.ts';
import { imitate } from './imitate.ts';
import { addOwner } from './owners.ts';
import type { Portal, Table } from './model.ts';
import { createPortal } from './portal.ts';
import { keepDynamicLists } from './segments/membership.ts';
import { createWebhooks, type WebhookOptions } from './webhooks/registry.ts';
import type { DeliveryCounts } from './webhooks/delivery.ts';
import { matchRoute, routesOf, scopesOf } from './router.ts';
import { createSeed, installConnector, type HubspotSeed } from './seed.ts';
import { tableNamed } from './store.ts';

export type { HubspotSeed, WriterSource } from './seed.ts';

/** What the imitated HubSpot account is like. */
export interface HubspotHalfOptions {
  readonly ports: HalfPorts;
  readonly portalId: string;
  /** Bearer of the integration: writes as INTEGRATION with the app's id, and is metered. */
  readonly token: string;
  /** Bearer of a person at the screen: writes as CRM_UI with a user id, and is not metered. */
  readonly userToken: string;
  /** Bearer of HubSpot's own Salesforce integration: writes as SALESFORCE. With it the integration's properties are there. @default it is not installed */
  readonly connectorToken?: string;
  /** `free` and `starter` have neither campaigns nor leads, and smaller allowances. */
  readonly tier: 'free' | 'starter' | 'pro' | 'enterprise';
  /** `none`: counts and shows headers, refuses nothing. */
  readonly limits: 'published' | 'none';
  /** How long a write takes to be found by search, in milliseconds of the ports' clock. */
  readonly searchLagMs: number;
  /** Whether Truce's own properties are there. */
  readonly provisioned: boolean;
  /** IANA name. @default `America/New_York` */
  readonly timeZone?: string;
  /** ISO code. @default `USD` */
  readonly currency?: string;
  /** Scopes granted to the integration. @default all that the tier has */
  readonly scopes?: readonly string[];
  /** Whether activity dates and lifecycle stages follow activities and deals that come through the API. @default true */
  readonly automations?: boolean;
  /** How the app's webhooks are sent and opened. @default the app has none */
  readonly webhooks?: WebhookOptions;
}

export interface HubspotHalf extends SandboxHalf {
  readonly seed: HubspotSeed;
  /** Gives the account the properties of another one, as it described them. */
  imitate(objects: readonly ObjectDescription[]): void;
  /** What the account holds and what was asked of it so far. */
  counts(): HubspotCounts;
  /** Sets how long the search index lags behind what is written from now on, in milliseconds. */
  lag(ms: number): void;
  /** What a user does at the screen: brings a deleted record back. @throws {Error} when there is none */
  restore(type: string, id: string): void;
  /** How deliveries to the app went; null where it has no webhooks. */
  deliveries(): DeliveryCounts | null;
}

interface HubspotCounts {
  /** Requests of the integration, refused ones included. */
  readonly calls: number;
  /** Of `calls`: searches. */
  readonly searches: number;
  /** Of `calls`: answered with 429. */
  readonly throttled: number;
  /** Requests of the user. */
  readonly userCalls: number;
  /** Living records, by plural object name. */
  readonly records: Readonly<Record<string, number>>;
}

/** The id of the integration's app: its writes appear under it in property histories. */
export const APP_ID = '3141592';

/** An imitation HubSpot account without sockets: answers requests from its own state. */
export function hubspotHalf(options: HubspotHalfOptions): HubspotHalf {
  const { portal, callers, limiter, webhooks, routes, bin } = openAccount(options);
  const tally = { calls: 0, searches: 0, throttled: 0, userCalls: 0 };

  const answer = (request: SandboxRequest, headers: Map<string, string>): Answer => {
    requireShortUri(request.url);
    const { path, query } = locate(request.url);
    const match = matchRoute(routes, request.method, path);
    if (match.kind === 'unknown') throw unknownPath();
    if (match.kind === 'wrong-method') throw new HubspotProblem(405, 'HTTP 405 Method Not Allowed');
    const now = options.ports.clock.now();
    const caller = match.route.open ? anyone(callers) : authenticate(callers, request.headers['authorization']);
    if (!match.route.open && caller.kind === 'user') tally.userCalls += 1;
    if (!match.route.open && caller.kind === 'integration') {
      tally.calls += 1;
      if (match.route.meter === 'search') tally.searches += 1;
      for (const [name, value] of Object.entries(limiter.take(match.route.meter, caller.token, now))) headers.set(name, value);
    }
    if (!match.route.open) requireScopes(caller, scopesOf(match.route, match.params));
    const { text, value } = readBody(request);
    const call: Call = {
      portal,
      method: request.method,
      version: match.version,
      params: match.params,
      query,
      body: value,
      bodyLength: text.length,
      caller,
      now,
      origin: request.origin,
      path,
    };
    bin.empty(now);
    portal.events.actor = caller.source;
    return match.route.handle(call);
  };

  return {
    seed: withoutAutomations(
      portal,
      createSeed(portal, (owner) => addOwner(portal, owner)),
    ),
    restore: (type, id) => {
      portal.events.actor = userSource(callers);
      bin.restore(type, id);
    },
    lag: (ms) => void (portal.unrest.searchLagMs = ms),
    handle: (request, unrest = {}) => {
      portal.unrest.call = unrest;
      const headers = new Map([
        ['date', new Date(options.ports.clock.now()).toUTCString()],
        ['x-hubspot-correlation-id', newGuid(portal)],
      ]);
      try {
        const { status, body, file } = answer(request, headers);
        return Promise.resolve(file === undefined ? respond(status, body, headers) : respondFile(file, headers));
      } catch (error) {
        const problem = error instanceof HubspotProblem ? error : new HubspotProblem(500, 'internal error');
        if (problem.status === 429) tally.throttled += 1;
        return Promise.resolve(refuse(problem, headers));
      } finally {
        portal.unrest.call = {};
      }
    },
    imitate: (objects) => imitate(portal, objects),
    deliveries: () => webhooks?.counts() ?? null,
    counts: () => ({
      ...tally,
      records: livingRecords(portal),
    }),
  };
}

/** The account with everything that watches over it, and the routes that lead to it. */
function openAccount(options: HubspotHalfOptions) {
  const account = {
    portalId: options.portalId,
    tier: options.tier,
    timeZone: options.timeZone ?? 'America/New_York',
    currency: options.currency ?? 'USD',
    appId: APP_ID,
    appName: 'Truce',
    searchLagMs: options.searchLagMs,
  };
  const portal = createPortal(options.ports, account, options.provisioned);
  const admin = addOwner(portal, { email: `admin@portal-${options.portalId}.example`, firstName: 'Ada', lastName: 'Admin' });
  const callers = callersOf(account, {
    token: options.token,
    userToken: options.userToken,
    userId: Number(admin.userId),
    scopes: options.scopes ?? allScopes(account),
    connectorToken: options.connectorToken ?? null,
  });
  if (options.connectorToken !== undefined) installConnector(portal, tableNamed(portal, 'contacts'));
  const bin = createRecycleBin(portal);
  if (options.automations ?? true) startAutomations(portal);
  keepDynamicLists(portal);
  const limiter = createLimiter(account, options.limits === 'published');
  const webhooks = options.webhooks === undefined ? null : createWebhooks(portal, options.webhooks);
  const routes = routesOf({ limiter, callers, ...(webhooks === null ? {} : { webhooks }) });
  return { portal, callers, limiter, webhooks, routes, bin };
}

function livingRecords(portal: Portal): Readonly<Record<string, number>> {
  const alive = (table: Table): number =>
    table.inOrder.reduce((sum, record) => sum + (record.gone || record.archivedAt !== null ? 0 : 1), 0);
  return Object.fromEntries([...portal.tables.values()].map((table) => [table.type.plural, alive(table)]));
}

function locate(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

function userSource(callers: ReadonlyMap<string, Caller>): Caller['source'] {
  return [...callers.values()].find((caller) => caller.kind === 'user')?.source ?? { sourceType: 'CRM_UI' };
}

/** Routes without authentication still run under some caller; they write nothing. */
function anyone(callers: ReadonlyMap<string, Caller>): Caller {
  const [first] = callers.values();
  if (first === undefined) throw unknownPath();
  return first;
}

function respond(status: number, body: unknown, headers: ReadonlyMap<string, string>): SandboxResponse {
  if (body === undefined) return { status, headers: Object.fromEntries(headers), body: '' };
  return {
    status,
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json;charset=utf-8' },
    body: JSON.stringify(body),
  };
}

function respondFile(file: NonNullable<Answer['file']>, headers: ReadonlyMap<string, string>): SandboxResponse {
  const own = { 'content-type': file.type, 'content-disposition': `attachment; filename="${file.name}"` };
  return { status: 200, headers: { ...Object.fromEntries(headers), ...own }, body: file.bytes };
}

function refuse(problem: HubspotProblem, headers: ReadonlyMap<string, string>): SandboxResponse {
  const correlationId = headers.get('x-hubspot-correlation-id');
  const { errorType, policyName, ...rest } = problem.detail;
  const body = {
    status: 'error',
    message: problem.message,
    ...(errorType === undefined ? {} : { errorType }),
    correlationId,
    ...(policyName === undefined ? {} : { policyName, requestId: correlationId }),
    ...rest,
    ...(rest.category === 'MISSING_SCOPES' ? { links: { scopes: 'https://developers.hubspot.com/scopes' } } : {}),
  };
  return respond(problem.status, body, new Map([...headers, ...Object.entries(problem.headers)]));
}
