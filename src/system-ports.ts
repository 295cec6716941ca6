import { randomBytes } from 'node:crypto';
import type { Clock, Ids, Log, Ports, Random } from './ports.ts';
import { nodeHttp } from './transport/node-http.ts';

/** Crockford's base 32: sorts like the numbers it stands for, and has no letters that look like digits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ports that are not given are the real ones. */
export type SystemPortsOptions = Partial<Ports>;

/**
 * The ports of a real run: the machine's clock, cryptographic randomness, sortable ids, HTTP over `node:http`, and a log
 * that stays silent until one is given.
 */
export function systemPorts(options: SystemPortsOptions = {}): Ports {
  const clock = options.clock ?? systemClock;
  return {
    clock,
    random: options.random ?? systemRandom,
    ids: options.ids ?? sortableIds(clock),
    http: options.http ?? nodeHttp(),
    log: options.log ?? silentLog,
  };
}

const silentLog: Log = { write: () => undefined };

const systemRandom: Random = {
  // 52 bits: as many as fit below 1 without rounding up to it.
  next: () => Number(randomBytes(8).readBigUInt64BE() >> 12n) / 2 ** 52,
};

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const end = Date.now() + ms;
      let timer: NodeJS.Timeout;
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      // Timers hold at most 2^31 - 1 ms and would fire at once beyond; long waits go in parts.
      const next = (): void => {
        const left = end - Date.now();
        if (left <= 0) {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        } else timer = setTimeout(next, Math.min(left, 2 ** 31 - 1));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      timer = setTimeout(next, Math.min(Math.max(ms, 0), 2 ** 31 - 1));
    }),
};

/** Time first, then chance; within one millisecond the chance part counts up, so that ids sort as they were made. */
function sortableIds(clock: Clock): Ids {
  let lastMs = -1;
  let tail = 0n;
  return {
    next: (prefix) => {
      const now = clock.now();
      if (now > lastMs) {
        lastMs = now;
        // The top bit stays free, so that counting up never overflows into the time.
        tail = randomBytes(10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 1n;
      } else tail += 1n;
      return `${prefix}_${encode(BigInt(lastMs), 10)}${encode(tail, 16)}`;
    },
  };
}

function encode(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text = `${alphabet[Number(rest & 31n)] ?? ''}${text}`;
    rest >>= 5n;
  }
  return text;
}
