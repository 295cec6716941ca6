import type {
  Account,
  ActorRef,
  Campaign,
  Conversion,
  Deal,
  DealOutcome,
  DealPerson,
  Member,
  Person,
  Rate,
  User,
} from '../../src/model/records.ts';
import type { Fields, FieldValue, Instant, RecordId } from '../../src/model/words.ts';
import type { ObjectShape } from './catalog.ts';
import { visible } from './catalog.ts';
import { toMoney } from './money.ts';
import { ownName } from './own.ts';
import { day, decimal, fieldValue, flag, get, id, instant, number, requiredId, requiredInstant, text } from './row.ts';
import type { Row } from './row.ts';

/** Answers who a user id is. */
export type ActorOf = (userId: RecordId | null) => ActorRef;

const marketingHint = /^utm_?(source|medium|campaign|term|content)__c$/i;

/** Custom fields that carry UTM values, by the hint's name (`utm_campaign`). */
export const hintFields: (shape: ObjectShape) => ReadonlyMap<string, string> = oncePerShape((shape) => {
  const found = new Map<string, string>();
  for (const field of shape.fields.keys()) {
    const part = marketingHint.exec(field)?.[1]?.toLowerCase();
    if (part !== undefined && !found.has(`utm_${part}`)) found.set(`utm_${part}`, field);
  }
  return found;
});

/** Objects have hundreds of fields and are mapped a million times: what follows from the fields alone is found once. */
function oncePerShape<T>(find: (shape: ObjectShape) => T): (shape: ObjectShape) => T {
  const known = new WeakMap<ObjectShape, { readonly found: T }>();
  return (shape) => {
    const before = known.get(shape);
    if (before !== undefined) return before.found;
    const found = find(shape);
    known.set(shape, { found });
    return found;
  };
}

/** Fields that people records are read with, beside those the caller asks for. */
export function personFields(shape: ObjectShape, asked: readonly string[]): readonly string[] {
  const ofAll = 'Id SystemModstamp CreatedDate CreatedById IsDeleted MasterRecordId Name Email OwnerId LeadSource HasOptedOutOfEmail';
  const ofLeads = 'Company IsConverted ConvertedDate ConvertedContactId ConvertedAccountId ConvertedOpportunityId';
  const known = `${ofAll} ${shape.name === 'Lead' ? ofLeads : 'AccountId'}`.split(' ');
  const fields = [...new Set(visible(shape, [...known, ownName('key'), ownName('cross_id'), ...hintFields(shape).values(), ...asked]))];
  return shape.name === 'Contact' && fields.includes('AccountId') ? [...fields, 'Account.Name'] : fields;
}

export interface PersonContext {
  readonly shape: ObjectShape;
  /** The caller's fields. */
  readonly fields: readonly string[];
  readonly actorOf: ActorOf;
  /** The instant of a lead's conversion from its history, where that is kept. */
  readonly convertedAt: ReadonlyMap<RecordId, Instant>;
  readonly outcomes: ReadonlyMap<RecordId, readonly DealOutcome[]>;
}

export function toPerson(row: Row, context: PersonContext): Person {
  const { shape } = context;
  const personId = requiredId(row, 'Id');
  const email = text(row, 'Email');
  const crossId = text(row, ownName('cross_id'));
  const hints = [...hintFields(shape)].flatMap(([hint, field]): [string, string][] => {
    const value = text(row, field);
    return value === null ? [] : [[hint, value]];
  });
  return {
    id: personId,
    object: shape.name,
    createdAt: requiredInstant(row, 'CreatedDate'),
    emails: email === null ? [] : [email],
    name: text(row, 'Name'),
    company: text(row, shape.name === 'Lead' ? 'Company' : 'Account.Name'),
    crossIds: crossId === null ? [] : [crossId],
    key: text(row, ownName('key')),
    accountId: id(row, shape.name === 'Lead' ? 'ConvertedAccountId' : 'AccountId'),
    ownerId: id(row, 'OwnerId'),
    channel: text(row, 'LeadSource'),
    hints: new Map(hints),
    score: null,
    optedOut: flag(row, 'HasOptedOutOfEmail'),
    createdBy: context.actorOf(id(row, 'CreatedById')),
    converted: toConversion(row, personId, context),
    dealOutcomes: context.outcomes.get(personId) ?? [],
    fields: toFields(row, shape, context.fields),
  };
}

/** The history's instant where there is one; `ConvertedDate` is a day without a time. */
function toConversion(row: Row, personId: RecordId, context: PersonContext): Conversion | null {
  if (!flag(row, 'IsConverted')) return null;
  const exact = context.convertedAt.get(personId);
  const at = exact ?? day(row, 'ConvertedDate');
  return {
    contactId: id(row, 'ConvertedContactId'),
    accountId: id(row, 'ConvertedAccountId'),
    dealId: id(row, 'ConvertedOpportunityId'),
    at: at ?? requiredInstant(row, 'SystemModstamp'),
    precision: exact !== undefined || at === null ? 'second' : 'day',
  };
}

/** The visible ones of the fields asked for, in the boundary's form. */
export function toFields(row: Row, shape: ObjectShape, asked: readonly string[]): Fields {
  return new Map(
    visible(shape, asked).map((field): [string, FieldValue] => [field, fieldValue(get(row, field), shape.fields.get(field)?.type ?? '')]),
  );
}

export const accountFields: readonly string[] =
  'Id SystemModstamp IsDeleted MasterRecordId Name Website NumberOfEmployees Industry BillingCountry'.split(' ');

export function toAccount(row: Row): Account {
  return {
    id: requiredId(row, 'Id'),
    name: text(row, 'Name'),
    domain: domainOf(text(row, 'Website')),
    employees: number(row, 'NumberOfEmployees'),
    industry: text(row, 'Industry'),
    country: text(row, 'BillingCountry'),
  };
}

/** The registrable-looking part of a web address people typed: lower case, without scheme, `www.`, port and path. */
function domainOf(website: string | null): string | null {
  const host = /^\s*(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?(?:www\.)?([^/?#:\s]+)/i.exec(website ?? '')?.[1]?.toLowerCase();
  return host !== undefined && host.includes('.') ? host : null;
}

export const campaignFields: readonly string[] = [
  ...'Id SystemModstamp CreatedDate IsDeleted Name ParentId Type Status StartDate EndDate ActualCost BudgetedCost CurrencyIsoCode'.split(
    ' ',
  ),
  ownName('cross_id'),
];

/** @param currency of a record without a currency of its own */
export function toCampaign(row: Row, shape: ObjectShape, currency: string | null): Campaign {
  const own = text(row, 'CurrencyIsoCode');
  const crossId = text(row, ownName('cross_id'));
  const utm = hintFields(shape).get('utm_campaign');
  return {
    id: requiredId(row, 'Id'),
    name: text(row, 'Name') ?? '',
    parentId: id(row, 'ParentId'),
    crossIds: crossId === null ? [] : [crossId],
    channel: text(row, 'Type'),
    utm: utm === undefined ? null : text(row, utm),
    status: text(row, 'Status'),
    startsAt: day(row, 'StartDate'),
    endsAt: day(row, 'EndDate'),
    createdAt: requiredInstant(row, 'CreatedDate'),
    cost: toMoney(number(row, 'ActualCost') ?? number(row, 'BudgetedCost'), own ?? currency),
    currency: own,
  };
}

export const memberFields: readonly string[] =
  'Id SystemModstamp CreatedDate IsDeleted CampaignId LeadId ContactId Status HasResponded FirstRespondedDate'.split(' ');

/** A membership stays with the lead it was made for; on conversion the same row also gains the contact. */
export function toMember(row: Row): Member {
  const respondedAt = day(row, 'FirstRespondedDate');
  return {
    id: requiredId(row, 'Id'),
    campaignId: requiredId(row, 'CampaignId'),
    personId: id(row, 'LeadId') ?? requiredId(row, 'ContactId'),
    addedAt: instant(row, 'CreatedDate'),
    respondedAt,
    precision: respondedAt === null ? 'second' : 'day',
    status: text(row, 'Status'),
    responded: flag(row, 'HasResponded'),
  };
}

export const dealPersonFields: readonly string[] = 'Id SystemModstamp CreatedDate IsDeleted OpportunityId ContactId Role IsPrimary'.split(
  ' ',
);

export function toDealPerson(row: Row): DealPerson {
  return {
    id: requiredId(row, 'Id'),
    dealId: requiredId(row, 'OpportunityId'),
    personId: requiredId(row, 'ContactId'),
    role: text(row, 'Role'),
    primary: flag(row, 'IsPrimary'),
    addedAt: instant(row, 'CreatedDate'),
  };
}

const lossReason = /^(closed_?)?(lost|loss)(_?(reason|detail)s?)(_?code)?__c$/i;

/** The custom field that says why a deal was lost, by the names admins give it; the first in describe's order. */
const lossReasonField: (shape: ObjectShape) => string | null = oncePerShape(
  (shape) => [...shape.fields.keys()].find((field) => lossReason.test(field)) ?? null,
);

export function dealFields(shape: ObjectShape): readonly string[] {
  const reason = lossReasonField(shape);
  const own = 'Id SystemModstamp CreatedDate CreatedById IsDeleted Name AccountId OwnerId IsClosed IsWon StageName CloseDate';
  const known = `${own} Amount CurrencyIsoCode Type CampaignId LeadSource`.split(' ');
  return visible(shape, [...known, ownName('cross_id'), ...(reason === null ? [] : [reason])]);
}

/** What the histories of a deal say. */
export interface DealHistory {
  /** Instant at which the deal became closed for the last time. */
  readonly closedAt: Instant | null;
  readonly reopened: number;
  /** Who set the campaign that stands now; null when no history says so. */
  readonly campaignSetBy: ActorRef | null;
}

export function toDeal(
  row: Row,
  context: { readonly shape: ObjectShape; readonly history: DealHistory; readonly currency: string | null },
): Deal {
  const { history, shape } = context;
  const outcome = outcomeOf(row, '');
  const closeDay = day(row, 'CloseDate');
  const open = outcome === 'open';
  const reason = lossReasonField(shape);
  const crossId = text(row, ownName('cross_id'));
  const campaignId = id(row, 'CampaignId');
  return {
    id: requiredId(row, 'Id'),
    name: text(row, 'Name'),
    crossIds: crossId === null ? [] : [crossId],
    accountId: id(row, 'AccountId'),
    ownerId: id(row, 'OwnerId'),
    createdAt: requiredInstant(row, 'CreatedDate'),
    outcome,
    stage: text(row, 'StageName'),
    // CloseDate is a day that people edit, and on an open deal a forecast.
    closedAt: open ? null : (history.closedAt ?? closeDay),
    closedPrecision: !open && history.closedAt === null ? 'day' : 'second',
    amount: toMoney(number(row, 'Amount'), text(row, 'CurrencyIsoCode') ?? context.currency),
    type: text(row, 'Type'),
    reason: reason === null ? null : text(row, reason),
    campaignId,
    campaignSetByPerson: campaignId === null || history.campaignSetBy === null ? null : history.campaignSetBy.kind === 'human',
    channel: text(row, 'LeadSource'),
    reopened: history.reopened,
  };
}

/** `prefix` reaches the opportunity from another record: `Opportunity.`. */
export function outcomeOf(row: Row, prefix: '' | 'Opportunity.'): DealOutcome {
  if (flag(row, `${prefix}IsWon`)) return 'won';
  return flag(row, `${prefix}IsClosed`) ? 'lost' : 'open';
}

/** User types that stand for people: staff and partners; everything else is a program or a visitor. */
const peopleTypes: ReadonlySet<string> = new Set([
  'Standard',
  'PowerPartner',
  'CSPLitePortal',
  'CustomerSuccess',
  'PowerCustomerSuccess',
  'CsnOnly',
]);

/** Integration users: of another type, this integration itself, or with Salesforce's API-only licence. */
export function userKind(row: Row, selfId: RecordId | null): User['kind'] {
  const type = text(row, 'UserType') ?? 'Standard';
  const apiOnly = /api[ -]only|salesforce integration/i.test(text(row, 'Profile.Name') ?? '');
  return !peopleTypes.has(type) || apiOnly || requiredId(row, 'Id') === selfId ? 'integration' : 'person';
}

export function toUser(row: Row, selfId: RecordId | null): User {
  const teams = [text(row, 'UserRole.Name'), text(row, 'Department'), text(row, 'Division')];
  return {
    id: requiredId(row, 'Id'),
    otherId: null,
    name: text(row, 'Name'),
    email: text(row, 'Email'),
    active: get(row, 'IsActive') !== false,
    kind: userKind(row, selfId),
    teams: [...new Set(teams.filter((team) => team !== null))],
    timeZone: text(row, 'TimeZoneSidKey'),
  };
}

export function toQueue(row: Row): User {
  return {
    id: requiredId(row, 'Id'),
    otherId: null,
    name: text(row, 'Name'),
    email: text(row, 'Email'),
    active: true,
    kind: 'queue',
    teams: [],
    timeZone: null,
  };
}

/** A rate of `CurrencyType` (always valid) or `DatedConversionRate` (from its start day on). */
export function toRate(row: Row): Rate {
  return {
    id: requiredId(row, 'Id'),
    currency: text(row, 'IsoCode') ?? '',
    startsAt: day(row, 'StartDate') ?? 0,
    rate: decimal(number(row, 'ConversionRate') ?? 1),
    corporate: flag(row, 'IsCorporate'),
  };
}
