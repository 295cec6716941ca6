import * as z from 'zod';
import type { Automation, Description } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { HubspotRefusal } from './classify.ts';
import { parse } from './shapes.ts';
import type { Room } from './room.ts';
import { paths } from './wire.ts';

const contactType = '0-1';
/** Workflows per page and per batch; twice as many active ones as this are looked into, the rest is said to be left out. */
const pageSize = 100;
const mostPages = 10;
const mostLookedInto = 200;

const listShape = z.object({
  results: z.array(
    z.object({ id: z.string(), name: z.string().nullish(), isEnabled: z.boolean(), objectTypeId: z.string().catch(contactType) }),
  ),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).nullish(),
});
const batchShape = z.object({ results: z.array(z.looseObject({ id: z.string(), name: z.string().nullish() })) });

type Found = Pick<Description, 'automation' | 'automationGaps'>;

/**
 * The contact workflows that are switched on and name one of the properties, in their enrolment or in what they do. Null
 * where the token lacks the scope `automation`, or the portal has no workflows.
 * @source https://developers.hubspot.com/docs/api-reference/legacy/automation/workflows/get-workflows, checked 2026-11
 */
export async function automationOf(room: Room, fields: readonly string[], signal: AbortSignal | undefined): Promise<Found> {
  const ask = (method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ readonly body: unknown }> =>
    room.wire.direct({ limit: 'general', repeatable: true, signal }, method, `${paths.flows}${path}`, body);
  try {
    const active: string[] = [];
    let after: string | undefined = '';
    let pages = 0;
    for (; after !== undefined && pages < mostPages; pages += 1) {
      const answer = await ask('GET', `?limit=${pageSize}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      const page = parse(listShape, answer.body, 'a page of workflows');
      active.push(...page.results.filter((flow) => flow.isEnabled && flow.objectTypeId === contactType).map((flow) => flow.id));
      after = page.paging?.next?.after;
    }
    const looked = active.slice(0, mostLookedInto);
    const automation: Automation[] = [];
    for (let from = 0; from < looked.length; from += pageSize) {
      const inputs = looked.slice(from, from + pageSize).map((flowId) => ({ type: 'FLOW_ID', flowId }));
      const { results } = parse(batchShape, (await ask('POST', '/batch/read', { inputs })).body, 'a batch of workflows');
      for (const flow of results) automation.push(...named(flow, fields));
    }
    const leftOut = active.length - looked.length;
    const gaps = [
      ...(leftOut > 0 ? [`${leftOut} of ${active.length} workflows`] : []),
      ...(after === undefined ? [] : [`workflows beyond the first ${pageSize * mostPages}`]),
    ];
    return { automation, automationGaps: gaps };
  } catch (error) {
    const refused = error instanceof HubspotRefusal || (error instanceof CrmError && error.failure === 'permission');
    if (!refused) throw error;
    return { automation: null, automationGaps: ['workflows (grant the scope automation to have them listed)'] };
  }
}

/** Properties stand under `property` in filters, under `property_name` in actions that set or branch on one. */
function named(flow: z.infer<typeof batchShape>['results'][number], fields: readonly string[]): readonly Automation[] {
  const used = new Set<string>();
  const pending: unknown[] = [flow];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, value] of Object.entries(next)) {
      if ((key === 'property' || key === 'property_name') && typeof value === 'string') used.add(value);
      pending.push(value);
    }
  }
  const name = flow.name ?? flow.id;
  return fields.filter((field) => used.has(field)).map((field) => ({ field, name, kind: 'workflow' }));
}
