import { linksOf } from '../associations.ts';
import { changedProperties, type CrmEvent } from '../events.ts';
import type { CrmRecord, Portal, Source, Table } from '../model.ts';
import { recordById, tableNamed, writeRecord } from '../store.ts';
import { withoutLifecycleSteps } from '../values.ts';

/** Assumed: how what follows from deals appears in histories. */
const BY_DEAL: Source = { sourceType: 'DEALS' };

/**
 * Moves contacts and companies along with their deals, forward only: to Opportunity with the first deal, to Customer when
 * a deal is won. A contact also keeps amount and close date of the last deal won. An association that moves nothing leaves
 * the modified stamps alone.
 * @source https://knowledge.hubspot.com/contacts/use-lifecycle-stages and
 * https://knowledge.hubspot.com/crm-setup/manage-how-lifecycle-stages-sync-between-objects (checked 2026-11)
 */
export function followDeals(portal: Portal, event: CrmEvent): void {
  switch (event.kind) {
    case 'associated':
    case 'dissociated':
      if (event.to.table.type.singular === 'deal') {
        const deal = event.kind === 'associated' ? recordById(event.to.table, event.to.id) : undefined;
        follow(portal, { table: event.from.table, id: event.from.id }, { deal, at: event.at });
      }
      return;
    case 'written':
      if (event.table.type.singular === 'deal' && changedProperties(event).some((name) => FOLLOWED.has(name)))
        followAll(portal, event.table, event.record, event.at);
      return;
    case 'archived':
    case 'created':
    case 'erased':
    case 'merged':
    case 'restored':
      return;
  }
}

const FOLLOWED: ReadonlySet<string> = new Set(['hs_is_closed_won', 'amount', 'closedate']);

interface Follower {
  readonly table: Table;
  readonly id: string;
}

function followAll(portal: Portal, deals: Table, deal: CrmRecord, at: number): void {
  for (const plural of ['contacts', 'companies']) {
    const table = tableNamed(portal, plural);
    for (const id of linksOf(portal, { table: deals, id: deal.id }, table).keys()) follow(portal, { table, id }, { deal, at });
  }
}

/** `deal`: the one that something happened to; undefined when it left. */
function follow(portal: Portal, follower: Follower, what: { readonly deal: CrmRecord | undefined; readonly at: number }): void {
  const { table, id } = follower;
  const record = ['contact', 'company'].includes(table.type.singular) ? recordById(table, id) : undefined;
  if (record === undefined || record.archivedAt !== null) return;
  const wanted = new Map(table.type.singular === 'contact' ? dealValues(portal, follower) : []);
  if (what.deal !== undefined) wanted.set('lifecyclestage', isWon(what.deal) ? 'customer' : 'opportunity');
  const forward = withoutLifecycleSteps(table, record, wanted);
  const values = new Map<string, string>();
  for (const [name, value] of forward) {
    if (table.definitions.has(name) && (record.values.get(name) ?? '') !== value) values.set(name, value);
  }
  if (values.size > 0) writeRecord(portal, table, record, { values, stamp: { at: what.at, source: BY_DEAL } });
}

function isWon(deal: CrmRecord): boolean {
  return deal.values.get('hs_is_closed_won') === 'true';
}

function dealValues(portal: Portal, follower: Follower): readonly (readonly [string, string])[] {
  const deals = tableNamed(portal, 'deals');
  const all = [...linksOf(portal, follower, deals).keys()]
    .flatMap((id) => recordById(deals, id) ?? [])
    .filter((deal) => deal.archivedAt === null);
  const closed = (deal: CrmRecord): string => deal.values.get('closedate') ?? '';
  const last = all
    .filter(isWon)
    .reduce<CrmRecord | undefined>((one, deal) => (one === undefined || closed(deal) > closed(one) ? deal : one), undefined);
  return [
    ['recent_deal_amount', last?.values.get('amount') ?? ''],
    ['recent_deal_close_date', last?.values.get('closedate') ?? ''],
  ];
}
