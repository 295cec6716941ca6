import { Agent, request } from 'node:http';

/** A user's own HTTP calls to a CRM: no library of ours, so that what is read back was not written by the reader. */
export interface Caller {
  readonly calls: () => number;
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown>;
}

/** Calls `base` with a bearer token; an answer outside 2xx is an error with the answer's text. */
export function caller(base: string, token: string | null): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let calls = 0;
  return {
    calls: () => calls,
    async send(method, path, body, headers = {}) {
      calls += 1;
      const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const all = {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent)) }),
        ...headers,
      };
      const { status, text } = await new Promise<{ readonly status: number; readonly text: string }>((done, failed) => {
        const call = request(`${base}${path}`, { method, agent, headers: all }, (response) => {
          let said = '';
          response.setEncoding('utf8').on('data', (chunk: string) => void (said += chunk));
          response.on('end', () => done({ status: response.statusCode ?? 0, text: said }));
          response.on('error', failed);
        });
        call.on('error', failed);
        call.end(sent);
      });
      if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 400)}`);
      return text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : text;
    },
  };
}
