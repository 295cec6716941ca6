import type { AlignmentReport } from '../alignment/types.ts';

export type ReportFormat = 'html' | 'text' | 'json' | 'csv' | 'markdown';

/** Everything a report says, before it has a form. */
export interface ReportInput {
  readonly company: string;
  readonly alignment: AlignmentReport;
  /** What the data lacks or where it comes from, as sentences. */
  readonly notes: readonly string[];
  /** Version of Truce that made it, for the footer. */
  readonly version?: string;
}
