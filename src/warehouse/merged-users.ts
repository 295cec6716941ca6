import type { TeamSettings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';

/** A user as one CRM has it. */
export interface UserRecord {
  readonly side: Side;
  readonly id: string;
  readonly otherId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly active: boolean;
  readonly kind: string;
  readonly teams: readonly string[];
  readonly timeZone: string | null;
}

/** A human or program with an account in one CRM or in both. */
interface MergedUser {
  readonly userId: string;
  readonly marketingOwnerId: string | null;
  readonly salesUserId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly team: Side | null;
  readonly role: string | null;
  readonly kind: 'person' | 'queue' | 'integration';
  readonly timeZone: string | null;
  readonly active: boolean;
}

export interface MergedUsers {
  readonly users: readonly MergedUser[];
  /** `side:id` to the merged user, for both id spaces of a CRM. */
  readonly userOf: ReadonlyMap<string, string>;
}

/**
 * One user per e-mail address over both CRMs; users without one, and addresses used twice in one CRM, stay apart. The
 * team is the configured one (by address or team name), else sales for those who own sales records, else unknown.
 */
export function mergeUsers(records: readonly UserRecord[], teams: TeamSettings, salesOwners: ReadonlySet<string>): MergedUsers {
  const groups = new Map<string, UserRecord[]>();
  for (const record of records) {
    const email = record.email?.trim().toLowerCase() ?? '';
    const key = email === '' ? `${record.side}:${record.id}` : email;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const users: MergedUser[] = [];
  const userOf = new Map<string, string>();
  const others: [string, string][] = [];
  for (const group of groups.values()) {
    for (const people of split(group)) {
      const user = merge(people, teams, salesOwners);
      users.push(user);
      for (const record of people) {
        userOf.set(`${record.side}:${record.id}`, user.userId);
        if (record.otherId !== null) others.push([`${record.side}:${record.otherId}`, user.userId]);
      }
    }
  }
  // The second id space only fills gaps: where the two overlap, the first one is meant.
  for (const [key, userId] of others) if (!userOf.has(key)) userOf.set(key, userId);
  return { users, userOf };
}

/** Several accounts of one address within a CRM can't be told apart from a shared mailbox: each stands alone. */
function split(group: readonly UserRecord[]): readonly (readonly UserRecord[])[] {
  const single = (side: Side): boolean => group.filter((record) => record.side === side).length <= 1;
  return single('marketing') && single('sales') ? [group] : group.map((record) => [record]);
}

function merge(records: readonly UserRecord[], teams: TeamSettings, salesOwners: ReadonlySet<string>): MergedUser {
  const marketing = records.find((record) => record.side === 'marketing') ?? null;
  const sales = records.find((record) => record.side === 'sales') ?? null;
  const first = (sales ?? marketing)!;
  const names = new Set<string>();
  for (const record of records) {
    for (const text of [record.email, record.name, ...record.teams]) if (text !== null) names.add(text.trim().toLowerCase());
  }
  const listed = (list: readonly string[]): boolean => list.some((entry) => names.has(entry.trim().toLowerCase()));
  const ownsSales = sales !== null && (salesOwners.has(sales.id) || (sales.otherId !== null && salesOwners.has(sales.otherId)));
  const integration = listed(teams.integrations) || records.some((record) => record.kind === 'integration');
  const queue = records.every((record) => record.kind === 'queue');
  let team: Side | null = null;
  if (listed(teams.marketing)) team = 'marketing';
  else if (listed(teams.sales)) team = 'sales';
  else if (ownsSales && !queue && !integration) team = 'sales';
  return {
    userId: `${first.side}:${first.id}`,
    marketingOwnerId: marketing?.id ?? null,
    salesUserId: sales?.id ?? null,
    name: sales?.name ?? marketing?.name ?? null,
    email: first.email?.trim().toLowerCase() ?? null,
    team,
    role: records.flatMap((record) => record.teams)[0] ?? null,
    kind: integration ? 'integration' : queue ? 'queue' : 'person',
    timeZone: sales?.timeZone ?? marketing?.timeZone ?? null,
    active: records.some((record) => record.active),
  };
}
