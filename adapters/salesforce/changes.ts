import type { ChangePage, ChangesOptions, Cursor, Stream, StreamRecords } from '../../src/crm.ts';
import type { Account, Campaign, DealPerson, Member, Touch, User } from '../../src/model/records.ts';
import { eventFields, taskFields, toEvent, toTask } from './activities.ts';
import { visible } from './catalog.ts';
import type { Context } from './context.ts';
import { writeCursor } from './cursor.ts';
import { dealSources } from './deals.ts';
import { historySources } from './history.ts';
import {
  accountFields,
  campaignFields,
  dealPersonFields,
  hintFields,
  memberFields,
  toAccount,
  toCampaign,
  toDealPerson,
  toMember,
  toQueue,
  toRate,
  toUser,
} from './map.ts';
import { peopleSources } from './people.ts';
import { rowsOf } from './query.ts';
import { flag, id } from './row.ts';
import type { Row } from './row.ts';
import { name, names, soql } from './soql.ts';
import { readStream, splitGone, upsert, versionOf } from './streams.ts';
import type { Source } from './streams.ts';

/** Pages of what changed in a stream. */
export async function* readChanges<S extends Stream>(
  context: Context,
  stream: S,
  cursor: Cursor | null,
  options: ChangesOptions,
): AsyncIterable<ChangePage<S>> {
  if (stream === 'rates') {
    yield (await readRates(context, options)) as ChangePage<S>;
    return;
  }
  const sources = (await sourcesOf(context, stream, options)) as readonly Source<StreamRecords[S]>[];
  yield* readStream(context.wire, { stream, sources, cursor }, options);
}

function sourcesOf(context: Context, stream: Exclude<Stream, 'rates'>, options: ChangesOptions): Promise<readonly Source<never>[]> {
  const sources = ((): Promise<readonly unknown[]> | readonly unknown[] => {
    switch (stream) {
      case 'people':
        return peopleSources(context, options);
      case 'accounts':
        return accountSources(context, options);
      case 'campaigns':
        return campaignSources(context, options);
      case 'members':
        return memberSources(context, options);
      case 'deals':
        return dealSources(context, options);
      case 'deal-people':
        return dealPeopleSources(context, options);
      case 'touches':
        return touchSources(context, options);
      case 'status-history':
        return historySources(context, options);
      case 'users':
        return userSources(context, options);
    }
  })();
  return Promise.resolve(sources) as Promise<readonly Source<never>[]>;
}

async function accountSources(context: Context, options: ChangesOptions): Promise<readonly Source<Account>[]> {
  const shape = await context.catalog.required('Account', options);
  return [simple({ object: 'Account', fields: visible(shape, accountFields), toRecord: toAccount })];
}

async function campaignSources(context: Context, options: ChangesOptions): Promise<readonly Source<Campaign>[]> {
  const shape = await context.catalog.required('Campaign', options);
  const fields = visible(shape, [...campaignFields, ...hintFields(shape).values()]);
  const source: Source<Campaign> = {
    ...base('Campaign', fields),
    events: async (rows) => {
      const { gone, live } = splitGone<Campaign>(rows);
      const currency = live.length === 0 ? null : await context.organization.currency(options);
      return [...gone, ...live.map((row) => upsert(row, toCampaign(row, shape, currency)))];
    },
  };
  return [source];
}

async function memberSources(context: Context, options: ChangesOptions): Promise<readonly Source<Member>[]> {
  const shape = await context.catalog.required('CampaignMember', options);
  return [simple({ object: 'CampaignMember', fields: visible(shape, memberFields), toRecord: toMember })];
}

async function dealPeopleSources(context: Context, options: ChangesOptions): Promise<readonly Source<DealPerson>[]> {
  const shape = await context.catalog.required('OpportunityContactRole', options);
  return [simple({ object: 'OpportunityContactRole', fields: visible(shape, dealPersonFields), toRecord: toDealPerson })];
}

/** Tasks and events; an event is read again when its time has come, since nothing changes the record then. */
async function touchSources(context: Context, options: ChangesOptions): Promise<readonly Source<Touch>[]> {
  const task = await context.catalog.required('Task', options);
  const event = await context.catalog.required('Event', options);
  const actorsOf = (rows: readonly Row[]): ReturnType<Context['users']['actors']> =>
    context.users.actors(
      rows.map((row) => id(row, 'OwnerId') ?? id(row, 'CreatedById')),
      options,
    );
  const tasks: Source<Touch> = {
    ...base('Task', visible(task, taskFields)),
    events: async (rows) => {
      const { gone, live } = splitGone<Touch>(rows);
      const actorOf = await actorsOf(live);
      return [...gone, ...live.map((row) => upsert(row, toTask(row, actorOf)))];
    },
  };
  const events: Source<Touch> = {
    ...base('Event', visible(event, eventFields)),
    events: async (rows, pass) => {
      const { gone, live } = splitGone<Touch>(rows);
      const actorOf = await actorsOf(live);
      return [...gone, ...live.map((row) => upsert(row, toEvent(row, actorOf, pass.asOf)))];
    },
  };
  return [tasks, events, { ...events, name: 'Event-due', stamp: 'StartDateTime', fromNow: true, untilNow: true }];
}

async function userSources(context: Context, options: ChangesOptions): Promise<readonly Source<User>[]> {
  const shape = await context.catalog.required('User', options);
  const self = await context.organization.self(options);
  const wanted = ['Id', 'SystemModstamp', 'Name', 'Email', 'IsActive', 'UserType', 'Department', 'Division', 'TimeZoneSidKey'];
  return [
    {
      ...simple({ object: 'User', fields: visible(shape, wanted), toRecord: (row) => toUser(row, self) }),
      extra: ['UserRole.Name', 'Profile.Name'],
      all: false,
    },
    {
      ...simple({ object: 'Group', fields: ['Id', 'SystemModstamp', 'Name', 'Email'], toRecord: toQueue }),
      where: soql`Type = 'Queue'`,
      all: false,
      mayBeMissing: true,
    },
  ];
}

function base(object: string, fields: readonly string[]): Omit<Source<never>, 'events'> {
  return { name: object, object, stamp: 'SystemModstamp', fields, all: true };
}

function simple<R extends Account | Member | DealPerson | User>(plan: {
  readonly object: string;
  readonly fields: readonly string[];
  readonly toRecord: (row: Row) => R;
}): Source<R> {
  return {
    ...base(plan.object, plan.fields),
    events: (rows) => {
      const { gone, live } = splitGone<R>(rows);
      return Promise.resolve([...gone, ...live.map((row) => upsert(row, plan.toRecord(row)))]);
    },
  };
}

/** Rates as they are now, in one page. Without multiple currencies there are none; without dated ones those of today hold always. */
async function readRates(context: Context, options: ChangesOptions): Promise<ChangePage<'rates'>> {
  const [currencies, dated] = await rowsOf(
    context.wire,
    [
      { soql: soql`SELECT ${names(['Id', 'IsoCode', 'ConversionRate', 'IsCorporate'])} FROM ${name('CurrencyType')}` },
      { soql: soql`SELECT ${names(['Id', 'IsoCode', 'ConversionRate', 'StartDate'])} FROM ${name('DatedConversionRate')}` },
    ],
    options,
  );
  const datedRows = dated ?? [];
  const rows = [...(currencies ?? []).filter((row) => datedRows.length === 0 || flag(row, 'IsCorporate')), ...datedRows];
  const asOf = context.wire.serverNow();
  return {
    events: rows.map((row) => {
      const rate = toRate(row);
      return { type: 'upsert', id: rate.id, version: versionOf(rate.startsAt, rate), at: asOf, record: rate };
    }),
    cursor: writeCursor('rates', { since: new Map(), from: null, pass: null }),
    done: true,
    asOf,
    historyFrom: null,
  };
}
