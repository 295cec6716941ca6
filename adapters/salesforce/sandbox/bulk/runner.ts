import { setImmediate as breath } from 'node:timers/promises';
import type { Clock } from '../../../../src/ports.ts';

/** More than this behind its time, work is late. */
const LATE_MS = 1000;

/** Work in steps; each says when, in epoch milliseconds, the next is due. */
export type Work = Generator<number, void>;

export interface Task {
  readonly work: Work;
  at: number;
}

/** Does the steps of background work as the clock goes on. */
export interface Runner {
  start(work: Work, at: number): Task;
  /** Ends work where it stands. */
  drop(task: Task): void;
  idle(): boolean;
  /** Does steps that are due, at most `most`; other requests come in between. */
  catchUp(most: number): Promise<void>;
}

/**
 * Steps happen at their time by `clock.sleep`. Where a clock is moved without waking sleepers, they happen when
 * somebody asks (`catchUp`), in small parts either way: no step is long.
 */
export function runnerOf(clock: Clock): Runner {
  const tasks = new Set<Task>();
  /** The task that is due longest, or next. */
  function first(): Task | undefined {
    let found: Task | undefined;
    for (const task of tasks) if (found === undefined || task.at < found.at) found = task;
    return found;
  }

  function step(task: Task): void {
    const { done, value } = task.work.next();
    if (done === true) tasks.delete(task);
    else task.at = Math.max(value, task.at + 1);
  }

  async function follow(task: Task): Promise<void> {
    while (tasks.has(task)) {
      const due = task.at;
      await clock.sleep(Math.max(0, due - clock.now()));
      // This clock doesn't sleep: requests will do the work.
      if (clock.now() < due) return;
      if (!tasks.has(task) || task.at > clock.now()) continue;
      // Behind time, others get a turn between two steps; on time there is nothing to hold them up.
      if (clock.now() - task.at > LATE_MS) await breath();
      if (tasks.has(task) && task.at <= clock.now()) step(task);
    }
  }

  return {
    start(work, at) {
      const task = { work, at };
      tasks.add(task);
      void follow(task);
      return task;
    },
    drop(task) {
      tasks.delete(task);
    },
    idle: () => tasks.size === 0,
    async catchUp(most) {
      for (let left = most; left > 0; left -= 1) {
        const task = first();
        if (task === undefined || task.at > clock.now()) return;
        step(task);
        await breath();
      }
    },
  };
}
