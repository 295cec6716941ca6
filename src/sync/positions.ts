import type { ChangePage, Stream } from '../crm.ts';
import { CrmError, StateError } from '../errors.ts';
import type { Instant, Side } from '../model/words.ts';
import type { Clock, Log } from '../ports.ts';
import type { StoredCursor } from '../state/types.ts';

/** Servers' stamps and ours may differ by this much without meaning anything. */
const toleranceMs = 60_000;
/** What adapters call a position that they can't read on from. */
const unusable: ReadonlySet<string> = new Set(['CURSOR_IN_FUTURE', 'BAD_CURSOR']);

/** Where a stream is read from, and what its pages are held against. */
export interface PassStart {
  readonly side: Side;
  readonly system: string;
  readonly stream: Stream;
  /** The position as stored; null before the first pass. */
  readonly stored: StoredCursor | null;
  /** A pass that was begun earlier is taken up: its stamp is of that time. */
  readonly goesOn: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A stream's pages as they come, after two checks of the first one. A position after the server's own time would find
 * nothing for ever and call it success, so it ends the run before anything of the page is stored. A machine whose clock
 * is off by more than a minute is told so: cursors go by the server's time, but leases and waits by this machine's.
 * @throws {StateError} `POSITION_UNUSABLE`, with the command that repairs it
 */
export async function* checkedPages<S extends Stream>(
  pages: AsyncIterable<ChangePage<S>>,
  start: PassStart,
): AsyncGenerator<ChangePage<S>> {
  const askedAt = start.clock.now();
  let first = true;
  try {
    for await (const page of pages) {
      if (first) checkTime(page.asOf, askedAt, start);
      first = false;
      yield page;
    }
  } catch (error) {
    if (error instanceof CrmError && unusable.has(error.code)) throw unusablePosition(error.message, error);
    throw error;
  }
}

function checkTime(asOf: Instant, askedAt: Instant, { stored, goesOn, stream, system, clock, log }: PassStart): void {
  if (stored !== null && stored.cursor !== null && stored.asOf > asOf + toleranceMs) {
    const [there, now] = [new Date(stored.asOf), new Date(asOf)].map((date) => date.toISOString());
    throw unusablePosition(`${system}: ${stream} were read up to ${there ?? ''}, but its clock stands at ${now ?? ''}.`);
  }
  if (goesOn || stream !== 'people') return;
  const answeredAt = clock.now();
  const aheadMs = asOf > answeredAt ? asOf - answeredAt : Math.min(0, asOf - askedAt);
  if (Math.abs(aheadMs) <= toleranceMs) return;
  const far = `${Math.round(Math.abs(aheadMs) / 1_000)} s`;
  log.write(
    'warn',
    `This machine's clock is ${far} ${aheadMs > 0 ? 'behind' : 'ahead of'} the clock of ${system}. Set it right: signatures and leases go by it.`,
  );
}

function unusablePosition(message: string, cause?: unknown): StateError {
  return new StateError('POSITION_UNUSABLE', message, {
    hint: 'Nothing was read or written. If the state was restored or its clock was wrong: `truce pull --rebuild` reads everything from the beginning and keeps what was agreed on.',
    cause,
  });
}
