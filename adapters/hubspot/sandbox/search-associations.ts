import { linksOf } from './associations.ts';
import { invalid } from './errors.ts';
import { requiredText } from './http.ts';
import type { Portal, Table } from './model.ts';
import { tableNamed } from './store.ts';

const PREFIX = 'associations.';

/**
 * A filter on the pseudo-property `associations.contact`: a test of a record's id; undefined for any other property.
 * @throws {HubspotProblem} 400 for an unknown kind of record or an operator that doesn't fit
 * @source https://developers.hubspot.com/docs/api/crm/search (checked 2026-11)
 */
export function associationTest(portal: Portal, table: Table, filter: Record<string, unknown>): ((id: string) => boolean) | undefined {
  const property = requiredText(filter['propertyName'], 'propertyName');
  if (!property.startsWith(PREFIX)) return undefined;
  const other = tableNamed(portal, property.slice(PREFIX.length));
  const linked = (id: string): boolean => linksOf(portal, { table, id }, other).size > 0;
  const among = (values: readonly string[]): ReadonlySet<string> =>
    new Set(values.flatMap((id) => [...linksOf(portal, { table: other, id }, table).keys()]));
  const operator = requiredText(filter['operator'], 'operator');
  const values = filter['values'];
  switch (operator) {
    case 'EQ':
    case 'NEQ': {
      const ids = among([requiredText(filter['value'], 'value')]);
      return (id) => ids.has(id) === (operator === 'EQ');
    }
    case 'IN':
    case 'NOT_IN': {
      if (!Array.isArray(values) || values.length === 0) throw invalid(`operator ${operator} requires values for property ${property}`);
      const ids = among(values.map((value) => requiredText(value, 'values')));
      return (id) => ids.has(id) === (operator === 'IN');
    }
    case 'HAS_PROPERTY':
      return linked;
    case 'NOT_HAS_PROPERTY':
      return (id) => !linked(id);
    default:
      throw invalid(`operator ${operator} is not supported for property ${property}`);
  }
}
