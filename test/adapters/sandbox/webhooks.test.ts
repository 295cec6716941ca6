import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { sandbox, type Sandbox } from 'truce/sandbox';
import { exchange } from './http.ts';

interface Listener extends AsyncDisposable {
  readonly url: string;
  readonly got: { readonly body: string; readonly headers: IncomingMessage['headers'] }[];
}

/** Listens on a loopback port and answers with the statuses in turn, the last one for ever; 0 breaks the connection. */
async function listener(...statuses: number[]): Promise<Listener> {
  const got: Listener['got'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = statuses[Math.min(got.length, statuses.length - 1)] ?? 200;
      got.push({ body: Buffer.concat(chunks).toString('utf8'), headers: request.headers });
      if (status === 0) response.socket?.destroy();
      else response.writeHead(status).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?tenant=1`,
    got,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const box = (): Promise<Sandbox> => sandbox({ empty: true, clock: 'virtual', limits: 'none' });

async function manage({ hubspot }: Sandbox, method: string, path: string, body: unknown): Promise<void> {
  const { appId, developerKey } = hubspot.app;
  const answer = await exchange(`${hubspot.url}/webhooks/v3/${appId}${path}?hapikey=${developerKey}`, { method, body });
  expect(answer.status, answer.text).toBeLessThan(300);
}

async function listen(to: Sandbox, targetUrl: string): Promise<void> {
  await manage(to, 'PUT', '/settings', { targetUrl, throttling: { maxConcurrentRequests: 10 } });
  await manage(to, 'POST', '/subscriptions', { eventType: 'contact.creation', active: true });
}

async function create({ hubspot }: Sandbox): Promise<void> {
  const headers = { authorization: `Bearer ${hubspot.token}` };
  const answer = await exchange(`${hubspot.url}/crm/v3/objects/contacts`, { headers, body: { properties: {} } });
  expect(answer.status).toBe(201);
}

const advance = (to: Sandbox, seconds: number): Promise<void> => to.clock.moveTo(to.clock.now() + seconds * 1000);

test('a listener on this machine gets signed notifications, at their time on the virtual clock', async () => {
  await using here = await box();
  await using heard = await listener(200);
  await listen(here, heard.url);
  await create(here);
  expect(heard.got).toHaveLength(0);
  await advance(here, 60);
  const [request] = heard.got;
  const timestamp = request?.headers['x-hubspot-request-timestamp'];
  const signed = createHmac('sha256', here.hubspot.app.clientSecret).update(`POST${heard.url}${request?.body}${String(timestamp)}`);
  expect(request?.headers['x-hubspot-signature-v3']).toBe(signed.digest('base64'));
  expect(JSON.parse(request?.body ?? '')).toMatchObject([{ subscriptionType: 'contact.creation', attemptNumber: 0 }]);
});

test('time waits for the answer: a day passes with all the repetitions that fit into it', async () => {
  await using here = await box();
  await using heard = await listener(500, 0, 429, 503, 200);
  await listen(here, heard.url);
  await create(here);
  await advance(here, 86_400);
  const attempts = heard.got.map((one) => (JSON.parse(one.body) as { attemptNumber: number }[]).map((notice) => notice.attemptNumber));
  expect(attempts).toEqual([[0], [1], [2], [3], [4]]);
  const app = (await exchange(`${here.control.url}/hubspot/app`)).json();
  expect(app).toEqual({ ...here.hubspot.app, deliveries: { requests: 5, delivered: 1, lost: 0, waiting: 0 } });
});

test('nothing leaves this machine: another host is as if nobody answered', async () => {
  await using here = await box();
  await listen(here, 'https://listener.example/hooks');
  await create(here);
  await advance(here, 10);
  const app = (await exchange(`${here.control.url}/hubspot/app`)).json();
  expect(app.deliveries).toMatchObject({ requests: 1, delivered: 0, waiting: 1 });
});
