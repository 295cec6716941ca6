import type { Io } from './io.ts';

/** Shows how far a long piece of work is: a line on a terminal, nothing elsewhere. */
export interface Progress {
  /** Says what is being done and how much of it is done: a bar where the total is known, a count where it is not. */
  step(what: string, done: number, total?: number): void;
  stop(): void;
}

const barWidth = 24;
const whatWidth = 34;

/** A progress display on the terminal. Never on stdout, and nothing at all where stderr is no terminal. */
export async function progress({ terminal }: Pick<Io, 'terminal'>): Promise<Progress> {
  if (terminal === null) return { step: () => undefined, stop: () => undefined };
  const { SingleBar, Presets } = await import('cli-progress');
  const bar = new SingleBar(
    {
      stream: terminal,
      hideCursor: true,
      clearOnComplete: true,
      format: (_options, { value, total, progress: share }, { what = '' }: { readonly what?: string }) =>
        `  ${what.padEnd(whatWidth)} ${total > 0 ? `${'█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░')} ${value}/${total}` : value}`,
    },
    Presets.shades_classic,
  );
  let running = false;
  return {
    step(what, done, total = 0) {
      if (!running) bar.start(total, done, { what });
      running = true;
      bar.setTotal(total);
      bar.update(done, { what });
    },
    stop() {
      if (running) bar.stop();
      running = false;
    },
  };
}
