import type { BulkOrg } from '../bulk/index.ts';
import { RequestProblem, notFound } from '../errors.ts';
import { to18 } from '../ids.ts';
import type { ObjectDef } from '../schema/types.ts';
import { objectNamed, readCollection, upsertCollection, writeCollection } from './collections.ts';
import { batch, composite } from './composite.ts';
import { basicInfo, describe, describeGlobal } from './describe.ts';
import { graphs } from './graph.ts';
import { limitsBody } from './limits.ts';
import type { Usage } from './limits.ts';
import { query } from './query.ts';
import type { Cursors } from './query.ts';
import { recent, related } from './related.ts';
import { deleted, updated } from './replication.ts';
import { allow } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { createRow, rowById, rowByKey } from './rows.ts';
import { tooling } from './tooling.ts';
import { tree } from './tree.ts';

/** What the resources of a version need besides the call. */
export interface Shared {
  readonly cursors: Cursors;
  readonly usage: Usage;
  readonly bulk: BulkOrg;
}

/** Answers a call inside a version. @throws {RequestProblem} and {RecordProblem} for everything it refuses. */
export function resource(call: Call, shared: Shared): Reply {
  const [first] = call.path;
  switch (first) {
    case undefined:
    case '':
      return { status: 200, json: directory(call) };
    case 'query':
    case 'queryAll':
      return query(call, shared.cursors, first, false);
    case 'sobjects':
      return sobjects(call);
    case 'limits':
      allow(call, ['GET']);
      return { status: 200, json: limitsBody(shared.usage, shared.bulk.quota) };
    case 'composite':
      return composites(call, shared);
    case 'recent':
      return recent(call);
    case 'tooling':
      return tooling(call, shared.cursors);
    default:
      throw notFound();
  }
}

function directory(call: Call): Readonly<Record<string, string>> {
  const names = ['tooling', 'jobs', 'composite', 'sobjects', 'query', 'queryAll', 'recent', 'limits'];
  return {
    ...Object.fromEntries(names.map((name) => [name, `${call.base}/${name}`])),
    identity: `${call.origin}/id/${call.org.settings.orgId}/${call.userId}`,
  };
}

function sobjects(call: Call): Reply {
  const [, name, ...rest] = call.path;
  if (name === undefined || name === '') return describeGlobal(call, false);
  const def = objectNamed(call, name);
  const [second, third, fourth] = rest;
  if (second === undefined || second === '') {
    allow(call, ['GET', 'POST']);
    return call.method === 'POST' ? createRow(call, def) : basicInfo(call, def);
  }
  if (third === undefined || third === '') return oneSegment(call, def, second);
  if (fourth !== undefined) throw notFound();
  if (to18(second)?.startsWith(def.prefix) === true) return related(call, def, second, third);
  return rowByKey(call, def, second, third);
}

function oneSegment(call: Call, def: ObjectDef, segment: string): Reply {
  switch (segment.toLowerCase()) {
    case 'describe':
      return describe(call, def);
    case 'updated':
      return updated(call, def);
    case 'deleted':
      return deleted(call, def);
    case 'id':
      // An upsert by the record's own id, of which there is none yet.
      return call.method === 'POST' ? createRow(call, def) : rowById(call, def, segment);
    default:
      return rowById(call, def, segment);
  }
}

function composites(call: Call, shared: Shared): Reply {
  const [, kind, name, key, ...rest] = call.path;
  const again = (sub: Call): Reply => resource(sub, shared);
  if (kind === undefined || kind === '') return composite(call, again);
  if (kind === 'batch') return batch(call, again);
  if (kind === 'graph' && name === undefined && call.version >= 50) return graphs(call, again);
  if (kind === 'tree' && name !== undefined && (key === undefined || key === '')) return tree(call, objectNamed(call, name));
  if (kind !== 'sobjects' || rest.length > 0) throw notFound();
  if (name === undefined || name === '') return writeCollection(call);
  const def = objectNamed(call, name);
  return key === undefined || key === '' ? readCollection(call, def) : upsertCollection(call, def, key);
}

/** Lists and objects within each other that a body may hold: more than any record needs, and few enough to walk through. */
const DEEPEST = 1000;

/** The most lists and objects open at once; text is left out. */
function deepest(text: string): number {
  let open = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === 34) quoted = !quoted;
    else if (quoted) at += letter === 92 ? 1 : 0;
    else if (letter === 91 || letter === 123) most = Math.max(most, (open += 1));
    else if (letter === 93 || letter === 125) open -= 1;
  }
  return most;
}

/** Reads a JSON body. @throws {RequestProblem} JSON_PARSER_ERROR, UNSUPPORTED_MEDIA_TYPE. */
export function jsonBody(text: string, contentType: string | undefined): unknown {
  if (text.trim() === '') return undefined;
  if (contentType !== undefined && !/json/i.test(contentType)) {
    throw new RequestProblem('UNSUPPORTED_MEDIA_TYPE', `Content-Type '${contentType}' is not supported for this resource`, 415);
  }
  if (deepest(text) > DEEPEST)
    throw new RequestProblem('JSON_PARSER_ERROR', `Document nesting depth exceeds the maximum allowed (${String(DEEPEST)})`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const at = Number(/position (\d+)/.exec(said)?.[1] ?? 0);
    const letter = text[at] ?? ' ';
    throw new RequestProblem(
      'JSON_PARSER_ERROR',
      `Unexpected character ('${letter}' (code ${String(letter.codePointAt(0) ?? 0)})): expected a valid value at [line:1, column:${String(at + 1)}]`,
    );
  }
}
