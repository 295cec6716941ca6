import { z } from 'zod';
import type { AccountInfo, Description, FieldDescription, ObjectDescription, OwnFieldState } from './crm.ts';
import { ConfigError } from './errors.ts';
import type { SideFacts } from './sync/check.ts';
import type { Side } from './model/words.ts';

/** What both CRMs' administrators set up, without anybody's data: fields, picklists, record types, validation rules. */
export interface SchemaFile {
  readonly format: 'truce-schema';
  readonly version: 1;
  readonly marketing: SchemaSide;
  readonly sales: SchemaSide;
}

/** One CRM's part of a schema file. */
export interface SchemaSide {
  /** The adapter's name, for example `hubspot`. */
  readonly system: string;
  readonly account: Pick<AccountInfo, 'id' | 'timeZone' | 'currency' | 'multiCurrency' | 'apiVersion'>;
  /** Fields by name, in alphabetical order. */
  readonly objects: readonly ObjectDescription[];
  /** Truce's own fields. */
  readonly own: readonly OwnFieldState[];
}

const text = z.string().max(2000);
const name = z.string().regex(/^\w{1,128}$/, 'letters, digits and _');

const option = z.strictObject({
  value: text,
  label: text,
  active: z.boolean(),
  isDefault: z.boolean(),
  converted: z.boolean(),
});

const field = z.strictObject({
  name,
  label: text,
  type: z.enum(['text', 'number', 'boolean', 'date', 'instant', 'picklist', 'multi-picklist', 'money', 'reference', 'other']),
  writable: z.boolean(),
  required: z.boolean(),
  options: z.array(option).max(10_000),
  restricted: z.boolean(),
  maxLength: z.int().min(0).max(10_000_000).nullable(),
  scale: z.int().min(0).max(18).optional(),
  historyTracked: z.boolean().nullable(),
});

const object = z.strictObject({
  object: name,
  label: text,
  kind: z.enum(['person', 'campaign', 'deal']),
  fields: z.array(field).max(5000),
  recordTypes: z
    .array(z.strictObject({ name: text.min(1) }))
    .max(500)
    .optional(),
  rules: z
    .array(
      z.strictObject({
        name,
        active: z.boolean(),
        formula: z.string().max(10_000),
        message: text,
        field: name.nullable(),
      }),
    )
    .max(2000)
    .optional(),
});

const side = z.strictObject({
  system: name,
  account: z.strictObject({
    id: name,
    timeZone: z.string().max(100).nullable(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .nullable(),
    multiCurrency: z.boolean(),
    apiVersion: z.string().max(50),
  }),
  objects: z.array(object).max(100),
  own: z
    .array(
      z.strictObject({
        on: z.enum(['person', 'campaign', 'member']),
        stem: name,
        name: z.string().regex(/^[\w.]{1,200}$/, 'letters, digits, _ and .'),
        state: z.enum(['ready', 'missing', 'invisible', 'read-only', 'wrong-type']),
        fix: text,
      }),
    )
    .max(500),
});

const file = z.strictObject({ format: z.literal('truce-schema'), version: z.literal(1), marketing: side, sales: side });

/**
 * Checks what a schema file holds.
 * @throws {ConfigError} SCHEMA_INVALID naming each member that is wrong, by its path
 */
export function parseSchemaFile(given: unknown): SchemaFile {
  const parsed = file.safeParse(given);
  const problems = parsed.success
    ? twice(parsed.data as SchemaFile)
    : parsed.error.issues.slice(0, 20).map((issue) => ({
        path: pathOf(issue.path),
        expected: issue.message.replace(/^Invalid (?:input: expected|option: expected) /, ''),
        got: got(given, issue.path),
      }));
  if (problems.length === 0) return parsed.data as SchemaFile;
  throw new ConfigError('SCHEMA_INVALID', 'The schema file is not valid.', {
    hint: 'Write it anew with `truce check --save-schema FILE`, by this version of Truce.',
    problems,
  });
}

/** Names that stand twice: a later one would silently replace an earlier one. */
function twice(schema: SchemaFile): { readonly path: string; readonly expected: string; readonly got: string }[] {
  return (['marketing', 'sales'] as const).flatMap((which) =>
    schema[which].objects.flatMap((described, index) => {
      const seen = new Set<string>();
      return described.fields.flatMap((one, place) => {
        const key = one.name.toLowerCase();
        const path = `${which}.objects[${index}].fields[${place}].name`;
        if (seen.has(key)) return [{ path, expected: 'a name used once', got: JSON.stringify(one.name) }];
        seen.add(key);
        return [];
      });
    }),
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return (
    path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('') ||
    '(the whole file)'
  );
}

function got(given: unknown, path: readonly PropertyKey[]): string {
  let value = given;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return 'nothing';
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

/** What both CRMs said of themselves, as a schema file: no name of a person, no value of a record. */
export function schemaFileOf(facts: Readonly<Record<Side, SideFacts>>): SchemaFile {
  return { format: 'truce-schema', version: 1, marketing: sideOf(facts.marketing), sales: sideOf(facts.sales) };
}

function sideOf({ system, account, description }: SideFacts): SchemaSide {
  const { id, timeZone, currency, multiCurrency, apiVersion } = account;
  return {
    system,
    account: { id, timeZone, currency, multiCurrency, apiVersion },
    objects: description.objects.map((described) => ({
      ...described,
      fields: described.fields.map(withoutPeople).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    })),
    own: description.own,
  };
}

/** A reference's options are records, owners among them: they are nobody's schema. */
function withoutPeople(described: FieldDescription): FieldDescription {
  return described.type === 'reference' ? { ...described, options: [] } : described;
}

/** A schema file's side as the facts of a check. What only a live CRM can tell, permissions and other writers, is left open. */
export function factsOf({ system, account, objects, own }: SchemaSide): SideFacts {
  const description: Description = { objects, own, permissions: [], connector: null, automation: null };
  return {
    system,
    account: {
      ...account,
      name: "the schema file's account",
      sandbox: false,
      self: { userId: null, appId: null, name: 'nobody' },
      links: {},
    },
    description,
  };
}
