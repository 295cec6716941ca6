import type { Clock, Random } from '../../../src/ports.ts';
import type { Unrest } from '../../sandbox/half.ts';
import type { Packer } from '../../sandbox/packed.ts';
import type { EventHub } from './events.ts';
import type { Histories, HistoryBook } from './histories.ts';
import type { Links } from './links.ts';
import type { ObjectType } from './object-types.ts';
import type { IndexedDoc, SearchIndex } from './search-index.ts';
import type { ListFilters } from './segments/membership.ts';

/** Who wrote a value, as it appears in property histories. */
export interface Source {
  readonly sourceType: string;
  readonly sourceId?: string;
  readonly sourceLabel?: string;
  readonly updatedByUserId?: number;
}

/** One entry of a property's history. */
export interface Version {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly source: Source;
}

/** One record of the imitated CRM. */
export interface CrmRecord {
  readonly id: string;
  /** The id as a number: ids grow, so this is also the order of creation. */
  readonly n: number;
  createdAt: number;
  updatedAt: number;
  /** Null while the record is not archived. */
  archivedAt: number | null;
  /** Merged away or permanently deleted: answers to nothing. */
  gone: boolean;
  /** Replaced at every write, never changed in place: the search index keeps old ones. Empty values are absent. */
  values: ReadonlyMap<string, string>;
  readonly histories: Histories;
  /** As the search index last saw it; null where it does not know it. */
  indexed: IndexedDoc | null;
}

/** A property as the properties API shows it. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  /** `string | number | date | datetime | enumeration | bool | phone_number | object_coordinates | json` */
  readonly type: string;
  readonly fieldType: string;
  readonly options: readonly PropertyOption[];
  readonly hasUniqueValue: boolean;
  readonly hidden: boolean;
  readonly formField: boolean;
  readonly displayOrder: number;
  /** Shipped by HubSpot. Custom properties omit the member in answers. */
  readonly hubspotDefined: boolean;
  readonly calculated: boolean;
  readonly externalOptions: boolean;
  readonly readOnlyValue: boolean;
  /** A number that is an amount of money. */
  readonly showCurrencySymbol?: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly archivedAt: number | null;
  readonly createdUserId: string | null;
}

/** One value of a picklist. */
export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}

/** A group of properties, as records show them. */
export interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

/** All records and definitions of one object type. */
export interface Table {
  readonly type: ObjectType;
  readonly definitions: Map<string, PropertyDefinition>;
  readonly groups: Map<string, PropertyGroup>;
  readonly byId: Map<string, CrmRecord>;
  /** Ascending by `n`; contains archived and gone records. */
  readonly inOrder: CrmRecord[];
  /** For each property whose values are unique: normalised value -> record id. */
  readonly unique: Map<string, Map<string, string>>;
  /** Ids that were merged away -> the id that answers for them. */
  readonly forwards: Map<string, string>;
  readonly index: SearchIndex;
}

/** A user who can own records. `id` and `userId` are different number ranges. */
export interface Owner {
  readonly id: string;
  readonly userId: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly archived: boolean;
  readonly teams: readonly { readonly id: string; readonly name: string; readonly primary: boolean }[];
}

/** One stage of a pipeline. */
export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A pipeline of deals or leads. */
export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly stages: readonly PipelineStage[];
  /** ISO 8601; absent on pipelines that the account began with. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

/** A static list of records. */
export interface RecordList {
  readonly listId: string;
  name: string;
  readonly objectTypeId: string;
  readonly processingType: string;
  readonly createdAt: number;
  updatedAt: number;
  version: number;
  readonly createdBy: string;
  /** Record id -> when it joined. */
  readonly members: Map<string, number>;
  /** Of a list that is, or was once, filled by filters. */
  filters?: ListFilters;
}

/** One budget or spend item of a campaign. */
export interface LedgerItem {
  readonly id: string;
  amount: number;
  name: string;
  order: number;
  description: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
}

/** What the marketing API knows of a campaign beside its CRM record. */
export interface CampaignExtra {
  readonly guid: string;
  readonly record: CrmRecord;
  readonly budget: Map<string, LedgerItem>;
  readonly spend: Map<string, LedgerItem>;
  /** Asset type -> asset ids, in the order added. */
  readonly assets: Map<string, Set<string>>;
}

/** What the account is, as far as answers depend on it. */
export interface AccountFacts {
  readonly portalId: string;
  readonly tier: 'free' | 'starter' | 'pro' | 'enterprise';
  readonly timeZone: string;
  readonly currency: string;
  readonly appId: string;
  readonly appName: string;
  readonly searchLagMs: number;
}

/** The whole imitated account. */
export interface Portal {
  readonly clock: Clock;
  readonly random: Random;
  readonly account: AccountFacts;
  readonly events: EventHub;
  /** E-mail addresses of contacts that were deleted for good: the screen takes none of them again, the API does. */
  readonly blocked: Set<string>;
  /** By object type id. */
  readonly tables: ReadonlyMap<string, Table>;
  readonly links: Links;
  /** What faults do: the lag of the search index now, and what goes wrong with the records of the call under way. */
  readonly unrest: { searchLagMs: number; call: Unrest };
  /** Makes a record's values small, once they are written. */
  readonly packing: Packer<string>;
  readonly histories: HistoryBook;
  readonly owners: Owner[];
  readonly teams: Map<string, string>;
  readonly lists: Map<string, RecordList>;
  /** Deleted lists, which can be restored for a while. */
  readonly deletedLists: Map<string, { readonly list: RecordList; readonly at: number }>;
  readonly pipelines: Map<string, readonly Pipeline[]>;
  /** By GUID. */
  readonly campaigns: Map<string, CampaignExtra>;
  /** By the numeric id of the CRM record. */
  readonly campaignGuids: Map<string, string>;
  /** The next record id; ids grow with gaps, as in a real account. */
  nextId(): number;
  /** The next list id; those of deleted lists do not come again. */
  nextListId(): number;
}

/** When and by whom something is written. */
export interface Stamp {
  readonly at: number;
  readonly source: Source;
}
