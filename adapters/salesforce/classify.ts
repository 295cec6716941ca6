import { z } from 'zod';
import type { OutgoingRequest, Reply, Verdict } from '../../src/transport/types.ts';
import { system } from './limits.ts';

/** An error as Salesforce words it, of a whole request or of one record. */
export interface VendorError {
  /** `errorCode` of a request, `statusCode` of a record. */
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
  /** Ids of records that stand in the way, where the error names them. */
  readonly recordIds: readonly string[];
}

/** A request whose refusal (4xx with a Salesforce error in it) is an answer for the caller, not an exception. */
export interface RestRequest extends OutgoingRequest {
  readonly refusable?: boolean;
}

const errorSchema = z.object({
  errorCode: z.string().optional(),
  statusCode: z.string().optional(),
  message: z.string().default(''),
  fields: z.array(z.string()).nullish(),
});
const oauthSchema = z.object({ error: z.string(), error_description: z.string().default('') });
const duplicateSchema = z.object({
  matchResults: z.array(z.object({ matchRecords: z.array(z.object({ record: z.object({ Id: z.string() }) })) })),
});

/** All errors of a body or of a record's `errors`; empty when it isn't in Salesforce's form. */
export function parseErrors(body: unknown): readonly VendorError[] {
  const list = Array.isArray(body) ? (body as readonly unknown[]) : [body];
  return list.flatMap((item) => {
    const parsed = errorSchema.safeParse(item);
    const code = parsed.data?.errorCode ?? parsed.data?.statusCode;
    if (!parsed.success || code === undefined) return [];
    return [{ code, message: parsed.data.message, fields: parsed.data.fields ?? [], recordIds: namedRecords(item, parsed.data.message) }];
  });
}

/** Duplicate rules name the records in `duplicateResult` (spelt `duplicateResut` by some versions), unique fields in the text. */
function namedRecords(item: unknown, message: string): readonly string[] {
  const raw = item as { readonly duplicateResult?: unknown; readonly duplicateResut?: unknown };
  const duplicates = duplicateSchema.safeParse(raw.duplicateResult ?? raw.duplicateResut);
  if (duplicates.success) return duplicates.data.matchResults.flatMap((result) => result.matchRecords.map((match) => match.record.Id));
  const named = /record with id: ([a-zA-Z0-9]{15,18})\b/.exec(message);
  return named?.[1] === undefined ? [] : [named[1]];
}

/** Says what an answer of Salesforce means; the transport acts on it. */
export function classify(reply: Reply, request: OutgoingRequest): Verdict {
  const html = (reply.headers['content-type'] ?? '').includes('text/html');
  if (reply.status >= 200 && reply.status < 300) {
    return html ? failed('NOT_AN_API', 'it answered with a web page', { failure: 'protocol', retry: 'if-repeatable' }) : { ok: true };
  }
  const errors = html ? [] : errorsOf(reply);
  const first = errors[0];
  const code = first?.code ?? '';
  if (reply.status === 401 || isBadToken(reply))
    return failed('AUTHENTICATION_FAILED', words('the session is not valid', first), { failure: 'authentication' });
  if (reply.status === 420 || reply.status === 429 || isConcurrencyLimit(first)) {
    return failed('TOO_MANY_REQUESTS', words('too many requests are under way', first), { failure: 'rate-limit', retry: 'always' });
  }
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    return failed('DAILY_LIMIT_REACHED', words('the daily API allowance is used up', first), { failure: 'budget' });
  }
  if (reply.status >= 500 || code === 'QUERY_TIMEOUT' || code === 'REQUEST_RUNNING_TOO_LONG') {
    return failed('UNAVAILABLE', words(`it failed with status ${reply.status}`, first), { failure: 'unavailable', retry: 'if-repeatable' });
  }
  const readable = first !== undefined || reply.status === 412;
  if (readable && (request as RestRequest).refusable === true) return { ok: true };
  if (code.startsWith('invalid_') || code.startsWith('inactive_') || code === 'unsupported_grant_type' || code === 'unauthorized_client') {
    return failed('AUTHENTICATION_FAILED', words('it refused the credentials', first), { failure: 'authentication' });
  }
  if (reply.status === 403) return failed('NO_PERMISSION', words('it refused', first), { failure: 'permission' });
  return failed('REQUEST_REFUSED', words(`it refused with status ${reply.status}`, first), { failure: 'request' });
}

/** The user information answers a dead token with 403 and one word. */
function isBadToken(reply: Reply): boolean {
  return reply.status === 403 && /^\s*(?:Bad|Missing)_OAuth_Token/.test(Buffer.from(reply.body.subarray(0, 100)).toString('latin1'));
}

function isConcurrencyLimit(error: VendorError | undefined): boolean {
  return error?.code === 'REQUEST_LIMIT_EXCEEDED' && /concurrent/i.test(error.message);
}

function errorsOf(reply: Reply): readonly VendorError[] {
  let body: unknown;
  try {
    body = reply.json();
  } catch {
    return soapFault(reply);
  }
  const oauth = oauthSchema.safeParse(body);
  if (oauth.success) return [{ code: oauth.data.error, message: oauth.data.error_description, fields: [], recordIds: [] }];
  return parseErrors(body);
}

function soapFault(reply: Reply): readonly VendorError[] {
  const source = Buffer.from(reply.body.subarray(0, 4_000)).toString('latin1');
  const code = /<faultcode>(?:\w+:)?(\w+)<\/faultcode>/.exec(source)?.[1];
  return code === undefined ? [] : [{ code, message: '', fields: [], recordIds: [] }];
}

const hints: Readonly<Record<string, string>> = {
  NOT_AN_API: 'Check the instance URL: it has to be the My Domain address, for example https://acme.my.salesforce.com.',
  AUTHENTICATION_FAILED:
    'Check the credentials, that the app runs as an active user, and that the instance URL is that of the same organisation.',
  TOO_MANY_REQUESTS: 'Other integrations keep long requests open. It is tried again later.',
  DAILY_LIMIT_REACHED: "The organisation's allowance of API calls for 24 hours is used up; the next run goes on where this one stopped.",
  UNAVAILABLE: 'Salesforce is not available at the moment; see status.salesforce.com. The next run goes on where this one stopped.',
  NO_PERMISSION: 'Assign the permission set Truce_Integration to the user that Truce runs as, and see the set-up in the adapter’s README.',
  REQUEST_REFUSED:
    'This request will not work by repeating it. If the configuration names fields or a scope, check them against Salesforce.',
};

function failed(
  code: keyof typeof hints,
  message: string,
  kind: Pick<Extract<Verdict, { ok: false }>, 'failure'> & { readonly retry?: 'never' | 'if-repeatable' | 'always' },
): Verdict {
  return {
    ok: false,
    code,
    message: `${system}: ${message}.`,
    hint: hints[code] ?? '',
    failure: kind.failure,
    retry: kind.retry ?? 'never',
  };
}

function words(what: string, error: VendorError | undefined): string {
  if (error === undefined) return what;
  const said = withoutPersonalData(error.message).replace(/[.\s]+$/, '');
  return said === '' ? `${what} (${error.code})` : `${what} (${error.code}: ${said})`;
}

/** The vendor's words without what they may quote from a record: addresses, quoted values, long numbers; and kept short. */
export function withoutPersonalData(message: string): string {
  return message
    .replaceAll(/[^\s@<>"',;:()]+@[^\s@<>"',;:()]+/g, '[e-mail]')
    .replaceAll(/(bad value for restricted picklist field|value not of required type|data value too large): .*$/gis, '$1')
    .replaceAll(/\+?\d[\d ()/-]{7,}\d(?![A-Za-z0-9])/g, '[number]')
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 300);
}
