import { memory, type MemoryCrm } from '../../adapters/memory/index.ts';
import type { ActorRef } from '../../src/model/records.ts';
import type { History } from './history.ts';
import type { FieldValue, RecordId, Side } from './model.ts';
import type { Action, Scenario, Traits } from './scenario.ts';
import { sides, statusOptions, syncedFields, type SyncedField } from './words.ts';

/** Both CRMs, their users, and a history of all that becomes of their records. */
export interface World {
  readonly crms: Readonly<Record<Side, MemoryCrm>>;
  act(action: Action): void;
  /** A user edits one field of one record, if it is there. */
  edit(side: Side, id: RecordId, change: { readonly field: SyncedField; readonly value: FieldValue }): void;
  /** Notes what a write of Truce's changed, then lets automations answer it. `intents`: by record. */
  written(side: Side, intents: ReadonlyMap<RecordId, string>): void;
  /** The record that a person of the scenario has on a side now. */
  recordOf(side: Side, who: number): RecordId | undefined;
}

const robot: ActorRef = { kind: 'integration', userId: null, label: 'WORKFLOW' };

export function makeWorld(scenario: Scenario, { history, now }: { readonly history: History; readonly now: () => number }): World {
  const crms = { marketing: makeCrm('marketing', scenario.traits.marketing), sales: makeCrm('sales', scenario.traits.sales) };
  const records: Record<Side, (RecordId | undefined)[]> = { marketing: [], sales: [] };
  const observe = makeObserver(crms, { history, now });
  /** Automations answer what was just set. */
  const automate = (side: Side): void => {
    const rules = scenario.automations.filter((rule) => rule.side === side);
    if (rules.length === 0) return;
    for (const person of crms[side].world.people()) {
      const rule = rules.find((one) => one.from === person.fields.get('status'));
      if (rule !== undefined && person.converted === null) crms[side].world.edit(person.id, 'status', rule.to, { at: now(), actor: robot });
    }
    observe('automation', side);
  };
  const byUser = (side: Side, work: () => void): void => {
    work();
    observe('user', side);
    automate(side);
  };
  const live = (side: Side, who: number): RecordId | undefined => {
    const id = records[side][who];
    return id !== undefined && crms[side].world.person(id) !== undefined ? id : undefined;
  };
  const add = (side: Side, who: number): void => {
    const at = now();
    const id = `${side === 'marketing' ? 'm' : 's'}-${who}-${(added += 1)}`;
    const status = side === 'marketing' ? 'Ready' : 'Open';
    const fields = { company: 'Acme', title: '', score: '' };
    records[side][who] = crms[side].world.addPerson({ id, email: `p${who}@pii.example`, status, fields, at });
  };
  let added = 0;
  for (const side of sides) {
    byUser(side, () => {
      for (let who = 0; who < scenario.people; who += 1) add(side, who);
    });
  }
  const world: World = {
    crms,
    recordOf: live,
    written(side, intents) {
      observe('truce', side, intents);
      automate(side);
    },
    edit(side, id, { field, value }) {
      const person = crms[side].world.person(id);
      if (person === undefined || (person.converted !== null && field === 'status')) return;
      // A contact of sales' has no status of its own.
      if (field === 'status' && person.object === 'Contact') return;
      byUser(side, () => crms[side].world.edit(id, field, value, { at: now() }));
    },
    act: (action) => act({ action, crms, records, live, add, byUser, world, now }),
  };
  return world;
}

type Observe = (by: 'user' | 'automation' | 'truce', side: Side, intents?: ReadonlyMap<RecordId, string>) => void;

/** Notes what became of a side's records since it was last looked at, and who did it. */
function makeObserver(crms: World['crms'], { history, now }: { readonly history: History; readonly now: () => number }): Observe {
  const seen: Record<Side, Map<RecordId, ReadonlyMap<string, FieldValue>>> = { marketing: new Map(), sales: new Map() };
  const convertedOnes = new Set<RecordId>();
  return (by, side, intents = new Map()) => {
    const here = new Set<RecordId>();
    for (const person of crms[side].world.people()) {
      here.add(person.id);
      const old = seen[side].get(person.id);
      if (old === undefined) history.add({ kind: 'born', side, id: person.id, by });
      for (const field of syncedFields) {
        const value = person.fields.get(field);
        const was = old?.get(field);
        if (value === undefined || value === was || (old === undefined && value === null)) continue;
        const intent = intents.get(person.id) ?? null;
        history.add({ kind: 'change', side, id: person.id, field, before: was, value, by, intent, at: now() });
      }
      if (person.converted !== null && !convertedOnes.has(person.id)) {
        convertedOnes.add(person.id);
        history.add({ kind: 'converted', side, id: person.id });
      }
      seen[side].set(person.id, new Map(person.fields));
    }
    for (const id of seen[side].keys()) {
      if (here.has(id)) continue;
      seen[side].delete(id);
      history.add({ kind: 'gone', side, id, by });
    }
  };
}

function makeCrm(side: Side, traits: Traits): MemoryCrm {
  const { pageSize, perCall, lagMs, lateMs, overlapMs, mergeMakesNewId, conditional, history, precision } = traits;
  return memory({
    system: side === 'marketing' ? 'crm-m' : 'crm-s',
    statusOptions: statusOptions[side],
    fields: [{ name: 'title' }],
    ...(side === 'sales' ? { convertedOptions: ['Converted'], objects: ['Lead', 'Contact'], convertible: ['Lead'] } : {}),
    conditionalWrite: conditional,
    propertyHistory: history,
    stampPrecision: precision,
    pageSize,
    perCall: { read: perCall, write: perCall },
    lagMs,
    ...(lateMs === 0 ? {} : { lateMs: ({ id, at }) => ((at + id.length) % 3 === 0 ? lateMs : 0) }),
    overlapMs,
    mergeMakesNewId,
    streams: { people: 'incremental' },
  });
}

interface Acting {
  readonly action: Action;
  readonly crms: World['crms'];
  readonly records: Record<Side, (RecordId | undefined)[]>;
  readonly live: World['recordOf'];
  readonly add: (side: Side, who: number) => void;
  readonly byUser: (side: Side, work: () => void) => void;
  readonly world: World;
  readonly now: () => number;
}

/** Does what an action says, as far as its records are there. */
function act({ action, crms, records, live, add, byUser, world, now }: Acting): void {
  const side = action.kind === 'convert' || action.kind === 'win' ? 'sales' : action.side;
  const crm = crms[side].world;
  const at = now();
  if (action.kind === 'bulk') {
    // An import: everybody at the same instant.
    byUser(side, () => {
      for (const person of crm.people())
        if (person.converted === null && person.object !== 'Contact') crm.edit(person.id, 'status', action.value, { at });
    });
    return;
  }
  const id = live(side, action.who);
  if (action.kind === 'add') {
    if (id === undefined) byUser(side, () => add(side, action.who));
    return;
  }
  if (id === undefined) return;
  const person = crm.person(id);
  switch (action.kind) {
    case 'edit':
      return world.edit(side, id, action);
    case 'email':
      return byUser(side, () => crm.edit(id, 'email', action.value, { at }));
    case 'remove':
      return byUser(side, () => crm.remove(id, { at, erased: action.erased }));
    case 'merge': {
      const into = live(side, action.into);
      if (into === undefined || into === id || person?.converted !== null || crm.person(into)?.converted !== null) return;
      return byUser(side, () => (records[side][action.into] = crm.merge(into, id, { at })));
    }
    case 'convert': {
      if (person?.converted !== null || person.object !== 'Lead') return;
      return byUser(side, () =>
        crm.convert(id, { at, ...(action.deal ? { deal: { name: 'Deal', stage: 'Open', outcome: 'open' as const } } : {}) }),
      );
    }
    case 'win': {
      const dealId = person?.converted?.dealId ?? null;
      if (dealId !== null) byUser(side, () => crm.editDeal(dealId, { outcome: 'won' }, { at }));
    }
  }
}
