import { readInput } from '../dml/input.ts';
import { insertRecord } from '../dml/write.ts';
import { RecordProblem, RequestProblem, reasonsOf } from '../errors.ts';
import { get, isObject, plainText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { ObjectDef } from '../schema/types.ts';
import { childRelation } from '../soql/children.ts';
import { allow, objectBody, writeContext } from './reply.ts';
import type { Call, Reply } from './reply.ts';

const MOST_RECORDS = 200;
const DEEPEST = 5;
const MOST_TYPES = 5;

/** A record of a tree, and how it hangs on the one above it. */
interface Branch {
  readonly def: ObjectDef;
  readonly raw: JsonObject;
  readonly referenceId: string;
  readonly parent: { readonly field: string; readonly referenceId: string } | null;
}

/** Takes the whole request back. */
class Rollback extends Error {}

/**
 * `POST /composite/tree/Account`: records and, below the name of their relationship, their children; all or none.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobject_tree.htm (checked 2026-11-22)
 */
export function tree(call: Call, root: ObjectDef): Reply {
  allow(call, ['POST']);
  const branches = branchesOf(call, root);
  const twice = repeated(branches);
  if (twice.length > 0) return { status: 400, json: { hasErrors: true, results: twice } };
  const ids = new Map<string, string>();
  const context = writeContext(call);
  const refused: unknown[] = [];
  try {
    call.org.store.atomically(() => {
      for (const branch of branches) {
        try {
          ids.set(branch.referenceId, insertRecord(context, branch.def, readInput(context, branch.def, fieldsOf(branch, ids), true)));
        } catch (error) {
          if (!(error instanceof RecordProblem || error instanceof RequestProblem)) throw error;
          refused.push({ referenceId: branch.referenceId, errors: errorsOf(error) });
          throw new Rollback();
        }
      }
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
    return { status: 400, json: { hasErrors: true, results: refused } };
  }
  return { status: 201, json: { hasErrors: false, results: [...ids].map(([referenceId, id]) => ({ referenceId, id })) } };
}

/** An entry for each record whose reference another one has, too. */
function repeated(branches: readonly Branch[]): readonly unknown[] {
  const counts = new Map<string, number>();
  for (const { referenceId } of branches) counts.set(referenceId, (counts.get(referenceId) ?? 0) + 1);
  const message = 'Duplicate ReferenceId provided in the request.';
  return branches
    .filter(({ referenceId }) => (counts.get(referenceId) ?? 0) > 1)
    .map(({ referenceId }) => ({
      referenceId,
      errors: [{ statusCode: 'INVALID_INPUT', message: `${message} (${referenceId})`, fields: [] }],
    }));
}

function errorsOf(error: RecordProblem | RequestProblem): readonly unknown[] {
  if (error instanceof RequestProblem) return [{ statusCode: error.code, message: error.message, fields: [] }];
  return reasonsOf(error).map(({ code, message, fields }) => ({ statusCode: code, message, fields }));
}

/** A record's own fields, and its parent. */
function fieldsOf(branch: Branch, ids: ReadonlyMap<string, string>): JsonObject {
  const own = Object.entries(branch.raw).filter(([, value]) => !isChildren(value));
  const parent = branch.parent === null ? [] : [[branch.parent.field, ids.get(branch.parent.referenceId)] as const];
  return Object.fromEntries([...own, ...parent]);
}

function isChildren(value: unknown): value is JsonObject {
  return isObject(value) && Array.isArray(get(value, 'records'));
}

/** All records level by level. @throws {RequestProblem} INVALID_INPUT for what is no tree. */
function branchesOf(call: Call, root: ObjectDef): readonly Branch[] {
  const all: Branch[] = [];
  let level = recordsIn(objectBody(call)).map((raw) => branchOf(raw, root, null));
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw invalid(`A tree may be ${String(DEEPEST)} levels deep`);
    all.push(...level);
    if (all.length > MOST_RECORDS) throw invalid(`A request may hold ${String(MOST_RECORDS)} records`);
    level = level.flatMap((branch) => childrenOf(call, branch));
  }
  if (new Set(all.map(({ def }) => def)).size > MOST_TYPES) throw invalid(`A request may hold ${String(MOST_TYPES)} types of records`);
  return all;
}

function childrenOf(call: Call, branch: Branch): readonly Branch[] {
  const asking = { org: call.org, userId: call.userId, soql: '', all: false, base: call.base, tooling: false };
  return Object.entries(branch.raw).flatMap(([name, value]) => {
    if (!isChildren(value)) return [];
    const relation = childRelation(asking, branch.def, name);
    return recordsIn(value).map((raw) => branchOf(raw, relation.def, { field: relation.field, referenceId: branch.referenceId }));
  });
}

function branchOf(raw: JsonObject, def: ObjectDef, parent: Branch['parent']): Branch {
  const attributes = get(raw, 'attributes');
  const referenceId = isObject(attributes) ? plainText(get(attributes, 'referenceId') ?? '') : '';
  const type = isObject(attributes) ? plainText(get(attributes, 'type') ?? '') : '';
  if (!/^[A-Za-z0-9]\w*$/.test(referenceId)) throw invalid('Include a reference ID for each record in the request.');
  if (type.toLowerCase() !== def.name.toLowerCase()) throw invalid(`Record ${referenceId} is of type ${type}, not ${def.name}`);
  return { def, raw, referenceId, parent };
}

function recordsIn(holder: JsonObject): readonly JsonObject[] {
  const records = get(holder, 'records');
  if (!Array.isArray(records) || records.length === 0 || !records.every(isObject)) throw invalid('The request has no records');
  return records;
}

function invalid(message: string): RequestProblem {
  return new RequestProblem('INVALID_INPUT', message);
}
