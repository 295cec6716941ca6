import { convertLead } from './dml/convert.ts';
import { deleteRecord } from './dml/delete.ts';
import { readInput } from './dml/input.ts';
import { insertRecord, updateRecord } from './dml/write.ts';
import { to18 } from './ids.ts';
import { setupSeed } from './seed-setup.ts';
import type { SetupSeed } from './seed-setup.ts';
import type { Org, WriteContext } from './org.ts';
import type { ObjectDef } from './schema/types.ts';
import type { Row } from './store.ts';

/** When, and as whom, a seeded write took place; without a user it was the salesperson. */
interface SeedMoment {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly userId?: string;
}

/** Fills an organisation at any point in its past. The rules of saving hold; read-only fields may be set too. */
export interface SalesforceSeed extends SetupSeed {
  /** Makes a user, and the role where it is new. Returns the 18-character id. */
  user(u: { name: string; email: string; role?: string; department?: string; active?: boolean; profile?: string }): string;
  /** Makes a record; `at` becomes its CreatedDate. Returns the 18-character id. */
  insert(sobject: string, fields: Record<string, unknown>, o: SeedMoment): string;
  /** Changes a record and writes its histories. */
  update(sobject: string, id: string, fields: Record<string, unknown>, o: SeedMoment): void;
  /** Moves a record, and what belongs to it, to the recycle bin. */
  delete(sobject: string, id: string, o: SeedMoment): void;
  /** Converts a lead, with an opportunity of these fields; without `opportunity` a plain one is made, with null none. */
  convertLead(
    leadId: string,
    o: SeedMoment & { opportunity?: Record<string, unknown> | null },
  ): { accountId: string; contactId: string; opportunityId: string | null };
  /** Holds a record, as a long transaction does, until `until` (epoch milliseconds): writes over the API that need it answer UNABLE_TO_LOCK_ROW. */
  lock(id: string, o: { until: number }): void;
}

/** The seed of an organisation. Its methods throw what the API would answer, for a seed that breaks a rule is a mistake. */
export function seedOf(org: Org): SalesforceSeed {
  const { store } = org;

  function moment(o: SeedMoment): WriteContext {
    return { org, userId: o.userId ?? org.users.sales, at: o.at, autoAssign: false, trusted: true };
  }

  function object(name: string): ObjectDef {
    const def = store.object(name);
    if (def === undefined) throw new Error(`seed: there is no object ${name}`);
    return def;
  }

  function row(id: string): Row {
    const found = store.row(to18(id));
    if (found === undefined) throw new Error(`seed: there is no record ${id}`);
    return found;
  }

  function insert(sobject: string, fields: Record<string, unknown>, o: SeedMoment): string {
    const def = object(sobject);
    const context = moment(o);
    return insertRecord(context, def, readInput(context, def, fields, true));
  }

  function roleId(name: string, at: number): string {
    const found = (store.find('UserRole', 'Name', name) ?? [])[0];
    return found?.id ?? insert('UserRole', { Name: name, DeveloperName: name.replaceAll(/\W+/g, '_') }, { at });
  }

  return {
    ...setupSeed(
      org,
      (name, fields) => insert(name, fields, { at: store.now(), userId: org.users.integration }),
      () => moment({ at: store.now(), userId: org.users.integration }),
    ),
    user(u) {
      const at = store.now();
      const [first = '', ...rest] = u.name.split(' ');
      const last = rest.join(' ');
      const profile = (store.find('Profile', 'Name', u.profile ?? 'Standard User') ?? [])[0];
      if (profile === undefined) throw new Error(`seed: there is no profile ${u.profile ?? ''}`);
      const fields = {
        ...(last === '' ? { LastName: first } : { FirstName: first, LastName: last }),
        Email: u.email,
        Username: u.email,
        Alias: (last === '' ? first : last).slice(0, 8).toLowerCase(),
        IsActive: u.active ?? true,
        ProfileId: profile.id,
        UserType: 'Standard',
        Department: u.department ?? null,
        UserRoleId: u.role === undefined ? null : roleId(u.role, at),
      };
      return insert('User', fields, { at, userId: org.users.integration });
    },
    insert,
    update(sobject, id, fields, o) {
      const target = row(id);
      if (target.def !== object(sobject)) throw new Error(`seed: ${id} is no ${sobject}`);
      const context = moment(o);
      updateRecord(context, target, readInput(context, target.def, fields, false));
    },
    delete(sobject, id, o) {
      const target = row(id);
      if (target.def !== object(sobject)) throw new Error(`seed: ${id} is no ${sobject}`);
      deleteRecord(moment(o), target);
    },
    lock(id, o) {
      org.locks.set(row(id).id, o.until);
    },
    convertLead(leadId, o) {
      const wants = o.opportunity;
      const made = convertLead(moment(o), {
        leadId: row(leadId).id,
        convertedStatus: null,
        doNotCreateOpportunity: wants === null,
        opportunityFields: wants ?? null,
      });
      return { accountId: made.accountId, contactId: made.contactId, opportunityId: made.opportunityId };
    },
  };
}
