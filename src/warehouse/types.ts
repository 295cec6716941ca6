import type { ChangePage, Cursor, Stream } from '../crm.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant, RecordId, Side } from '../model/words.ts';

/** A row of a query's answer; BIGINT columns come as bigint or number as the statement casts them. */
export type Row = Readonly<Record<string, unknown>>;

/** A value for a statement's `$1`; whole numbers are bound as BIGINT. */
export type Param = string | number | bigint | boolean | null;

/** Reads the merged data with SQL text that runs on every engine. */
export interface Queryable {
  query(sql: string, params?: readonly Param[]): Promise<readonly Row[]>;
}

export interface Coverage {
  readonly side: Side;
  readonly stream: Stream;
  /** The stream was read to its end at least once since the warehouse was made. */
  readonly complete: boolean;
  readonly historyFrom: Instant | null;
  readonly asOf: Instant;
}

/** Which record of a CRM belongs to which merged person. */
export interface LinkRow {
  readonly side: Side;
  readonly object: string;
  readonly recordId: RecordId;
  /** One id for all records of one person. */
  readonly personId: string;
  readonly rule: string;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface LoadOptions {
  /** `snapshot`: the pass lists everything, so what is absent when it is done is gone. @default 'incremental' */
  readonly mode?: 'incremental' | 'snapshot';
}

/** What building the merged tables found. */
export interface MergeReport {
  readonly leads: number;
  readonly deals: number;
  readonly campaigns: number;
  readonly touches: number;
  /** Touches that are the second log of one interaction. */
  readonly duplicateTouches: number;
  /** Status values without a rung, most frequent first. */
  readonly unmapped: readonly { readonly side: Side; readonly field: string; readonly value: string; readonly count: number }[];
  /** Deals with an amount whose currency has no rate at their date: they have no amount in the company's currency. */
  readonly dealsWithoutRate: number;
}

/** The merged data's store. */
export interface Warehouse extends Queryable {
  /** Where this warehouse itself stands in a stream; null when it has read nothing of it. */
  cursor(side: Side, stream: Stream): Promise<Cursor | null>;
  coverage(): Promise<readonly Coverage[]>;
  /**
   * Loads one page; with it, in one transaction, the cursor. Loading a page twice changes nothing.
   * @throws {StateError} WAREHOUSE_IMPORTED when files were imported into this warehouse.
   */
  load<S extends Stream>(side: Side, stream: S, page: ChangePage<S>, options?: LoadOptions): Promise<void>;
  /**
   * Names the merged tables as they are: another name after each merge that built them anew, null before the first. What
   * was computed from tables of the same name needs no computing again. Absent: nobody knows.
   */
  revision?(): Promise<string | null>;
  /**
   * Brings the merged tables up to what was loaded, with the links and maps as they are now. All or nothing. Where neither
   * has changed since the last merge they stay as they are.
   */
  merge(links: AsyncIterable<LinkRow>, settings: Settings): Promise<MergeReport>;
  /** Rows of a query one after the other, without holding the whole answer in memory. */
  stream(sql: string, params?: readonly Param[]): AsyncIterable<Row>;
  close(): Promise<void>;
}
