import { RequestProblem } from '../errors.ts';
import { get, isObject, plainText } from '../json.ts';
import { composite } from './composite.ts';
import { allow, objectBody } from './reply.ts';
import type { Call, Reply } from './reply.ts';

const MOST_GRAPHS = 75;
const MOST_NODES = 500;

/**
 * `POST /composite/graph`: composites side by side, each of which succeeds as a whole or leaves nothing.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_graph.htm (checked 2026-11-22)
 */
export function graphs(call: Call, route: (call: Call) => Reply): Reply {
  allow(call, ['POST']);
  const list = get(objectBody(call), 'graphs');
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) throw invalid('The request has no graphs');
  if (list.length > MOST_GRAPHS) throw invalid(`At most ${String(MOST_GRAPHS)} graphs are allowed`);
  const asked = list.map((graph) => ({
    graphId: plainText(get(graph, 'graphId') ?? ''),
    compositeRequest: get(graph, 'compositeRequest'),
  }));
  if (asked.some(({ graphId }) => graphId === '') || new Set(asked.map(({ graphId }) => graphId)).size < asked.length)
    throw invalid('Each graph needs a graphId of its own');
  const nodes = asked.reduce((sum, { compositeRequest }) => sum + (Array.isArray(compositeRequest) ? compositeRequest.length : 0), 0);
  if (nodes > MOST_NODES) throw invalid(`At most ${String(MOST_NODES)} nodes are allowed`);
  return {
    status: 200,
    json: {
      graphs: asked.map(({ graphId, compositeRequest }) => {
        const one: Call = { ...call, body: { allOrNone: true, compositeRequest } };
        const graphResponse = composite(one, route, MOST_NODES).json as {
          readonly compositeResponse: readonly { readonly httpStatusCode: number }[];
        };
        return { graphId, graphResponse, isSuccessful: graphResponse.compositeResponse.every((part) => part.httpStatusCode < 400) };
      }),
    },
  };
}

function invalid(message: string): RequestProblem {
  return new RequestProblem('INVALID_INPUT', message);
}
