import { CrmError } from '../../src/errors.ts';
import type { Ports } from '../../src/ports.ts';
import { isLoopback } from '../../src/transport/hosts.ts';
import { secret } from '../../src/transport/secret.ts';
import { createTransport } from '../../src/transport/transport.ts';
import type { HostRule, OutgoingRequest, Reply } from '../../src/transport/types.ts';
import { HubspotRefusal, classify, problemOf } from './classify.ts';
import { limitClasses } from './limits.ts';
import type { HubspotTier, LimitName } from './limits.ts';

/**
 * Every versioned path, once. HubSpot ends v4 on 2027-03-30 and v3 in September 2027; the generated client knows only
 * these, so its paths are rewritten by this table when the dated ones take over.
 * @source https://developers.hubspot.com/changelog (legacy APIs and legacy apps), checked 2026-11
 */
export const paths = {
  objects: '/crm/v3/objects',
  properties: '/crm/v3/properties',
  pipelines: '/crm/v3/pipelines',
  owners: '/crm/v3/owners',
  associations: '/crm/v4/associations',
  lists: '/crm/v3/lists',
  campaigns: '/marketing/v3/campaigns',
  flows: '/automation/v4/flows',
  account: '/account-info/v3/details',
  tokenInfo: '/oauth/v2/private-apps/get/access-token-info',
} as const;

/** The prefixes that the generated classes of `@hubspot/api-client` 14 build. */
const generated: readonly (readonly [string, keyof typeof paths])[] = [
  ['/crm/v3/objects', 'objects'],
  ['/crm/v3/properties', 'properties'],
  ['/crm/v3/pipelines', 'pipelines'],
  ['/crm/v3/owners', 'owners'],
  ['/crm/v4/associations', 'associations'],
];

/** The newest version in use, for `AccountInfo`. */
export const apiVersion = 'v3';

export interface WireOptions {
  readonly accessToken: string | (() => Promise<string>);
  readonly baseUrl: string;
  readonly tier: HubspotTier;
  readonly ports: Ports;
}

/** How a call is to be treated. */
interface CallOf {
  readonly limit: LimitName;
  /** True for reads only: even an equal update, sent twice, could cover a user's edit in between. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with the server's time. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** From the answer's `Date`, whole seconds; null where a server sent none. */
  readonly at: number | null;
}

interface Daily {
  readonly limit: number;
  readonly remaining: number;
}

type ObjectsModule = typeof import('@hubspot/api-client/lib/codegen/crm/objects/index.js');
type AssociationsModule = typeof import('@hubspot/api-client/lib/codegen/crm/associations/v4/index.js');
type OwnersModule = typeof import('@hubspot/api-client/lib/codegen/crm/owners/index.js');
type PropertiesModule = typeof import('@hubspot/api-client/lib/codegen/crm/properties/index.js');
type PipelinesModule = typeof import('@hubspot/api-client/lib/codegen/crm/pipelines/index.js');

/** The generated classes in use, each bound to one call. */
interface Generated {
  readonly basic: InstanceType<ObjectsModule['BasicApi']>;
  readonly batch: InstanceType<ObjectsModule['BatchApi']>;
  readonly search: InstanceType<ObjectsModule['SearchApi']>;
  readonly associations: InstanceType<AssociationsModule['BatchApi']>;
  readonly owners: InstanceType<OwnersModule['OwnersApi']>;
  readonly properties: InstanceType<PropertiesModule['CoreApi']>;
  readonly pipelines: InstanceType<PipelinesModule['PipelinesApi']>;
}

/** How bytes go to HubSpot. */
export interface Wire {
  /** A call that HubSpot's own client builds. @throws {CrmError} as `Transport.send`, or `HubspotRefusal` */
  client(call: CallOf, invoke: (api: Generated) => Promise<unknown>): Promise<Answer>;
  /** A call for which the client has no class. */
  direct(call: CallOf, method: OutgoingRequest['method'], path: string, body?: unknown): Promise<Answer>;
  /** The access token, for the one endpoint that wants it in the body. */
  token(): Promise<string>;
  daily(): Daily | null;
  /** Server time of the newest answer; null before the first one. */
  serverNow(): number | null;
  used(): number;
  close(): Promise<void>;
}

/** Opens the wire; contacts nobody yet. */
export function openWire(options: WireOptions): Wire {
  const base = options.baseUrl.replace(/\/+$/, '');
  const transport = createTransport({
    system: 'hubspot',
    ports: options.ports,
    hosts: hostsFor(base),
    limits: limitClasses(options.tier),
    classify,
  });
  let daily: Daily | null = null;
  let newest: number | null = null;
  const token = async (): Promise<string> => (typeof options.accessToken === 'string' ? options.accessToken : options.accessToken());

  async function send(call: CallOf, request: Pick<OutgoingRequest, 'method' | 'url' | 'body'>): Promise<Answer> {
    const reply = await transport.send({
      ...request,
      headers: { accept: 'application/json', ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) },
      limit: call.limit,
      repeatable: call.repeatable,
      authorization: async () => secret(await token()),
      // The provider is asked anew at each attempt, so renewing is nothing more than trying again.
      ...(typeof options.accessToken === 'function' ? { renew: () => Promise.resolve() } : {}),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    daily = dailyOf(reply) ?? daily;
    const at = Date.parse(reply.headers['date'] ?? '');
    if (!Number.isNaN(at)) newest = Math.max(newest ?? at, at);
    return answerOf(reply);
  }

  return {
    client: async (call, invoke) => {
      const modules = await loadModules();
      let answer: Answer | undefined;
      const { configuration } = configure(modules, base, async (request) => {
        answer = await send(call, request);
      });
      try {
        await invoke(bind(modules, configuration));
      } catch (error) {
        // What the client makes of the stand-in it got for an answer does not matter; a failure before that does.
        if (answer === undefined) throw error;
      }
      if (answer === undefined) throw new Error('the HubSpot client sent nothing');
      return answer;
    },
    direct: (call, method, path, body) =>
      send(call, { method, url: `${base}${path}`, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
    token,
    daily: () => daily,
    serverNow: () => newest,
    used: () => transport.stats().requests,
    close: () => transport.close(),
  };
}

/** HubSpot's API hosts in all regions; this machine only when it is the configured address (a sandbox). */
export function hostsFor(base: string): readonly HostRule[] {
  const host = URL.canParse(base) ? new URL(base).hostname : '';
  return [{ host: 'hubapi.com', match: 'suffix' }, ...(isLoopback(host) ? [{ host, match: 'exact' } as const] : [])];
}

function answerOf(reply: Reply): Answer {
  const at = Date.parse(reply.headers['date'] ?? '');
  const body = reply.body.length === 0 ? null : reply.status >= 400 ? lenient(reply) : reply.json();
  if (reply.status >= 400) throw new HubspotRefusal(reply.status, problemOf(body));
  return { status: reply.status, body, at: Number.isNaN(at) ? null : at };
}

/** Refusals may come as HTML from a gateway; the status says enough then. */
function lenient(reply: Reply): unknown {
  try {
    return reply.json();
  } catch {
    return null;
  }
}

function dailyOf(reply: Reply): Daily | null {
  const limit = Number(reply.headers['x-hubspot-ratelimit-daily'] ?? Number.NaN);
  const remaining = Number(reply.headers['x-hubspot-ratelimit-daily-remaining'] ?? Number.NaN);
  return Number.isFinite(limit) && Number.isFinite(remaining) ? { limit, remaining } : null;
}

interface Modules {
  readonly objects: ObjectsModule;
  readonly associations: AssociationsModule;
  readonly owners: OwnersModule;
  readonly properties: PropertiesModule;
  readonly pipelines: PipelinesModule;
}

let loading: Promise<Modules> | undefined;

/** Lazily, and only these modules: the whole package takes a second to load. */
function loadModules(): Promise<Modules> {
  loading ??= (async () => ({
    objects: await import('@hubspot/api-client/lib/codegen/crm/objects/index.js'),
    associations: await import('@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'),
    owners: await import('@hubspot/api-client/lib/codegen/crm/owners/index.js'),
    properties: await import('@hubspot/api-client/lib/codegen/crm/properties/index.js'),
    pipelines: await import('@hubspot/api-client/lib/codegen/crm/pipelines/index.js'),
  }))();
  return loading;
}

type Configuration = ReturnType<ObjectsModule['createConfiguration']>;

/**
 * A configuration of the generated classes whose only way out is the transport. The classes get an empty object for an
 * answer: their deserialiser drops what it does not know (errors folded into a 200, fields called `__proto__`) and takes
 * five times as long as parsing the JSON, so the answer itself is parsed by our own shapes.
 */
function configure(
  { objects }: Modules,
  base: string,
  send: (request: Pick<OutgoingRequest, 'method' | 'url' | 'body'>) => Promise<void>,
): { readonly configuration: Configuration } {
  const configuration = objects.createConfiguration({
    baseServer: new objects.ServerConfiguration(base, {}),
    // Credentials are the transport's: the client never sees one.
    authMethods: {},
    httpApi: objects.wrapHttpLibrary({
      send: async (context) => {
        const body = context.getBody();
        await send({
          method: context.getHttpMethod() as OutgoingRequest['method'],
          url: current(context.getUrl(), base),
          ...(typeof body === 'string' ? { body } : {}),
        });
        const text = '{}';
        return new objects.ResponseContext(
          200,
          { 'content-type': 'application/json' },
          { text: () => Promise.resolve(text), binary: () => Promise.resolve(Buffer.from(text)) },
        );
      },
    }),
  });
  return { configuration };
}

/** The generated address with the version that is in use. */
function current(url: string, base: string): string {
  const path = url.slice(base.length);
  for (const [prefix, name] of generated) {
    if (path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`) || path === prefix) {
      return `${base}${paths[name]}${path.slice(prefix.length)}`;
    }
  }
  throw new CrmError('REFUSED', 'The HubSpot client built an address that is not known here.', {
    system: 'hubspot',
    failure: 'not-allowed',
    hint: 'The client library changed its paths; use the version that package.json names.',
  });
}

/** Each module declares the same configuration anew; their shapes are one. */
function bind(modules: Modules, configuration: Configuration): Generated {
  return {
    basic: new modules.objects.BasicApi(configuration),
    batch: new modules.objects.BatchApi(configuration),
    search: new modules.objects.SearchApi(configuration),
    associations: new modules.associations.BatchApi(configuration as never),
    owners: new modules.owners.OwnersApi(configuration as never),
    properties: new modules.properties.CoreApi(configuration as never),
    pipelines: new modules.pipelines.PipelinesApi(configuration as never),
  };
}
