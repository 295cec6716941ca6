import type { SandboxResponse } from '../../sandbox/half.ts';
import { RecordProblem } from './errors.ts';
import type { WriteContext } from './org.ts';
import type { Value } from './schema/types.ts';

/** The names of Salesforce's own refusals that a fault can answer with. */
export const SALESFORCE_ANSWERS = [
  'rate-total',
  'rate-concurrent',
  'expired',
  'unavailable',
  'query-timeout',
  'too-long',
  'html',
  'maintenance',
] as const;

type Answer = (typeof SALESFORCE_ANSWERS)[number];

/**
 * A refusal in Salesforce's form: limits are 403, never 429.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm (checked 2026-11)
 */
export function salesforceAnswer(answer: Answer): SandboxResponse {
  switch (answer) {
    case 'rate-total':
      return json(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    case 'rate-concurrent':
      return json(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.');
    case 'expired':
      return json(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    case 'unavailable':
      return json(503, 'SERVER_UNAVAILABLE', 'We are temporarily unable to process your request. Please try again later.');
    case 'query-timeout':
      return json(400, 'QUERY_TIMEOUT', 'Your query request was running for too long.');
    case 'too-long':
      return json(500, 'REQUEST_RUNNING_TOO_LONG', 'Your request was running for too long, and has been stopped.');
    case 'html':
      return html(502, 'Bad Gateway');
    case 'maintenance':
      return html(503, 'Down for Maintenance');
  }
}

function json(status: number, errorCode: string, message: string): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json;charset=UTF-8' }, body: JSON.stringify([{ message, errorCode }]) };
}

function html(status: number, title: string): SandboxResponse {
  const text = 'We are sorry. This Salesforce instance is not available at the moment.';
  return {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`,
  };
}

/**
 * Refuses a record by the faults of the call.
 * @throws {RecordProblem} UNABLE_TO_LOCK_ROW, or the code that the fault names.
 */
export function refuseTroubled(context: WriteContext, id: string, values: ReadonlyMap<string, Value>): void {
  const { locked, poison } = context.org.unrest.call;
  if (context.trusted || (locked === undefined && poison === undefined)) return;
  if (locked?.(id, values) === true)
    throw new RecordProblem('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`);
  const refused = poison?.find((one) => one.meets(id, values));
  if (refused === undefined) return;
  throw new RecordProblem(refused.code ?? 'FIELD_CUSTOM_VALIDATION_EXCEPTION', refused.message ?? 'This record can not be saved.');
}
