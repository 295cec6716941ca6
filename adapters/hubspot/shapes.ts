import * as z from 'zod';
import { CrmError } from '../../src/errors.ts';

/** One entry of `propertiesWithHistory`, newest first in its list. */
export interface RawEntry {
  readonly value: string | null;
  readonly timestamp: string;
  readonly sourceType: string;
  readonly sourceId: string | null;
  readonly updatedByUserId: string | null;
}

/** A CRM object as HubSpot returns it, its names in Maps because portals choose them. */
export interface RawRecord {
  readonly id: string;
  readonly properties: ReadonlyMap<string, string | null>;
  readonly history: ReadonlyMap<string, readonly RawEntry[]>;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly archivedAt: string | null;
  readonly traceId: string | null;
  /** Ids by the other object's plural name, where associations were asked for. */
  readonly associated: ReadonlyMap<string, readonly string[]>;
}

const idText = z.union([z.string(), z.number()]).transform(String);
const optionalText = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => value ?? null);

/** An object with names of the portal's choosing; own properties only, so that `__proto__` is a name like any other. */
function named<T extends z.ZodType>(value: T): z.ZodType<ReadonlyMap<string, z.output<T>>> {
  return z.unknown().transform((given, context) => {
    const entries = new Map<string, z.output<T>>();
    if (given === undefined || given === null) return entries;
    if (typeof given !== 'object' || Array.isArray(given)) {
      context.addIssue({ code: 'custom', message: 'expected an object' });
      return z.NEVER;
    }
    for (const [name, one] of Object.entries(given)) {
      const parsed = value.safeParse(one);
      if (!parsed.success) {
        context.addIssue({ code: 'custom', message: 'unexpected value' });
        return z.NEVER;
      }
      entries.set(name, parsed.data);
    }
    return entries;
  });
}

const entry = z.object({
  value: optionalText,
  timestamp: z.string(),
  sourceType: z.string().catch('UNKNOWN'),
  sourceId: optionalText,
  updatedByUserId: optionalText,
});

const associatedTo = z
  .object({ results: z.array(z.object({ id: idText })) })
  .transform((value) => [...new Set(value.results.map((one) => one.id))]);

const rawRecord = z
  .object({
    id: idText,
    properties: named(optionalText).optional(),
    propertiesWithHistory: named(z.array(entry)).optional(),
    associations: named(associatedTo).optional(),
    createdAt: optionalText,
    updatedAt: optionalText,
    archivedAt: optionalText,
    objectWriteTraceId: optionalText,
  })
  .transform((value): RawRecord => ({
    id: value.id,
    properties: value.properties ?? new Map<string, string | null>(),
    history: value.propertiesWithHistory ?? new Map<string, readonly RawEntry[]>(),
    createdAt: value.createdAt,
    updatedAt: value.updatedAt,
    archivedAt: value.archivedAt,
    traceId: value.objectWriteTraceId,
    associated: value.associations ?? new Map<string, readonly string[]>(),
  }));

const next = z
  .object({ next: z.object({ after: idText }).optional() })
  .nullish()
  .transform((value) => value?.next?.after ?? null);

/** A page of a list or a search; `total` only in searches and lists of campaigns. */
export const pageShape = z.object({ results: z.array(rawRecord), paging: next, total: z.number().optional() });

/** A batch's answer. 207 or 200: `errors` may stand beside `results` in either. */
export const batchShape = z.object({ results: z.array(rawRecord), errors: z.array(z.unknown()).catch([]) });

/** Associations of many records. */
export const associationsShape = z.object({
  results: z.array(
    z.object({
      from: z.object({ id: idText }),
      to: z.array(
        z.object({
          toObjectId: idText,
          associationTypes: z.array(z.object({ typeId: z.number(), label: optionalText })).catch([]),
        }),
      ),
      paging: next,
    }),
  ),
});

export const ownersShape = z.object({
  results: z.array(
    z.object({
      id: idText,
      email: optionalText,
      type: z.string().catch('PERSON'),
      firstName: optionalText,
      lastName: optionalText,
      userId: optionalText,
      userIdIncludingInactive: optionalText,
      archived: z.boolean().catch(false),
      updatedAt: optionalText,
      teams: z.array(z.object({ name: z.string() })).catch([]),
    }),
  ),
  paging: next,
});

export const propertiesShape = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      label: z.string().catch(''),
      type: z.string(),
      fieldType: z.string().catch(''),
      hasUniqueValue: z.boolean().catch(false),
      archived: z.boolean().catch(false),
      referencedObjectType: optionalText,
      externalOptions: z.boolean().catch(false),
      showCurrencySymbol: z.boolean().catch(false),
      options: z.array(z.object({ value: z.string(), label: z.string().catch(''), hidden: z.boolean().catch(false) })).catch([]),
      modificationMetadata: z
        .object({ readOnlyValue: z.boolean().catch(false) })
        .optional()
        .catch(undefined),
    }),
  ),
});

export const pipelinesShape = z.object({
  results: z.array(
    z.object({
      id: idText,
      label: z.string().catch(''),
      stages: z.array(z.object({ id: idText, label: z.string().catch(''), metadata: named(optionalText).optional() })),
    }),
  ),
});

export const accountShape = z.object({
  portalId: idText,
  accountType: z.string().catch('STANDARD'),
  timeZone: optionalText,
  companyCurrency: optionalText,
  additionalCurrencies: z.array(z.string()).catch([]),
  uiDomain: z.string().catch('app.hubspot.com'),
});

export const tokenShape = z.object({ userId: optionalText, appId: optionalText, scopes: z.array(z.string()).catch([]) });

export const listShape = z.object({ list: z.object({ listId: idText, name: z.string() }) });
export const membershipsShape = z.object({
  results: z.array(z.object({ recordId: idText, membershipTimestamp: optionalText })),
  paging: next,
});

/**
 * Parses an answer; a body of another shape is an error of the protocol, never half-read data.
 * @throws {CrmError} `UNEXPECTED_ANSWER`
 */
export function parse<T extends z.ZodType>(shape: T, value: unknown, what: string): z.output<T> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  // Paths only: zod's messages may quote values.
  const where = parsed.error.issues
    .slice(0, 3)
    .map((issue) => issue.path.join('.') || 'the body')
    .join(', ');
  throw new CrmError('UNEXPECTED_ANSWER', `HubSpot answered ${what} in an unknown shape (at ${where}).`, {
    system: 'hubspot',
    failure: 'protocol',
    retryable: true,
    hint: 'Run again; if it stays, HubSpot has changed this API: please report it with the name of the call.',
  });
}
