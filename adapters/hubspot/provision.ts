import type { OwnField, Provision, ProvisionOptions, ProvisionStep } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { HubspotRefusal } from './classify.ts';
import { catalogueOrNone } from './describe.ts';
import { hubspotTypes, objectOf, ownName } from './own.ts';
import type { Room } from './room.ts';
import { paths } from './wire.ts';

/** The property groups that HubSpot has from the beginning; campaigns have only this one. */
const groups: ReadonlyMap<string, string> = new Map([
  ['contacts', 'contactinformation'],
  ['campaigns', 'campaigninformation'],
]);

/** A property as HubSpot's properties API takes it. */
interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: string;
  readonly fieldType: string;
  readonly formField: boolean;
  readonly hasUniqueValue?: boolean;
  readonly numberDisplayHint?: string;
  readonly options?: readonly { readonly value: string; readonly label: string; readonly displayOrder: number; readonly hidden: boolean }[];
}

/** `Crm.provision`: the list for an admin, and where asked the properties themselves. Nothing that is there is changed. */
export async function provision(room: Room, fields: readonly OwnField[], options: ProvisionOptions): Promise<Provision> {
  const steps: ProvisionStep[] = [];
  const list: { readonly objectType: string; readonly property: NewProperty }[] = [];
  for (const field of fields) {
    const objectType = objectOf.get(field.on);
    // HubSpot has no campaign members: there is nothing to make them on.
    if (objectType === undefined) continue;
    const property = newProperty(field, groups.get(objectType) ?? '');
    list.push({ objectType, property });
    const what = `${objectType}.${property.name}`;
    const there = (await catalogueOrNone(room, objectType, options.signal)).get(property.name);
    if (there !== undefined) steps.push({ what, status: 'present', detail: `${there.type}, ${there.label}` });
    else if (!options.create) steps.push({ what, status: 'planned', detail: `${property.type}, ${property.label}` });
    else steps.push(await make(room, { what, objectType, property }, options.signal));
  }
  if (steps.some((step) => step.status === 'created')) room.catalogue.forget();
  const text = `${JSON.stringify({ note: `POST each to ${paths.properties}/OBJECT_TYPE, or create it by hand.`, properties: list }, null, 2)}\n`;
  return { steps, files: new Map([['hubspot-properties.json', text]]) };
}

function newProperty(field: OwnField, groupName: string): NewProperty {
  const { type, fieldType } = hubspotTypes[field.type];
  return {
    name: ownName(field.stem),
    label: field.label,
    description: field.help,
    groupName,
    type,
    fieldType,
    formField: false,
    ...(field.type === 'unique-text' ? { hasUniqueValue: true } : {}),
    ...(field.type === 'percent' ? { numberDisplayHint: 'percentage' } : {}),
    ...(field.type === 'choice'
      ? { options: (field.options ?? []).map((value, index) => ({ value, label: labelOf(value), displayOrder: index, hidden: false })) }
      : {}),
  };
}

function labelOf(value: string): string {
  return value.slice(0, 1).toUpperCase() + value.slice(1).replaceAll('_', ' ');
}

async function make(
  room: Room,
  { what, objectType, property }: { readonly what: string; readonly objectType: string; readonly property: NewProperty },
  signal: AbortSignal | undefined,
): Promise<ProvisionStep> {
  try {
    await room.wire.direct({ limit: 'general', repeatable: false, signal }, 'POST', `${paths.properties}/${objectType}`, property);
    return { what, status: 'created', detail: `${property.type}, ${property.label}` };
  } catch (error) {
    // Someone else was quicker: it is there, which was the wish.
    if (error instanceof HubspotRefusal && error.status === 409) return { what, status: 'present', detail: property.label };
    if (!(error instanceof CrmError)) throw error;
    if (!(error instanceof HubspotRefusal) && error.failure !== 'permission') throw error;
    return { what, status: 'failed', detail: `${error.message} ${error.hint}` };
  }
}
