import type { ReportInput } from './types.ts';

/** `{ "asOf", "statistics": StatResult[] }` with `asOf` as an ISO string; instants inside the results stay epoch milliseconds. */
export function renderJson(input: ReportInput): string {
  const { alignment } = input;
  return `${JSON.stringify(
    {
      asOf: new Date(alignment.asOf).toISOString(),
      company: input.company,
      version: input.version,
      notes: input.notes,
      statistics: alignment.statistics,
      definitions: alignment.definitions,
    },
    (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    2,
  )}\n`;
}
