import type { Crm, OwnFieldState, OwnStem, ReadAnswer, WriteKind } from '../../src/crm.ts';
import type { FieldValue, RecordId, Side } from '../../src/model/words.ts';
import { campaignStems, personStems, type OutcomeSide } from '../../src/outcomes/index.ts';
import type { Evidence, OutcomeCampaign, OutcomeDeal, OutcomeLead } from '../../src/outcomes/facts.ts';
import type { LedgerEntry } from '../../src/state/types.ts';

export const day: number = 86_400_000;
export const now: number = Date.UTC(2026, 10, 22);
const id = (text: string): RecordId => text as RecordId;

export const campaign = (name: string, more: Partial<OutcomeCampaign> = {}): OutcomeCampaign => ({
  id: name,
  name: `Campaign ${name}`,
  records: [
    { side: 'marketing', id: id(`m-${name}`), currency: null },
    { side: 'sales', id: id(`s-${name}`), currency: null },
  ],
  cost: null,
  ...more,
});

export const deal = (name: string, more: Partial<OutcomeDeal> = {}): OutcomeDeal => ({
  id: name,
  createdAt: now - 50 * day,
  outcome: 'open',
  closedAt: null,
  amount: null,
  lossReason: null,
  campaignId: null,
  campaignSetByPerson: false,
  leadIds: [],
  evidence: [],
  ...more,
});

export const evidence = (campaignId: string, more: Partial<Evidence> = {}): Evidence => ({
  kind: 'response',
  side: 'sales',
  scope: null,
  campaignId,
  leadId: 'p1',
  at: now - 100 * day,
  precision: 'ms',
  ref: 'member-1',
  ...more,
});

export const lead = (name: string, more: Partial<OutcomeLead> = {}): OutcomeLead => ({
  id: name,
  campaignId: null,
  createdAt: now - 90 * day,
  handed: false,
  handedAt: null,
  lastAttemptAt: null,
  rejected: false,
  everRejected: false,
  rejectionReason: null,
  rejectedAt: null,
  dealIds: [],
  targets: [
    { side: 'marketing', id: id(`m-${name}`), object: 'contact' },
    { side: 'sales', id: id(`s-${name}`), object: 'Lead' },
  ],
  ...more,
});

/** A ledger store over an array, as the state keeps it. */
export class MemoryLedger {
  readonly entries: LedgerEntry[] = [];

  async *list(): AsyncGenerator<LedgerEntry> {
    yield* this.entries.filter((entry) => entry.supersededAt === null);
  }

  put(changes: readonly { readonly dealId: string; readonly entry: string; readonly at: number }[]): void {
    for (const change of changes) {
      const before = this.entries.findIndex((entry) => entry.dealId === change.dealId && entry.supersededAt === null);
      const old = this.entries[before];
      if (old !== undefined) this.entries[before] = { ...old, supersededAt: change.at };
      this.entries.push({ ...change, version: (old?.version ?? 0) + 1, supersededAt: null });
    }
  }
}

/** One CRM that holds own fields only; `calls` counts reads. */
export class FieldStore {
  readonly held = new Map<string, Map<OwnStem, FieldValue>>();
  readonly gone = new Set<string>();
  calls = 0;
  reads = 0;
  own: OwnFieldState[];
  readonly side: Side;

  constructor(side: Side, kinds: readonly WriteKind[] = ['campaign', 'person']) {
    this.side = side;
    this.own = kinds.flatMap((on) =>
      (on === 'campaign' ? campaignStems : personStems).map((stem): OwnFieldState => ({
        on,
        stem,
        name: `own_${stem}`,
        state: 'ready',
        fix: '',
      })),
    );
  }

  fields(kind: WriteKind, record: string): Map<OwnStem, FieldValue> {
    const key = `${kind}:${record}`;
    let fields = this.held.get(key);
    if (fields === undefined) this.held.set(key, (fields = new Map()));
    return fields;
  }

  get port(): OutcomeSide {
    const read = (kind: WriteKind, refs: readonly { readonly id: RecordId }[]): Promise<readonly ReadAnswer[]> => {
      this.calls += 1;
      this.reads += refs.length;
      return Promise.resolve(
        refs.map(
          (ref) => ({ ref, found: this.gone.has(ref.id) ? [] : [{ own: new Map(this.fields(kind, ref.id)) }] }) as unknown as ReadAnswer,
        ),
      );
    };
    const streams = { people: 'incremental', campaigns: 'incremental', deals: 'incremental' } as const;
    return {
      crm: { read, capabilities: { streams } } as unknown as Pick<Crm, 'read' | 'capabilities'>,
      description: { own: this.own, automation: [{ field: 'own_won_deals', name: 'Tell the boss', kind: 'workflow' }] },
      links: {
        campaign: `https://${this.side}.example/campaign/{id}`,
        'person:Lead': `https://${this.side}.example/lead/{id}`,
        person: `https://${this.side}.example/contact/{id}`,
      },
    };
  }
}
