import type { SandboxRequest } from '../../sandbox/half.ts';
import { HubspotProblem, invalidJson } from './errors.ts';

/** Requests longer than this are refused before they are read. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** Assumed: the documentation says that too long URIs are refused, not how long they may be. */
const MAX_URI = 16_384;

/** Assumed: what HubSpot's JSON library (Jackson) allows unless told otherwise. */
const MAX_DEPTH = 1000;

/** @throws {HubspotProblem} 414 @source https://developers.hubspot.com/docs/api-reference/error-handling (checked 2026-11) */
export function requireShortUri(url: string): void {
  if (url.length > MAX_URI) throw new HubspotProblem(414, 'The request URI is too long', { category: 'VALIDATION_ERROR' });
}

/** A body as text and as JSON; null when there was none. */
export interface Body {
  readonly text: string;
  readonly value: unknown;
}

/** Reads a JSON body. @throws {HubspotProblem} 400 for what is no JSON in UTF-8, 413 for too much of it, 415 for another content type */
export function readBody(request: SandboxRequest): Body {
  if (request.body.byteLength > MAX_BODY_BYTES) throw new HubspotProblem(413, 'Request entity too large');
  if (request.body.byteLength > 0) requireJson(request.headers['content-type']);
  const text = utf8(request.body);
  if (text.trim() === '') return { text, value: null };
  if (tooDeep(text)) throw invalidJson(`Document nesting depth exceeds the maximum allowed (${MAX_DEPTH})`);
  try {
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    throw invalidJson('Unexpected character');
  }
}

/** Assumed: a body without a content type is taken for JSON. */
function requireJson(contentType: string | undefined): void {
  if (contentType === undefined || contentType === '' || /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(contentType)) return;
  throw new HubspotProblem(415, 'HTTP 415 Unsupported Media Type');
}

function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw invalidJson('Invalid UTF-8');
  }
}

/** Whether brackets stand more than `MAX_DEPTH` deep; brackets within strings do not count. */
function tooDeep(text: string): boolean {
  if (text.length <= MAX_DEPTH) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) quoted = !quoted;
    else if (quoted) at += code === 0x5c ? 1 : 0;
    else if (code === 0x5b || code === 0x7b) depth += 1;
    else if (code === 0x5d || code === 0x7d) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
