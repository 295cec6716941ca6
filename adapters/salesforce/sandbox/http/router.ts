import type { SandboxRequest, SandboxResponse } from '../../../sandbox/half.ts';
import { bulkApi } from '../bulk/index.ts';
import type { BulkCall, BulkOrg } from '../bulk/index.ts';
import { RecordProblem, RequestProblem, errorBody, notFound } from '../errors.ts';
import type { Org } from '../org.ts';
import { identity, refusal, token, userInfo } from './auth.ts';
import { authorize, connectDevice, introspect } from './grants.ts';
import type { Grants, Granting } from './grants.ts';
import { bodyText, encoded } from './encoding.ts';
import type { Usage } from './limits.ts';
import { segmentsOf } from './path.ts';
import type { Cursors } from './query.ts';
import { FIRST_VERSION, LAST_VERSION } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { jsonBody, resource } from './resources.ts';
import type { Sessions } from './sessions.ts';
import { soap } from './soap.ts';
import { recordFromXml, toXml, wantsXml } from './xml.ts';

export interface Server {
  readonly org: Org;
  readonly sessions: Sessions;
  readonly usage: Usage;
  readonly cursors: Cursors;
  readonly grants: Grants;
  readonly bulk: BulkOrg;
}

/** Longest request line that is read. */
const LONGEST_URL = 16_384;

function unauthorized(): RequestProblem {
  return new RequestProblem('INVALID_SESSION_ID', 'Session expired or invalid', 401);
}

function bearer(request: SandboxRequest): string {
  return /^(?:Bearer|OAuth)\s+(.+)$/i.exec(request.headers['authorization'] ?? '')?.[1]?.trim() ?? '';
}

/**
 * @throws {RequestProblem} 414 for a request line above 16,384 bytes, 431 when it and the headers are.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm (checked 2026-11-22)
 */
function refuseTooLong({ url, headers }: SandboxRequest): void {
  if (url.length > LONGEST_URL) throw new RequestProblem('URI_TOO_LONG', 'URI Too Long', 414);
  const sent = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, url.length);
  if (sent > LONGEST_URL) throw new RequestProblem('REQUEST_HEADER_FIELDS_TOO_LARGE', 'Request Header Fields Too Large', 431);
}

/** Answers any request; nothing in it can make this throw. */
export function answer(server: Server, request: SandboxRequest): SandboxResponse {
  let reply: Reply;
  let limited = false;
  try {
    refuseTooLong(request);
    // Salesforce's command keeps an instance URL with its slash at the end and adds paths that begin with one.
    const path = request.url.replace(/^\/{2,}/, '/');
    if (!URL.canParse(path, 'http://sandbox')) throw notFound();
    const url = new URL(path, 'http://sandbox');
    const segments = segmentsOf(url.pathname).slice(1);
    limited = segments[0] === 'services' && segments[1] === 'data' && segments[2] !== undefined && segments[2] !== '';
    reply = dispatch(server, request, url, segments);
  } catch (error) {
    reply = problemReply(error);
  }
  return written(server, request, reply, limited);
}

function problemReply(error: unknown): Reply {
  if (error instanceof RequestProblem) return { status: error.status, json: errorBody(error), headers: error.headers };
  if (error instanceof RecordProblem) return { status: error.status, json: errorBody(error) };
  const said = error instanceof Error ? error.message : 'unexpected';
  return {
    status: 500,
    json: [
      {
        errorCode: 'UNKNOWN_EXCEPTION',
        message: `An unexpected error occurred. Please include this ErrorId if you contact support: ${said}`,
      },
    ],
  };
}

function written(server: Server, request: SandboxRequest, reply: Reply, limited: boolean): SandboxResponse {
  const { usage, org } = server;
  const xml = limited && reply.json !== undefined && wantsXml(request.headers['accept']);
  const headers: Record<string, string> = {
    date: new Date(org.store.now()).toUTCString(),
    'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private',
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
    ...(limited && reply.status !== 401 ? { 'sforce-limit-info': `api-usage=${String(usage.used())}/${String(usage.max())}` } : {}),
    ...(reply.json === undefined ? {} : { 'content-type': `application/${xml ? 'xml' : 'json'};charset=UTF-8` }),
    ...reply.headers,
  };
  const written = reply.json === undefined ? '' : xml ? toXml(reply.json) : JSON.stringify(reply.json);
  const body = request.method === 'HEAD' ? '' : (reply.text ?? written);
  return encoded(request, { status: reply.status, headers, body });
}

function dispatch(server: Server, request: SandboxRequest, url: URL, segments: readonly string[]): Reply {
  const [root, area, third, ...rest] = segments;
  if (root === 'setup' && area === 'connect')
    return connectDevice(grantingOf(server, request), { cookie: request.headers['cookie'] ?? '', form: formOf(request, url) });
  if (root === 'id') return identityOf(server, request, url);
  if (root !== 'services') throw notFound();
  if (area === 'oauth2') return oauth(server, request, url, third ?? '');
  if (area === 'Soap') return soap({ ...server, origin: request.origin, version: Number(rest[0]), kind: third ?? '' }, bodyText(request));
  if (area !== 'data') throw notFound();
  if (third === undefined || third === '') return { status: 200, json: versions() };
  return restCall(server, request, url, { version: third, path: rest });
}

function versions(): readonly unknown[] {
  const seasons = ['Spring', 'Summer', 'Winter'];
  return Array.from({ length: LAST_VERSION - FIRST_VERSION + 1 }, (_, index) => {
    const version = FIRST_VERSION + index;
    // 20 was Winter '11; every third release begins the next year's.
    const year = 11 + Math.floor((version - 20) / 3);
    return {
      label: `${seasons[(version - 18) % 3] ?? ''} '${String(year)}`,
      url: `/services/data/v${String(version)}.0`,
      version: `${String(version)}.0`,
    };
  });
}

function restCall(
  server: Server,
  request: SandboxRequest,
  url: URL,
  target: { readonly version: string; readonly path: readonly string[] },
): Reply {
  const userId = server.sessions.user(bearer(request));
  if (userId === null) throw unauthorized();
  const match = /^v(\d{2})\.0$/.exec(target.version);
  const version = Number(match?.[1] ?? 0);
  if (version < FIRST_VERSION || version > LAST_VERSION) throw notFound();
  server.usage.spend();
  const tunnelled = request.method === 'POST' ? url.searchParams.get('_HttpMethod') : null;
  const [area, ...path] = target.path;
  if (area === 'jobs') return bulkApi(bulkCall(server, request, url, { userId, version, path, base: `/services/data/${target.version}` }));
  const call: Call = {
    org: server.org,
    userId,
    method: (tunnelled ?? request.method).toUpperCase(),
    path: target.path,
    query: url.searchParams,
    headers: request.headers,
    base: `/services/data/${target.version}`,
    version,
    origin: request.origin,
    body: bodyOf(request, area ?? ''),
  };
  return resource(call, server);
}

/** A record may come as XML, everything else as JSON. */
function bodyOf(request: SandboxRequest, area: string): unknown {
  const text = bodyText(request);
  const type = request.headers['content-type'];
  return area === 'sobjects' && text.trim() !== '' && wantsXml(type) ? recordFromXml(text) : jsonBody(text, type);
}

/** Bulk jobs take more than JSON, so they read their bodies themselves. */
function bulkCall(
  server: Server,
  request: SandboxRequest,
  url: URL,
  call: Pick<BulkCall, 'userId' | 'version' | 'path' | 'base'>,
): BulkCall {
  const { method, headers, body } = request;
  return { ...call, bulk: server.bulk, method: method.toUpperCase(), query: url.searchParams, headers, body };
}

function oauth(server: Server, request: SandboxRequest, url: URL, action: string): Reply {
  const form = formOf(request, url);
  const granting = grantingOf(server, request);
  switch (action) {
    case 'token':
      if (request.method !== 'POST') return { status: 400, json: { error: 'invalid_request', error_description: 'must use HTTP POST' } };
      return token(granting, withBasic(form, request));
    case 'authorize':
      return attempted(() => authorize(granting, { cookie: request.headers['cookie'] ?? '', form }));
    case 'introspect':
      return attempted(() => introspect(granting, withBasic(form, request)));
    case 'revoke':
      return server.sessions.revoke(form.get('token') ?? '')
        ? { status: 200, text: '' }
        : { status: 400, json: { error: 'unsupported_token_type', error_description: 'this token type is not supported' } };
    case 'userinfo': {
      const userId = server.sessions.user(bearer(request) === '' ? (form.get('access_token') ?? '') : bearer(request));
      if (userId === null) return { status: 403, text: 'Bad_OAuth_Token', headers: { 'content-type': 'text/html;charset=UTF-8' } };
      return userInfo(server.org, userId, request.origin);
    }
    default:
      throw notFound();
  }
}

/** The fields of a form, and those of the address that it doesn't have. */
function formOf(request: SandboxRequest, url: URL): URLSearchParams {
  const form = new URLSearchParams(bodyText(request));
  for (const [name, value] of url.searchParams) if (!form.has(name)) form.set(name, value);
  return form;
}

function grantingOf({ org, sessions, grants }: Server, request: SandboxRequest): Granting {
  return { org, sessions, grants, origin: request.origin };
}

function attempted(work: () => Reply): Reply {
  try {
    return work();
  } catch (error) {
    return refusal(error);
  }
}

/** The client may name itself in an `Authorization: Basic` header instead of the form. */
function withBasic(form: URLSearchParams, request: SandboxRequest): URLSearchParams {
  const match = /^Basic\s+(.+)$/i.exec(request.headers['authorization'] ?? '');
  if (match === null || form.has('client_id')) return form;
  const [id = '', secret = ''] = Buffer.from(match[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  form.set('client_id', id);
  form.set('client_secret', secret);
  return form;
}

function identityOf(server: Server, request: SandboxRequest, url: URL): Reply {
  const userId = server.sessions.user(bearer(request));
  if (userId === null) return { status: 403, text: 'Bad_OAuth_Token', headers: { 'content-type': 'text/html;charset=UTF-8' } };
  if (url.pathname !== `/id/${server.org.settings.orgId}/${userId}`) throw notFound();
  return identity(server.org, userId, request.origin);
}
