import type { InvalidValue } from './errors.ts';
import { invalidJson } from './errors.ts';
import type { Caller } from './http.ts';
import type { CrmRecord, Portal, PropertyDefinition, Table } from './model.ts';

/** What came of checking the properties of one input: what to write (empty string: clear), and what was refused. */
export interface CheckedValues {
  readonly values: ReadonlyMap<string, string>;
  readonly refused: readonly InvalidValue[];
}

/**
 * Checks and normalises the properties of a write. Numbers and booleans become text, `null` and `""` clear a value. What
 * nobody else may write, HubSpot's own integration may.
 * @throws {HubspotProblem} 400 when a value is an object or a list
 */
export function checkValues(portal: Portal, table: Table, properties: Readonly<Record<string, unknown>>, by?: Caller): CheckedValues {
  const values = new Map<string, string>();
  const refused: InvalidValue[] = [];
  for (const [name, raw] of Object.entries(properties)) {
    const text = asText(raw, name);
    const definition = table.definitions.get(name);
    if (definition === undefined || definition.archivedAt !== null) {
      refused.push({ error: 'PROPERTY_DOESNT_EXIST', name, message: `Property "${name}" does not exist` });
      continue;
    }
    if (definition.readOnlyValue && by?.kind !== 'connector') {
      refused.push({ error: 'READ_ONLY_VALUE', name, message: `"${name}" is a read only property; its value cannot be set.` });
      continue;
    }
    const outcome = text === '' ? { ok: true as const, value: '' } : normalise(portal, table, definition, text);
    if (outcome.ok) values.set(name, outcome.value);
    else refused.push({ error: outcome.error, name, message: outcome.message });
  }
  return { values, refused };
}

function asText(raw: unknown, name: string): string {
  if (raw === null || raw === undefined) return '';
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  throw invalidJson(`Cannot deserialize value of type \`java.lang.String\` for property ${name}`);
}

/** A value in its stored form, or why it was refused. */
type Normalised = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: string; readonly message: string };

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@.]{2,}$/;

/** One non-empty value in the form in which HubSpot stores and returns it. */
function normalise(portal: Portal, table: Table, definition: PropertyDefinition, text: string): Normalised {
  if (definition.name === 'email' && table.type.singular === 'contact') return email(text);
  if (definition.name === 'hubspot_owner_id') return owner(portal, text);
  if (isStageProperty(definition.name)) return stage(portal, table, definition.name, text);
  switch (definition.type) {
    case 'number':
      return number(text);
    case 'datetime':
      return instant(text);
    case 'date':
      return day(text);
    case 'bool':
      return text === 'true' || text === 'false' ? { ok: true, value: text } : option(text, ['true', 'false']);
    case 'enumeration':
      return choices(definition, text);
    default:
      return text.length > 65_536
        ? { ok: false, error: 'PROPERTY_VALUE_TOO_LONG', message: `${definition.name} can't be longer than 65536 characters` }
        : { ok: true, value: text };
  }
}

function email(text: string): Normalised {
  const value = text.trim().toLowerCase();
  return EMAIL.test(value) && value.length <= 254
    ? { ok: true, value }
    : { ok: false, error: 'INVALID_EMAIL', message: `Email address ${text} is invalid` };
}

// Assumed: the wording for an owner that does not exist.
function owner(portal: Portal, text: string): Normalised {
  return portal.owners.some((candidate) => candidate.id === text)
    ? { ok: true, value: text }
    : { ok: false, error: 'INVALID_OWNER_ID', message: `${text} is not a valid owner ID` };
}

function isStageProperty(name: string): boolean {
  return name === 'dealstage' || name === 'pipeline' || name === 'hs_pipeline_stage' || name === 'hs_pipeline';
}

function stage(portal: Portal, table: Table, name: string, text: string): Normalised {
  const pipelines = portal.pipelines.get(table.type.typeId);
  if (pipelines === undefined) return { ok: true, value: text };
  const known = name.endsWith('pipeline') ? pipelines.map((one) => one.id) : pipelines.flatMap((one) => one.stages.map((each) => each.id));
  return known.includes(text) ? { ok: true, value: text } : option(text, known);
}

function number(text: string): Normalised {
  const value = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)
    ? { ok: true, value }
    : { ok: false, error: 'INVALID_LONG', message: `${text} was not a valid long.` };
}

/** Datetimes are taken as ISO 8601 or epoch milliseconds and come back as ISO. */
function instant(text: string): Normalised {
  const at = parseInstant(text);
  return at === undefined
    ? { ok: false, error: 'INVALID_DATE', message: `${text} was not a valid date.` }
    : { ok: true, value: new Date(at).toISOString() };
}

/** Dates are taken as `YYYY-MM-DD` or as epoch milliseconds of midnight UTC, and come back as `YYYY-MM-DD`. */
function day(text: string): Normalised {
  const at = parseInstant(text);
  if (at === undefined || at % 86_400_000 !== 0) {
    return { ok: false, error: 'INVALID_DATE', message: `${text} is at not at midnight UTC or is not a valid date.` };
  }
  return { ok: true, value: new Date(at).toISOString().slice(0, 10) };
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Epoch milliseconds of an ISO 8601 text or of epoch milliseconds as text; undefined when it is neither. */
export function parseInstant(text: string): number | undefined {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  if (!ISO_INSTANT.test(text)) return undefined;
  const zoned = text.length === 10 || /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const at = Date.parse(zoned);
  return Number.isNaN(at) ? undefined : at;
}

function choices(definition: PropertyDefinition, text: string): Normalised {
  if (definition.externalOptions) return { ok: true, value: text };
  const allowed = definition.options.map((each) => each.value);
  const several = definition.fieldType === 'checkbox';
  const chosen = several ? text.split(';').filter((each) => each !== '') : [text];
  const unknown = chosen.find((each) => !allowed.includes(each));
  return unknown === undefined ? { ok: true, value: chosen.join(';') } : option(unknown, allowed);
}

/** @source recorded: GitHub gregorspan/csc-frodx issue 21 (2026-09) */
function option(text: string, allowed: readonly string[]): Normalised {
  return { ok: false, error: 'INVALID_OPTION', message: `${text} was not one of the allowed options: [${allowed.join(', ')}]` };
}

/**
 * Removes a lifecycle stage that lies before the present one: by API the stage only moves forward, unless it was
 * cleared before. Assumed: such a write is ignored without an error.
 * @source https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (checked 2026-11)
 */
export function withoutLifecycleSteps(table: Table, record: CrmRecord, values: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const next = values.get('lifecyclestage');
  const present = record.values.get('lifecyclestage');
  const stages = table.definitions.get('lifecyclestage')?.options.map((each) => each.value);
  if (next === undefined || next === '' || present === undefined || stages === undefined) return values;
  if (stages.indexOf(next) >= stages.indexOf(present)) return values;
  const kept = new Map(values);
  kept.delete('lifecyclestage');
  return kept;
}
