import { RequestProblem } from '../errors.ts';
import { get, isObject, plainText } from '../json.ts';
import { UNDONE, answer, readParts } from './composite.ts';
import type { Part, PartAnswer, Route } from './composite.ts';
import { allow, objectBody } from './reply.ts';
import type { Call, Reply } from './reply.ts';

const MOST_GRAPHS = 75;
const MOST_NODES = 500;
const MOST_KINDS = 15;
const DEEPEST = 15;
/** When more graphs than this have failed, no other one is begun. */
const MOST_FAILURES = 14;

interface Graph {
  readonly graphId: string;
  readonly parts: readonly Part[];
}

/** Takes a graph back whose parts must succeed together. */
class Rollback extends Error {}

/**
 * `POST /composite/graph`: graphs of rows, each of which is done as a whole or not at all.
 * @throws {RequestProblem} LIMIT_EXCEEDED, INVALID_INPUT, JSON_PARSER_ERROR; then nothing is done.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api/resources_composite_graph_limits.htm (checked 2026-11-22)
 */
export function graphs(call: Call, route: Route): Reply {
  allow(call, ['POST']);
  let failures = 0;
  const done = graphsOf(call).map((graph) => {
    const answers = failures > MOST_FAILURES ? graph.parts.map(undone) : answersOf(call, route, graph);
    const isSuccessful = answers.every((part) => part.httpStatusCode < 400);
    if (!isSuccessful) failures += 1;
    return { graphId: graph.graphId, graphResponse: { compositeResponse: answers }, isSuccessful };
  });
  return { status: 200, json: { graphs: done } };
}

function answersOf(call: Call, route: Route, graph: Graph): readonly PartAnswer[] {
  const answers: PartAnswer[] = [];
  try {
    call.org.store.atomically(() => {
      for (const part of graph.parts) {
        answers.push(answer(call, route, part, answers));
        if ((answers.at(-1)?.httpStatusCode ?? 0) >= 400) throw new Rollback();
      }
    });
    return answers;
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
    return graph.parts.map((part, index) => (index === answers.length - 1 ? (answers[index] ?? undone(part)) : undone(part)));
  }
}

function undone(part: Part): PartAnswer {
  return { body: UNDONE, httpHeaders: {}, httpStatusCode: 400, referenceId: part.referenceId };
}

function graphsOf(call: Call): readonly Graph[] {
  const list = get(objectBody(call), 'graphs');
  if (!Array.isArray(list) || list.length === 0) throw new RequestProblem('JSON_PARSER_ERROR', 'graphs is required');
  if (list.length > MOST_GRAPHS) throw exceeded(`At most ${String(MOST_GRAPHS)} graphs are allowed`);
  const all = list.map((raw: unknown): Graph => {
    if (!isObject(raw)) throw new RequestProblem('JSON_PARSER_ERROR', 'A graph must be a JSON object');
    const graphId = plainText(get(raw, 'graphId') ?? '');
    if (!/^\w+$/.test(graphId)) throw invalid('Provided graphId is invalid: it holds letters, digits and underscores');
    const parts = readParts(get(raw, 'compositeRequest'));
    checkShape(call, parts);
    return { graphId, parts };
  });
  if (new Set(all.map(({ graphId }) => graphId)).size < all.length) throw invalid('Duplicate graphId provided');
  if (all.reduce((sum, { parts }) => sum + parts.length, 0) > MOST_NODES) throw exceeded(`At most ${String(MOST_NODES)} nodes are allowed`);
  return all;
}

/** Nodes are rows; a kind of node is a method and an object; a reference is a step down. */
function checkShape(call: Call, parts: readonly Part[]): void {
  const kinds = new Set<string>();
  const depths = new Map<string, number>();
  for (const part of parts) {
    const match = /\/sobjects\/(\w+)/.exec(part.url);
    if (match === null || !part.url.startsWith(`${call.base}/sobjects/`)) throw invalid(`${part.url} is no row: a graph's nodes are rows`);
    kinds.add(`${part.method} ${(match[1] ?? '').toLowerCase()}`);
    const references = [...JSON.stringify([part.url, part.body]).matchAll(/@\{(\w+)/g)].map((one) => depths.get(one[1] ?? '') ?? 0);
    const depth = 1 + Math.max(0, ...references);
    if (depth > DEEPEST) throw exceeded(`A graph may be ${String(DEEPEST)} levels deep`);
    depths.set(part.referenceId, depth);
  }
  if (kinds.size > MOST_KINDS) throw exceeded(`At most ${String(MOST_KINDS)} kinds of node are allowed`);
}

function exceeded(message: string): RequestProblem {
  return new RequestProblem('LIMIT_EXCEEDED', message);
}

function invalid(message: string): RequestProblem {
  return new RequestProblem('INVALID_INPUT', message);
}
