import type { ChangeEvent, ChangePage, Cursor, Stream, StreamRecords } from '../../src/crm.ts';
import type { Account, Campaign, Deal, DealPerson, Member, Person, StatusChange, Touch, User } from '../../src/model/records.ts';
import type { Settings, StatusMap } from '../../src/model/settings.ts';
import type { RecordId, Rung } from '../../src/model/words.ts';
import type { LinkRow } from '../../src/warehouse/types.ts';

export const id = (text: string): RecordId => text as RecordId;
export const start: number = Date.UTC(2026, 0, 5, 9);
export const day: number = 86_400_000;
export const minute: number = 60_000;

const unknownActor = { kind: 'unknown', userId: null, label: null } as const;

export const person = (name: string, more: Partial<Person> = {}): Person => ({
  id: id(name),
  object: 'contact',
  createdAt: start,
  emails: [`${name.toLowerCase()}@buyer.example`],
  name,
  company: null,
  crossIds: [],
  key: null,
  accountId: null,
  ownerId: null,
  channel: null,
  hints: new Map(),
  score: null,
  optedOut: false,
  createdBy: unknownActor,
  converted: null,
  dealOutcomes: [],
  fields: new Map(),
  ...more,
});

export const account = (name: string, more: Partial<Account> = {}): Account => ({
  id: id(name),
  name,
  domain: null,
  employees: null,
  industry: null,
  country: null,
  ...more,
});

export const campaign = (name: string, more: Partial<Campaign> = {}): Campaign => ({
  id: id(name),
  name,
  parentId: null,
  crossIds: [],
  channel: null,
  utm: null,
  status: null,
  startsAt: null,
  endsAt: null,
  createdAt: start,
  cost: null,
  currency: null,
  ...more,
});

export const member = (name: string, campaignId: string, personId: string, more: Partial<Member> = {}): Member => ({
  id: id(name),
  campaignId: id(campaignId),
  personId: id(personId),
  addedAt: start,
  respondedAt: null,
  precision: 'ms',
  status: null,
  responded: false,
  ...more,
});

export const deal = (name: string, more: Partial<Deal> = {}): Deal => ({
  id: id(name),
  name,
  crossIds: [],
  accountId: null,
  ownerId: null,
  createdAt: start + 10 * day,
  outcome: 'open',
  stage: null,
  closedAt: null,
  closedPrecision: 'ms',
  amount: null,
  type: null,
  reason: null,
  campaignId: null,
  campaignSetByPerson: null,
  channel: null,
  reopened: 0,
  ...more,
});

export const dealPerson = (name: string, dealId: string, personId: string, more: Partial<DealPerson> = {}): DealPerson => ({
  id: id(name),
  dealId: id(dealId),
  personId: id(personId),
  role: null,
  primary: false,
  addedAt: null,
  ...more,
});

export const touch = (name: string, personId: string, occurredAt: number, more: Partial<Touch> = {}): Touch => ({
  id: id(name),
  personIds: [id(personId)],
  dealId: null,
  occurredAt,
  precision: 'ms',
  kind: 'call',
  direction: 'out',
  actor: { kind: 'human', userId: null, label: null },
  result: null,
  campaignId: null,
  ...more,
});

export const change = (
  name: string,
  entityId: string,
  values: readonly [from: string | null, to: string | null],
  more: Partial<StatusChange> = {},
): StatusChange => ({
  id: id(name),
  entity: 'person',
  entityId: id(entityId),
  field: 'status',
  from: values[0],
  to: values[1],
  at: start + day,
  precision: 'ms',
  actor: unknownActor,
  outcome: null,
  ...more,
});

export const user = (name: string, more: Partial<User> = {}): User => ({
  id: id(name),
  otherId: null,
  name,
  email: `${name.toLowerCase()}@us.example`,
  active: true,
  kind: 'person',
  teams: [],
  timeZone: null,
  ...more,
});

type Named = { readonly id: RecordId };

/** A page that upserts the records; `events` replaces them. */
export const page = <S extends Stream>(
  records: readonly StreamRecords[S][],
  more: {
    readonly at?: number;
    readonly done?: boolean;
    readonly cursor?: string;
    readonly asOf?: number;
    readonly historyFrom?: number;
    readonly events?: readonly ChangeEvent<StreamRecords[S]>[];
  } = {},
): ChangePage<S> => ({
  events:
    more.events ??
    records.map((record) => ({
      type: 'upsert',
      id: (record as Named).id,
      version: String(more.at ?? start),
      at: more.at ?? start,
      record,
    })),
  cursor: (more.cursor ?? '"c"') as Cursor,
  done: more.done ?? true,
  asOf: more.asOf ?? start + 60 * day,
  historyFrom: more.historyFrom ?? null,
});

const rungs: readonly [string, Rung][] = [
  ['New', 'new'],
  ['Handed', 'handed'],
  ['Working', 'working'],
  ['Accepted', 'accepted'],
  ['Rejected', 'rejected'],
];
const map: StatusMap = {
  field: 'status',
  reads: new Map(rungs),
  writes: new Map(),
  blank: null,
  history: new Map([['stage', new Map<string, Rung>([['mql', 'mql']])]]),
};

/** A configuration with short status words, the same on both sides. */
export const settings: Settings = {
  mode: 'sync',
  accounts: { marketing: null, sales: null },
  company: {
    name: 'Us',
    timeZone: 'Europe/Berlin',
    weekStart: 'monday',
    fiscalYearStartMonth: 1,
    currency: 'EUR',
    internalDomains: ['us.example'],
  },
  scope: { marketing: null, sales: null },
  status: { marketing: map, sales: map, policy: 'furthest' },
  fields: [],
  ambiguous: 'quarantine',
  deletes: { returning: 'ask', erased: 'unlink' },
  raceDetection: 'detect',
  handover: null,
  guards: {
    changes: { count: 1000, share: 0.1 },
    creates: 0,
    unlinks: { share: 0.1 },
    shrunkBelow: 0.5,
    canary: 25,
    statusWritesPerHour: null,
    budgetReserve: 0.2,
  },
  outcomes: {
    rules: ['primary-campaign-by-person', 'first-responded-member', 'marketing-campaign', 'utm'],
    campaigns: [],
    untouchedAfterDays: 30,
    people: true,
    members: true,
  },
  teams: { marketing: ['mara@us.example'], sales: ['field sales'], integrations: ['robot@us.example'] },
  report: { touchPolicy: 'human', minCell: 5, horizonDays: 30, attempts: 4 },
  journal: { keepDays: 400 },
  leaks: { slaHours: 24, idleDays: 14 },
  notices: { hosts: [], repeatHours: 24 },
  quarantine: { alertAbove: 10 },
  channel: { marketing: null, sales: null },
  hash: 'test',
};

export async function* links(
  ...rows: readonly (readonly [side: LinkRow['side'], recordId: string, personId: string])[]
): AsyncIterable<LinkRow> {
  for (const [side, recordId, personId] of rows)
    yield { side, object: 'contact', recordId: id(recordId), personId, rule: 'email', confidence: 1 };
}
