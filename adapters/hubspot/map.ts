import type { Account, Campaign, Person, User } from '../../src/model/records.ts';
import type { FieldValue, Fields, RecordId } from '../../src/model/words.ts';
import type * as z from 'zod';
import { creatorOf, creatorProperties } from './actors.ts';
import type { Self } from './actors.ts';
import { valueType } from './catalogue.ts';
import type { Property } from './catalogue.ts';
import { ownName } from './own.ts';
import { fullSalesforceId } from './salesforce-ids.ts';
import type { RawRecord, ownersShape } from './shapes.ts';
import { fromHubspot, instantOf, moneyOf } from './values.ts';

/** The record type of every person here, as `Person.object` and `WriteItem.object` have it. */
export const contactObject = 'contact';

const utmNames = ['utm_campaign', 'utm_source', 'utm_medium', 'utm_content', 'utm_term'] as const;

/** The contact properties that a `Person` and its marketing touches are made of. */
export const contactProperties: readonly string[] = [
  'email',
  'hs_additional_emails',
  'firstname',
  'lastname',
  'company',
  'createdate',
  'lastmodifieddate',
  'hubspot_owner_id',
  'associatedcompanyid',
  'hs_analytics_source',
  'hs_analytics_source_data_1',
  'hs_analytics_source_data_2',
  'hs_analytics_first_url',
  'hs_analytics_first_timestamp',
  'first_conversion_date',
  'recent_conversion_date',
  'hs_email_last_click_date',
  'hubspotscore',
  'hs_email_optout',
  'hs_merged_object_ids',
  'hs_calculated_merged_vids',
  'salesforceleadid',
  'salesforcecontactid',
  ownName('cross_id'),
  ownName('key'),
  ...utmNames,
  ...creatorProperties,
];

/** A property's text; null when it is empty or was not returned. */
export function textOf(record: RawRecord, name: string): string | null {
  const value = record.properties.get(name);
  return value === undefined || value === '' ? null : value;
}

/** When the record changed last: contacts call it otherwise than every other object. */
export function modifiedOf(record: RawRecord): number {
  const at = instantOf(textOf(record, 'lastmodifieddate')) ?? instantOf(textOf(record, 'hs_lastmodifieddate'));
  return at ?? instantOf(record.updatedAt) ?? 0;
}

/** When the record was made. */
export function createdOf(record: RawRecord): number {
  return instantOf(textOf(record, 'createdate')) ?? instantOf(textOf(record, 'hs_createdate')) ?? instantOf(record.createdAt) ?? 0;
}

/**
 * The asked fields as the boundary has them, in the asked order. A field the portal does not have, or did not return, is
 * absent; an empty one is null.
 */
export function fieldsOf(record: RawRecord, names: readonly string[], catalogue: ReadonlyMap<string, Property>): Fields {
  const fields = new Map<string, FieldValue>();
  for (const name of names) {
    const property = catalogue.get(name);
    const value = record.properties.get(name);
    if (property !== undefined && value !== undefined) fields.set(name, fromHubspot(value, valueType(property)));
  }
  return fields;
}

/** A contact as a person. HubSpot converts nobody, and derives no status from deals. */
export function personOf(
  record: RawRecord,
  options: { readonly fields: readonly string[]; readonly catalogue: ReadonlyMap<string, Property>; readonly self: Self },
): Person {
  const name = [textOf(record, 'firstname'), textOf(record, 'lastname')].filter((part) => part !== null).join(' ');
  const emails = [textOf(record, 'email') ?? '', ...(textOf(record, 'hs_additional_emails') ?? '').split(';')];
  const crossIds = [ownName('cross_id'), 'salesforceleadid', 'salesforcecontactid'].map((property) => textOf(record, property));
  const score = Number(textOf(record, 'hubspotscore') ?? Number.NaN);
  return {
    id: record.id as RecordId,
    object: contactObject,
    createdAt: createdOf(record),
    emails: emails.map((email) => email.trim()).filter((email) => email !== ''),
    name: name === '' ? null : name,
    company: textOf(record, 'company'),
    crossIds: [...new Set(crossIds.filter((id) => id !== null).map(fullSalesforceId))],
    key: textOf(record, ownName('key')),
    accountId: textOf(record, 'associatedcompanyid') as RecordId | null,
    ownerId: textOf(record, 'hubspot_owner_id') as RecordId | null,
    channel: textOf(record, 'hs_analytics_source'),
    hints: hintsOf(record),
    score: Number.isFinite(score) ? score : null,
    optedOut: textOf(record, 'hs_email_optout') === 'true',
    createdBy: creatorOf(record, options.self),
    converted: null,
    dealOutcomes: [],
    fields: fieldsOf(record, options.fields, options.catalogue),
  };
}

/**
 * Where HubSpot's two drill-down properties hold the campaign's name, by original source.
 * @source https://knowledge.hubspot.com/properties/understand-source-properties, checked 2026-11
 */
const campaignDetail: ReadonlyMap<string, string> = new Map([
  ['PAID_SEARCH', 'hs_analytics_source_data_1'],
  ['EMAIL_MARKETING', 'hs_analytics_source_data_1'],
  ['OTHER_CAMPAIGNS', 'hs_analytics_source_data_1'],
  ['PAID_SOCIAL', 'hs_analytics_source_data_2'],
  ['SOCIAL_MEDIA', 'hs_analytics_source_data_2'],
]);

/** Campaign hints, the surest first: the portal's own UTM properties, the first page's address, the source's details. */
function hintsOf(record: RawRecord): ReadonlyMap<string, string> {
  const hints = new Map<string, string>();
  const offer = (name: string, value: string | null): void => {
    if (value !== null && value !== '' && !hints.has(name)) hints.set(name, value);
  };
  for (const name of utmNames) offer(name, textOf(record, name));
  const first = textOf(record, 'hs_analytics_first_url') ?? '';
  const query = first.includes('?') ? new URLSearchParams(first.slice(first.indexOf('?') + 1).split('#')[0]) : null;
  for (const name of utmNames) offer(name, query?.get(name) ?? null);
  const source = textOf(record, 'hs_analytics_source');
  const detail = campaignDetail.get(source ?? '');
  if (detail !== undefined) offer('utm_campaign', textOf(record, detail));
  offer('source', source);
  offer('source_data_1', textOf(record, 'hs_analytics_source_data_1'));
  offer('source_data_2', textOf(record, 'hs_analytics_source_data_2'));
  return hints;
}

/**
 * The contacts that were merged into this one, with the time where it is known. Since 2025 a merge makes a new record,
 * so both old ids appear here.
 */
export function mergedInto(record: RawRecord): readonly { readonly id: RecordId; readonly at: number }[] {
  const times = new Map<string, number>();
  for (const part of (textOf(record, 'hs_calculated_merged_vids') ?? '').split(';')) {
    const [id, at] = part.split(':');
    const instant = instantOf(at);
    if (id !== undefined && instant !== null) times.set(id.trim(), instant);
  }
  const ids = (textOf(record, 'hs_merged_object_ids') ?? '').split(';').map((id) => id.trim());
  return [...new Set([...ids, ...times.keys()])]
    .filter((id) => /^\d+$/.test(id) && id !== record.id)
    .map((id) => ({ id: id as RecordId, at: times.get(id) ?? modifiedOf(record) }));
}

export const companyProperties: readonly string[] = ['name', 'domain', 'numberofemployees', 'industry', 'country', 'hs_lastmodifieddate'];

/** A company as an account. */
export function accountOf(record: RawRecord): Account {
  const employees = Number(textOf(record, 'numberofemployees') ?? Number.NaN);
  return {
    id: record.id as RecordId,
    name: textOf(record, 'name'),
    domain: textOf(record, 'domain'),
    employees: Number.isFinite(employees) ? Math.trunc(employees) : null,
    industry: textOf(record, 'industry'),
    country: textOf(record, 'country'),
  };
}

/** The properties that the campaigns API lets anyone read; any other standard one is answered with 400. */
export const campaignProperties: readonly string[] = [
  'hs_name',
  'hs_utm',
  'hs_campaign_status',
  'hs_start_date',
  'hs_end_date',
  'hs_currency_code',
  'hs_spend_items_sum_amount',
  'hs_object_id',
];

/** A marketing campaign. Its id is the GUID of the campaigns API; associations go by `hs_object_id`. */
export function campaignOf(record: RawRecord, companyCurrency: string | null): Campaign {
  const currency = textOf(record, 'hs_currency_code');
  const cross = textOf(record, ownName('cross_id'));
  return {
    id: record.id as RecordId,
    name: textOf(record, 'hs_name') ?? '',
    parentId: null,
    // One theme here may stand for several campaigns there.
    crossIds: cross === null ? [] : cross.split(/[;,\s]+/).filter((id) => id !== ''),
    channel: null,
    utm: textOf(record, 'hs_utm'),
    status: textOf(record, 'hs_campaign_status'),
    startsAt: instantOf(textOf(record, 'hs_start_date')),
    endsAt: instantOf(textOf(record, 'hs_end_date')),
    createdAt: createdOf(record),
    cost: moneyOf(textOf(record, 'hs_spend_items_sum_amount'), currency ?? companyCurrency),
    currency,
  };
}

/** An owner as a user. `id` is the owner id, which records carry; `otherId` the user id, which histories name. */
export function userOf(owner: z.output<typeof ownersShape>['results'][number]): User {
  const name = [owner.firstName, owner.lastName].filter((part) => part !== null && part !== '').join(' ');
  return {
    id: owner.id as RecordId,
    otherId: (owner.userId ?? owner.userIdIncludingInactive) as RecordId | null,
    name: name === '' ? null : name,
    email: owner.email,
    active: !owner.archived,
    kind: owner.type === 'QUEUE' ? 'queue' : 'person',
    teams: owner.teams.map((team) => team.name),
    timeZone: null,
  };
}
