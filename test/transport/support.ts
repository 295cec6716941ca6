import type { Http, HttpRequest, HttpResponse } from '../../src/ports.ts';
import type { Reply, TransportOptions, Verdict } from '../../src/transport/types.ts';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const answer = (status: number, body = '{}', headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: bytes(body),
});

export interface ScriptedHttp extends Http {
  readonly sent: HttpRequest[];
}

/** An Http port that plays a script, one entry for each exchange; the last entry repeats. */
export function scriptedHttp(...script: (HttpResponse | Error | ((request: HttpRequest) => HttpResponse))[]): ScriptedHttp {
  const sent: HttpRequest[] = [];
  return {
    sent,
    exchange: (request) => {
      const step = script[Math.min(sent.length, script.length - 1)];
      sent.push(request);
      if (step instanceof Error) return Promise.reject(step);
      if (step === undefined) return Promise.reject(new Error('the script is empty'));
      return Promise.resolve(typeof step === 'function' ? step(request) : step);
    },
    close: () => Promise.resolve(),
  };
}

/** A plain reading of HTTP statuses, for tests that are not about a vendor. */
export function classify(reply: Reply): Verdict {
  if (reply.status < 300) return { ok: true };
  const base = { ok: false, message: `the service answered ${reply.status}`, hint: 'Look at the status.' } as const;
  if (reply.status === 401) return { ...base, code: 'UNAUTHENTICATED', failure: 'authentication', retry: 'never' };
  if (reply.status === 429) return { ...base, code: 'RATE_LIMITED', failure: 'rate-limit', retry: 'always' };
  if (reply.status >= 500) return { ...base, code: 'UNAVAILABLE', failure: 'unavailable', retry: 'if-repeatable' };
  return { ...base, code: 'REQUEST', failure: 'request', retry: 'never' };
}

export const manyAtOnce = { name: 'general', requests: 1000, perMs: 1000, parallel: 100 } as const;

export const baseOptions: Pick<TransportOptions, 'system' | 'hosts' | 'limits' | 'classify'> = {
  system: 'acme',
  hosts: [
    { host: 'api.acme.com', match: 'exact' },
    { host: 'my.acme-force.com', match: 'suffix' },
    { host: '127.0.0.1', match: 'exact' },
  ],
  limits: [manyAtOnce],
  classify,
};
