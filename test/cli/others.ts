import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchange } from '../adapters/sandbox/http.ts';

/** Another process that holds something. */
export interface Holder extends AsyncDisposable {
  readonly pid: number;
}

/** A way to a CRM that shows less of it. */
export interface Door extends AsyncDisposable {
  readonly url: string;
}

/** Another process that has the warehouse open for writing. */
export async function holdOpen(path: string): Promise<Holder> {
  const code = `
    const { DuckDBInstance } = await import('@duckdb/node-api');
    await DuckDBInstance.create(${JSON.stringify(path)});
    process.stdout.write('open\\n');
    setInterval(() => undefined, 1000);`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: process.cwd(),
  });
  if (child.stdout === null) throw new Error('the holder has no output');
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Salesforce as a user sees it who has no right to an object: its describe is not found, queries do not know its type. */
export async function withoutObject(target: string, object: string): Promise<Door> {
  const hidden = new RegExp(`\\b${object}\\w*(?:/describe|\\b)`);
  const refusal = (url: string): { status: number; body: unknown } =>
    url.includes('/describe')
      ? { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] }
      : { status: 400, body: [{ errorCode: 'INVALID_TYPE', message: `sObject type '${object}' is not supported.` }] };
  const asksForIt = (url: string): boolean =>
    hidden.test(decodeURIComponent(url.replaceAll('+', ' ')).replace(/^.*?(FROM |sobjects\/)/, '$1'));
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      const { url = '/', method = 'GET' } = request;
      const headers = {
        authorization: request.headers.authorization ?? '',
        'content-type': request.headers['content-type'] ?? 'application/json',
      };
      const pass = (body: string): ReturnType<typeof exchange> =>
        exchange(target + url, { method, headers, ...(body === '' ? {} : { body }) });
      const send = (status: number, body: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
      if (url.endsWith('/composite')) {
        const { compositeRequest: parts, ...rest } = JSON.parse(text) as { compositeRequest: { url: string; referenceId: string }[] };
        const open = parts.filter((part) => !asksForIt(part.url));
        const answered =
          open.length === 0 ? [] : (await pass(JSON.stringify({ ...rest, compositeRequest: open }))).json().compositeResponse;
        const byReference = new Map((answered as { referenceId: string }[]).map((answer) => [answer.referenceId, answer]));
        const compositeResponse = parts.map(({ url: asked, referenceId }) => {
          const { status, body } = refusal(asked);
          return byReference.get(referenceId) ?? { referenceId, httpStatusCode: status, httpHeaders: {}, body };
        });
        return send(200, { compositeResponse });
      }
      if (asksForIt(url)) return send(refusal(url).status, refusal(url).body);
      const answer = await pass(text);
      send(answer.status, answer.text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
