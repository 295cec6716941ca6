import type { Chance } from './chance.ts';

/** One start of the engine: dead after a crash, and then nothing that it asks for happens any more. */
export interface Life {
  dead: boolean;
}

/** How an operation ended. */
export type Ended<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'crashed' };

/** Schedules everything that the engine awaits, in virtual time, in an order that the seed alone decides. */
export interface Kernel {
  now(): number;
  advance(ms: number): void;
  /** Steps done so far, over all lives. */
  steps(): number;
  /** Does something at a later virtual time; refused in a dead life. */
  step<T>(life: Life, label: string, effect: () => T | Promise<T>): Promise<T>;
  /** Runs one operation of the engine until it ends or crashes. */
  run<T>(life: Life, operation: () => Promise<T>): Promise<Ended<T>>;
  /** What was done, in order, as one number. */
  trace(): number;
}

export interface KernelOptions {
  readonly startAt: number;
  readonly latency: Chance;
  /** Longest time of one step, in milliseconds. */
  readonly slowestMs: number;
  /** Whether the machine dies before a step, counted over all lives from 1. */
  readonly crashesAt: (step: number) => boolean;
  /** Called before each step with its number within the operation, from 1. */
  readonly beforeStep: (inOperation: number) => void;
  /** Called when the machine dies. */
  readonly onCrash: () => void;
}

interface Event {
  readonly at: number;
  readonly serial: number;
  readonly life: Life;
  readonly label: string;
  readonly effect: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Steps after which an operation counts as endless. */
const longestOperation = 20_000;

/** What a dead life is answered with: its promises must not stay open, or its files would. */
class Crashed extends Error {}

export class Endless extends Error {}

/** Makes a kernel. */
export function makeKernel(options: KernelOptions): Kernel {
  let now = options.startAt;
  let serial = 0;
  let steps = 0;
  let trace = 0x811c9dc5;
  let queue: Event[] = [];

  const note = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) trace = Math.imul(trace ^ text.charCodeAt(at), 0x01000193) >>> 0;
  };
  const next = (): Event | undefined => {
    let first: Event | undefined;
    for (const event of queue)
      if (first === undefined || event.at < first.at || (event.at === first.at && event.serial < first.serial)) first = event;
    if (first !== undefined) queue = queue.filter((event) => event !== first);
    return first;
  };
  const die = (life: Life): void => {
    life.dead = true;
    note('crash');
    const dropped = queue.filter((event) => event.life === life);
    queue = queue.filter((event) => event.life !== life);
    for (const event of dropped) event.reject(new Crashed());
    options.onCrash();
  };
  const happen = async (event: Event): Promise<void> => {
    try {
      event.resolve((await event.effect()) as never);
    } catch (error) {
      event.reject(error);
    }
  };
  return {
    now: () => now,
    advance: (ms) => void (now += ms),
    steps: () => steps,
    trace: () => trace,
    step: (life, label, effect) =>
      new Promise((resolve, reject) => {
        if (life.dead) return reject(new Crashed());
        const at = now + 1 + Math.floor(options.latency.next() * options.slowestMs);
        queue.push({ at, serial: (serial += 1), life, label, effect, resolve, reject });
      }),
    async run(life, operation) {
      type Value = Awaited<ReturnType<typeof operation>>;
      const ended: { value: Ended<Value> | null } = { value: null };
      operation().then(
        (value) => (ended.value = { kind: 'done', value: value as Value }),
        (error: unknown) => (ended.value = life.dead ? { kind: 'crashed' } : { kind: 'failed', error }),
      );
      let inOperation = 0;
      while (ended.value === null) {
        await settled();
        if (ended.value !== null) break;
        const event = next();
        // Nothing to do: the plan's file is being written.
        if (event === undefined) continue;
        steps += 1;
        inOperation += 1;
        if (inOperation > longestOperation) throw new Endless(`an operation took more than ${longestOperation} steps`);
        now = Math.max(now, event.at);
        options.beforeStep(inOperation);
        if (options.crashesAt(steps)) {
          event.reject(new Crashed());
          die(life);
          continue;
        }
        note(`${event.label}@${now}`);
        await happen(event);
      }
      return ended.value;
    },
  };
}

/** Lets everything go on that waits for nothing. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
