import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { V, rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';

interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request and checks the error, and that the organisation still answers and holds nothing new. */
function refused({ path, method = 'GET', body, headers = {} }: Sent, status: number, code: string): () => Promise<void> {
  return async () => {
    const r = rig();
    const before = r.half.counts().rows;
    const bytes =
      body === undefined
        ? Buffer.from('')
        : Buffer.isBuffer(body)
          ? body
          : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const reply = await r.half.handle({
      method,
      url: path.startsWith('/services') ? path : V + path,
      headers: { authorization: 'Bearer integration-token', 'content-type': 'application/json', ...headers },
      body: bytes,
      origin: 'http://127.0.0.1:9999',
    });
    const errors = JSON.parse(String(reply.body)) as readonly { readonly errorCode: string; readonly message: string }[];
    expect([reply.status, errors.map((one) => one.errorCode)]).toEqual([status, [code]]);
    expect(r.half.counts().rows).toEqual(before);
    expect((await r.send('GET', '/limits')).status).toBe(200);
  };
}

describe('hostile addresses', () => {
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a service that is not there is NOT_FOUND',
    refused({ path: '/services/nope' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a stray percent sign is NOT_FOUND',
    refused({ path: '/%' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'an escape that is no UTF-8 is NOT_FOUND',
    refused({ path: '/sobjects/Lead/%ff' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'half an escape is NOT_FOUND',
    refused({ path: '/sobjects/Lead/%2' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a null byte as an id is NOT_FOUND',
    refused({ path: '/sobjects/Lead/%00' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'an object called __proto__ is NOT_FOUND',
    refused({ path: '/sobjects/__proto__' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'an object called constructor is NOT_FOUND',
    refused({ path: '/sobjects/constructor/describe' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'an external id called __proto__ is NOT_FOUND',
    refused({ path: '/sobjects/Lead/__proto__/x' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a way out of the folder is NOT_FOUND',
    refused({ path: '/sobjects/Lead/../../../../etc/passwd' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'an escaped way out of the folder is NOT_FOUND',
    refused({ path: '/sobjects/Lead/..%2F..%2Fetc' }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a locator without a number' },
    'a locator without a number is INVALID_QUERY_LOCATOR',
    refused({ path: '/query/0r8-' }, 400, 'INVALID_QUERY_LOCATOR'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a locator with a number beyond reason' },
    'a locator with a number beyond reason is INVALID_QUERY_LOCATOR',
    refused({ path: '/query/0r85g0000000001AAA-99999999999999999999' }, 400, 'INVALID_QUERY_LOCATOR'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a null byte as a query' },
    'a null byte as a query is MALFORMED_QUERY',
    refused({ path: '/query?q=%00' }, 400, 'MALFORMED_QUERY'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a query of opening parentheses' },
    'a query of opening parentheses is MALFORMED_QUERY',
    refused({ path: `/query?q=${'('.repeat(5000)}` }, 400, 'MALFORMED_QUERY'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a query with three thousand parentheses' },
    'a query with three thousand parentheses is MALFORMED_QUERY',
    refused(
      { path: `/query?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE ${'('.repeat(1500)}Id=null${')'.repeat(1500)}`)}` },
      400,
      'MALFORMED_QUERY',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'GET a query of quotes' },
    'a query of quotes is MALFORMED_QUERY',
    refused({ path: `/query?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE Name = ${"'\\\\".repeat(1500)}`)}` }, 400, 'MALFORMED_QUERY'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a query with a thousand NOTs' },
    'a wrong literal behind a thousand NOTs is INVALID_FIELD',
    refused({ path: `/query?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE ${'NOT '.repeat(1000)}Id = 1`)}` }, 400, 'INVALID_FIELD'),
  );
  conforms(
    { known: 'assumed', probe: 'GET a query with a literal of a billion days' },
    'a query with a literal of a billion days is INVALID_FIELD',
    refused({ path: '/query?q=SELECT+Nope+FROM+Lead+WHERE+CreatedDate=LAST_N_DAYS:999999999999' }, 400, 'INVALID_FIELD'),
  );
});

describe('hostile bodies', () => {
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'half a JSON object is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '{"LastName":' }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a list for a record is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '[]' }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'null for a record is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: 'null' }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a text for a record is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '"text"' }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a number for a record is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '1' }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'no body at all is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '' }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'JSON of ten thousand lists is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '['.repeat(10_000) + ']'.repeat(10_000) }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'JSON of ten thousand objects is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000) }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'ten thousand levels inside a field is JSON_PARSER_ERROR',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: `{"LastName":"x","Company":${'['.repeat(10_000)}${']'.repeat(10_000)}}` },
      400,
      'JSON_PARSER_ERROR',
    ),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'UTF-16 is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: Buffer.from('{"LastName":"x"}', 'utf16le') }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'bytes that are no UTF-8 is JSON_PARSER_ERROR',
    refused({ path: '/sobjects/Lead', method: 'POST', body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with an object that redefines its prototype' },
    'an object that redefines its prototype is INVALID_FIELD',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '{"__proto__":{"LastName":"x"},"constructor":1}' }, 400, 'INVALID_FIELD'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a number beyond all numbers is JSON_PARSER_ERROR',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: '{"LastName":"x","Company":"y","AnnualRevenue":1e999}' },
      400,
      'JSON_PARSER_ERROR',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with a field name of ten thousand letters' },
    'a field name of ten thousand letters is INVALID_FIELD',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: JSON.stringify({ LastName: 'x', Company: 'y', ['N'.repeat(10_000)]: 1 }) },
      400,
      'INVALID_FIELD',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with a text of five million letters' },
    'a text of five million letters is STRING_TOO_LONG',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: JSON.stringify({ LastName: 'x', Company: 'y'.repeat(5_000_000) }) },
      400,
      'STRING_TOO_LONG',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with a null byte as an owner' },
    'a null byte as an owner is MALFORMED_ID',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '{"LastName":"x","Company":"y","OwnerId":"\\u0000"}' }, 400, 'MALFORMED_ID'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects with null among the records' },
    'null among the records is JSON_PARSER_ERROR',
    refused({ path: '/composite/sobjects', method: 'POST', body: { records: [null] } }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects with a text for the records' },
    'a text for the records is JSON_PARSER_ERROR',
    refused({ path: '/composite/sobjects', method: 'POST', body: { records: 'all' } }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects with no records' },
    'no records is JSON_PARSER_ERROR',
    refused({ path: '/composite/sobjects', method: 'POST', body: {} }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects/Lead with an object for an id' },
    'an object for an id is MALFORMED_ID',
    refused({ path: '/composite/sobjects/Lead', method: 'POST', body: { ids: [{}], fields: ['Id'] } }, 400, 'MALFORMED_ID'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects/Lead with a list for a field' },
    'a list for a field is INVALID_FIELD',
    refused({ path: '/composite/sobjects/Lead', method: 'POST', body: { ids: [], fields: [['Id', 'x']] } }, 400, 'INVALID_FIELD'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/sobjects with a record without a type' },
    'a record without a type is INVALID_TYPE',
    refused({ path: '/composite/sobjects', method: 'POST', body: { records: [{ LastName: 'x' }] } }, 400, 'INVALID_TYPE'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite with a composite without parts' },
    'a composite without parts is JSON_PARSER_ERROR',
    refused({ path: '/composite', method: 'POST', body: { compositeRequest: [] } }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite with a part called __proto__' },
    'a part called __proto__ is INVALID_INPUT',
    refused(
      { path: '/composite', method: 'POST', body: { compositeRequest: [{ referenceId: '__proto__', url: '/', method: 'GET' }] } },
      400,
      'INVALID_INPUT',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite with a part without an address' },
    'a part without an address is INVALID_INPUT',
    refused(
      { path: '/composite', method: 'POST', body: { compositeRequest: [{ referenceId: 'a', method: 'GET' }] } },
      400,
      'INVALID_INPUT',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite/batch with a batch without parts' },
    'a batch without parts is JSON_PARSER_ERROR',
    refused({ path: '/composite/batch', method: 'POST', body: {} }, 400, 'JSON_PARSER_ERROR'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /tooling/sobjects/CustomField with a field of an object that is not there' },
    'a field of an object that is not there is INVALID_TYPE',
    refused(
      { path: '/tooling/sobjects/CustomField', method: 'POST', body: { FullName: '__proto__.__proto__', Metadata: '{' } },
      400,
      'INVALID_TYPE',
    ),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a type called __proto__ is NOT_FOUND',
    refused({ path: '/composite/sobjects', method: 'POST', body: { records: [{ attributes: { type: '__proto__' } }] } }, 404, 'NOT_FOUND'),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a body of another kind is UNSUPPORTED_MEDIA_TYPE',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: 'LastName=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ),
  );
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a method that no resource has is METHOD_NOT_ALLOWED',
    refused({ path: '/sobjects/Lead', method: 'TRACE' }, 405, 'METHOD_NOT_ALLOWED'),
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_compression.htm` },
    'a body that says gzip and is not is BAD_REQUEST',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '{}', headers: { 'content-encoding': 'gzip' } }, 400, 'BAD_REQUEST'),
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_compression.htm` },
    'a compression that is not known is UNSUPPORTED_MEDIA_TYPE',
    refused({ path: '/sobjects/Lead', method: 'POST', body: '{}', headers: { 'content-encoding': 'br' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with a gzip body of 60 MB of zeros' },
    'a compressed body that unfolds without end is BAD_REQUEST',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: gzipSync(Buffer.alloc(60_000_000)), headers: { 'content-encoding': 'gzip' } },
      400,
      'BAD_REQUEST',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with XML that does not end' },
    'XML that does not end is XML_PARSER_ERROR',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: '<Lead><LastName>x', headers: { 'content-type': 'application/xml' } },
      400,
      'XML_PARSER_ERROR',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with XML with entities of its own' },
    'XML with entities of its own is XML_PARSER_ERROR',
    refused(
      {
        path: '/sobjects/Lead',
        method: 'POST',
        body: '<!DOCTYPE a [<!ENTITY b "c">]><Lead><LastName>&b;</LastName></Lead>',
        headers: { 'content-type': 'application/xml' },
      },
      400,
      'XML_PARSER_ERROR',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with XML that points at a file' },
    'XML that points at a file is XML_PARSER_ERROR',
    refused(
      {
        path: '/sobjects/Lead',
        method: 'POST',
        body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Lead><LastName>&b;</LastName></Lead>',
        headers: { 'content-type': 'application/xml' },
      },
      400,
      'XML_PARSER_ERROR',
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /sobjects/Lead with XML without a record' },
    'XML without a record is XML_PARSER_ERROR',
    refused(
      { path: '/sobjects/Lead', method: 'POST', body: '<Lead', headers: { 'content-type': 'application/xml' } },
      400,
      'XML_PARSER_ERROR',
    ),
  );
});
