export {
  defineConfig,
  parseConfig,
  truce,
  type AlignmentCall,
  type ApplyResult,
  type CallOptions,
  type CheckResult,
  type PlanOptions,
  type PullResult,
  type StatusResult,
  type SyncOptions,
  type Truce,
  type TruceConfig,
  type TruceConfigInput,
  type TruceEvents,
  type TruceOptions,
} from './truce.ts';
export { ConfigError, CrmError, PlanError, StateError, TruceError, type ConfigProblem, type CrmFailure } from './errors.ts';
export { alignmentOf, openWarehouse } from './figures.ts';
export type * from './crm.ts';
export type * from './model/plan.ts';
export type * from './model/records.ts';
export type * from './model/settings.ts';
export type * from './model/words.ts';
export type { Clock, Http, HttpRequest, HttpResponse, Ids, Log, LogLevel, Ports, Random, Timeouts } from './ports.ts';
export { render as renderReport, reportFormats, type ReportFormat, type ReportInput } from './report/index.ts';
export { headline, type Headline } from './report/words.ts';
export type * from './alignment/types.ts';
export type { Problem } from './sync/check.ts';
export type { SchemaChange } from './sync/drift.ts';
export type { LensRow } from './sync/lens-proof.ts';
export type { DecideResult, Decision } from './sync/decide.ts';
export type { Explanation } from './sync/explain.ts';
export type { Forgetting } from './sync/forget.ts';
export type { Identity } from './sync/identity.ts';
export type { ReviewRow } from './sync/review.ts';
export type { Allowances } from './sync/guard.ts';
export type { LineOutcome } from './sync/applying.ts';
export type { PulledPage, PullReport } from './sync/pull.ts';
export type { Phase } from './sync/run.ts';
export type { OutcomesReport, OutcomesResult, SyncResult } from './sync/sync-run.ts';
export type { OpenWarehouse } from './warehouses.ts';
export type { DuckDbWarehouse, WarehouseOptions } from './warehouse/duckdb.ts';
export type { Coverage, Queryable, Row, Warehouse } from './warehouse/types.ts';
