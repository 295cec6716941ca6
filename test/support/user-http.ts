import { request } from 'node:http';

/** A user of a CRM with a token of their own and no library of anybody's: what they read was not written by the reader. */
export interface UserHttp {
  send(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

/** Calls `base` with a bearer token; anything but an answer in the 200s is an error. */
export function userHttp(base: string, token: string): UserHttp {
  return {
    send: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        };
        const call = request(`${base}${path}`, { method, headers, agent: false }, (response) => {
          let said = '';
          response.setEncoding('utf8').on('data', (chunk: string) => void (said += chunk));
          response.on('error', reject);
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            if (status < 200 || status > 299) reject(new Error(`${method} ${path} answered ${status}: ${said.slice(0, 300)}`));
            else resolve(said === '' ? {} : (JSON.parse(said) as Record<string, unknown>));
          });
        });
        call.on('error', reject);
        call.end(text);
      }),
  };
}
