import type { FieldType as SelectItem, Query } from '@jetstreamapp/soql-parser-js';
import type { RequestProblem } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Address, FieldDef, ObjectDef, Value } from '../schema/types.ts';
import { isAggregate } from '../soql/aggregate.ts';
import { parseSoql } from '../soql/parse.ts';
import { dottedOf } from '../soql/project.ts';
import { runSoql } from '../soql/run.ts';
import { objectOf, pathOf } from '../soql/scope.ts';
import type { Asking, Path } from '../soql/scope.ts';
import type { Row } from '../store.ts';
import { refuse } from './requests.ts';

/** A query that the Bulk API takes, ready to be run. */
export interface Selection {
  readonly def: ObjectDef;
  readonly columns: readonly { readonly name: string; readonly path: Path }[];
  rows(): readonly Row[];
}

function unsupported(what: string): RequestProblem {
  return refuse('FEATURENOTENABLED', `${what} not supported in Bulk V2 Query with CSV content type`);
}

/**
 * Reads a query.
 * @throws {RequestProblem} FEATURENOTENABLED for what bulk queries can't, INVALIDENTITY for an object that they don't reach,
 * else what an ordinary query would answer.
 */
export function selectionOf(
  asker: { readonly org: Org; readonly userId: string; readonly base: string; readonly version: number },
  soql: string,
  all: boolean,
): Selection {
  const asking: Asking = { org: asker.org, userId: asker.userId, soql, all, base: asker.base, tooling: false };
  const query = parseSoql(soql);
  refuseUnsupported(query);
  const known = asker.org.store.object(query.sObject ?? '');
  if (known !== undefined && (known.home === 'tooling' || known.name === 'FieldDefinition' || known.name === 'EntityDefinition'))
    throw refuse('INVALIDENTITY', `Entity '${known.name}' is not supported by the Bulk API.`);
  const def = objectOf(asking, query.sObject ?? '');
  const columns = (query.fields ?? []).map((item) => columnOf(asking, def, query, item));
  // Until version 49 columns came in the order of their names.
  if (asker.version < 50) columns.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    def,
    columns,
    rows() {
      const answer = runSoql(asking);
      return answer.kind === 'rows' ? answer.rows : [];
    },
  };
}

function refuseUnsupported(query: Query): void {
  if (query.groupBy !== undefined) throw unsupported('GROUP BY');
  if (isAggregate(query)) throw unsupported('Aggregate functions');
  if (query.offset !== undefined) throw unsupported('OFFSET');
  for (const item of query.fields ?? []) {
    if (item.type === 'FieldSubquery') throw unsupported('Aggregate Relationships');
    if (item.type === 'FieldTypeof') throw unsupported('TYPEOF');
  }
}

function columnOf(asking: Asking, def: ObjectDef, query: Query, item: SelectItem): Selection['columns'][number] {
  if (item.type === 'FieldFunctionExpression') {
    const [parameter] = item.parameters;
    const path = pathOf(asking, def, typeof parameter === 'string' ? parameter : '', query.sObjectAlias);
    return { name: item.alias ?? path.names.join('.'), path };
  }
  if (item.type === 'FieldSubquery' || item.type === 'FieldTypeof') throw unsupported('Aggregate Relationships');
  const path = pathOf(asking, def, dottedOf(item), query.sObjectAlias);
  if (path.field.type === 'address') throw refuse('FUNCTIONALITY_NOT_ENABLED', 'Selecting compound data not supported in Bulk Query');
  return { name: path.names.join('.'), path };
}

/** A value as results write it: instants in UTC with milliseconds, nothing for null. */
export function csvValue(field: FieldDef, value: Value | Address): string {
  if (value === null || typeof value === 'object') return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (field.type === 'datetime') return new Date(value).toISOString();
  return field.type !== 'int' && Number.isInteger(value) ? `${String(value)}.0` : String(value);
}
