import type { SandboxResponse } from '../../sandbox/half.ts';
import { HubspotProblem, invalidValues } from './errors.ts';
import type { CrmRecord, Portal } from './model.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/error-handling';
const CLOUDFLARE = { server: 'cloudflare', 'content-type': 'text/plain; charset=UTF-8' };

/** The names of HubSpot's own refusals that a fault can answer with. */
export const HUBSPOT_ANSWERS = [
  'rate-ten-secondly',
  'rate-daily',
  'rate-search',
  'cloudflare',
  'expired',
  'locked',
  'conflict',
  'migration',
  'html',
  'timeout',
  'maintenance',
] as const;

type Answer = (typeof HUBSPOT_ANSWERS)[number];

/**
 * A refusal in HubSpot's form. The three bodies of 429 differ in what names the limit; Cloudflare's is no JSON at all.
 * @source https://developers.hubspot.com/docs/api-reference/error-handling (429, 423, 477, 502 to 524; checked 2026-11)
 */
export function hubspotAnswer(answer: Answer, correlationId: string): SandboxResponse {
  switch (answer) {
    case 'rate-ten-secondly':
      return limited({
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
      });
    case 'rate-daily':
      return limited({ message: 'You have reached your daily limit.', errorType: 'RATE_LIMIT', policyName: 'DAILY' });
    case 'rate-search':
      return json(429, { message: 'You have reached your secondly limit.', correlationId, category: 'RATE_LIMITS' });
    case 'cloudflare':
      return { status: 429, headers: CLOUDFLARE, body: 'error code: 1015' };
    case 'expired':
      return json(401, {
        message: 'The OAuth token used to make this call expired 1 second(s) ago.',
        correlationId,
        category: 'EXPIRED_AUTHENTICATION',
      });
    case 'locked':
      return json(423, { message: lockedMessage, correlationId, category: 'LOCKED', links: { 'error handling': GUIDE } });
    case 'conflict':
      return json(409, {
        message: 'The request conflicts with another request that changes the same record',
        correlationId,
        category: 'CONFLICT',
      });
    case 'migration':
      return json(477, { message: 'Migration in progress', correlationId }, { 'retry-after': '30' });
    case 'html':
      return html(502, 'Bad Gateway');
    case 'timeout':
      return { status: 524, headers: CLOUDFLARE, body: 'error code: 524' };
    case 'maintenance':
      return html(503, 'HubSpot is down for maintenance');
  }

  function limited(what: { readonly message: string; readonly errorType: string; readonly policyName: string }): SandboxResponse {
    const { message, errorType, policyName } = what;
    return json(429, { message, errorType, correlationId, policyName, requestId: correlationId });
  }
}

const lockedMessage = 'The records are locked: a large number of operations on them is under way';

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
    body: JSON.stringify({ status: 'error', ...body }),
  };
}

function html(status: number, title: string): SandboxResponse {
  const head = `<head><title>${title}</title></head>`;
  return {
    status,
    headers: { server: 'cloudflare', 'content-type': 'text/html; charset=UTF-8' },
    body: `<!DOCTYPE html>\n<html>${head}<body><center><h1>${status} ${title}</h1></center></body></html>\n`,
  };
}

/**
 * Why this record can't be written now by the faults of the call: held by another operation, or refused whatever is
 * sent. Undefined where nothing is wrong. `record` is null for a new one.
 */
export function troubleWith(portal: Portal, record: CrmRecord | null, values: ReadonlyMap<string, string>): HubspotProblem | undefined {
  const { locked, poison } = portal.unrest.call;
  const id = record?.id ?? null;
  const known = record === null ? values : new Map([...record.values, ...values]);
  // Assumed: a locked record refuses its whole batch, as one bad value does.
  if (locked?.(id, known) === true) return new HubspotProblem(423, lockedMessage, { category: 'LOCKED' });
  const refused = poison?.find((one) => one.meets(id, known));
  if (refused === undefined) return undefined;
  const name = [...values.keys()][0] ?? 'email';
  const message = refused.message ?? `${values.get(name) ?? ''} was not a valid value.`;
  return invalidValues([{ error: refused.code ?? 'INVALID_FORMAT', name, message }], portal.account.portalId);
}
