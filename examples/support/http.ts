/** A user's own HTTP calls to a CRM: no library of ours, so that what is read back was not written by the reader. */
export interface Caller {
  readonly calls: () => number;
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown>;
}

/** Calls `base` with a bearer token; an answer outside 2xx is an error with the answer's text. */
export function caller(base: string, token: string | null): Caller {
  let calls = 0;
  return {
    calls: () => calls,
    async send(method, path, body, headers = {}) {
      calls += 1;
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 400)}`);
      return text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : text;
    },
  };
}
