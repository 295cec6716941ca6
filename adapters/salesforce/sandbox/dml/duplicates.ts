import { DuplicatesProblem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { DuplicateOptions, WriteContext } from '../org.ts';
import { jsonValue } from '../soql/values.ts';
import type { Row } from '../store.ts';
import { changes } from './draft.ts';
import type { Draft } from './draft.ts';
import { personKeys, sameCompany, samePerson, traitsOf } from './matching.ts';

/** `block`: refused whatever the request says; `alert`: saved when the request acknowledges it; `report`: saved. */
export type DuplicateAction = 'block' | 'alert' | 'report';

/** An active duplicate rule of one object. */
export interface DuplicateRule {
  readonly name: string;
  readonly onCreate: DuplicateAction;
  readonly onEdit: DuplicateAction;
  /** What a person is told. */
  readonly message: string;
}

/** The standard rules: name, and the objects they compare with, each by its matching rule. */
export const STANDARD_DUPLICATE_RULES: Readonly<
  Record<'Lead' | 'Contact' | 'Account', { readonly name: string; readonly label: string; readonly compares: readonly string[] }>
> = {
  Lead: { name: 'Standard_Lead_Duplicate_Rule', label: 'Standard Lead Duplicate Rule', compares: ['Lead', 'Contact'] },
  Contact: { name: 'Standard_Contact_Duplicate_Rule', label: 'Standard Contact Duplicate Rule', compares: ['Contact', 'Lead'] },
  Account: { name: 'Standard_Account_Duplicate_Rule', label: 'Standard Account Duplicate Rule', compares: ['Account'] },
};

const MATCHING_RULES: Readonly<Record<string, string>> = {
  Lead: 'Standard_Lead_Match_Rule_v1_0',
  Contact: 'Standard_Contact_Match_Rule_v1_1',
  Account: 'Standard_Account_Match_Rule_v1_0',
};

/** What the matching rules look at: an edit of anything else finds nothing new. */
const WATCHED =
  /^(?:FirstName|LastName|Email|Phone|Title|Company|Name|Website|AccountId|(?:Mailing|Billing)?(?:Street|City|State|PostalCode))$/;

const BARE: DuplicateOptions = { allowSave: false, includeRecordDetails: false, base: '/services/data/v67.0' };

/**
 * Runs the duplicate rule of a draft's object, if there is an active one. Seeded records are those that somebody saved
 * in spite of it.
 * @throws {DuplicatesProblem} DUPLICATES_DETECTED, with the records it looks like.
 */
export function refuseDuplicates(context: WriteContext, draft: Draft): void {
  const rule = context.org.custom.duplicateRules.get(draft.def.name);
  if (rule === undefined || context.trusted) return;
  const action = draft.before === null ? rule.onCreate : rule.onEdit;
  const options = context.duplicates ?? BARE;
  if (action === 'report' || (action === 'alert' && options.allowSave)) return;
  if (draft.before !== null && ![...draft.def.fields.values()].some((field) => WATCHED.test(field.name) && changes(draft, field.name)))
    return;
  const object = draft.def.name as keyof typeof STANDARD_DUPLICATE_RULES;
  const results = STANDARD_DUPLICATE_RULES[object].compares.flatMap((other) => {
    const rows = lookAlikes(context, draft, other);
    return rows.length === 0 ? [] : [matchResult(context, options, other, rows)];
  });
  if (results.length === 0) return;
  throw new DuplicatesProblem(rule.message, {
    allowSave: action === 'alert',
    duplicateRule: rule.name,
    duplicateRuleEntityType: draft.def.name,
    errorMessage: rule.message,
    matchResults: results,
  });
}

/** Live records of an object that look like the draft; converted leads are nobody's duplicates. */
function lookAlikes(context: WriteContext, draft: Draft, object: string): readonly Row[] {
  const { store } = context.org;
  const mine = traitsOf(store, draft.def.name, (field) => draft.values.get(field) ?? null);
  const company = object === 'Account';
  const candidates = company ? (store.find(object, 'Name', draft.values.get('Name') ?? '') ?? []) : namesakes(context, draft, object);
  return candidates.filter((row) => {
    if (row.id === draft.id || store.value(row, 'IsDeleted') === true || store.value(row, 'IsConverted') === true) return false;
    const other = traitsOf(store, object, (field) => store.value(row, field));
    return company ? sameCompany(mine, other) : samePerson(mine, other);
  });
}

function namesakes(context: WriteContext, draft: Draft, object: string): readonly Row[] {
  const { store, custom } = context.org;
  let keys = custom.personKeys.get(object);
  if (keys === undefined) custom.personKeys.set(object, (keys = personKeys(store, object)));
  const mine = traitsOf(store, draft.def.name, (field) => draft.values.get(field) ?? null);
  const found = new Map<string, Row>();
  for (const id of keys.named(mine.first, mine.last)) {
    const row = store.row(id);
    if (row !== undefined) found.set(id, row);
  }
  if (mine.email !== null) for (const row of store.find(object, 'Email', mine.email) ?? []) found.set(row.id, row);
  return [...found.values()];
}

function matchResult(context: WriteContext, options: DuplicateOptions, object: string, rows: readonly Row[]): JsonObject {
  return {
    entityType: object,
    errors: [],
    matchEngine: 'FuzzyMatchEngine',
    matchRecords: rows.map((row) => ({
      additionalInformation: [],
      fieldDiffs: [],
      matchConfidence: 100,
      record: recordOf(context, options, row),
    })),
    rule: MATCHING_RULES[object] ?? '',
    size: rows.length,
    success: true,
  };
}

function recordOf(context: WriteContext, options: DuplicateOptions, row: Row): JsonObject {
  const { store, access } = context.org;
  const record: Record<string, unknown> = {
    attributes: { type: row.def.name, url: `${options.base}/sobjects/${row.def.name}/${row.id}` },
    Id: row.id,
  };
  if (!options.includeRecordDetails) return record;
  for (const field of row.def.fields.values()) {
    const value = store.read(row, field);
    if (value !== null && access.field(context.userId, row.def, field).read) record[field.name] = jsonValue(field, value);
  }
  return record;
}
