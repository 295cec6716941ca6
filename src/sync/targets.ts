import type { Description, FieldDescription } from '../crm.ts';
import type { FieldValue } from '../model/words.ts';
import { canonicalOf } from './carry.ts';
import { shown } from './values.ts';

/** What a CRM says of its people's fields, as the planner asks for it. */
export interface Targets {
  /** The automation that a write to a field may start; null when none is known. */
  sideEffect(field: string): string | null;
  /** Why a value can't be written to a field of a record type; null when it can. */
  obstacle(object: string, field: string, value: FieldValue): { readonly cause: string; readonly fix: string } | null;
  /** Whether any record type has the field, and whether one can be written. */
  field(name: string): { readonly exists: boolean; readonly writable: boolean; readonly type: FieldDescription['type'] | null };
  /** A picklist's options in the CRM's order; empty for other fields. */
  options(name: string): readonly string[];
}

/** Reads a CRM's description for the planner. Pure. */
export function targetsOf(description: Description): Targets {
  const objects = new Map<string, ReadonlyMap<string, FieldDescription>>();
  for (const object of description.objects) {
    if (object.kind === 'person') objects.set(object.object, new Map(object.fields.map((field) => [field.name, field])));
  }
  const automation = new Map<string, string[]>();
  for (const { field, name, kind } of description.automation ?? [])
    automation.set(field, [...(automation.get(field) ?? []), `${kind} "${name}"`]);
  return {
    sideEffect: (field) => {
      const started = automation.get(field);
      return started === undefined ? null : `May start ${started.join(', ')}.`;
    },
    obstacle: (object, field, value) => {
      const described = objects.get(object)?.get(field);
      return described === undefined ? null : obstacleIn(described, value);
    },
    field: (name) => {
      const found = [...objects.values()].flatMap((fields) => fields.get(name) ?? []);
      return { exists: found.length > 0, writable: found.some((field) => field.writable), type: found[0]?.type ?? null };
    },
    options: (name) => {
      const [first] = [...objects.values()].flatMap((fields) => fields.get(name) ?? []);
      return first?.options.map((option) => option.value) ?? [];
    },
  };
}

function obstacleIn(field: FieldDescription, value: FieldValue): { readonly cause: string; readonly fix: string } | null {
  if (!field.writable)
    return {
      cause: `The field ${field.name} can't be written.`,
      fix: 'Grant the integration edit access to the field, or map another one.',
    };
  if (value === null)
    return field.required ? { cause: `The field ${field.name} may not be empty.`, fix: 'Set `blankOverwrites` to false for it.' } : null;
  if (field.type === 'multi-picklist' && field.restricted) {
    const known = new Set(field.options.filter((each) => each.active).map((each) => each.value));
    const missing = String(value)
      .split(';')
      .find((part) => !known.has(part.trim()));
    if (missing !== undefined)
      return { cause: `${shown(missing)} is not among the options of ${field.name}.`, fix: 'Add the option in the CRM.' };
  }
  if (field.type === 'picklist' && field.options.length > 0) {
    const option = field.options.find((each) => each.value === value);
    if (option?.converted === true)
      return {
        cause: `${shown(value)} of ${field.name} is reached by converting the lead only.`,
        fix: 'Map the rung to another value, or hold it.',
      };
    if (field.restricted && option?.active !== true) {
      return {
        cause: `${shown(value)} is not among the options of ${field.name}.`,
        fix: 'Add the option in the CRM, or map the rung to one that is there.',
      };
    }
  }
  const decimals = field.scale === undefined ? 0 : (/\.(\d*?)0*$/.exec(canonicalOf(value, 'number'))?.[1]?.length ?? 0);
  if (field.scale !== undefined && decimals > field.scale)
    return {
      cause: `The value has more decimals than the ${field.scale} that ${field.name} holds.`,
      fix: 'Round the value; Truce rounds none, or the rounded one would come back.',
    };
  if (field.maxLength !== null && String(value).length > field.maxLength) {
    return {
      cause: `The value is longer than the ${field.maxLength} characters that ${field.name} holds.`,
      fix: 'Shorten the value; Truce cuts none.',
    };
  }
  return null;
}
