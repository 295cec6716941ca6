import type { CallOptions, ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { DealOutcome, Person } from '../../src/model/records.ts';
import type { Instant, RecordId } from '../../src/model/words.ts';
import type { ObjectShape } from './catalog.ts';
import type { Context } from './context.ts';
import { idsPerQuery } from './limits.ts';
import { outcomeOf, personFields, toPerson } from './map.ts';
import { chunks, rowsByIds, rowsOf } from './query.ts';
import type { Query } from './query.ts';
import { flag, id, instant, requiredId } from './row.ts';
import type { Row } from './row.ts';
import { condition, name, names, soql } from './soql.ts';
import type { Soql } from './soql.ts';
import { splitGone, upsert } from './streams.ts';
import type { Source } from './streams.ts';

interface PeopleOptions extends CallOptions {
  /** The caller's fields. */
  readonly fields: readonly string[];
}

/** Rows of one object as people, with what their deals and histories add; one call more per page where there is anything. */
export async function readPeople(
  context: Context,
  input: { readonly shape: ObjectShape; readonly rows: readonly Row[] },
  options: PeopleOptions,
): Promise<readonly Person[]> {
  const { shape, rows } = input;
  const about = await dealsAndConversions(context, input, options);
  const actorOf = await context.users.actors(
    rows.map((row) => id(row, 'CreatedById')),
    options,
  );
  return rows.map((row) => toPerson(row, { shape, fields: options.fields, actorOf, ...about }));
}

interface About {
  readonly outcomes: ReadonlyMap<RecordId, readonly DealOutcome[]>;
  readonly convertedAt: ReadonlyMap<RecordId, Instant>;
}

/** Looks up, in one go, the deals of contacts and converted leads and the instants of conversions. */
async function dealsAndConversions(
  context: Context,
  input: { readonly shape: ObjectShape; readonly rows: readonly Row[] },
  options: CallOptions,
): Promise<About> {
  const lead = input.shape.name === 'Lead';
  const concerned = lead ? input.rows.filter((row) => flag(row, 'IsConverted')) : input.rows;
  const contactOf = (row: Row): RecordId | null => id(row, lead ? 'ConvertedContactId' : 'Id');
  const contacts = present(concerned.map(contactOf));
  const deals = lead ? present(concerned.map((row) => id(row, 'ConvertedOpportunityId'))) : [];
  const leads = lead ? concerned.map((row) => requiredId(row, 'Id')) : [];
  const per = (ids: readonly RecordId[], query: (part: readonly RecordId[]) => Soql): readonly Query[] =>
    chunks(ids, idsPerQuery).map((part) => ({ soql: query(part) }));
  const asked = [
    per(
      contacts,
      (part) =>
        soql`SELECT ContactId, OpportunityId, Opportunity.IsClosed, Opportunity.IsWon FROM OpportunityContactRole WHERE ContactId IN ${part}`,
    ),
    per(deals, (part) => soql`SELECT Id, IsClosed, IsWon FROM Opportunity WHERE Id IN ${part}`),
    per(leads, (part) => soql`SELECT Id, LeadId, CreatedDate FROM LeadHistory WHERE Field = 'leadConverted' AND LeadId IN ${part}`),
  ];
  const answers = await rowsOf(context.wire, asked.flat(), options);
  const [roles, ownDeals, conversions] = regroup(asked, answers);
  const byContact = Map.groupBy(roles ?? [], (row) => id(row, 'ContactId'));
  const byDeal = new Map((ownDeals ?? []).map((row) => [id(row, 'Id'), outcomeOf(row, '')]));
  const outcomes = new Map<RecordId, readonly DealOutcome[]>();
  for (const row of concerned) {
    const found = new Map(
      (byContact.get(contactOf(row)) ?? []).map((role) => [id(role, 'OpportunityId'), outcomeOf(role, 'Opportunity.')]),
    );
    const converted = lead ? id(row, 'ConvertedOpportunityId') : null;
    const outcome = byDeal.get(converted);
    if (outcome !== undefined) found.set(converted, outcome);
    // In the order of the deals' ids, so that the same deals make the same version.
    outcomes.set(
      requiredId(row, 'Id'),
      [...found].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)).map(([, value]) => value),
    );
  }
  return { outcomes, convertedAt: new Map(conversions?.flatMap((row) => pair(id(row, 'LeadId'), instant(row, 'CreatedDate')))) };
}

function pair(leadId: RecordId | null, convertedAt: Instant | null): [RecordId, Instant][] {
  return leadId === null || convertedAt === null ? [] : [[leadId, convertedAt]];
}

function present(ids: readonly (RecordId | null)[]): readonly RecordId[] {
  return [...new Set(ids)].filter((one) => one !== null);
}

/** Joins the answers of queries that were cut into parts. */
function regroup(asked: readonly (readonly Query[])[], answers: readonly (readonly Row[] | null)[]): readonly (readonly Row[])[] {
  let next = 0;
  return asked.map((group) => group.flatMap(() => answers[next++] ?? []));
}

/** Leads, contacts, and the people whose deals changed although their own record did not. */
export async function peopleSources(context: Context, options: ChangesOptions): Promise<readonly Source<Person>[]> {
  const lead = await context.catalog.required('Lead', options);
  const contact = await context.catalog.object('Contact', options);
  const asked = options.fields ?? [];
  // The scope is a condition on leads: a contact that never was a lead does not take part then.
  const scope = options.scope === undefined || options.scope === null ? null : condition(options.scope);
  const people = scope !== null || contact === null ? [lead] : [lead, contact];
  const records = people.map((shape): Source<Person> => {
    const fields = personFields(shape, asked);
    return {
      name: shape.name,
      object: shape.name,
      stamp: 'SystemModstamp',
      fields: fields.filter((field) => !field.includes('.')),
      extra: fields.filter((field) => field.includes('.')),
      all: true,
      ...(scope === null ? {} : { where: scope }),
      events: async (rows, pass) => {
        const { gone, live } = splitGone<Person>(rows);
        const found = await readPeople(context, { shape, rows: live }, { ...pass, fields: asked });
        return [...gone, ...found.map((person, index) => upsert(live[index] ?? new Map(), person))];
      },
    };
  });
  return [...records, ...(scope === null ? [] : [leavers(scope)]), ...dealSources(context, { people, scope, fields: asked })];
}

/** Leads that changed and no longer match the scope. */
function leavers(scope: Soql): Source<Person> {
  return {
    name: 'Lead-outside',
    object: 'Lead',
    stamp: 'SystemModstamp',
    fields: ['Id', 'SystemModstamp'],
    where: soql`(NOT ${scope})`,
    all: false,
    fromNow: true,
    events: (rows) =>
      Promise.resolve(rows.map((row) => ({ type: 'left', id: requiredId(row, 'Id'), at: instant(row, 'SystemModstamp') ?? 0 }))),
  };
}

interface Scope {
  readonly people: readonly ObjectShape[];
  readonly scope: Soql | null;
  readonly fields: readonly string[];
}

function dealSources(context: Context, scope: Scope): readonly Source<Person>[] {
  const shared = { stamp: 'SystemModstamp', all: true, fromNow: true, mayBeMissing: true } as const;
  return [
    {
      ...shared,
      name: 'Opportunity',
      object: 'Opportunity',
      fields: ['Id', 'SystemModstamp'],
      events: async (rows, pass) => {
        const deals = rows.map((row) => requiredId(row, 'Id'));
        // Also roles that went away together with their deal.
        const roles = await rowsByIds(
          context.wire,
          deals,
          (part) => ({ soql: soql`SELECT Id, ContactId FROM OpportunityContactRole WHERE OpportunityId IN ${part}`, all: true }),
          pass,
        );
        return reread(context, scope, { ...pass, deals, contacts: present((roles ?? []).map((row) => id(row, 'ContactId'))) });
      },
    },
    {
      ...shared,
      name: 'OpportunityContactRole',
      object: 'OpportunityContactRole',
      fields: ['Id', 'SystemModstamp', 'ContactId'],
      events: (rows, pass) => reread(context, scope, { ...pass, deals: [], contacts: present(rows.map((row) => id(row, 'ContactId'))) }),
    },
  ];
}

/** The people of these deals and contacts again, as they are now. */
async function reread(
  context: Context,
  { people, scope, fields }: Scope,
  touched: CallOptions & { readonly deals: readonly RecordId[]; readonly contacts: readonly RecordId[] },
): Promise<readonly ChangeEvent<Person>[]> {
  const events: ChangeEvent<Person>[] = [];
  for (const shape of people) {
    const select = soql`SELECT ${names(personFields(shape, fields))} FROM ${name(shape.name)}`;
    const within = scope === null ? soql`` : soql` AND ${scope}`;
    const by = (field: string, ids: readonly RecordId[]): readonly Query[] =>
      chunks(ids, idsPerQuery).map((part) => ({ soql: soql`${select} WHERE ${name(field)} IN ${part}${within}` }));
    const queries =
      shape.name === 'Lead'
        ? [...by('ConvertedContactId', touched.contacts), ...by('ConvertedOpportunityId', touched.deals)]
        : by('Id', touched.contacts);
    const found = await rowsOf(context.wire, queries, touched);
    const rows = [...new Map(found.flatMap((part) => part ?? []).map((row) => [requiredId(row, 'Id'), row])).values()];
    const persons = await readPeople(context, { shape, rows }, { ...touched, fields });
    events.push(...persons.map((person, index) => upsert(rows[index] ?? new Map<string, unknown>(), person)));
  }
  return events;
}
