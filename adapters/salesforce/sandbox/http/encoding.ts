import { gunzipSync, gzipSync } from 'node:zlib';
import type { SandboxRequest, SandboxResponse } from '../../../sandbox/half.ts';
import { RequestProblem } from '../errors.ts';

/** Answers shorter than this are not worth compressing. */
const SHORTEST = 1024;
/** Most bytes that a compressed request may unfold to. */
const LARGEST = 50 * 1024 * 1024;

/**
 * The text of a request's body, unfolded when it is compressed.
 * @throws {RequestProblem} BAD_REQUEST for what can't be unfolded, UNSUPPORTED_MEDIA_TYPE for another compression.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_compression.htm (checked 2026-11-22)
 */
export function bodyText(request: SandboxRequest): string {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '' || request.body.length === 0) return Buffer.from(request.body).toString('utf8');
  if (encoding !== 'gzip') throw new RequestProblem('UNSUPPORTED_MEDIA_TYPE', `Content-Encoding '${encoding}' is not supported`, 415);
  try {
    return gunzipSync(request.body, { maxOutputLength: LARGEST }).toString('utf8');
  } catch {
    throw new RequestProblem('BAD_REQUEST', 'The request body could not be uncompressed');
  }
}

/** The answer, compressed when the client takes gzip and there is something to gain. */
export function encoded(request: SandboxRequest, response: SandboxResponse): SandboxResponse {
  const accepts = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:1|0?\.\d*[1-9]\d*)[\d.]*)?\s*(?:,|$)/i.test(
    request.headers['accept-encoding'] ?? '',
  );
  if (!accepts || response.body.length < SHORTEST) return response;
  return { ...response, headers: { ...response.headers, 'content-encoding': 'gzip' }, body: gzipSync(response.body, { level: 1 }) };
}
