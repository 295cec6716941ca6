import type { Http, HttpRequest, HttpResponse } from '../../../src/ports.ts';
import { testPorts } from '../../support/virtual-clock.ts';
import type { TestPorts, VirtualClock } from '../../support/virtual-clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

export interface Asked {
  readonly method: string;
  /** Without the versioned base: `/query`, `/composite/sobjects`, `/services/oauth2/token`. */
  readonly path: string;
  /** The `q` parameter, decoded. */
  readonly soql: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Told {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeOrg {
  readonly ports: TestPorts;
  readonly clock: VirtualClock;
  /** Requests that left, in order; those inside a composite call are not counted apart. */
  readonly sent: Asked[];
  /** Everything that was asked, inside composite calls too. */
  readonly asked: Asked[];
}

/** An in-process Http port that answers with shapes of the documentation; composite calls are taken apart for the handler. */
export function fakeOrg(handle: (asked: Asked) => Told | Promise<Told>): FakeOrg {
  const clock = virtualClock(Date.UTC(2026, 5, 1, 12));
  const sent: Asked[] = [];
  const asked: Asked[] = [];
  const answer = async (one: Asked): Promise<Told> => {
    asked.push(one);
    return handle(one);
  };
  const http: Http = {
    exchange: async (request) => {
      const outer = parse(request);
      sent.push(outer);
      const told = outer.path === '/composite' ? await composite(outer, answer) : await answer(outer);
      return respond(told, clock.now());
    },
    close: () => Promise.resolve(),
  };
  return { ports: testPorts({ http, clock }), clock, sent, asked };
}

async function composite(outer: Asked, answer: (one: Asked) => Promise<Told>): Promise<Told> {
  const { compositeRequest } = outer.body as {
    compositeRequest: { method: string; url: string; referenceId: string; body?: unknown; httpHeaders?: Record<string, string> }[];
  };
  const parts = [];
  for (const call of compositeRequest) {
    const told = await answer({ ...address(call.url), method: call.method, headers: lower(call.httpHeaders ?? {}), body: call.body });
    parts.push({ body: told.body ?? null, httpHeaders: {}, httpStatusCode: told.status ?? 200, referenceId: call.referenceId });
  }
  return { body: { compositeResponse: parts } };
}

function parse(request: HttpRequest): Asked {
  const raw = typeof request.body === 'string' ? request.body : '';
  const json = request.headers['content-type']?.startsWith('application/json') === true;
  return {
    ...address(request.url),
    method: request.method,
    headers: lower(request.headers),
    body: json ? (JSON.parse(raw) as unknown) : raw,
  };
}

function address(url: string): { readonly path: string; readonly soql: string } {
  const parsed = new URL(url, 'https://acme.my.salesforce.com');
  return { path: parsed.pathname.replace(/^\/services\/data\/v67\.0/, ''), soql: parsed.searchParams.get('q') ?? '' };
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function respond(told: Told, now: number): HttpResponse {
  const body = told.body === undefined ? '' : typeof told.body === 'string' ? told.body : JSON.stringify(told.body);
  return {
    status: told.status ?? 200,
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      date: new Date(now).toUTCString(),
      'sforce-limit-info': 'api-usage=18/15000',
      ...told.headers,
    },
    body: new TextEncoder().encode(body),
  };
}

/** A query's answer on one page. */
export function rows(records: readonly object[]): Told {
  return { body: { totalSize: records.length, done: true, records } };
}

export function refused(errorCode: string, message = 'said no', status = 400): Told {
  return { status, body: [{ errorCode, message, fields: [] }] };
}

export interface FieldOf {
  readonly name: string;
  readonly type?: string;
  readonly updateable?: boolean;
  readonly unique?: boolean;
  readonly picklistValues?: readonly object[];
}

/** A describe answer with the fields given by name, all of them writable texts unless said otherwise. */
export function describeOf(object: string, fields: readonly (string | FieldOf)[]): Told {
  return {
    body: {
      name: object,
      label: object,
      createable: true,
      updateable: true,
      fields: fields.map((field) => {
        const known = typeof field === 'string' ? { name: field } : field;
        const { updateable = true, unique = false } = known;
        return {
          type: 'string',
          label: known.name,
          length: 255,
          createable: updateable,
          nillable: true,
          externalId: unique,
          ...known,
          updateable,
          unique,
        };
      }),
    },
  };
}

export const leadFields: readonly (string | FieldOf)[] = [
  ...'Id Name Company OwnerId LeadSource MasterRecordId CreatedById'.split(' '),
  ...'ConvertedContactId ConvertedAccountId ConvertedOpportunityId ConvertedDate'.split(' '),
  { name: 'Email', type: 'email' },
  { name: 'Status', type: 'picklist' },
  { name: 'SystemModstamp', type: 'datetime', updateable: false },
  { name: 'CreatedDate', type: 'datetime', updateable: false },
  { name: 'IsDeleted', type: 'boolean', updateable: false },
  { name: 'IsConverted', type: 'boolean', updateable: false },
  { name: 'Truce_Key__c', unique: true },
  'Truce_Cross_Id__c',
  { name: 'Truce_Outcome_Amount__c', type: 'currency' },
];

/** Describes of the objects that most tests need; anything else is not there. */
export function describes(asked: Asked): Told | null {
  const object = /^\/sobjects\/(\w+)\/describe$/.exec(asked.path)?.[1];
  if (object === undefined) return null;
  const stamps: readonly FieldOf[] = [
    { name: 'SystemModstamp', type: 'datetime' },
    { name: 'CreatedDate', type: 'datetime' },
    { name: 'IsDeleted', type: 'boolean' },
  ];
  switch (object) {
    case 'Lead':
      return describeOf(object, leadFields);
    case 'Campaign':
      return describeOf(object, ['Id', 'Name', 'ParentId', ...stamps, { name: 'Truce_Won_Deals__c', type: 'double' }]);
    case 'Account':
      return describeOf(object, ['Id', 'Name', 'Website', ...stamps]);
    default:
      return refused('NOT_FOUND', 'The requested resource does not exist', 404);
  }
}

export const instanceUrl = 'https://acme.my.salesforce.com';
