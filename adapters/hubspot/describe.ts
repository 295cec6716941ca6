import type { DescribeOptions, Description, FieldDescription, ObjectDescription, OwnFieldState, WriteKind } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { TokenInfo } from './account.ts';
import { automationOf } from './automation.ts';
import type { Property } from './catalogue.ts';
import { findConnector } from './describe-connector.ts';
import { leadField } from './leads.ts';
import { contactObject } from './map.ts';
import { hubspotTypes, objectOf, ownName, ownTypes } from './own.ts';
import { checkPermissions } from './permissions.ts';
import { volumesOf } from './volumes.ts';
import type { Room } from './room.ts';

const described: readonly {
  readonly type: string;
  readonly object: string;
  readonly label: string;
  readonly kind: ObjectDescription['kind'];
}[] = [
  { type: 'contacts', object: contactObject, label: 'Contact', kind: 'person' },
  { type: 'campaigns', object: 'campaign', label: 'Campaign', kind: 'campaign' },
  { type: 'deals', object: 'deal', label: 'Deal', kind: 'deal' },
];

/** `Crm.describe`. Workflows are looked for only where properties are named, for they cost calls and a scope of their own. */
export async function describe(
  room: Room,
  token: TokenInfo | null,
  { signal, automation, volumes = false, leads = false }: DescribeOptions & { readonly leads?: boolean },
): Promise<Description> {
  const objects: ObjectDescription[] = [];
  for (const { type, object, label, kind } of described) {
    const properties = await catalogueOrNone(room, type, signal);
    const fields = [...properties.values()].map((property) => fieldOf(property, kind));
    objects.push({ object, label, kind, fields: kind === 'person' && leads ? [...fields, ...(await leadFields(room, signal))] : fields });
  }
  const permissions = await checkPermissions(room, token, signal);
  return {
    objects,
    permissions,
    own: await ownStates(room, signal),
    connector: await findConnector(room, await catalogueOrNone(room, 'contacts', signal), signal),
    ...(automation === undefined ? { automation: null } : await automationOf(room, automation, signal)),
    ...(volumes ? { volumes: await volumesOf(room, signal) } : {}),
  };
}

/** The fields of leads, as those of contacts; none where the portal has no leads, or these credentials don't reach them. */
async function leadFields(room: Room, signal: AbortSignal | undefined): Promise<readonly FieldDescription[]> {
  const properties = await catalogueOrNone(room, 'leads', signal);
  if (properties.size === 0) return [];
  const stages = await room.leadStages(signal);
  return [...properties.values()].map((property) => leadField(fieldOf(property, 'person'), stages));
}

/** The properties of a type; none where these credentials or this portal's products don't reach it. */
export async function catalogueOrNone(
  room: Room,
  objectType: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Property>> {
  try {
    return await room.catalogue.of(objectType, signal);
  } catch (error) {
    if (error instanceof CrmError && error.failure === 'permission') return new Map();
    throw error;
  }
}

/** Properties whose definition says read-only although the campaigns API writes them. @source live-checked by third parties, 2026-09 */
const writableAnyway: ReadonlySet<string> = new Set(['hs_name', 'hs_utm']);

function fieldOf(property: Property, kind: ObjectDescription['kind']): FieldDescription {
  const readOnly = property.modificationMetadata?.readOnlyValue === true && !(kind === 'campaign' && writableAnyway.has(property.name));
  return {
    name: property.name,
    label: property.label === '' ? property.name : property.label,
    type: typeOf(property),
    writable: !readOnly,
    required: false,
    options: property.options.map((option) => ({
      value: option.value,
      label: option.label === '' ? option.value : option.label,
      // Hidden options are kept from forms, yet take values.
      active: true,
      isDefault: false,
      converted: false,
    })),
    restricted: property.type === 'enumeration' && !property.externalOptions,
    maxLength: property.type === 'string' ? 65_536 : null,
    historyTracked: null,
  };
}

function typeOf(property: Property): FieldDescription['type'] {
  if (property.referencedObjectType !== null || property.externalOptions) return 'reference';
  switch (property.type) {
    case 'enumeration':
      if (property.fieldType === 'booleancheckbox') return 'boolean';
      return property.fieldType === 'checkbox' ? 'multi-picklist' : 'picklist';
    case 'number':
      return property.showCurrencySymbol ? 'money' : 'number';
    case 'bool':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return 'instant';
    case 'string':
    case 'phone_number':
      return 'text';
    default:
      return 'other';
  }
}

/** What of Truce's own fields is there, and of the right kind. */
async function ownStates(room: Room, signal: AbortSignal | undefined): Promise<readonly OwnFieldState[]> {
  const states: OwnFieldState[] = [];
  for (const [on, stems] of ownTypes) {
    const properties = await catalogueOrNone(room, objectOf.get(on) ?? '', signal);
    for (const [stem, type] of stems) {
      const name = ownName(stem);
      states.push({ on, stem, name, ...stateOf(properties.get(name), hubspotTypes[type], { unique: type === 'unique-text', on }) });
    }
  }
  return states;
}

function stateOf(
  property: Property | undefined,
  wanted: (typeof hubspotTypes)[keyof typeof hubspotTypes],
  { unique, on }: { readonly unique: boolean; readonly on: WriteKind },
): Pick<OwnFieldState, 'state' | 'fix'> {
  if (property === undefined) {
    return { state: 'missing', fix: `Run \`truce provision\`: it writes the list for an admin, or creates the ${on} properties itself.` };
  }
  if (!wanted.accepted.includes(property.type)) {
    return { state: 'wrong-type', fix: `Delete this property in HubSpot and run \`truce provision\`: it must be of type ${wanted.type}.` };
  }
  if (unique && !property.hasUniqueValue) {
    return { state: 'wrong-type', fix: 'Delete this property in HubSpot and run `truce provision`: it must require unique values.' };
  }
  if (property.modificationMetadata?.readOnlyValue === true) {
    return { state: 'read-only', fix: 'Let integrations edit this property in its settings.' };
  }
  return { state: 'ready', fix: '' };
}
