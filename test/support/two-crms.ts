import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, type MemoryCrm, type MemoryOptions } from '../../adapters/memory/index.ts';
import type { TruceConfigInput } from '../../config/schema.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { Ports } from '../../src/ports.ts';
import { truce, type Truce, type TruceOptions } from '../../src/truce.ts';
import { marketingOptions, salesOptions, testConfig } from './settings.ts';

const hour = 3_600_000;
/** Memory instead of a disk, where there is such a folder: these tests are about order, not about durability. */
const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface TwoCrmsOptions {
  readonly marketing?: MemoryOptions;
  readonly sales?: MemoryOptions;
  readonly config?: TruceConfigInput;
}

/** Two made-up CRMs, a state file in a folder of its own, and a clock that moves an hour whenever it is told to. */
export interface TwoCrms extends AsyncDisposable {
  readonly marketing: MemoryCrm;
  readonly sales: MemoryCrm;
  readonly folder: string;
  readonly statePath: string;
  readonly log: string[];
  /** Opens Truce on them; closed with everything else. Open one at a time. */
  open(rest?: Partial<TruceOptions> & { readonly with?: TruceConfigInput }): Promise<Truce>;
  /** A person on both sides with one address. */
  pair(
    email: string,
    status?: { readonly marketing?: string | null; readonly sales?: string | null },
  ): { readonly m: RecordId; readonly s: RecordId };
  /** The status as each CRM shows it. */
  statuses(pair: { readonly m: RecordId; readonly s: RecordId }): readonly [unknown, unknown];
  /** An hour later; returns the instant. */
  later(): number;
  now(): number;
  readonly ports: Partial<Ports>;
  /** Calls that wrote, by side. */
  writes(): readonly [number, number];
}

/** Marketing keeps histories and writes unconditionally; sales writes conditionally: both flavours of the protocol. */
export function twoCrms(options: TwoCrmsOptions = {}): TwoCrms {
  const marketing = memory({ system: 'crm-m', statusOptions: marketingOptions, uniqueEmail: true, ...options.marketing });
  const sales = memory({
    system: 'crm-s',
    statusOptions: salesOptions,
    convertedOptions: ['Converted'],
    objects: ['Lead', 'Contact'],
    convertible: ['Lead'],
    conditionalWrite: true,
    stampPrecision: 'second',
    ...options.sales,
  });
  const folder = mkdtempSync(join(root, 'truce-test-'));
  const statePath = join(folder, 'state.db');
  let now = Date.UTC(2026, 0, 10);
  let serial = 0;
  let pairs = 0;
  const log: string[] = [];
  const ports: Partial<Ports> = {
    clock: { now: () => now, sleep: async () => undefined },
    ids: { next: (prefix) => `${prefix}_${String((serial += 1)).padStart(6, '0')}` },
    log: { write: (level, message) => void log.push(`${level} ${message}`) },
  };
  const opened: Truce[] = [];
  return {
    marketing,
    sales,
    folder,
    statePath,
    log,
    open: async ({ with: config, ...rest } = {}) => {
      const one = await truce({ marketing, sales, state: statePath, config: testConfig({ ...options.config, ...config }), ports, ...rest });
      opened.push(one);
      return one;
    },
    // Ids of their own for each side: a mix-up must not go unseen because both count alike.
    pair: (email, status = {}) => ({
      m: marketing.world.addPerson({
        id: `m-${(pairs += 1)}`,
        email,
        status: status.marketing === undefined ? 'Ready' : status.marketing,
        at: now,
      }),
      s: sales.world.addPerson({ id: `s-${pairs}`, email, status: status.sales === undefined ? 'Open' : status.sales, at: now }),
    }),
    statuses: ({ m, s }) => [marketing.world.person(m)?.fields.get('status'), sales.world.person(s)?.fields.get('status')],
    later: () => (now += hour),
    now: () => now,
    ports,
    writes: () => [marketing.world.calls().write, sales.world.calls().write],
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) await one.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
