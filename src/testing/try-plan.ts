import type { Certainty, PlanLine, Rule } from '../model/plan.ts';
import type { DealOutcome } from '../model/records.ts';
import type { Settings } from '../model/settings.ts';
import type { FieldValue, RecordId, Side } from '../model/words.ts';
import type { Base, LinkedPerson, StoredPerson } from '../state/types.ts';
import { bookOf, type Owner, type Owners } from '../sync/owners.ts';
import { planPerson, type PersonPlan, type PlanContext, type Times } from '../sync/person-plan.ts';
import { getRung } from '../sync/status-map.ts';
import { targetsOf } from '../sync/targets.ts';
import { parseConfig } from '../truce.ts';
import { schemaFacts } from './mapping.ts';

const sides: readonly Side[] = ['marketing', 'sales'];

/** One record of a made-up person. */
export interface FixtureRecord {
  /** Values by the CRM's own field names; a field that is left out is absent, a blank one is null. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Record type, such as `Lead`. @default the first of the schema that has the status field */
  readonly object?: string;
  /** When all its values were set, ISO 8601, for `most-recent`. @default 2026-01-01T00:00:00Z */
  readonly changedAt?: string;
  /** A lead that became a contact: its status follows from the deals. @default false */
  readonly converted?: boolean;
  /** @default none */
  readonly dealOutcomes?: readonly DealOutcome[];
}

/** A person on both sides, and what both sides agreed on before. */
export interface FixturePerson {
  /** Your word for the person, used in the answer. */
  readonly name: string;
  readonly marketing: FixtureRecord;
  readonly sales: FixtureRecord;
  /** By the field's name in the configuration: what each side held when both last agreed. @default never */
  readonly agreed?: Readonly<Record<string, { readonly marketing: FieldValue; readonly sales: FieldValue }>>;
}

export interface Fixtures {
  /** The parsed file of `truce check --save-schema FILE`. */
  readonly schema: unknown;
  readonly people: readonly FixturePerson[];
  /** For `owner-by-email`. @default none */
  readonly users?: Readonly<Record<Side, readonly { readonly id: string; readonly email: string; readonly active?: boolean }[]>>;
}

/** One value that a sync would write. */
export interface TriedWrite {
  readonly person: string;
  readonly side: Side;
  /** The name in the configuration. */
  readonly field: string;
  /** The CRM's own name. */
  readonly remote: string;
  readonly before: FieldValue | undefined;
  readonly after: FieldValue;
  readonly rule: Rule;
  readonly certainty: Certainty;
  readonly reason: string;
}

/** Somebody whom a sync would hold back. */
export interface TriedHold {
  readonly person: string;
  readonly side: Side;
  readonly code: string;
  readonly cause: string;
  readonly fix: string;
}

export interface TriedPlan {
  readonly writes: readonly TriedWrite[];
  readonly held: readonly TriedHold[];
  /** What a second sync would write once the first one's writes stand: empty unless the configuration fights itself. */
  readonly again: readonly TriedWrite[];
}

/**
 * Plans made-up people with the functions that a sync plans with, without CRM, state or network: for a test of your own
 * about who wins and what is written. Pure.
 * @throws {ConfigError} `CONFIG_INVALID`, `SCHEMA_INVALID`
 * @example
 * const { writes } = tryPlan(config, {
 *   schema,
 *   people: [{ name: 'ann', marketing: { fields: { hs_lead_status: 'UNQUALIFIED' } }, sales: { fields: { Status: 'Working - Contacted' } } }],
 * });
 * assert.deepEqual(writes.map(({ side, after }) => [side, after]), [['sales', 'Closed - Not Converted']]);
 */
export function tryPlan(config: unknown, fixtures: Fixtures): TriedPlan {
  const settings = parseConfig(config);
  const facts = schemaFacts(fixtures.schema);
  const targets = { marketing: targetsOf(facts.marketing.description), sales: targetsOf(facts.sales.description) };
  const context: PlanContext = { settings, targets, urls: { marketing: {}, sales: {} }, now: 0, owners: ownersOf(fixtures.users) };
  const objectOf = (side: Side): string => {
    const people = facts[side].description.objects.filter((object) => object.kind === 'person');
    const { field } = settings.status[side];
    return (people.find((object) => object.fields.some((one) => one.name === field)) ?? people[0])?.object ?? 'person';
  };
  const objects = { marketing: objectOf('marketing'), sales: objectOf('sales') };
  const writes: TriedWrite[] = [];
  const held: TriedHold[] = [];
  const again: TriedWrite[] = [];
  fixtures.people.forEach((fixture, index) => {
    const person = personOf(fixture, { id: `person-${index}`, settings, objects });
    const plan = planned(person, context, fixture);
    writes.push(...writesOf(fixture, plan.lines));
    held.push(...plan.hold.map(({ side, code, cause, fix }) => ({ person: fixture.name, side, code, cause, fix })));
    if (plan.hold.length === 0) again.push(...writesOf(fixture, planned(afterwards(person, plan), context, fixture).lines));
  });
  return { writes, held, again };
}

function planned(person: LinkedPerson, context: PlanContext, fixture: FixturePerson): PersonPlan {
  const times: Times = (side) => ({
    at: Date.parse(fixture[side].changedAt ?? '2026-01-01T00:00:00Z'),
    precision: 'ms',
    certainty: 'history',
  });
  const first = planPerson(person, context, null);
  return first.needsTimes ? planPerson(person, context, times) : first;
}

interface PersonParts {
  readonly id: string;
  readonly settings: Settings;
  readonly objects: Readonly<Record<Side, string>>;
}

function personOf(fixture: FixturePerson, { id, settings, objects }: PersonParts): LinkedPerson {
  const members = sides.map((side): StoredPerson => {
    const { fields, object, converted = false, dealOutcomes = [], changedAt } = fixture[side];
    return {
      side,
      id: `${side}-${id}` as RecordId,
      object: object ?? objects[side],
      version: '1',
      modifiedAt: Date.parse(changedAt ?? '2026-01-01T00:00:00Z'),
      createdAt: 0,
      emails: [],
      badEmails: 0,
      crossIds: [],
      key: null,
      convertedTo: null,
      converted,
      dealOutcomes,
      fields: new Map(Object.entries(fields)),
      linkId: id,
    };
  });
  const bases = Object.entries(fixture.agreed ?? {}).map(([field, { marketing, sales }]): [string, Base] => {
    const reading = field === 'status' ? getRung(settings.status.marketing, marketing, null) : null;
    return [field, { linkId: id, field, marketing, sales, rung: reading?.kind === 'rung' ? reading.rung : null, held: null, at: 0 }];
  });
  return { id, kind: 'linked', members, bases: new Map(bases) };
}

/** The person once everything planned stands. */
function afterwards(person: LinkedPerson, plan: PersonPlan): LinkedPerson {
  const bases = new Map(person.bases);
  for (const base of plan.bases) bases.set(base.field, base);
  const members = person.members.map((member) => {
    const fields = new Map(member.fields);
    for (const line of plan.lines.filter((one) => one.recordId === member.id)) {
      for (const { name, remote, after, rule, settles } of line.changes) {
        if (rule === 'ask' || remote === null) continue;
        fields.set(remote, after);
        if (settles !== undefined)
          bases.set(name, { linkId: person.id, field: name, at: 0, marketing: undefined, sales: undefined, ...settles });
      }
    }
    return { ...member, fields };
  });
  return { ...person, members, bases };
}

/** Conflicts that wait for a person are in `held`. */
function writesOf({ name }: FixturePerson, lines: readonly PlanLine[]): readonly TriedWrite[] {
  return lines.flatMap((line) =>
    line.changes.flatMap((change): TriedWrite[] => {
      const { name: field, remote, before, after, rule, certainty, reason } = change;
      return rule === 'ask' || remote === null
        ? []
        : [{ person: name, side: line.side, field, remote, before, after, rule, certainty, reason }];
    }),
  );
}

function ownersOf(users: Fixtures['users']): Owners | null {
  if (users === undefined) return null;
  const book = (side: Side) =>
    bookOf(
      new Map(
        users[side].map(({ id, email, active = true }): [string, Owner] => [id, { id, email: email.toLowerCase(), active, queue: false }]),
      ),
    );
  return { marketing: book('marketing'), sales: book('sales') };
}
