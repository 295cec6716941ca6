import type { Environment } from '../../config/load.ts';

/** Where a command reads and writes; tests hand in their own. */
export interface Io {
  readonly env: Environment;
  readonly cwd: string;
  /** Stderr where it is a terminal: bars may be drawn there. */
  readonly terminal: NodeJS.WritableStream | null;
  /** Data: one line to stdout, harmless for a terminal. */
  data(line: string): void;
  /** A whole document to stdout, such as a report, byte for byte where stdout is not a terminal. */
  document(text: string): void;
  /** Talk: one line to stderr, harmless for a terminal. */
  say(line: string): void;
  /** Asks on the terminal; null where there is nobody to ask. */
  ask(question: string): Promise<string | null>;
  /** Aborted with `Stopped` on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Somebody asked the process to end: what runs comes to rest at the next safe place. A second signal ends it at once. */
export class Stopped extends Error {
  readonly signalName: string;

  constructor(signalName: string) {
    super(`stopped by ${signalName}`);
    this.name = 'Stopped';
    this.signalName = signalName;
  }
}

/** The process's own streams and environment. */
export function processIo(): Io {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Stopped(name)));
  const out = writer(process.stdout);
  const err = writer(process.stderr);
  const interactive = process.stderr.isTTY;
  return {
    env: process.env,
    cwd: process.cwd(),
    terminal: interactive ? process.stderr : null,
    data: (line) => out(`${printable(line)}\n`),
    document: (text) => out(`${process.stdout.isTTY ? printable(text) : text}\n`),
    // A bar may stand on the current line: the words take its place, and it is drawn again below them.
    say: (line) => err(`${interactive ? '\r\u001b[2K' : ''}${printable(line)}\n`),
    ask: async (question) => {
      if (!process.stdin.isTTY || !interactive) return null;
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

/** A reader that goes away (`truce plan | head`) ends the output, never a run that is writing to CRMs. */
function writer(stream: NodeJS.WriteStream): (text: string) => void {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone = true;
  });
  return (text) => {
    if (!gone) stream.write(text);
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
