import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { StateError } from '../errors.ts';

/** A value as a statement returns it. */
export type Cell = string | number | null;
export type Cells = Readonly<Record<string, Cell>>;

/** A SQLite file with prepared statements kept, and every failure told as a `StateError` with what to do. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly path: string;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.path = path;
  }

  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  all(sql: string, ...values: SQLInputValue[]): Cells[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Cells[]);
  }

  get(sql: string, ...values: SQLInputValue[]): Cells | undefined {
    return this.#guard(() => this.#statement(sql).get(...values) as Cells | undefined);
  }

  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes));
  }

  /** Runs `work` as one transaction: all of it is stored, durably, or nothing. `work` may not wait for anything. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // A failure such as a full disk may have ended the transaction already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStateError(error, this.path);
    }
  }
}

/** Translates an SQLite failure; anything else is returned as it is. */
export function toStateError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const options = (hint: string): { hint: string; cause: unknown } => ({ hint, cause: error });
  // The low byte is the primary result code. @source https://sqlite.org/rescode.html
  switch (error.errcode & 0xff) {
    case 5:
    case 6:
      return new StateError(
        'STATE_LOCKED',
        `The state ${path} is in use by another process.`,
        options('Wait until the other run has ended, or look who holds it open.'),
      );
    case 11:
    case 26:
      return new StateError(
        'STATE_DAMAGED',
        `The state ${path} is damaged or is not a Truce state.`,
        options(
          'Restore it from a back-up, or move it away and start with a new one: the first run then plans anew and shows every difference.',
        ),
      );
    case 13:
      return new StateError(
        'STATE_FULL',
        `The disk that holds the state ${path} is full; nothing was sent that is not journalled.`,
        options('Free space and run again.'),
      );
    case 8:
    case 10:
    case 14:
      return new StateError(
        'STATE_UNWRITABLE',
        `The state ${path} can't be opened or written.`,
        options('Check that the folder exists and that this user may write to it.'),
      );
    default:
      return error;
  }
}
