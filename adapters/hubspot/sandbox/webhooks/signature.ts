import { createHash, createHmac } from 'node:crypto';

/** The escapes that are undone in the address before it is signed; all others stay as they are. */
const DECODED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '%3A': ':',
    '%2F': '/',
    '%3F': '?',
    '%40': '@',
    '%21': '!',
    '%24': '$',
    '%27': "'",
    '%28': '(',
    '%29': ')',
    '%2A': '*',
    '%2C': ',',
    '%3B': ';',
  }),
);

/** What is signed. */
export interface Signed {
  readonly method: string;
  /** The whole address, as registered. */
  readonly url: string;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly clientSecret: string;
}

/**
 * The signature headers of a notification: version 3, and version 1 for older receivers.
 * @source https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation (checked 2026-11)
 */
export function signatureHeaders(signed: Signed): Readonly<Record<string, string>> {
  const { method, url, body, timestamp, clientSecret } = signed;
  const address = url.replaceAll(/%[0-9A-F]{2}/gi, (escape) => DECODED.get(escape.toUpperCase()) ?? escape);
  return {
    'x-hubspot-signature': createHash('sha256').update(`${clientSecret}${body}`).digest('hex'),
    'x-hubspot-signature-version': 'v1',
    'x-hubspot-signature-v3': createHmac('sha256', clientSecret).update(`${method}${address}${body}${timestamp}`).digest('base64'),
    'x-hubspot-request-timestamp': String(timestamp),
  };
}
