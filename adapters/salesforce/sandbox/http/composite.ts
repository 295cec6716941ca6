import { RecordProblem, RequestProblem, errorBody, notFound } from '../errors.ts';
import { get, isObject, plainText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { segmentsOf } from './path.ts';
import { allow, objectBody } from './reply.ts';
import type { Call, Reply } from './reply.ts';

const MOST_PARTS = 25;
const MOST_HEAVY = 5;

/** Answers a call inside the same version. */
export type Route = (call: Call) => Reply;

/** A subrequest as it was given. */
export interface Part {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** A subrequest's answer as the composite lists it. */
export interface PartAnswer {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

function badRequest(code: string, message: string): RequestProblem {
  return new RequestProblem(code, message);
}

function partsOf(call: Call): readonly Part[] {
  const list = get(objectBody(call), 'compositeRequest');
  if (Array.isArray(list) && list.length > MOST_PARTS)
    throw badRequest('LIMIT_EXCEEDED', `Too many subrequests: at most ${String(MOST_PARTS)} are allowed`);
  const parts = readParts(list);
  if (parts.filter((part) => /\/(?:query|queryAll|composite\/sobjects)(?:[/?]|$)/i.test(part.url)).length > MOST_HEAVY) {
    throw badRequest('LIMIT_EXCEEDED', `At most ${String(MOST_HEAVY)} subrequests may be queries or sObject collections`);
  }
  return parts;
}

/** The subrequests of a `compositeRequest`. @throws {RequestProblem} JSON_PARSER_ERROR, INVALID_INPUT. */
export function readParts(list: unknown): readonly Part[] {
  if (!Array.isArray(list) || list.length === 0) throw badRequest('JSON_PARSER_ERROR', 'compositeRequest is required');
  const seen = new Set<string>();
  return list.map((raw: unknown): Part => {
    if (!isObject(raw)) throw badRequest('JSON_PARSER_ERROR', 'A subrequest must be a JSON object');
    const referenceId = get(raw, 'referenceId');
    const url = get(raw, 'url');
    if (typeof referenceId !== 'string' || !/^[A-Za-z]\w*$/.test(referenceId))
      throw badRequest(
        'INVALID_INPUT',
        'Provided referenceId is invalid: it begins with a letter and holds letters, digits and underscores',
      );
    if (typeof url !== 'string') throw badRequest('INVALID_INPUT', 'A subrequest needs a url');
    if (seen.has(referenceId))
      throw badRequest(
        'INVALID_INPUT',
        `Duplicate ReferenceId provided (${referenceId}). Provide a unique name for ReferenceId and try again.`,
      );
    seen.add(referenceId);
    return {
      method: plainText(get(raw, 'method') ?? 'GET').toUpperCase(),
      url,
      referenceId,
      body: get(raw, 'body'),
      headers: headersOf(get(raw, 'httpHeaders')),
    };
  });
}

/** What a part may not carry itself: it has these three, and no others, from the request around it. */
const INHERITED = ['accept', 'authorization', 'content-type'];

/**
 * A part's own headers, `Sforce-Auto-Assign` among them: it is not taken over from the request around it.
 * @source https://developer.salesforce.com/docs/atlas.en-us.246.0.api_rest.meta/api_rest/resources_composite_graph_composite_subrequest.htm (checked 2026-11-22)
 */
function headersOf(raw: unknown): Readonly<Record<string, string>> {
  const headers = isObject(raw) ? Object.entries(raw).map(([name, value]) => [name.toLowerCase(), plainText(value)] as const) : [];
  const refused = headers.find(([name]) => INHERITED.includes(name));
  if (refused !== undefined) throw badRequest('INVALID_INPUT', `The header ${refused[0]} can't be specified in a subrequest`);
  return Object.fromEntries(headers);
}

/** Takes back a composite whose parts must succeed together. */
class Rollback extends Error {}

/** The body of a part that was taken back with the others. */
export const UNDONE = [
  { errorCode: 'PROCESSING_HALTED', message: 'The transaction was rolled back since another operation in the same transaction failed.' },
];

/** `POST /composite`: up to 25 calls in order, later ones may use what earlier ones answered. Counts as one call. */
export function composite(call: Call, route: Route): Reply {
  allow(call, ['POST']);
  const parts = partsOf(call);
  const allOrNone = get(objectBody(call), 'allOrNone') === true;
  let answers: PartAnswer[] = [];
  try {
    call.org.store.atomically(() => {
      answers = [];
      for (const part of parts) answers.push(answer(call, route, part, answers));
      if (allOrNone && answers.some((one) => one.httpStatusCode >= 400)) throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
    const firstFailed = answers.findIndex((one) => one.httpStatusCode >= 400);
    answers = answers.map((one, index) => (index === firstFailed ? one : { ...one, body: UNDONE, httpHeaders: {}, httpStatusCode: 400 }));
  }
  return { status: 200, json: { compositeResponse: answers } };
}

/** Makes one subrequest, with what earlier ones answered put into it. */
export function answer(call: Call, route: Route, part: Part, earlier: readonly PartAnswer[]): PartAnswer {
  const { referenceId } = part;
  try {
    const body = resolve(part.body, earlier);
    const url = plainText(resolve(part.url, earlier));
    const reply = route(subCall(call, { ...part, url, body }));
    return { body: reply.json ?? null, httpHeaders: titled(reply.headers ?? {}), httpStatusCode: reply.status, referenceId };
  } catch (error) {
    if (error instanceof RequestProblem || error instanceof RecordProblem) {
      return { body: errorBody(error), httpHeaders: {}, httpStatusCode: error.status, referenceId };
    }
    throw error;
  }
}

function titled(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replaceAll(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase()), value]),
  );
}

/** The call that a subrequest makes: its URL must lie in the same version. */
function subCall(call: Call, part: Part): Call {
  const address = part.url.startsWith('/') ? part.url : `/${part.url}`;
  const prefix = `${call.base}/`;
  const url = URL.canParse(address, 'http://sub') ? new URL(address, 'http://sub') : null;
  if (url === null || !url.pathname.startsWith(prefix)) throw notFound();
  const path = segmentsOf(url.pathname.slice(prefix.length));
  if (path[0] === 'composite' && path[1] !== 'sobjects')
    throw new RequestProblem('INVALID_INPUT', 'A composite request can not be a subrequest');
  return { ...call, method: part.method, path, query: url.searchParams, headers: part.headers, body: part.body };
}

/** Puts `@{ref.path}` references in: the whole of a text keeps the value's type, a part of it becomes text. */
function resolve(value: unknown, earlier: readonly PartAnswer[]): unknown {
  if (typeof value === 'string') {
    const whole = /^@\{([^}]+)\}$/.exec(value);
    if (whole !== null) return lookUp(whole[1] ?? '', earlier);
    return value.replaceAll(/@\{([^}]+)\}/g, (_, path: string) => plainText(lookUp(path, earlier)));
  }
  if (Array.isArray(value)) return value.map((one: unknown) => resolve(one, earlier));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, earlier)]));
  }
  return value;
}

function lookUp(path: string, earlier: readonly PartAnswer[]): unknown {
  const [referenceId = '', ...keys] = path.split(/\.|\[(\d+)\]/).filter((part) => part !== undefined && part !== '');
  const source = earlier.find((one) => one.referenceId === referenceId);
  if (source === undefined)
    throw new RequestProblem('PROCESSING_HALTED', `Invalid reference specified. No value for ${path} found in ${referenceId}`);
  if (source.httpStatusCode >= 400) throw new RequestProblem('PROCESSING_HALTED', `Invalid reference specified. ${referenceId} failed`);
  let here: unknown = source.body;
  for (const key of keys) {
    if (Array.isArray(here)) here = here[Number(key)];
    else here = isObject(here) ? get(here, key) : undefined;
  }
  if (here === undefined)
    throw new RequestProblem('PROCESSING_HALTED', `Invalid reference specified. No value for ${path} found in ${referenceId}`);
  return here;
}

/** `POST /composite/batch`: up to 25 calls that don't know of each other; they share the headers of the request. */
export function batch(call: Call, route: Route): Reply {
  allow(call, ['POST']);
  const body: JsonObject = objectBody(call);
  const list = get(body, 'batchRequests');
  if (!Array.isArray(list)) throw badRequest('JSON_PARSER_ERROR', 'batchRequests is required');
  if (list.length > MOST_PARTS) throw badRequest('LIMIT_EXCEEDED', `Too many subrequests: at most ${String(MOST_PARTS)} are allowed`);
  let halted = false;
  const results = list.map((raw: unknown) => {
    if (halted)
      return { statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED', message: 'Batch processing halted per request' }] };
    const one = isObject(raw) ? raw : {};
    const url = plainText(get(one, 'url')).replace(/^\/?(?:services\/data\/)?/, '/services/data/');
    const part: Part = {
      method: plainText(get(one, 'method') ?? 'GET').toUpperCase(),
      url,
      referenceId: 'one',
      body: get(one, 'richInput'),
      headers: call.headers,
    };
    const { httpStatusCode, body: result } = answer(call, route, part, []);
    if (httpStatusCode >= 400 && get(body, 'haltOnError') === true) halted = true;
    return { statusCode: httpStatusCode, result };
  });
  return { status: 200, json: { hasErrors: results.some((one) => one.statusCode >= 400), results } };
}
