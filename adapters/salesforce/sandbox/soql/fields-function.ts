import type { FieldFunctionExpression, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import type { ObjectDef } from '../schema/types.ts';
import { pointing, versionOf } from './scope.ts';
import type { Asking } from './scope.ts';

/** The version that brought `FIELDS()`. */
const SINCE = 51;
/** Rows that a query with an open-ended group of fields may ask for. */
const MOST_ROWS = 200;

/**
 * The fields that `FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)` stands for: those of the group that the user sees.
 * @throws {RequestProblem} UNSUPPORTED_API_VERSION before 51.0, MALFORMED_QUERY for an open group without a LIMIT of at most 200.
 * @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm, https://github.com/egen/spark-salesforce/issues/86 (checked 2026-11-22)
 */
export function groupOfFields(asking: Asking, def: ObjectDef, query: Query | Subquery, item: FieldFunctionExpression): readonly string[] {
  const [parameter] = item.parameters;
  const group = typeof parameter === 'string' ? parameter.toUpperCase() : '';
  if (versionOf(asking) < SINCE)
    throw pointing(asking, 'UNSUPPORTED_API_VERSION', 'FIELDS', 'The SOQL FIELDS function is not supported in this version of the API');
  if (group !== 'ALL' && group !== 'STANDARD' && group !== 'CUSTOM')
    throw pointing(asking, 'MALFORMED_QUERY', 'FIELDS', `The SOQL FIELDS function does not know the group ${group}`);
  if (group !== 'STANDARD' && !(query.limit !== undefined && query.limit <= MOST_ROWS))
    throw pointing(asking, 'MALFORMED_QUERY', 'FIELDS', `The SOQL FIELDS function must have a LIMIT of at most ${String(MOST_ROWS)}`);
  return [...def.fields.values()]
    .filter((field) => group === 'ALL' || field.custom === (group === 'CUSTOM'))
    .filter((field) => asking.org.access.field(asking.userId, def, field).read)
    .map((field) => field.name);
}
