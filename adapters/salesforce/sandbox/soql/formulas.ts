import type { FieldFunctionExpression } from '@jetstreamapp/soql-parser-js';
import { textOf } from '../schema/fields.ts';
import type { ObjectDef, Value } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { formatted } from './format.ts';
import { callOf, malformed } from './parse.ts';
import { parentRow, pathOf } from './scope.ts';
import type { Asking, Path } from './scope.ts';
import { jsonValue } from './values.ts';

/**
 * A column that shows a field to people: `toLabel` (labels equal values here), `FORMAT`, `convertCurrency`, and
 * `FORMAT(convertCurrency(…))`.
 * @throws {RequestProblem} MALFORMED_QUERY for any other function, or a conversion where there is one currency.
 * @source https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_format.htm (checked 2026-11-22)
 */
export function formula(
  asking: Asking,
  def: ObjectDef,
  item: FieldFunctionExpression,
  index: number,
): { readonly name: string; of(row: Row): unknown } {
  const call = callOf(item);
  const converts = call.name === 'CONVERTCURRENCY' || call.inner === 'CONVERTCURRENCY';
  if (!['TOLABEL', 'FORMAT', 'CONVERTCURRENCY'].includes(call.name) || call.field === null || (call.inner !== null && !converts))
    throw malformed(`unexpected token: '${item.functionName}'`);
  const path = pathOf(asking, def, call.field);
  if (converts && path.field.type !== 'currency')
    throw malformed(`convertCurrency can only be used with currency fields: ${path.field.name}`);
  if (converts && !asking.org.settings.multiCurrency) throw malformed('convertCurrency requires several currencies');
  const name = item.alias ?? (path.hops.length === 0 ? path.field.name : `expr${String(index)}`);
  return {
    name,
    of(row) {
      const value = path.get(row);
      if (typeof value === 'object') return value;
      const currency = currencyOf(asking, row, path);
      const amount = converts ? inUsersCurrency(asking, value, currency) : value;
      if (call.name !== 'FORMAT') return jsonValue(path.field, amount);
      return formatted(path.field, amount, converts ? asking.org.settings.currency : currency);
    },
  };
}

/** The currency of the record that a path ends at; null where there is one currency. */
function currencyOf(asking: Asking, row: Row, path: Path): string | null {
  return asking.org.settings.multiCurrency
    ? textOf(asking.org.store.value(parentRow(asking.org, row, path.hops), 'CurrencyIsoCode'))
    : null;
}

/** An amount in the user's currency, at the rates of today; the same amount when its currency has no rate. */
function inUsersCurrency(asking: Asking, value: Value, currency: string | null): Value {
  const { store, settings } = asking.org;
  const rate = (iso: string | null): number | null => {
    const [row] = store.find('CurrencyType', 'IsoCode', iso) ?? [];
    const found = store.value(row, 'ConversionRate');
    return typeof found === 'number' && found > 0 ? found : null;
  };
  const [from, to] = [rate(currency), rate(settings.currency)];
  return typeof value !== 'number' || from === null || to === null ? value : Math.round((value / from) * to * 100) / 100;
}
