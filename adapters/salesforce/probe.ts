import { z } from 'zod';
import { CrmError } from '../../src/errors.ts';
import { runProbes, unsettled, verdict } from '../../src/probe.ts';
import type { Probe, ProbeOptions, ProbeResult, Probes } from '../../src/probe.ts';
import type { Context } from './context.ts';
import { composite, rowsOf } from './query.ts';
import { instant, number } from './row.ts';
import { writeHeaders } from './send.ts';
import { soql } from './soql.ts';
import { parseErrors } from './classify.ts';

const idShape = z.object({ id: z.string() });
const dayMs = 86_400_000;
/** Older than any record. */
const longAgo = 'Thu, 01 Jan 1970 00:00:00 GMT';

interface Tool {
  readonly context: Context;
  readonly options: ProbeOptions;
  /** The probe's own lead; empty for probes that only read. */
  readonly id: string;
}

const reading: readonly Probe<Tool>[] = [
  {
    id: 'salesforce.history-age',
    assumption: 'Field histories reach back 24 months at most.',
    writes: false,
    run: async ({ context, options }) => {
      const query = soql`SELECT MIN(CreatedDate) oldest, COUNT(Id) total FROM LeadHistory`;
      const [rows = null] = await rowsOf(context.wire, [{ soql: query, all: true, optional: true }], options);
      const [row] = rows ?? [];
      const oldest = row === undefined ? null : instant(row, 'oldest');
      if (row === undefined || oldest === null || (number(row, 'total') ?? 0) === 0) return unsettled('No lead history to look at.');
      const days = Math.round((context.wire.serverNow() - oldest) / dayMs);
      if (days < 500) return unsettled(`The oldest entry is ${days} days old; nothing can have expired yet.`);
      return verdict(days <= 740, `The oldest entry is ${days} days old.`);
    },
  },
  {
    id: 'salesforce.bulk-allowed',
    assumption: 'This user may use Bulk API 2.0.',
    writes: false,
    run: async ({ context, options }) => {
      const answer = await context.wire.call({ method: 'GET', path: '/jobs/ingest', refusable: true, ...signalOf(options) });
      const [error] = answer.status >= 400 ? parseErrors(answer.body) : [];
      return verdict(answer.status < 300, error === undefined ? 'The list of jobs was answered.' : `${answer.status} with ${error.code}.`);
    },
  },
];

const writing: readonly Probe<Tool>[] = [
  {
    id: 'salesforce.if-unmodified-since',
    assumption: 'A lead that changed after If-Unmodified-Since is not written: 412.',
    writes: true,
    run: async ({ context, options, id }) => {
      const headers = { ...writeHeaders, 'If-Unmodified-Since': longAgo };
      const body = { Company: 'Truce probe, changed' };
      const answer = await context.wire.call({
        method: 'PATCH',
        path: `/sobjects/Lead/${id}`,
        body,
        headers,
        refusable: true,
        ...signalOf(options),
      });
      return verdict(answer.status === 412, `It was answered with ${answer.status}.`);
    },
  },
  {
    id: 'salesforce.if-unmodified-since-composite',
    assumption: 'Inside a composite call each part keeps its own condition: 412.',
    writes: true,
    run: async ({ context, options, id }) => {
      const part = { method: 'PATCH' as const, path: `/sobjects/Lead/${id}`, body: { Company: 'Truce probe, again' } };
      const headers = { ...writeHeaders, 'If-Unmodified-Since': longAgo };
      const { answers } = await composite(context.wire, [{ ...part, headers }], { repeatable: false, ...signalOf(options) });
      const status = answers[0]?.status ?? 0;
      return verdict(status === 412, `It was answered with ${status}.`);
    },
  },
  {
    id: 'salesforce.unknown-status',
    assumption: 'A status that is no option is taken, unless an admin restricted the picklist.',
    writes: true,
    run: async ({ context, options, id }) => {
      const body = { Status: 'Truce no such status' };
      const answer = await context.wire.call({
        method: 'PATCH',
        path: `/sobjects/Lead/${id}`,
        body,
        headers: writeHeaders,
        refusable: true,
        ...signalOf(options),
      });
      const restricted = (await context.catalog.object('Lead', options))?.fields.get('Status')?.restrictedPicklist ?? false;
      const [error] = answer.status >= 400 ? parseErrors(answer.body) : [];
      const said = error === undefined ? 'It was taken' : `${answer.status} with ${error.code}`;
      return verdict(answer.status < 300 !== restricted, `${said}; the picklist is ${restricted ? '' : 'not '}restricted.`);
    },
  },
];

/** `Crm.probe`: reading probes, and with `write` those on a lead of their own, which goes to the recycle bin afterwards. */
export async function probeOrganization(context: Context, options: ProbeOptions): Promise<Probes> {
  const { wire } = context;
  const results: ProbeResult[] = [...(await runProbes(reading, { context, options, id: '' }, why))];
  if (!options.write) return { results, left: null };
  const body = { LastName: 'Truce probe', Company: 'Truce probe' };
  const made = await wire.call({ method: 'POST', path: '/sobjects/Lead', body, headers: writeHeaders, ...signalOf(options) });
  const { id } = idShape.parse(made.body);
  try {
    results.push(...(await runProbes(writing, { context, options, id }, why)));
  } finally {
    await wire.call({ method: 'DELETE', path: `/sobjects/Lead/${id}`, refusable: true }).catch(() => undefined);
  }
  const after = await wire.call({ method: 'GET', path: `/sobjects/Lead/${id}?fields=Id`, refusable: true, ...signalOf(options) });
  return { results, left: after.status === 404 ? null : `lead ${id}` };
}

function signalOf({ signal }: ProbeOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function why(error: unknown): string {
  return error instanceof CrmError
    ? `The call failed: ${error.code}${error.status === undefined ? '' : ` (${error.status})`}.`
    : 'The call failed.';
}
