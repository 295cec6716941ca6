import type { ChangePage, Cursor, Stream } from '../crm.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant, RecordId, Side } from '../model/words.ts';

/** A row of a query's answer; BIGINT columns come as bigint or number as the statement casts them. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads the merged data with SQL text that runs on every engine. */
export interface Queryable {
  query(sql: string, params?: readonly (string | number | bigint | boolean | null)[]): Promise<readonly Row[]>;
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

/** The merged data's store. */
export interface Warehouse extends Queryable {
  /** Where this warehouse itself stands in a stream; null when it has read nothing of it. */
  cursor(side: Side, stream: Stream): Promise<Cursor | null>;
  coverage(): Promise<readonly Coverage[]>;
  /** Loads one page; with it, in one transaction, the cursor. Loading a page twice changes nothing. */
  load<S extends Stream>(side: Side, stream: S, page: ChangePage<S>): Promise<void>;
  /** Builds the merged tables anew from what was loaded, with the links and maps as they are now. */
  merge(links: AsyncIterable<LinkRow>, settings: Settings): Promise<void>;
  close(): Promise<void>;
}
