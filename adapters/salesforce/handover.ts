import { z } from 'zod';
import type { CallOptions, NewLead } from '../../src/crm.ts';
import type { FieldValue } from '../../src/model/words.ts';
import { parseErrors } from './classify.ts';
import { canonicalId, objectOf } from './ids.ts';
import { rejected } from './reject.ts';
import { badAnswer } from './row.ts';
import { writeHeaders } from './send.ts';
import type { Job, Sent } from './send.ts';
import type { Wire } from './wire.ts';

/** Graphs in one call; a handover has three nodes at most, far below the 500 that a call may have. */
export const graphsPerCall = 75;
/** Salesforce cuts nothing: a longer subject is refused. */
const longestSubject = 255;
const longestText = 32_000;

const answerShape = z.object({
  graphs: z.array(
    z.object({
      graphId: z.string(),
      isSuccessful: z.boolean(),
      graphResponse: z.object({
        compositeResponse: z.array(z.object({ referenceId: z.string(), httpStatusCode: z.number(), body: z.unknown() })),
      }),
    }),
  ),
});
const createdShape = z.object({ id: z.string() });

/** The lead's own fields that a handover sets beside the mapped ones. */
export function leadFields({ owner, optedOut }: NewLead): ReadonlyMap<string, FieldValue> {
  return new Map<string, FieldValue>([
    ...(owner === null || owner === 'assignment-rule' ? [] : [['OwnerId', owner] as const]),
    ...(optedOut ? [['HasOptedOutOfEmail', true] as const] : []),
  ]);
}

/**
 * Creates leads with their campaign member and their note: each lead with what belongs to it as one graph, which
 * Salesforce makes as a whole or not at all, so that whoever finds the lead by its key knows that the rest is there.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_graph.htm, checked 2026-11
 */
export async function sendHandovers(wire: Wire, jobs: readonly Job[], options: CallOptions): Promise<readonly Sent[]> {
  const graphs = jobs.map((job, index) => ({
    graphId: `g${index}`,
    compositeRequest: nodesOf(job, `/services/data/v${wire.apiVersion}/sobjects`),
  }));
  const answer = await wire.call({ method: 'POST', path: '/composite/graph', body: { graphs }, ...options });
  const parsed = answerShape.safeParse(answer.body);
  if (!parsed.success) throw badAnswer('an answer about graphs has another shape');
  const byId = new Map(parsed.data.graphs.map((graph) => [graph.graphId, graph]));
  return jobs.map((job, index): Sent => {
    const { intentId } = job.item;
    const parts = byId.get(`g${index}`);
    if (parts === undefined) return [job, { intentId, status: 'ambiguous', cause: 'the answer lacks this lead' }];
    const all = parts.graphResponse.compositeResponse;
    if (parts.isSuccessful) {
      const lead = createdShape.safeParse(all.find((part) => part.referenceId === 'lead')?.body).data;
      if (lead === undefined) return [job, { intentId, status: 'ambiguous', cause: 'the new lead has no id' }];
      return [job, { intentId, status: 'applied', id: canonicalId(lead.id), at: answer.at }];
    }
    const errors = all.flatMap((part) => parseErrors(part.body)).filter((error) => error.code !== 'PROCESSING_HALTED');
    return [job, rejected(intentId, errors)];
  });
}

interface Node {
  readonly method: 'POST';
  readonly url: string;
  readonly referenceId: string;
  readonly httpHeaders?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

function nodesOf({ item, body, shape }: Job, base: string): readonly Node[] {
  const { lead } = item;
  const headers = lead?.owner === 'assignment-rule' ? { 'Sforce-Auto-Assign': 'TRUE' } : writeHeaders;
  const nodes: Node[] = [{ method: 'POST', url: `${base}/${shape.name}`, referenceId: 'lead', httpHeaders: headers, body }];
  if (lead === undefined) return nodes;
  if (lead.campaignId !== null) {
    const member = { CampaignId: lead.campaignId, LeadId: '@{lead.id}' };
    nodes.push({ method: 'POST', url: `${base}/CampaignMember`, referenceId: 'member', body: member });
  }
  if (lead.note !== null) {
    // A queue can own a lead, but not a task: then the task is the creator's, and stands on the lead all the same.
    const owner = lead.owner !== null && objectOf(lead.owner) === 'User' ? { OwnerId: lead.owner } : {};
    const words = { Subject: lead.note.subject.slice(0, longestSubject), Description: lead.note.text.slice(0, longestText) };
    const task = { WhoId: '@{lead.id}', Status: 'Not Started', Priority: 'Normal', ...words, ...owner };
    nodes.push({ method: 'POST', url: `${base}/Task`, referenceId: 'note', body: task });
  }
  return nodes;
}
