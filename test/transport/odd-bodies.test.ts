import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeHttp } from '../../src/transport/node-http.ts';
import { createTransport } from '../../src/transport/transport.ts';
import type { OutgoingRequest, Reply, Transport } from '../../src/transport/types.ts';
import { testPorts } from '../support/virtual-clock.ts';
import { baseOptions } from './support.ts';

const http = nodeHttp();
const get: OutgoingRequest = { method: 'GET', url: 'https://api.acme.com/x', limit: 'general', repeatable: true };

/** A transport that lets every answer through, to see what the adapter's classify gets to see. */
function seeing(): { readonly transport: Transport; readonly replies: Reply[] } {
  const replies: Reply[] = [];
  const transport = createTransport({
    ...baseOptions,
    ports: testPorts({ http }),
    classify: (reply) => {
      replies.push(reply);
      return { ok: true };
    },
  });
  return { transport, replies };
}

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(async () => {
  nock.enableNetConnect();
  nock.restore();
  await http.close();
});

const soapFault =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault><faultcode>sf:INVALID_SESSION_ID</faultcode><faultstring>INVALID_SESSION_ID: Invalid Session ID found</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>';

describe('answers as the vendors and what stands before them send them', () => {
  it.each([
    [
      'a daily limit',
      429,
      { status: 'error', message: 'You have reached your daily limit.', errorType: 'RATE_LIMIT', policyName: 'DAILY' },
    ],
    [
      'a ten-second limit',
      429,
      { status: 'error', message: 'You have reached your ten_secondly_rolling limit.', policyName: 'TEN_SECONDLY_ROLLING' },
    ],
    ['a search limit', 429, { status: 'error', message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' }],
    ['an array of errors', 400, [{ message: 'unexpected token', errorCode: 'MALFORMED_QUERY' }]],
    ['a lost session', 401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]],
    ['a used-up day', 403, [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]],
  ] as const)('reach the adapter whole: %s', async (_name, status, body) => {
    nock('https://api.acme.com')
      .get('/x')
      .reply(status, body as nock.Body);
    const { transport, replies } = seeing();
    await transport.send(get);
    expect(replies[0]?.status).toBe(status);
    expect(replies[0]?.json()).toEqual(body);
  });

  it.each([
    ["Cloudflare's plain text", 429, 'error code: 1015', 'text/plain; charset=UTF-8'],
    ['a SOAP fault', 500, soapFault, 'text/xml; charset=utf-8'],
    ['a gateway page', 502, '<html><head><title>502 Bad Gateway</title></head></html>', 'text/html'],
    ['nothing at all', 503, '', undefined],
  ] as const)('reach the adapter whole, though they are no JSON: %s', async (_name, status, body, type) => {
    nock('https://api.acme.com')
      .get('/x')
      .reply(status, body, type === undefined ? {} : { 'content-type': type });
    const { transport, replies } = seeing();
    await transport.send(get);
    expect(replies[0]?.text()).toBe(body);
    expect(() => replies[0]?.json()).toThrow(expect.objectContaining({ code: 'BAD_JSON', status }));
  });

  it('an HTML page with 200 is no data', async () => {
    const page = '<html><body>Scheduled maintenance</body></html>';
    nock('https://api.acme.com')
      .get('/x')
      .reply(200, page, { 'content-type': 'text/html', 'content-length': String(page.length) });
    const { transport } = seeing();
    const reply = await transport.send(get);
    expect(() => reply.json()).toThrow(expect.objectContaining({ code: 'BAD_JSON' }));
  });

  it('a connection reset by nock reads like one from the network', async () => {
    nock('https://api.acme.com')
      .post('/x')
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    const { transport } = seeing();
    await expect(transport.send({ ...get, method: 'POST', repeatable: false })).rejects.toMatchObject({
      code: 'NETWORK',
      system: 'acme',
      ambiguous: true,
    });
  });
});

describe('the way out', () => {
  it('is closed to the global fetch in every test', () => {
    expect(() => fetch('https://api.acme.com/')).toThrow(/global fetch/);
  });
});
