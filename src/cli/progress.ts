import type { Io } from './io.ts';

/** Shows how far a long piece of work is: a bar on a terminal, nothing elsewhere. */
export interface Progress {
  /** Says what is being done and how much of it is done; `total` is unknown at first for streams. */
  step(what: string, done: number, total?: number): void;
  stop(): void;
}

/** A progress display on stderr. Never writes to stdout, and nothing at all where stderr is not a terminal. */
export async function progress(io: Io): Promise<Progress> {
  if (!io.interactive) return { step: () => undefined, stop: () => undefined };
  const { SingleBar, Presets } = await import('cli-progress');
  const bar = new SingleBar(
    {
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
      etaBuffer: 50,
      format: (options, params, payload: { what?: string }) => {
        const done =
          params.total > 1
            ? `${'█'.repeat(Math.round(params.progress * (options.barsize ?? 24))).padEnd(options.barsize ?? 24, '░')} ${params.value}/${params.total}`
            : `${params.value}`;
        return `  ${(payload.what ?? '').padEnd(34)} ${done}`;
      },
    },
    Presets.shades_classic,
  );
  let running = false;
  return {
    step(what, done, total = 1) {
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
