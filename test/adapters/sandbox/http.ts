import { Agent, request as send } from 'node:http';

export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json(): any; // oxlint-disable-line typescript/no-explicit-any -- tests read answers of any shape
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly agent?: Agent;
}

/** One request over a socket of its own, past every client: what a user's or a stranger's program would do. */
export function exchange(url: string, sent: Sent = {}): Promise<Exchange> {
  const body = sent.body === undefined ? undefined : typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body);
  const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...sent.headers };
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      { method: sent.method ?? (body === undefined ? 'GET' : 'POST'), headers, agent: sent.agent ?? false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (!answer.complete) return reject(new Error('the answer was cut'));
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: () => JSON.parse(text) as unknown });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
