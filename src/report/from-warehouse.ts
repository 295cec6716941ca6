import { alignment } from '../alignment/index.ts';
import type { AlignmentReport, Dimension } from '../alignment/types.ts';
import type { Settings } from '../model/settings.ts';
import type { Instant } from '../model/words.ts';
import type { Queryable } from '../warehouse/types.ts';
import { render } from './index.ts';
import type { ReportFormat } from './types.ts';

export interface AlignmentRequest {
  readonly settings: Settings;
  readonly by?: Dimension | readonly Dimension[];
  readonly asOf?: Instant;
  readonly signal?: AbortSignal;
}

/** The statistics of a warehouse under a configuration. */
export async function alignmentOf(warehouse: Queryable, request: AlignmentRequest): Promise<AlignmentReport> {
  const { settings, by, asOf, signal } = request;
  return await alignment(warehouse, {
    settings: {
      ...settings.report,
      ratchetFields: [...settings.status.marketing.history.keys(), ...settings.status.sales.history.keys()],
      currency: settings.company.currency,
    },
    ...(by === undefined ? {} : { by }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The whole way from a warehouse to a report's text. */
export async function reportFrom(
  warehouse: Queryable,
  request: AlignmentRequest & { readonly format: ReportFormat; readonly version: string },
): Promise<string> {
  const report = await alignmentOf(warehouse, request);
  return await render(
    { company: request.settings.company.name, alignment: report, notes: await coverageNotes(warehouse), version: request.version },
    request.format,
  );
}

/** What the reader must know about how complete the data is. */
async function coverageNotes(warehouse: Queryable): Promise<readonly string[]> {
  const rows = await warehouse.query(
    `SELECT recorded_in, stream, complete, CAST(history_from AS DOUBLE PRECISION) AS history_from FROM coverage ORDER BY recorded_in, stream`,
  );
  if (rows.length === 0) return ['The data comes from imported files; what they leave out is said at each figure'];
  const open = rows.filter((row) => row['complete'] !== true).map((row) => `${String(row['recorded_in'])} ${String(row['stream'])}`);
  const since = rows.map((row) => row['history_from']).filter((each): each is number => typeof each === 'number');
  return [
    ...(open.length === 0 ? [] : [`Not read to the end yet: ${open.join(', ')}; run truce pull again`]),
    ...(since.length === 0
      ? []
      : [`Field histories reach back to ${new Date(Math.max(...since)).toISOString().slice(0, 10)}; handovers before that are left out`]),
  ];
}
