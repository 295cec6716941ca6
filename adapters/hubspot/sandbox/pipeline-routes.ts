import { HubspotProblem, invalid, invalidJson, notFound } from './errors.ts';
import { type Answer, bodyObject, type Call, iso, NO_CONTENT, objectOf, ok, param, requiredText, textOf } from './http.ts';
import type { Pipeline, PipelineStage, Table } from './model.ts';
import { pipelinesOf, presentPipeline, presentStage } from './people-routes.ts';
import { tableNamed } from './store.ts';

/** One change of a pipeline or a stage. @source `@hubspot/api-client` 14.0.1, PublicAuditInfo */
interface Audit {
  readonly portalId: number;
  readonly identifier: string;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly timestamp: string;
  readonly fromUserId: number;
  readonly rawObject: unknown;
}

type Handle = (call: Call) => Answer;

/**
 * The endpoints that change pipelines and stages and that tell of changes, as lines of the router.
 * @source https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide (checked 2026-11)
 */
export function pipelineRoutes(): readonly (readonly [need: 'schema-read' | 'schema-write', line: string, handle: Handle])[] {
  const audits = new Map<string, Audit[]>();
  const noted = (key: string, call: Call, entry: Pick<Audit, 'action' | 'identifier' | 'rawObject'>): void => {
    const one = {
      ...entry,
      portalId: Number(call.portal.account.portalId),
      timestamp: iso(call.now),
      fromUserId: call.caller.userId,
    };
    audits.set(key, [one, ...(audits.get(key) ?? [])]);
  };
  const change = (action: Audit['action'], act: (call: Call) => { readonly id: string; readonly answer: Answer }): Handle => {
    return (call) => {
      const { id, answer } = act(call);
      noted(`${tableOf(call).type.typeId}/${id}`, call, { action, identifier: id, rawObject: answer.body ?? {} });
      return answer;
    };
  };
  const told = (name: string): Handle => {
    return (call) => ok({ results: audits.get(`${tableOf(call).type.typeId}/${param(call, name)}`) ?? [] });
  };
  return [
    ['schema-write', 'POST crm/pipelines/:type', change('CREATE', createPipeline)],
    ['schema-write', 'PUT crm/pipelines/:type/:id', change('UPDATE', replacePipeline)],
    ['schema-write', 'PATCH crm/pipelines/:type/:id', change('UPDATE', patchPipeline)],
    ['schema-write', 'DELETE crm/pipelines/:type/:id', change('DELETE', deletePipeline)],
    ['schema-read', 'GET crm/pipelines/:type/:id/audit', told('id')],
    ['schema-write', 'POST crm/pipelines/:type/:id/stages', change('CREATE', createStage)],
    ['schema-write', 'PATCH crm/pipelines/:type/:id/stages/:stageId', change('UPDATE', patchStage)],
    ['schema-write', 'PUT crm/pipelines/:type/:id/stages/:stageId', change('UPDATE', patchStage)],
    ['schema-write', 'DELETE crm/pipelines/:type/:id/stages/:stageId', change('DELETE', deleteStage)],
    ['schema-read', 'GET crm/pipelines/:type/:id/stages/:stageId/audit', told('stageId')],
  ];
}

interface Changed {
  readonly id: string;
  readonly answer: Answer;
}

function tableOf(call: Call): Table {
  return tableNamed(call.portal, param(call, 'type'));
}

function pipelineOf(call: Call): Pipeline {
  const found = pipelinesOf(call).find((one) => one.id === param(call, 'id'));
  if (found === undefined) throw notFound();
  return found;
}

/** Puts a pipeline in the place of the one with its id, or at the end. */
function keep(call: Call, pipeline: Pipeline): Pipeline {
  const others = pipelinesOf(call);
  const dated = { ...pipeline, updatedAt: iso(call.now) };
  const known = others.some((one) => one.id === pipeline.id);
  const next = known ? others.map((one) => (one.id === pipeline.id ? dated : one)) : [...others, dated];
  call.portal.pipelines.set(tableOf(call).type.typeId, next);
  return dated;
}

function createPipeline(call: Call): Changed {
  const { label, displayOrder, stages } = wholePipeline(call, null);
  const created = { id: String(call.portal.nextId()), label, displayOrder, stages, createdAt: iso(call.now) };
  const pipeline = keep(call, created);
  return { id: pipeline.id, answer: ok(presentPipeline(pipeline), 201) };
}

function replacePipeline(call: Call): Changed {
  const before = pipelineOf(call);
  const pipeline = keep(call, { ...before, ...wholePipeline(call, before) });
  return { id: pipeline.id, answer: ok(presentPipeline(pipeline)) };
}

function wholePipeline(call: Call, before: Pipeline | null): Pick<Pipeline, 'label' | 'displayOrder' | 'stages'> {
  const body = bodyObject(call);
  const given = body['stages'];
  if (!Array.isArray(given) || given.length === 0) throw invalidJson('Some required fields were not set: [stages]');
  const stages = given.map((each) => stageFrom(call, objectOf(each), null));
  requireOwnLabels(stages, 'stage');
  const label = requiredText(body['label'], 'label');
  requireOwnLabels([...pipelinesOf(call).filter((one) => one.id !== before?.id), { label }], 'pipeline');
  return { label, displayOrder: orderFrom(body['displayOrder']), stages };
}

function patchPipeline(call: Call): Changed {
  const before = pipelineOf(call);
  const body = bodyObject(call);
  const label = textOf(body['label'], 'label') ?? before.label;
  requireOwnLabels([...pipelinesOf(call).filter((one) => one.id !== before.id), { label }], 'pipeline');
  const displayOrder = body['displayOrder'] === undefined ? before.displayOrder : orderFrom(body['displayOrder']);
  const pipeline = keep(call, { ...before, label, displayOrder });
  return { id: pipeline.id, answer: ok(presentPipeline(pipeline)) };
}

function requireOwnLabels(all: readonly { readonly label: string }[], what: string): void {
  if (new Set(all.map((one) => one.label)).size < all.length) throw invalid(`The label of a ${what} must be unique`);
}

function orderFrom(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw invalidJson('Cannot deserialize value of type `int` for field displayOrder');
  return value;
}

/** A stage of a body; what it leaves out is as it was `before`. A deal stage's probability says whether it is closed. */
function stageFrom(call: Call, body: Readonly<Record<string, unknown>>, before: PipelineStage | null): PipelineStage {
  const metadata = new Map(Object.entries(before?.metadata ?? {}));
  for (const [name, value] of Object.entries(objectOf(body['metadata'] ?? {}))) metadata.set(name, textOf(value, name) ?? '');
  if (tableOf(call).type.singular === 'deal') {
    const probability = Number(metadata.get('probability') ?? Number.NaN);
    if (!(probability >= 0 && probability <= 1)) throw invalid('metadata.probability must be between 0.0 and 1.0');
    metadata.set('isClosed', String(probability === 0 || probability === 1));
  }
  return {
    id: before?.id ?? textOf(body['stageId'], 'stageId') ?? String(call.portal.nextId()),
    label: before === null ? requiredText(body['label'], 'label') : (textOf(body['label'], 'label') ?? before.label),
    displayOrder: before !== null && body['displayOrder'] === undefined ? before.displayOrder : orderFrom(body['displayOrder']),
    metadata: Object.fromEntries(metadata),
  };
}

function createStage(call: Call): Changed {
  const pipeline = pipelineOf(call);
  const stage = stageFrom(call, bodyObject(call), null);
  requireOwnLabels([...pipeline.stages, stage], 'stage');
  keep(call, { ...pipeline, stages: [...pipeline.stages, stage] });
  return { id: stage.id, answer: ok(presentStage(stage), 201) };
}

function stageOf(call: Call): PipelineStage {
  const stage = pipelineOf(call).stages.find((one) => one.id === param(call, 'stageId'));
  if (stage === undefined) throw notFound();
  return stage;
}

function patchStage(call: Call): Changed {
  const [pipeline, before] = [pipelineOf(call), stageOf(call)];
  const stage = stageFrom(call, bodyObject(call), before);
  const stages = pipeline.stages.map((one) => (one === before ? stage : one));
  requireOwnLabels(stages, 'stage');
  keep(call, { ...pipeline, stages });
  return { id: stage.id, answer: ok(presentStage(stage)) };
}

function deletePipeline(call: Call): Changed {
  const pipeline = pipelineOf(call);
  if (pipelinesOf(call).length === 1) throw invalid('The last pipeline of an object can not be deleted');
  requireUnused(call, new Set(pipeline.stages.map((stage) => stage.id)));
  const others = pipelinesOf(call).filter((one) => one !== pipeline);
  call.portal.pipelines.set(tableOf(call).type.typeId, others);
  return { id: pipeline.id, answer: NO_CONTENT };
}

function deleteStage(call: Call): Changed {
  const [pipeline, stage] = [pipelineOf(call), stageOf(call)];
  if (pipeline.stages.length === 1) throw invalid('The last stage of a pipeline can not be deleted');
  requireUnused(call, new Set([stage.id]));
  keep(call, { ...pipeline, stages: pipeline.stages.filter((one) => one !== stage) });
  return { id: stage.id, answer: NO_CONTENT };
}

/** Whether records stand in the way is looked at from 2026-09 on unless told otherwise, before only when asked for. */
function requireUnused(call: Call, stages: ReadonlySet<string>): void {
  const table = tableOf(call);
  const deals = table.type.singular === 'deal';
  const asked = call.query.get(deals ? 'validateDealStageUsagesBeforeDelete' : 'validateReferencesBeforeDelete');
  const dated = /^\d{4}-\d\d/.test(call.version) && call.version >= '2026-09';
  if (!(asked === null ? dated : asked === 'true')) return;
  const property = deals ? 'dealstage' : 'hs_pipeline_stage';
  const used = table.inOrder.some((one) => !one.gone && one.archivedAt === null && stages.has(one.values.get(property) ?? ''));
  if (used) throw new HubspotProblem(400, 'The pipeline or stage is in use', { category: 'VALIDATION_ERROR' });
}
