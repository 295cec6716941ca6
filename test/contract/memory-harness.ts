import { memory, type MemoryCrm, type MemoryOptions } from 'truce/memory';
import type { ContractHarness, ContractWorld } from 'truce/testing';
import type { ActorRef } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { Ports } from '../../src/ports.ts';
import type { OpenHarness } from './run-contract.ts';

const START = Date.UTC(2026, 2, 1, 9);

/** Opens a memory CRM of one flavour for the contract. */
export async function memoryHarness(flavour: MemoryOptions, provisioned: boolean): Promise<OpenHarness> {
  const now = { ms: START };
  const statuses = ['NEW', 'IN_PROGRESS', 'UNQUALIFIED'] as const;
  const crm = memory({
    startAt: START,
    pageSize: 50,
    statusOptions: [...statuses, 'Converted'],
    convertedOptions: ['Converted'],
    provisioned,
    ...flavour,
  });
  const ports = portsAt(now);
  const harness: ContractHarness = {
    connect: async () => crm.connect(ports),
    world: worldOf(crm, now, flavour.convertible !== undefined),
    statusField: 'status',
    statuses,
    textField: 'company',
    object: flavour.objects?.[0] ?? 'contact',
    newPerson: (email) => new Map([['email', email]]),
    sizes: { equalStamps: 10_500, pages: 230 },
    sharedEmails: flavour.uniqueEmail !== true,
    convertsLeads: flavour.convertible !== undefined,
  };
  return { harness, close: async () => {} };
}

function portsAt(now: { ms: number }): Ports {
  return {
    clock: { now: () => now.ms, sleep: async (ms) => void (now.ms += ms) },
    random: { next: () => 0.5 },
    ids: { next: (prefix) => `${prefix}_1` },
    http: { exchange: async () => Promise.reject(new Error('the memory adapter sends nothing')), close: async () => {} },
    log: { write: () => {} },
  };
}

function worldOf(crm: MemoryCrm, now: { ms: number }, converts: boolean): ContractWorld {
  const { world } = crm;
  const userId = world.addUser({ name: 'Una User', email: 'una@example.com', at: now.ms });
  const actor: ActorRef = { kind: 'human', userId, label: 'CRM_UI' };
  const by = (): { at: number; actor: ActorRef } => ({ at: now.ms, actor });
  const contactOf = (id: RecordId): RecordId => (converts ? world.convert(id, by()).contactId : id);
  return {
    userId,
    addPerson: async (person) => world.addPerson({ ...person, ...by() }),
    addPeople: async (count, prefix) =>
      Array.from({ length: count }, (_, at) => world.addPerson({ email: `${prefix}-${at}@example.com`, ...by() })),
    edit: async (id, field, value) => world.edit(id, field, value, by()),
    remove: async (id) => world.remove(id, by()),
    merge: async (winner, loser) => world.merge(winner, loser, by()),
    addAccount: async (name) => world.addAccount({ name, ...by() }),
    addCampaign: async (name) => world.addCampaign({ name, ...by() }),
    addMember: async (campaignId, personId) => void world.addMember({ campaignId, personId, ...by() }),
    addWonDeal: async (personId) => world.addDeal({ outcome: 'won', people: [contactOf(personId)], ...by() }),
    addCall: async (personId) => world.addTouch({ personIds: [personId], kind: 'call', ...by() }),
    value: async (id, field) => world.person(id)?.fields.get(field) ?? null,
    countByEmail: async (email) => [...world.people()].filter((person) => person.emails.includes(email)).length,
    restriction: async () => {
      world.scope('inside', (person) => person.company === 'Inside');
      const move = (id: RecordId, company: string | null) => world.edit(id, 'company', company, by());
      return { scope: 'inside', enter: async (id) => move(id, 'Inside'), leave: async (id) => move(id, null) };
    },
    loseNextWrite: async (when) => world.fail({ on: 'write', when }),
    advance: async (ms) => void (now.ms += ms),
  };
}
