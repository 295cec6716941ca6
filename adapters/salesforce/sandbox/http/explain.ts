import { runSoql } from '../soql/run.ts';
import type { Asking } from '../soql/scope.ts';
import type { Reply } from './reply.ts';

/**
 * `GET /query?explain=SOQL`: how the query would be answered, with what it would cost; nothing is read for the client.
 * @throws {RequestProblem} as the query itself would.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query_explain.htm (checked 2026-11-22)
 */
export function explain(asking: Asking): Reply {
  const answer = runSoql(asking);
  const object = /\bFROM\s+(\w+)/i.exec(asking.soql)?.[1] ?? '';
  const def = asking.org.store.object(object);
  const all = asking.org.store.size(def?.name ?? object);
  const cardinality = answer.kind === 'rows' ? answer.rows.length : answer.kind === 'count' ? answer.total : answer.records.length;
  const plan = {
    cardinality,
    fields: [],
    leadingOperationType: 'TableScan',
    notes: [],
    relativeCost: all === 0 ? 0 : Math.round((cardinality / all) * 1000) / 1000,
    sobjectCardinality: all,
    sobjectType: def?.name ?? object,
  };
  return { status: 200, json: { plans: [plan], sourceQuery: asking.soql } };
}
