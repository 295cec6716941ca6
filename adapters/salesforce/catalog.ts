import { z } from 'zod';
import type { CallOptions } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { parseErrors } from './classify.ts';
import { system } from './limits.ts';
import { chunks, composite } from './query.ts';
import { badAnswer } from './row.ts';
import type { Wire } from './wire.ts';

export interface FieldShape {
  readonly name: string;
  readonly label: string;
  /** Salesforce's word: `string`, `picklist`, `currency`, `datetime`, … */
  readonly type: string;
  readonly length: number;
  /** Decimals of a number. */
  readonly scale?: number | undefined;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly nillable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly restrictedPicklist: boolean;
  readonly unique: boolean;
  readonly externalId: boolean;
  readonly picklistValues: readonly {
    readonly value: string;
    readonly label: string;
    readonly active: boolean;
    readonly defaultValue: boolean;
  }[];
}

/** What these credentials see of an object. A field that is hidden from them is not there. */
export interface ObjectShape {
  readonly name: string;
  readonly label: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly fields: ReadonlyMap<string, FieldShape>;
}

/** The objects' shapes, read together in one call and kept for an hour or until `refresh`. */
export interface Catalog {
  /** Null when the object doesn't exist here or is hidden from these credentials. */
  object(name: ObjectName, options?: CallOptions): Promise<ObjectShape | null>;
  /** @throws {CrmError} `NO_PERMISSION` when the object is not visible */
  required(name: ObjectName, options?: CallOptions): Promise<ObjectShape>;
  refresh(): void;
}

export const objectNames = [
  'Lead',
  'Contact',
  'Account',
  'Campaign',
  'CampaignMember',
  'Opportunity',
  'OpportunityContactRole',
  'Task',
  'Event',
  'User',
] as const;
export type ObjectName = (typeof objectNames)[number];

const describeSchema = z.object({
  name: z.string(),
  label: z.string().default(''),
  createable: z.boolean().default(false),
  updateable: z.boolean().default(false),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string().default(''),
      type: z.string(),
      length: z.number().default(0),
      scale: z.int().min(0).max(18).optional(),
      createable: z.boolean().default(false),
      updateable: z.boolean().default(false),
      nillable: z.boolean().default(true),
      defaultedOnCreate: z.boolean().default(false),
      restrictedPicklist: z.boolean().default(false),
      unique: z.boolean().default(false),
      externalId: z.boolean().default(false),
      picklistValues: z
        .array(
          z.object({
            value: z.string(),
            label: z.string().nullish(),
            active: z.boolean().default(true),
            defaultValue: z.boolean().default(false),
          }),
        )
        .nullish(),
    }),
  ),
});

/** Subrequests in one composite call. */
const perComposite = 25;
/** A process that runs for days sees an admin's new fields within this time. */
const maxAgeMs = 60 * 60_000;

export function createCatalog(wire: Wire): Catalog {
  let held: Promise<ReadonlyMap<string, ObjectShape>> | null = null;
  let heldSince = 0;
  const loaded = (options: CallOptions): Promise<ReadonlyMap<string, ObjectShape>> => {
    const now = wire.ports.clock.now();
    if (held !== null && now - heldSince < maxAgeMs) return held;
    const loading = describeAll(wire, options);
    held = loading;
    heldSince = now;
    loading.catch(() => {
      if (held === loading) held = null;
    });
    return loading;
  };
  const object = async (name: ObjectName, options: CallOptions = {}): Promise<ObjectShape | null> =>
    (await loaded(options)).get(name) ?? null;
  return {
    object,
    required: async (name, options) => {
      const shape = await object(name, options);
      if (shape !== null) return shape;
      throw new CrmError('NO_PERMISSION', `${system}: the object ${name} is not visible to the user that Truce runs as.`, {
        system,
        failure: 'permission',
        hint: `Assign the permission set Truce_Integration to that user; it grants access to ${name}.`,
      });
    },
    refresh: () => {
      held = null;
    },
  };
}

async function describeAll(wire: Wire, options: CallOptions): Promise<ReadonlyMap<string, ObjectShape>> {
  const shapes = new Map<string, ObjectShape>();
  for (const part of chunks(objectNames, perComposite)) {
    const calls = part.map((name) => ({ method: 'GET' as const, path: `/sobjects/${name}/describe` }));
    const { answers } = await composite(wire, calls, { ...options, repeatable: true });
    for (const [index, answer] of answers.entries()) {
      const name = part[index] ?? '';
      if (answer.status >= 400) {
        const [error] = parseErrors(answer.body);
        // Hidden and absent look the same, on purpose of Salesforce.
        if (error !== undefined && answer.status < 500) continue;
        throw badAnswer(`the description of ${name} failed with status ${answer.status}`);
      }
      shapes.set(name, toShape(answer.body, name));
    }
  }
  return shapes;
}

function toShape(body: unknown, name: string): ObjectShape {
  const parsed = describeSchema.safeParse(body);
  if (!parsed.success) throw badAnswer(`the description of ${name} has another shape`);
  const { fields, ...shape } = parsed.data;
  return {
    ...shape,
    fields: new Map(
      fields.map((field) => [
        field.name,
        { ...field, picklistValues: (field.picklistValues ?? []).map((option) => ({ ...option, label: option.label ?? option.value })) },
      ]),
    ),
  };
}

/** Those of the fields that exist and are visible, in the order asked for; the rest is absent, which is not the same as empty. */
export function visible(shape: ObjectShape, fields: readonly string[]): readonly string[] {
  return fields.filter((field) => shape.fields.has(field));
}
