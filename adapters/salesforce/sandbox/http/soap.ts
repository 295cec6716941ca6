import { XMLParser } from 'fast-xml-parser';
import { emptyFromBin, undeleteRecord } from '../dml/bin.ts';
import { convertLead } from '../dml/convert.ts';
import type { Conversion } from '../dml/convert.ts';
import { mergeRecords } from '../dml/merge.ts';
import { RecordProblem } from '../errors.ts';
import { to18 } from '../ids.ts';
import { get, isObject, plainText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { contextOf } from '../org.ts';
import type { Org, WriteContext } from '../org.ts';
import { textOf } from '../schema/fields.ts';
import { userByPassword } from './grants.ts';
import type { Usage } from './limits.ts';
import { FIRST_VERSION, LAST_VERSION } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Sessions } from './sessions.ts';

interface SoapServer {
  readonly org: Org;
  readonly sessions: Sessions;
  readonly usage: Usage;
  readonly origin: string;
  readonly version: number;
  /** `u` is the partner API; the enterprise one has no stable schema here. */
  readonly kind: string;
}

const MOST_CONVERTS = 100;
const MOST_IDS = 200;
/** A conversion makes records that look like their lead. */
const ACKNOWLEDGED = { allowSave: true, includeRecordDetails: false, base: '' } as const;

/** A SOAP fault: HTTP 500 with `sf:CODE`. */
class Fault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const parser = new XMLParser({
  ignoreAttributes: false,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: true,
  isArray: (name) => name === 'leadConverts' || name === 'recordToMergeIds' || name === 'request' || name === 'mergeRequests',
});

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function element(name: string, value: string | boolean | null): string {
  return value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escape(String(value))}</${name}>`;
}

function envelope(header: string, body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `${header}<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`
  );
}

function xml(status: number, text: string): Reply {
  return { status, text, headers: { 'content-type': 'text/xml;charset=utf-8' } };
}

function faultReply(code: string, message: string): Reply {
  const detail = `<detail><sf:UnexpectedErrorFault xsi:type="sf:UnexpectedErrorFault"><sf:exceptionCode>${escape(code)}</sf:exceptionCode><sf:exceptionMessage>${escape(message)}</sf:exceptionMessage></sf:UnexpectedErrorFault></detail>`;
  return xml(
    500,
    envelope(
      '',
      `<soapenv:Fault><faultcode>sf:${escape(code)}</faultcode><faultstring>${escape(`${code}: ${message}`)}</faultstring>${detail}</soapenv:Fault>`,
    ),
  );
}

/** Text of a child element; null when it is absent, empty or nil. */
function textIn(node: JsonObject, name: string): string | null {
  const value = get(node, name);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function objectIn(node: unknown, name: string): JsonObject {
  const value = isObject(node) ? get(node, name) : undefined;
  return isObject(value) ? value : {};
}

/** Answers a SOAP request to the partner API: convertLead, merge, undelete, emptyRecycleBin, login, logout, getUserInfo, getServerTimestamp. */
export function soap(server: SoapServer, text: string): Reply {
  try {
    if (server.kind !== 'u' || !(server.version >= FIRST_VERSION && server.version <= LAST_VERSION))
      throw new Fault('UNSUPPORTED_API_VERSION', 'Invalid Api version specified on URL');
    return call(server, text);
  } catch (error) {
    if (error instanceof Fault) return faultReply(error.code, error.message);
    if (error instanceof RecordProblem) return faultReply(error.code, error.message);
    return faultReply('UNKNOWN_EXCEPTION', error instanceof Error ? error.message : 'unexpected');
  }
}

function parsed(text: string): JsonObject {
  try {
    const document: unknown = parser.parse(text, true);
    const found = objectIn(document, 'Envelope');
    if (Object.keys(found).length > 0) return found;
  } catch {
    // Falls through: what can't be parsed is no envelope.
  }
  throw new Fault('INVALID_SOAP_HEADER', 'The request is no SOAP envelope');
}

function call(server: SoapServer, text: string): Reply {
  const root = parsed(text);
  const session = textIn(objectIn(objectIn(root, 'Header'), 'SessionHeader'), 'sessionId') ?? '';
  const body = objectIn(root, 'Body');
  const operation = Object.keys(body).find((key) => !key.startsWith('@_')) ?? '';
  if (operation === 'login') return login(server, objectIn(body, operation));
  const userId = server.sessions.user(session);
  if (userId === null)
    throw new Fault(
      'INVALID_SESSION_ID',
      'Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key',
    );
  try {
    server.usage.spend();
  } catch (error) {
    throw new Fault('REQUEST_LIMIT_EXCEEDED', error instanceof Error ? error.message : '');
  }
  const context = contextOf(server.org, userId, false);
  const argument = objectIn(body, operation);
  const header = `<soapenv:Header><LimitInfoHeader><limitInfo><current>${String(server.usage.used())}</current><limit>${String(server.usage.max())}</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>`;
  switch (operation) {
    case 'undelete':
      return xml(200, envelope(header, `<undeleteResponse>${eachId(argument, (id) => undeleteRecord(context, id))}</undeleteResponse>`));
    case 'emptyRecycleBin':
      return xml(
        200,
        envelope(header, `<emptyRecycleBinResponse>${eachId(argument, (id) => emptyFromBin(context, id))}</emptyRecycleBinResponse>`),
      );
    case 'logout':
      server.sessions.revoke(session);
      return xml(200, envelope(header, '<logoutResponse/>'));
    case 'convertLead':
      return xml(200, envelope(header, `<convertLeadResponse>${convert(context, argument)}</convertLeadResponse>`));
    case 'merge':
      return xml(200, envelope(header, `<mergeResponse>${merge(context, argument)}</mergeResponse>`));
    case 'getServerTimestamp':
      return xml(
        200,
        envelope(
          header,
          `<getServerTimestampResponse><result>${element('timestamp', new Date(context.at).toISOString())}</result></getServerTimestampResponse>`,
        ),
      );
    case 'getUserInfo':
      return xml(200, envelope(header, `<getUserInfoResponse><result>${userInfo(context)}</result></getUserInfoResponse>`));
    default:
      throw new Fault('UNSUPPORTED_CLIENT', `No operation available for request {urn:partner.soap.sforce.com}${operation}`);
  }
}

/** The first version in which the partner API has no login. */
const NO_LOGIN_SINCE = 65;

/**
 * A session for a name and a password with the security token at its end.
 * @source https://github.com/forcedotcom/wsc/issues/363 (the end of it), https://github.com/apexsharp/apexsharp/issues/20 (the fault), checked 2026-11-22
 */
function login(server: SoapServer, argument: JsonObject): Reply {
  if (server.version >= NO_LOGIN_SINCE)
    throw new Fault(
      'INVALID_OPERATION',
      `The SOAP Login operation is not available in the API version specified (${String(server.version)}.0). Refer to the documentation for supported versions.`,
    );
  const { org, sessions, origin, version } = server;
  const userId = userByPassword(org, textIn(argument, 'username') ?? '', textIn(argument, 'password') ?? '');
  if (userId === null) {
    const said = 'Invalid username, password, security token; or user locked out.';
    const detail = `<detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode><sf:exceptionMessage>${said}</sf:exceptionMessage></sf:LoginFault></detail>`;
    return xml(
      500,
      envelope(
        '',
        `<soapenv:Fault><faultcode>INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: ${said}</faultstring>${detail}</soapenv:Fault>`,
      ),
    );
  }
  const path = (kind: string): string => `${origin}/services/Soap/${kind}/${String(version)}.0/${org.settings.orgId.slice(0, 15)}`;
  const result =
    element('metadataServerUrl', path('m')) +
    element('passwordExpired', false) +
    element('sandbox', true) +
    element('serverUrl', path('u')) +
    element('sessionId', sessions.issue(userId)) +
    element('userId', userId) +
    `<userInfo>${userInfo(contextOf(org, userId, false))}</userInfo>`;
  return xml(200, envelope('', `<loginResponse><result>${result}</result></loginResponse>`));
}

function errorsXml(problem: RecordProblem): string {
  const fields = problem.fields.map((field) => element('fields', field)).join('');
  return `<errors>${fields}${element('message', problem.message)}${element('statusCode', problem.code)}</errors>`;
}

/** One result, or the errors of a refused record with empty ids in place of what it would have made. */
function result(work: () => string, empty: string): string {
  try {
    return `<result>${work()}${element('success', true)}</result>`;
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    return `<result>${empty}${errorsXml(error)}${element('success', false)}</result>`;
  }
}

function idIn(node: JsonObject, name: string): string | null {
  const text = textIn(node, name);
  if (text === null) return null;
  const id = to18(text);
  if (id === null) throw new RecordProblem('MALFORMED_ID', `malformed id ${text}`);
  return id;
}

/** A call on ids, at most 200: each has its result, the id beside its errors. */
function eachId(argument: JsonObject, work: (id: string) => void): string {
  const ids = [get(argument, 'ids') ?? []].flat().map(plainText);
  if (ids.length > MOST_IDS)
    throw new Fault('EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${String(MOST_IDS)} records into this call`);
  return ids
    .map((given) => {
      const id = to18(given);
      return result(
        () => {
          if (id === null) throw new RecordProblem('MALFORMED_ID', `malformed id ${given}`);
          work(id);
          return element('id', id);
        },
        element('id', id),
      );
    })
    .join('');
}

function convert(context: WriteContext, argument: JsonObject): string {
  const list = get(argument, 'leadConverts');
  const converts = Array.isArray(list) ? list.filter(isObject) : [];
  if (converts.length > MOST_CONVERTS)
    throw new Fault('EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${String(MOST_CONVERTS)} records into this call`);
  return converts
    .map((one) => {
      const empty = ['accountId', 'contactId', 'leadId', 'opportunityId'].map((name) => element(name, null)).join('');
      return result(() => {
        const leadId = idIn(one, 'leadId');
        const status = textIn(one, 'convertedStatus');
        if (leadId === null || status === null)
          throw new RecordProblem('REQUIRED_FIELD_MISSING', 'leadId and convertedStatus are required');
        const conversion: Conversion = {
          leadId,
          convertedStatus: status,
          accountId: idIn(one, 'accountId'),
          contactId: idIn(one, 'contactId'),
          ownerId: idIn(one, 'ownerId'),
          opportunityName: textIn(one, 'opportunityName'),
          doNotCreateOpportunity: textIn(one, 'doNotCreateOpportunity') === 'true',
          overwriteLeadSource: textIn(one, 'overwriteLeadSource') === 'true',
        };
        const made = convertLead({ ...context, duplicates: ACKNOWLEDGED }, conversion);
        return (
          element('accountId', made.accountId) +
          element('contactId', made.contactId) +
          element('leadId', leadId) +
          element('opportunityId', made.opportunityId)
        );
      }, empty);
    })
    .join('');
}

function merge(context: WriteContext, argument: JsonObject): string {
  const list = get(argument, 'request') ?? get(argument, 'mergeRequests');
  const requests = Array.isArray(list) ? list.filter(isObject) : [];
  return requests
    .map((one) =>
      result(
        () => {
          const master = objectIn(one, 'masterRecord');
          const masterId = idIn(master, 'Id');
          const losers = get(one, 'recordToMergeIds');
          const ids = (Array.isArray(losers) ? losers : []).map((id: unknown) => to18(plainText(id)) ?? plainText(id));
          if (masterId === null) throw new RecordProblem('MISSING_ARGUMENT', 'masterRecord needs an Id');
          const fields = new Map(Object.entries(master).filter(([name]) => !name.startsWith('@_') && name !== 'Id' && name !== 'type'));
          const moved = mergeRecords(context, { masterId, loserIds: ids, fields });
          return (
            element('id', masterId) +
            ids.map((id) => element('mergedRecordIds', id)).join('') +
            moved.map((id) => element('updatedRelatedIds', id)).join('')
          );
        },
        element('id', null),
      ),
    )
    .join('');
}

function userInfo(context: WriteContext): string {
  const { store, settings } = context.org;
  const row = store.row(context.userId);
  const text = (name: string): string => textOf(store.value(row, name)) ?? '';
  const items: readonly (readonly [string, string])[] = [
    ['organizationId', settings.orgId],
    ['userId', context.userId],
    ['userName', text('Username')],
    ['userEmail', text('Email')],
    ['userFullName', `${text('FirstName')} ${text('LastName')}`.trim()],
    ['userTimeZone', text('TimeZoneSidKey')],
    ['userLocale', text('LocaleSidKey')],
    ['userLanguage', text('LanguageLocaleKey')],
    ['profileId', text('ProfileId')],
    ['organizationName', textOf(store.value(store.row(settings.orgId), 'Name')) ?? ''],
    ['organizationMultiCurrency', String(settings.multiCurrency)],
    ['orgDefaultCurrencyIsoCode', settings.currency],
    ['userDefaultCurrencyIsoCode', settings.multiCurrency ? settings.currency : ''],
  ];
  return items.map(([name, value]) => element(name, value)).join('');
}
