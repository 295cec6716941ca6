import type { Environment } from '../../config/load.ts';

/** Where a command reads and writes; tests hand in their own. */
export interface Io {
  readonly env: Environment;
  readonly cwd: string;
  /** Talk may use colour, bars and questions. */
  readonly interactive: boolean;
  /** Data: one line to stdout. */
  data(line: string): void;
  /** Talk: one line to stderr. */
  say(line: string): void;
  /** Asks on the terminal; null where there is nobody to ask. */
  ask(question: string): Promise<string | null>;
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** The process's own streams and environment. */
export function processIo(): Io {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort(new Error('stopped by a signal'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return {
    env: process.env,
    cwd: process.cwd(),
    interactive: process.stderr.isTTY && process.stdin.isTTY,
    data: (line) => process.stdout.write(`${line}\n`),
    say: (line) => process.stderr.write(`${printable(line)}\n`),
    ask: async (question) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
      const { createInterface } = await import('node:readline/promises');
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return (await prompt.question(printable(question), { signal: stopping.signal })).trim();
      } finally {
        prompt.close();
      }
    },
    signal: stopping.signal,
  };
}

/** Makes text from a CRM harmless for a terminal: control and direction characters become visible escapes. */
export function printable(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
