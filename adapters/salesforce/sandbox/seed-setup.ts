import { defineField } from './definitions.ts';
import { definitionOf } from './dml/automation.ts';
import type { Automation, Timing } from './dml/automation.ts';
import { STANDARD_DUPLICATE_RULES } from './dml/duplicates.ts';
import type { DuplicateAction } from './dml/duplicates.ts';
import { systemUpdate } from './dml/write.ts';
import type { Org, WriteContext } from './org.ts';
import { lookup, textOf } from './schema/fields.ts';
import type { ObjectDef, Value } from './schema/types.ts';

/** What an administrator sets up: rules, automation, kinds of record, passwords. */
export interface SetupSeed {
  /**
   * Switches a standard duplicate rule. None is active at the start, other than in a real new organisation, where all
   * three are, alerting on a create and reporting an edit.
   */
  duplicateRule(
    object: 'Lead' | 'Contact' | 'Account',
    o: {
      readonly active: boolean;
      /** @default 'alert' */
      readonly onCreate?: DuplicateAction;
      /** @default 'report' */
      readonly onEdit?: DuplicateAction;
      /** @default 'Use one of these records?' */
      readonly message?: string;
    },
  ): void;
  /** Makes a validation rule. Returns its id. It throws what the Tooling API answers for a formula that is none. */
  validationRule(
    object: string,
    o: { readonly name: string; readonly formula: string; readonly message: string; readonly field?: string; readonly active?: boolean },
  ): string;
  /**
   * Switches automation on: when `field` of a record becomes `becomes` (without it: changes), `sets` is written.
   * `as` is the writer (default of what happens at once), `automated` (default of what is delayed), or a user's id.
   * With `fails` it refuses every record that it meets: the rows are poison.
   */
  automation(
    object: string,
    o: {
      readonly name: string;
      readonly when: { readonly field: string; readonly becomes?: Value };
      readonly sets?: Readonly<Record<string, unknown>>;
      /** @default 'after' */
      readonly timing?: Timing;
      readonly as?: string;
      /** @default 'flow' */
      readonly kind?: 'flow' | 'trigger';
      readonly fails?: string;
    },
  ): void;
  /** Makes a record type with its choice of values per picklist; fields left out offer all. Returns its id. */
  recordType(object: string, o: { readonly name: string; readonly values?: Readonly<Record<string, readonly string[]>> }): string;
  /** Restricts a picklist to its values, or opens it. */
  restrictPicklist(object: string, field: string, restricted: boolean): void;
  /** Gives a user a password, with the security token at its end. */
  password(userId: string, password: string): void;
  /** Ends a session, a lasting one too: the next call with it answers INVALID_SESSION_ID. */
  expireSession(token: string): void;
  /** A write to this record is under way until then: it holds the record and those it belongs to. */
  inFlight(id: string, o: { readonly until: number }): void;
  /** So many of other people's calls run until then; at the limit (25, 5 in Developer) further calls are refused. */
  longCalls(count: number, o: { readonly until: number }): void;
}

/** Puts a row of set-up into the store. */
type Insert = (object: string, fields: Record<string, unknown>) => string;

/** Puts automation into the lists that administrators read. */
function listAutomation(org: Org, insert: Insert, automation: Automation, objectLabel: string): void {
  const { kind, timing } = automation;
  const { metadata, body } = definitionOf(automation);
  if (kind === 'trigger') {
    const when = timing === 'before' ? 'Before' : 'After';
    insert('ApexTrigger', {
      Name: automation.name,
      TableEnumOrId: automation.object,
      Status: 'Active',
      Body: body,
      [`Usage${when}Insert`]: true,
      [`Usage${when}Update`]: true,
    });
    return;
  }
  const definition = org.ids.next('300');
  const version = insert('Flow', {
    DefinitionId: definition,
    MasterLabel: automation.label,
    FullName: `${automation.name}-1`,
    Status: 'Active',
    ProcessType: 'AutoLaunchedFlow',
    VersionNumber: 1,
    Metadata: metadata,
  });
  insert('FlowDefinitionView', {
    DurableId: definition,
    ApiName: automation.name,
    Label: automation.label,
    ActiveVersionId: version,
    LatestVersionId: version,
    Builder: 'Flow Builder',
    IsActive: true,
    ManageableState: 'unmanaged',
    ProcessType: 'AutoLaunchedFlow',
    RecordTriggerType: 'CreateAndUpdate',
    TriggerObjectOrEventId: automation.object,
    TriggerObjectOrEventLabel: objectLabel,
    TriggerType: timing === 'before' ? 'RecordBeforeSave' : 'RecordAfterSave',
    VersionNumber: 1,
  });
}

/** The part of the seed that sets an organisation up. */
export function setupSeed(org: Org, insert: Insert, moment: () => WriteContext): SetupSeed {
  const { store, custom } = org;

  function object(name: string): ObjectDef {
    const def = store.object(name);
    if (def === undefined) throw new Error(`seed: there is no object ${name}`);
    return def;
  }

  function fieldName(def: ObjectDef, name: string): string {
    const field = def.fields.get(name.toLowerCase());
    if (field === undefined) throw new Error(`seed: there is no field ${def.name}.${name}`);
    return field.name;
  }

  return {
    duplicateRule(name, o) {
      const rule = STANDARD_DUPLICATE_RULES[name];
      const row = (store.find('DuplicateRule', 'DeveloperName', rule.name) ?? [])[0];
      if (row !== undefined) systemUpdate(moment(), row, new Map([['IsActive', o.active]]));
      if (!o.active) custom.duplicateRules.delete(name);
      else {
        custom.duplicateRules.set(name, {
          name: rule.name,
          onCreate: o.onCreate ?? 'alert',
          onEdit: o.onEdit ?? 'report',
          message: o.message ?? 'Use one of these records?',
        });
      }
    },
    validationRule: (name, o) =>
      insert('ValidationRule', {
        FullName: `${object(name).name}.${o.name}`,
        Metadata: JSON.stringify({
          active: o.active ?? true,
          errorConditionFormula: o.formula,
          errorMessage: o.message,
          ...(o.field === undefined ? {} : { errorDisplayField: o.field }),
        }),
      }),
    automation(name, o) {
      const def = object(name);
      if (custom.automations.some((one) => one.name === o.name)) throw new Error(`seed: there is automation named ${o.name} already`);
      const timing = o.timing ?? 'after';
      const kind = o.kind ?? 'flow';
      const automation = {
        name: o.name,
        label: o.name.replaceAll('_', ' '),
        kind,
        object: def.name,
        field: fieldName(def, o.when.field),
        becomes: o.when.becomes,
        sets: Object.fromEntries(Object.entries(o.sets ?? {}).map(([field, value]) => [fieldName(def, field), value])),
        timing,
        as: o.as ?? (typeof timing === 'string' ? 'writer' : 'automated'),
        fails: o.fails ?? null,
      };
      custom.automations.push(automation);
      listAutomation(org, insert, automation, def.label);
    },
    recordType(name, o) {
      const def = object(name);
      const id = insert('RecordType', {
        Name: o.name,
        DeveloperName: o.name.replaceAll(/\W+/g, '_'),
        SobjectType: def.name,
        IsActive: true,
      });
      const values = Object.entries(o.values ?? {}).map(([field, some]) => [fieldName(def, field), new Set(some)] as const);
      custom.recordTypeValues.set(id, new Map(values));
      if (!def.fields.has('recordtypeid')) {
        const field = lookup('RecordTypeId', ['RecordType'], { relationship: 'RecordType', label: 'Record Type ID' });
        store.addField(def.name, field);
        defineField(store, org.ids, def.name, field);
      }
      return id;
    },
    restrictPicklist(name, field, restricted) {
      const def = object(name);
      const found = def.fields.get(field.toLowerCase());
      if (found?.type !== 'picklist') throw new Error(`seed: ${name}.${field} is no picklist`);
      store.addField(def.name, { ...found, restricted });
    },
    password(userId, password) {
      custom.passwords.set(userId, password);
    },
    expireSession(token) {
      custom.endedSessions.add(token);
    },
    inFlight(id, o) {
      const row = store.row(id);
      if (row === undefined) throw new Error(`seed: there is no record ${id}`);
      org.locks.set(row.id, o.until);
      for (const field of row.def.fields.values()) {
        const parent = field.cascadeDelete ? textOf(store.value(row, field.name)) : null;
        if (parent !== null) org.locks.set(parent, Math.max(o.until, org.locks.get(parent) ?? 0));
      }
    },
    longCalls(count, o) {
      for (let index = 0; index < count; index += 1) custom.longCalls.push(o.until);
    },
  };
}
