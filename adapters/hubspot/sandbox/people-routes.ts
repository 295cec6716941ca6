import { HubspotProblem, invalid, notFound } from './errors.ts';
import { type Answer, type Call, iso, ok, pagingOf, param, queryAfter, queryLimit } from './http.ts';
import type { Owner, Pipeline, PipelineStage } from './model.ts';
import { tableNamed } from './store.ts';

function presentOwner(owner: Owner): Record<string, unknown> {
  return {
    id: owner.id,
    email: owner.email,
    type: 'PERSON',
    firstName: owner.firstName,
    lastName: owner.lastName,
    // Of an archived owner only `userIdIncludingInactive` still names the user.
    ...(owner.archived ? {} : { userId: owner.userId }),
    userIdIncludingInactive: owner.userId,
    createdAt: iso(owner.createdAt),
    updatedAt: iso(owner.updatedAt),
    archived: owner.archived,
    ...(owner.teams.length > 0 ? { teams: owner.teams } : {}),
  };
}

/** `GET /crm/owners` */
export function listOwners(call: Call): Answer {
  const archived = call.query.get('archived') === 'true';
  const email = call.query.get('email')?.toLowerCase();
  const limit = queryLimit(call, 500, 100);
  const after = queryAfter(call);
  const matching = call.portal.owners
    .filter((owner) => owner.archived === archived && Number(owner.id) >= after)
    .filter((owner) => email === undefined || email === '' || owner.email.toLowerCase() === email);
  return ok({ results: matching.slice(0, limit).map(presentOwner), ...pagingOf(call, matching[limit]?.id ?? null) });
}

/** `GET /crm/owners/{id}`, by owner id or, with `idProperty=userId`, by user id. */
export function getOwner(call: Call): Answer {
  const by = call.query.get('idProperty') ?? 'id';
  if (by !== 'id' && by !== 'userId') throw invalid(`Invalid idProperty: ${by}`);
  const archived = call.query.get('archived') === 'true';
  const wanted = param(call, 'id');
  const owner = call.portal.owners.find((one) => one.archived === archived && (by === 'id' ? one.id : String(one.userId)) === wanted);
  if (owner === undefined) throw notFound();
  return ok(presentOwner(owner));
}

/** Pipelines are as old as the imitated account; the date has no meaning beyond its form. */
const PIPELINE_DATE = '2019-10-30T03:30:17.883Z';

/** A stage as the pipelines API shows it. */
export function presentStage(stage: PipelineStage): Record<string, unknown> {
  return { ...stage, createdAt: PIPELINE_DATE, updatedAt: PIPELINE_DATE, archived: false };
}

/** A pipeline as the pipelines API shows it. */
export function presentPipeline(pipeline: Pipeline): Record<string, unknown> {
  return { createdAt: PIPELINE_DATE, updatedAt: PIPELINE_DATE, ...pipeline, stages: pipeline.stages.map(presentStage), archived: false };
}

/** The pipelines of the object in the path. @throws {HubspotProblem} 400 for an object without any */
export function pipelinesOf(call: Call): readonly Pipeline[] {
  const table = tableNamed(call.portal, param(call, 'type'));
  const pipelines = call.portal.pipelines.get(table.type.typeId);
  if (pipelines === undefined) throw new HubspotProblem(400, `${table.type.upper} has no pipelines`, { category: 'VALIDATION_ERROR' });
  return pipelines;
}

function pipelineOf(call: Call): Pipeline {
  const pipeline = pipelinesOf(call).find((one) => one.id === param(call, 'id'));
  if (pipeline === undefined) throw notFound();
  return pipeline;
}

/** `GET /crm/pipelines/{type}` */
export function listPipelines(call: Call): Answer {
  return ok({ results: pipelinesOf(call).map(presentPipeline) });
}

/** `GET /crm/pipelines/{type}/{id}` */
export function getPipeline(call: Call): Answer {
  return ok(presentPipeline(pipelineOf(call)));
}

/** `GET /crm/pipelines/{type}/{id}/stages` */
export function listStages(call: Call): Answer {
  return ok({ results: pipelineOf(call).stages.map(presentStage) });
}

/** `GET /crm/pipelines/{type}/{id}/stages/{stageId}` */
export function getStage(call: Call): Answer {
  const stage = pipelineOf(call).stages.find((one) => one.id === param(call, 'stageId'));
  if (stage === undefined) throw notFound();
  return ok(presentStage(stage));
}
