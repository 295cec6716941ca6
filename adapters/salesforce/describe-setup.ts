import { z } from 'zod';
import type { CallOptions, ObjectDescription, ValidationRule } from '../../src/crm.ts';
import type { Context } from './context.ts';
import { rowsOf } from './query.ts';
import { text } from './row.ts';
import { soql } from './soql.ts';
import type { Soql } from './soql.ts';

/** Record types and validation rules of an object; absent where these credentials may not read them. */
export type ObjectSetup = Pick<ObjectDescription, 'recordTypes' | 'rules'>;

const listShape = z.object({ records: z.array(z.object({ Id: z.string() })) });
/** The formula stands in the metadata alone, which is shown for one rule at a time. */
const ruleShape = z.object({
  records: z
    .array(
      z.object({
        ValidationName: z.string(),
        Metadata: z.object({
          active: z.boolean(),
          errorConditionFormula: z.string(),
          errorMessage: z.string(),
          errorDisplayField: z.string().nullish(),
        }),
      }),
    )
    .length(1),
});

/** More rules than this on one object are left out: each costs a call. */
const mostRules = 200;

/**
 * What an administrator set up on objects, beside fields.
 * @source https://developer.salesforce.com/docs/atlas.en-us.260.0.api_tooling.meta/api_tooling/tooling_api_objects_validationrule.htm, checked 2026-11
 */
export async function setupOf(
  context: Context,
  objects: readonly string[],
  options: CallOptions,
): Promise<ReadonlyMap<string, ObjectSetup>> {
  const asked = [
    {
      soql: soql`SELECT Name, SobjectType FROM RecordType WHERE IsActive = true AND SobjectType IN ${objects} ORDER BY Name`,
      optional: true,
    },
  ];
  const [types = null] = await rowsOf(context.wire, asked, options);
  const setup = new Map<string, ObjectSetup>();
  for (const object of objects) {
    const rules = await rulesOf(context, object, { ...options, most: mostRules });
    const recordTypes = types?.filter((row) => text(row, 'SobjectType') === object).map((row) => ({ name: text(row, 'Name') ?? '' }));
    setup.set(object, { ...(recordTypes === undefined ? {} : { recordTypes }), ...(rules === null ? {} : { rules: rules.list }) });
  }
  return setup;
}

/** An object's rules by name, at most `most` of the `total`; null where they may not be read. */
export async function rulesOf(
  context: Context,
  object: string,
  { most, ...options }: CallOptions & { readonly most: number },
): Promise<{ readonly list: readonly ValidationRule[]; readonly total: number } | null> {
  const ask = (query: Soql): Promise<{ readonly body: unknown }> =>
    context.wire.call({ method: 'GET', path: `/tooling/query?q=${encodeURIComponent(query.text)}`, refusable: true, ...options });
  const list = listShape.safeParse(
    (await ask(soql`SELECT Id FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = ${object}`)).body,
  );
  if (!list.success) return null;
  const rules: ValidationRule[] = [];
  for (const { Id } of list.data.records.slice(0, most)) {
    const one = ruleShape.safeParse((await ask(soql`SELECT ValidationName, Metadata FROM ValidationRule WHERE Id = ${Id}`)).body);
    const [rule] = one.data?.records ?? [];
    if (rule === undefined) continue;
    const { active, errorConditionFormula, errorMessage, errorDisplayField } = rule.Metadata;
    rules.push({
      name: rule.ValidationName,
      active,
      formula: errorConditionFormula,
      message: errorMessage,
      field: errorDisplayField ?? null,
    });
  }
  return { list: rules.toSorted((a, b) => (a.name < b.name ? -1 : 1)), total: list.data.records.length };
}
