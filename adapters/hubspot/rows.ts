import type { RejectCode, WriteItem, WriteKind, WriteResult } from '../../src/crm.ts';
import type { RecordId } from '../../src/model/words.ts';
import { valueType } from './catalogue.ts';
import type { Property } from './catalogue.ts';
import type { Problem } from './classify.ts';
import { isMoney, ownName } from './own.ts';
import { toHubspot } from './values.ts';

/** One write, ready to be sent. */
export interface Row {
  readonly item: WriteItem;
  readonly properties: ReadonlyMap<string, string>;
}

type Rejected = Extract<WriteResult, { status: 'rejected' }>;

/** A refusal as data. */
export function rejected(
  item: WriteItem,
  code: RejectCode,
  words: { readonly cause: string; readonly fix: string; readonly retryable?: boolean; readonly existingId?: string | null },
): Rejected {
  return {
    intentId: item.intentId,
    status: 'rejected',
    code,
    cause: words.cause,
    fix: words.fix,
    retryable: words.retryable ?? false,
    ...(words.existingId === undefined || words.existingId === null ? {} : { existingId: words.existingId as RecordId }),
  };
}

const provisionFix = 'Create it with `truce provision`, or have an admin create it from the list that command writes.';

/**
 * Turns an item into properties, or refuses it before anything is sent: a single property that the portal does not have
 * would have the other ninety-nine rows refused as well.
 */
export function rowOf(kind: WriteKind, item: WriteItem, catalogue: ReadonlyMap<string, Property>): Row | Rejected {
  const properties = new Map<string, string>();
  for (const [name, value] of item.fields) {
    const property = catalogue.get(name);
    if (property === undefined) {
      return rejected(item, 'UNKNOWN_FIELD', {
        cause: `HubSpot has no ${kind} property ${quoted(name)}`,
        fix: `Correct the field's name in the configuration, or create the property in HubSpot. \`truce check\` lists them.`,
      });
    }
    properties.set(name, toHubspot(value, valueType(property)));
  }
  const own = new Map(item.own ?? []);
  if (item.key !== undefined && item.op === 'create') own.set('key', item.key);
  for (const [stem, value] of own) {
    const name = ownName(stem);
    const property = catalogue.get(name);
    if (property === undefined) {
      return rejected(item, 'UNKNOWN_FIELD', { cause: `HubSpot has no ${kind} property ${name} yet`, fix: provisionFix });
    }
    properties.set(name, toHubspot(value, isMoney(stem) ? 'text' : valueType(property)));
  }
  if (item.op === 'create' && (item.key ?? '') === '') {
    return rejected(item, 'REQUIRED_FIELD', {
      cause: 'a create came without its unique key',
      fix: 'Report this: creates always carry one.',
    });
  }
  if (item.op === 'update' && (item.id ?? '') === '') {
    return rejected(item, 'NOT_FOUND', { cause: 'an update came without a record id', fix: 'Report this: updates always carry one.' });
  }
  return { item, properties };
}

/** Names come from the outside: shortened, and only their harmless characters. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60).replace(/[^\w.-]/g, '?'));
}

const fixes: Readonly<Record<RejectCode, string>> = {
  NOT_FOUND: 'The record was deleted or never was. It is unlinked at the next run; restore it in HubSpot if that was a mistake.',
  MERGED: 'The record was merged into another one; the next run follows it.',
  CONVERTED: 'HubSpot converts nothing.',
  CHANGED_MEANWHILE: 'It is planned again at the next run.',
  DUPLICATE: 'Another record has this unique value. Merge the two in HubSpot, or correct the value.',
  INVALID_VALUE: 'Add the value to the property in HubSpot, or change what it is mapped to in the configuration.',
  UNKNOWN_FIELD: provisionFix,
  READ_ONLY_FIELD: 'HubSpot keeps this property itself: take it out of the configuration.',
  REQUIRED_FIELD: 'HubSpot demands a property that is not mapped: map it, or lift the demand in the property settings.',
  VALIDATION_RULE: 'The value breaks a rule that an admin set on the property: change the rule or the mapping.',
  NO_ACCESS: 'Add the missing scope to the service key or private app; adapters/hubspot/README.md lists them all.',
  LOCKED: 'It is tried again by itself.',
  NOT_SENT: 'It is planned again in the next run.',
  OTHER: 'Look the code up in HubSpot’s error reference; the record is tried again with a growing pause.',
};

const byCode: readonly (readonly [RegExp, RejectCode])[] = [
  [/^PROPERTY_DOESNT_EXIST$|^PROPERTY_NOT_FOUND$/, 'UNKNOWN_FIELD'],
  [/VALIDATION_RULE|PROPERTY_RULE/, 'VALIDATION_RULE'],
  [/READ_ONLY|FORBIDDEN_FOR_WRITE/, 'READ_ONLY_FIELD'],
  [/^MISSING_(?:CONDITIONAL_)?REQUIRED|^REQUIRED_/, 'REQUIRED_FIELD'],
  [/CONFLICT|ALREADY_EXISTS|DUPLICATE|UNIQUE/, 'DUPLICATE'],
  [/NOT_FOUND/, 'NOT_FOUND'],
  [/^INVALID_|_INVALID$|TOO_LONG|OUT_OF_RANGE|NOT_ALLOWED/, 'INVALID_VALUE'],
];

/** Truce's code for what HubSpot says, the most telling word first. */
function codeOf(problem: Problem, status: number | undefined): RejectCode {
  for (const [pattern, code] of byCode) if (problem.codes.some((word) => pattern.test(word))) return code;
  if (problem.category === 'OBJECT_NOT_FOUND' || status === 404) return 'NOT_FOUND';
  if (problem.category === 'CONFLICT' || problem.category === 'OBJECT_ALREADY_EXISTS' || status === 409) return 'DUPLICATE';
  if (problem.category === 'MISSING_SCOPES') return 'NO_ACCESS';
  return 'OTHER';
}

/** A refusal of one row, from what HubSpot said about it. */
export function refused(item: WriteItem, problem: Problem, status: number | undefined): Rejected {
  const code = codeOf(problem, status);
  const said = [problem.category, ...new Set(problem.codes)].filter((word) => word !== '').join(', ') || `status ${status ?? 'unknown'}`;
  const about = problem.properties.length === 0 ? '' : ` about ${[...new Set(problem.properties)].join(', ')}`;
  return rejected(item, code, { cause: `HubSpot: ${said}${about}`, fix: fixes[code], existingId: problem.existingId });
}

/** The words for a code, for refusals that are found out here. */
export function fixFor(code: RejectCode): string {
  return fixes[code];
}
