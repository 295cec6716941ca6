import type { HalfPorts } from '../../sandbox/half.ts';
import { packer } from '../../sandbox/packed.ts';
import { createHub } from './events.ts';
import { historyBook } from './histories.ts';
import { emptyLinks } from './links.ts';
import type { AccountFacts, Portal, PropertyDefinition, Table } from './model.ts';
import { OBJECT_TYPES, type ObjectType } from './object-types.ts';
import { provisionedCampaignProperties, provisionedContactProperties } from './provisioned.ts';
import { emptyIndex } from './search-index.ts';
import { stockOf } from './stock/index.ts';
import { STOCK_PIPELINES } from './stock/pipelines.ts';

/** First id of a fresh account; HubSpot's ids of today have eleven digits or more. */
const FIRST_ID = 10_000_000_001;

/** An account as HubSpot ships it, with Truce's own properties where `provisioned`. */
export function createPortal(ports: HalfPorts, account: AccountFacts, provisioned: boolean): Portal {
  const now = ports.clock.now();
  const tables = new Map(OBJECT_TYPES.map((type) => [type.typeId, createTable(type, now, provisioned)]));
  let last = FIRST_ID;
  let lastList = 0;
  return {
    clock: ports.clock,
    random: ports.random,
    account,
    events: createHub(),
    blocked: new Set(),
    tables,
    links: emptyLinks(),
    unrest: { searchLagMs: account.searchLagMs, call: {} },
    packing: packer(),
    histories: historyBook(),
    owners: [],
    teams: new Map(),
    lists: new Map(),
    deletedLists: new Map(),
    pipelines: new Map(STOCK_PIPELINES),
    campaigns: new Map(),
    campaignGuids: new Map(),
    nextListId: () => {
      lastList += 1;
      return lastList;
    },
    nextId: () => {
      last += 1 + Math.floor(ports.random.next() * 9);
      return last;
    },
  };
}

function createTable(type: ObjectType, now: number, provisioned: boolean): Table {
  const { definitions, groups } = stockOf(type, now);
  const all = [...definitions, ...(provisioned ? ownOf(type, now) : [])];
  const unique = all.filter((definition) => definition.hasUniqueValue).map((definition) => definition.name);
  if (type.singular === 'contact') unique.push('email');
  return {
    type,
    definitions: new Map(all.map((definition) => [definition.name, definition])),
    groups: new Map(groups.map((group) => [group.name, group])),
    byId: new Map(),
    inOrder: [],
    unique: new Map(unique.map((name) => [name, new Map<string, string>()])),
    forwards: new Map(),
    index: emptyIndex(),
  };
}

function ownOf(type: ObjectType, now: number): readonly PropertyDefinition[] {
  if (type.singular === 'contact') return provisionedContactProperties(now);
  return type.singular === 'campaign' ? provisionedCampaignProperties(now) : [];
}
