import type { Store } from './store.ts';

/** Everything that can be read, ordered by id, as one string: two stores in the same state give the same one. */
export function snapshot(store: Store): string {
  const { people, accounts, campaigns, members, deals, dealPeople, touches, users, rates } = store;
  const tables = { people, accounts, campaigns, members, deals, dealPeople, touches, users, rates };
  const all = Object.entries(tables).map(([name, table]) => {
    const rows = [...table.rows()].map(({ row, version, modifiedAt }) => ({ row, version, modifiedAt }));
    return [name, rows.sort((a, b) => (a.row.id < b.row.id ? -1 : 1))];
  });
  return JSON.stringify(all, (_key, value: unknown) => {
    if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return typeof value === 'bigint' ? `${value}` : value;
  });
}
