import { associateOnCreate } from './associations.ts';
import { conflict, HubspotProblem, type InvalidValue, invalid, invalidJson, invalidValues } from './errors.ts';
import {
  type Answer,
  batchAnswer,
  bodyObject,
  type Call,
  inputsOf,
  NO_CONTENT,
  objectOf,
  requiredText,
  stampOf,
  textOf,
  textsOf,
  param,
} from './http.ts';
import type { CrmRecord, Portal, Table } from './model.ts';
import { HISTORY_LIMIT, newProblem, requireAssociations, requireUnique, uniqueProblem, writableTable } from './object-routes.ts';
import { presentRecord, presentTouched, presentWhole } from './present.ts';
import { archiveRecord, createRecord, recordById, recordByUnique, tableNamed, uniqueForm, writeRecord } from './store.ts';
import { checkValues, withoutLifecycleSteps } from './values.ts';

const MAX = 100;

/** One input of a batch that is ready to be carried out; `run` does it and returns the answer's entry. */
interface Step {
  readonly traceId: string | undefined;
  readonly refused: readonly InvalidValue[];
  readonly problem: HubspotProblem | undefined;
  readonly run: () => Record<string, unknown>;
}

/** Results never come in the order of the inputs. */
function shuffled<T>(portal: Portal, items: readonly T[]): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(portal.random.next() * (last + 1));
    const [a, b] = [mixed[last] as T, mixed[other] as T];
    mixed[last] = b;
    mixed[other] = a;
  }
  return mixed;
}

/**
 * Carries out a batch. Without trace ids one bad input refuses the whole batch and nothing is written; with a trace id
 * of its own on every input, the good ones are written and the bad ones are listed in `errors`.
 * @source https://developers.hubspot.com/docs/api-reference/error-handling, multi-status errors (checked 2026-11)
 */
function carryOut(call: Call, plain: number, steps: readonly Step[], otherErrors: readonly unknown[] = []): Answer {
  const ids = steps.map((step) => step.traceId);
  const traced = steps.length > 0 && !ids.includes(undefined) && new Set(ids).size === ids.length;
  const { portalId } = call.portal.account;
  if (!traced) {
    const refused = steps.flatMap((step) => step.refused);
    if (refused.length > 0) throw invalidValues(refused, portalId);
    const problem = steps.find((step) => step.problem !== undefined)?.problem;
    if (problem !== undefined) throw problem;
  }
  const results: unknown[] = [];
  const errors: unknown[] = [...otherErrors];
  for (const step of steps) {
    const problem = step.refused.length > 0 ? invalidValues(step.refused, portalId) : step.problem;
    const trace = step.traceId === undefined ? {} : { objectWriteTraceId: step.traceId };
    if (problem === undefined) results.push({ ...step.run(), ...trace });
    else errors.push(errorEntry(problem, step.traceId));
  }
  return batchAnswer(call, plain, shuffled(call.portal, results), errors);
}

function errorEntry(problem: HubspotProblem, traceId: string | undefined): unknown {
  const { category, subCategory, context, errors } = problem.detail;
  return {
    status: 'error',
    ...(category === undefined ? {} : { category }),
    ...(subCategory === undefined ? {} : { subCategory }),
    message: problem.message,
    context: { ...context, ...(traceId === undefined ? {} : { objectWriteTraceId: [traceId] }) },
    ...(errors === undefined ? {} : { errors }),
  };
}

/** @source recorded: the same wording and context in several public connectors' fixtures */
function refuseDuplicates(ids: readonly string[]): void {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  if (twice.size === 0) return;
  throw invalid(`Duplicate IDs found in batch input: [${[...twice].join(', ')}]. IDs must be unique`, { context: { ids: [...twice] } });
}

/** @source https://github.com/rudderlabs/rudder-transformer, destinations/hs: the trace id stands beside the ids */
function missingError(table: Table, ids: readonly string[], traceId?: string): unknown {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `Could not get some ${table.type.upper} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids, ...(traceId === undefined ? {} : { objectWriteTraceId: [traceId] }) },
  };
}

/** `POST /crm/objects/{type}/batch/read` */
export function batchRead(call: Call): Answer {
  const table = tableNamed(call.portal, param(call, 'type'));
  const body = bodyObject(call);
  const selection = {
    properties: textsOf(body['properties'], 'properties'),
    withHistory: textsOf(body['propertiesWithHistory'], 'propertiesWithHistory'),
  };
  const inputs =
    selection.withHistory.length > 0 ? inputsOf(call, HISTORY_LIMIT, 'batch request for property histories') : inputsOf(call, MAX);
  const archived = call.query.get('archived') === 'true';
  const property = textOf(body['idProperty'], 'idProperty');
  if (property !== undefined && property !== 'hs_object_id') requireUnique(table, property);
  const found = new Map<string, CrmRecord>();
  const missing: string[] = [];
  for (const input of inputs) {
    const id = requiredText(input['id'], 'id');
    const record = property === undefined || property === 'hs_object_id' ? recordById(table, id) : recordByUnique(table, property, id);
    if (record === undefined || (record.archivedAt !== null) !== archived) missing.push(id);
    else found.set(record.id, record);
  }
  const results = shuffled(call.portal, [...found.values()]).map((record) => presentRecord(call.portal, table, record, selection));
  return batchAnswer(call, 200, results, missing.length > 0 ? [missingError(table, missing)] : []);
}

/** `POST /crm/objects/{type}/batch/create` */
export function batchCreate(call: Call): Answer {
  const table = writableTable(call);
  const taken = new Map<string, string>();
  const steps = inputsOf(call, MAX).map((input): Step => {
    const { values, refused } = checkValues(call.portal, table, objectOf(input['properties'] ?? {}), call.caller);
    return {
      ...created(call, table, { values, taken, associations: input['associations'] }),
      traceId: textOf(input['objectWriteTraceId'], 'objectWriteTraceId'),
      refused,
    };
  });
  return carryOut(call, 201, steps);
}

interface NewRecord {
  readonly values: ReadonlyMap<string, string>;
  /** Unique values claimed by earlier inputs of the batch. */
  readonly taken: Map<string, string>;
  readonly associations: unknown;
}

function created(call: Call, table: Table, input: NewRecord): Pick<Step, 'problem' | 'run'> {
  try {
    requireAssociations(table, input.associations);
    const link = associateOnCreate(call, table, input.associations);
    const run = (): Record<string, unknown> => {
      const record = createRecord(call.portal, table, input.values, stampOf(call));
      link(record);
      return presentWhole(call.portal, table, record);
    };
    return { problem: newProblem(call.portal, table, input.values) ?? twinInBatch(table, input), run };
  } catch (error) {
    if (!(error instanceof HubspotProblem)) throw error;
    return { problem: error, run: () => ({}) };
  }
}

// Assumed: two new records with one e-mail in a batch are refused as if the first one existed already.
function twinInBatch(table: Table, input: Pick<NewRecord, 'values' | 'taken'>): HubspotProblem | undefined {
  for (const property of table.unique.keys()) {
    const value = input.values.get(property);
    if (value === undefined || value === '') continue;
    const key = `${property}=${uniqueForm(property, value)}`;
    if (input.taken.has(key)) return conflict(`${table.type.label} already exists: another input of this batch has the same ${property}`);
    input.taken.set(key, value);
  }
  return undefined;
}

/** `POST /crm/objects/{type}/batch/update` */
export function batchUpdate(call: Call): Answer {
  const table = writableTable(call);
  const inputs = inputsOf(call, MAX);
  refuseDuplicates(inputs.map((input) => requiredText(input['id'], 'id')));
  const missing: string[] = [];
  const errors: unknown[] = [];
  const steps: Step[] = [];
  const taken = new Map<string, string>();
  for (const input of inputs) {
    const id = requiredText(input['id'], 'id');
    const property = textOf(input['idProperty'], 'idProperty');
    const traceId = textOf(input['objectWriteTraceId'], 'objectWriteTraceId');
    if (property !== undefined) requireUpdatable(call, table, property);
    const record = property === undefined ? recordById(table, id) : recordByUnique(table, property, id);
    // An e-mail in `id` without `idProperty` is answered with 200 and changes nothing (hubspot-api-nodejs issue 548).
    if (record === undefined && property === undefined && !/^\d+$/.test(id)) continue;
    if (record === undefined || record.archivedAt !== null) {
      if (traceId === undefined) missing.push(id);
      else errors.push(missingError(table, [id], traceId));
    } else steps.push(updated(call, table, { record, input, taken }));
  }
  return carryOut(call, 200, steps, missing.length > 0 ? [missingError(table, missing), ...errors] : errors);
}

/**
 * @source https://github.com/HubSpot/hubspot-api-nodejs/issues/548: batch writes find contacts by record id or custom unique property only;
 * the wording: https://github.com/segmentio/action-destinations/pull/3957
 */
function requireUpdatable(call: Call, table: Table, property: string): void {
  if (property === 'email' || !table.unique.has(property)) {
    throw invalid(
      `Unable to perform update/upsert by non-unique ${table.type.typeId} property ${property} in portal ID ${call.portal.account.portalId}`,
    );
  }
}

interface KnownRecord {
  readonly record: CrmRecord;
  readonly input: Readonly<Record<string, unknown>>;
  readonly taken: Map<string, string>;
}

function updated(call: Call, table: Table, known: KnownRecord): Step {
  const { record, input, taken } = known;
  const { values, refused } = checkValues(call.portal, table, objectOf(input['properties'] ?? {}), call.caller);
  return {
    traceId: textOf(input['objectWriteTraceId'], 'objectWriteTraceId'),
    refused,
    problem: uniqueProblem(call.portal, table, values, record) ?? twinInBatch(table, { values, taken }),
    run: () => {
      const allowed = withoutLifecycleSteps(table, record, values);
      const touched = writeRecord(call.portal, table, record, { values: allowed, stamp: stampOf(call) });
      return presentTouched(call.portal, table, record, touched);
    },
  };
}

/** `POST /crm/objects/{type}/batch/upsert` */
export function batchUpsert(call: Call): Answer {
  const table = writableTable(call);
  const inputs = inputsOf(call, MAX);
  refuseDuplicates(inputs.map((input) => requiredText(input['id'], 'id')));
  const taken = new Map<string, string>();
  const steps = inputs.map((input): Step => {
    const id = requiredText(input['id'], 'id');
    const property = textOf(input['idProperty'], 'idProperty');
    if (property === undefined) throw invalidJson('Some required fields were not set: [idProperty]');
    if (property !== 'email' || table.type.singular !== 'contact') requireUpdatable(call, table, property);
    const record = recordByUnique(table, property, id);
    if (record !== undefined) {
      const step = updated(call, table, { record, input, taken });
      return { ...step, run: () => ({ ...step.run(), new: false }) };
    }
    const { values, refused } = checkValues(call.portal, table, { [property]: id, ...objectOf(input['properties'] ?? {}) });
    const step = created(call, table, { values, taken, associations: undefined });
    return {
      traceId: textOf(input['objectWriteTraceId'], 'objectWriteTraceId'),
      refused,
      problem: step.problem,
      run: () => ({ ...step.run(), new: true }),
    };
  });
  return carryOut(call, 200, steps);
}

/** `POST /crm/objects/{type}/batch/archive`: always 204. */
export function batchArchive(call: Call): Answer {
  const table = writableTable(call);
  for (const input of inputsOf(call, MAX)) {
    const record = recordById(table, requiredText(input['id'], 'id'));
    if (record !== undefined) archiveRecord(call.portal, table, record, call.now);
  }
  return NO_CONTENT;
}
