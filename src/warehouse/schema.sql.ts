/**
 * The merged data's tables, the same text for DuckDB and Postgres. Instants are BIGINT epoch milliseconds, money is
 * BIGINT minor units. `recorded_in` and `side` hold `marketing` or `sales`. Query them by column name: columns are
 * added at the end of a table, never renamed.
 *
 * - `leads`: one row per person. `marketing_rung`/`sales_rung` is where each CRM says the person stands now.
 * - `touches`: one row per interaction and person; `dup_of` names the copy that was logged first in the other CRM.
 * - `status_changes`: `entity` is `lead` or `deal`; for leads `to_status` is a rung (null where the value has none), for
 *   deals `open`, `won` or `lost`. `rule` is null for a recorded change; `initial` (the value the record began with),
 *   `owner` (handed over by a change of owner) and `created` (made in the sales CRM by an integration, for a sales
 *   owner) are derived, the last two only for people whom no status ever showed as handed over.
 * - `campaigns.sales_campaign_ids` and `deals`' ids: the CRMs' own ids; the former is a JSON array.
 * - `campaign_records`: one row per campaign of a CRM, with the merged campaign it belongs to.
 * - `campaign_hints`: UTM and source properties of a person that name exactly one campaign.
 * - `fx_rates`: one unit of the company's currency is `rate` units of `currency`; `ratio` is the same as an exact
 *   fraction, `numerator/denominator`.
 * - `unmapped_statuses`: values that no status map knows, with how often they occur.
 */
export const schemaSql: string = `
CREATE TABLE leads (
  lead_id TEXT NOT NULL PRIMARY KEY,
  marketing_person_id TEXT, sales_lead_id TEXT, sales_contact_id TEXT, account_id TEXT,
  email_hash TEXT, name TEXT,
  created_at BIGINT, created_in TEXT, origin TEXT NOT NULL DEFAULT 'unknown', sourced_by TEXT,
  channel TEXT, campaign_id TEXT, segment TEXT, region TEXT, employees BIGINT, owner_id TEXT,
  marketing_status TEXT, sales_status TEXT, marketing_rung TEXT, sales_rung TEXT,
  score_at_handover DOUBLE PRECISION, opted_out_at BIGINT, merged_into TEXT,
  is_internal BOOLEAN NOT NULL DEFAULT FALSE, is_test BOOLEAN NOT NULL DEFAULT FALSE, unread_by_owner BOOLEAN,
  opted_out BOOLEAN NOT NULL DEFAULT FALSE, rejection_reason TEXT
);
CREATE TABLE touches (
  touch_id TEXT NOT NULL PRIMARY KEY, lead_id TEXT, deal_id TEXT,
  occurred_at BIGINT NOT NULL, at_precision TEXT NOT NULL DEFAULT 'ms',
  kind TEXT NOT NULL, side TEXT NOT NULL, direction TEXT NOT NULL,
  actor_id TEXT, actor_kind TEXT NOT NULL DEFAULT 'human', result TEXT,
  campaign_id TEXT, channel TEXT, asset_id TEXT, recorded_in TEXT, dup_of TEXT
);
CREATE TABLE status_changes (
  change_id TEXT NOT NULL PRIMARY KEY, entity TEXT NOT NULL, entity_id TEXT NOT NULL, recorded_in TEXT NOT NULL,
  field TEXT NOT NULL, from_status TEXT, to_status TEXT, from_raw TEXT, to_raw TEXT,
  occurred_at BIGINT NOT NULL, at_precision TEXT NOT NULL DEFAULT 'ms', actor_id TEXT, actor_kind TEXT NOT NULL DEFAULT 'unknown', reason TEXT,
  rule TEXT
);
CREATE TABLE campaigns (
  campaign_id TEXT NOT NULL PRIMARY KEY, marketing_campaign_id TEXT, sales_campaign_ids TEXT, name TEXT, parent_id TEXT,
  channel TEXT, starts_at BIGINT, ends_at BIGINT, cost_minor BIGINT, currency TEXT,
  paired_by TEXT
);
CREATE TABLE campaign_members (
  member_id TEXT NOT NULL PRIMARY KEY, campaign_id TEXT NOT NULL, lead_id TEXT NOT NULL,
  added_at BIGINT, responded_at BIGINT, at_precision TEXT NOT NULL DEFAULT 'ms', status TEXT, responded BOOLEAN NOT NULL DEFAULT FALSE, recorded_in TEXT,
  source_id TEXT
);
CREATE TABLE deals (
  deal_id TEXT NOT NULL PRIMARY KEY, marketing_deal_id TEXT, sales_deal_id TEXT, account_id TEXT, owner_id TEXT, name TEXT,
  created_at BIGINT, closed_at BIGINT, closed_precision TEXT NOT NULL DEFAULT 'ms', outcome TEXT NOT NULL DEFAULT 'open', stage TEXT, loss_reason TEXT,
  deal_type TEXT, is_enterprise BOOLEAN, amount_minor BIGINT, currency TEXT, amount_base BIGINT, reopened INTEGER NOT NULL DEFAULT 0,
  campaign_id TEXT, campaign_set_by_person BOOLEAN, channel TEXT
);
CREATE TABLE deal_contacts (
  deal_contact_id TEXT NOT NULL PRIMARY KEY, deal_id TEXT NOT NULL, lead_id TEXT NOT NULL, role TEXT, is_primary BOOLEAN NOT NULL DEFAULT FALSE, added_at BIGINT
);
CREATE TABLE users (
  user_id TEXT NOT NULL PRIMARY KEY, marketing_owner_id TEXT, sales_user_id TEXT, name TEXT, email TEXT, team TEXT, role TEXT, kind TEXT NOT NULL DEFAULT 'person',
  time_zone TEXT, is_active BOOLEAN NOT NULL DEFAULT TRUE, active_from BIGINT, active_to BIGINT
);
CREATE TABLE accounts (
  account_id TEXT NOT NULL PRIMARY KEY, marketing_account_id TEXT, sales_account_id TEXT, name TEXT, domain TEXT, employees BIGINT, industry TEXT, country TEXT
);
CREATE TABLE record_links (
  recorded_in TEXT NOT NULL, object TEXT NOT NULL, source_id TEXT NOT NULL, merged_id TEXT NOT NULL,
  rule TEXT, confidence DOUBLE PRECISION, first_seen_at BIGINT, seen_in_other_at BIGINT,
  PRIMARY KEY (recorded_in, object, source_id)
);
CREATE TABLE campaign_records (
  recorded_in TEXT NOT NULL, source_id TEXT NOT NULL, campaign_id TEXT NOT NULL, name TEXT, utm TEXT, currency TEXT,
  PRIMARY KEY (recorded_in, source_id)
);
CREATE TABLE campaign_hints (
  lead_id TEXT NOT NULL, recorded_in TEXT NOT NULL, source TEXT NOT NULL, value TEXT NOT NULL, campaign_id TEXT NOT NULL,
  campaign_side TEXT NOT NULL, matched_by TEXT NOT NULL, occurred_at BIGINT
);
CREATE TABLE periods (kind TEXT NOT NULL, period TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, PRIMARY KEY (kind, period));
CREATE TABLE business_hours (team TEXT NOT NULL, opens_at BIGINT NOT NULL, closes_at BIGINT NOT NULL);
CREATE TABLE fx_rates (currency TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, rate DOUBLE PRECISION NOT NULL, ratio TEXT, PRIMARY KEY (currency, starts_at));
CREATE TABLE unmapped_statuses (recorded_in TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, n BIGINT NOT NULL);
CREATE TABLE coverage (recorded_in TEXT NOT NULL, stream TEXT NOT NULL, complete BOOLEAN NOT NULL, history_from BIGINT, as_of BIGINT NOT NULL, PRIMARY KEY (recorded_in, stream));
`;

/** Indexes that a row store needs for the statistics; a column store is faster without them. Run ANALYZE after loading. */
export const indexSql: string = `
CREATE INDEX touches_by_lead ON touches (lead_id, occurred_at);
CREATE INDEX status_changes_by_entity ON status_changes (entity, entity_id, occurred_at);
CREATE INDEX deal_contacts_by_lead ON deal_contacts (lead_id);
CREATE INDEX deal_contacts_by_deal ON deal_contacts (deal_id);
CREATE INDEX campaign_members_by_lead ON campaign_members (lead_id);
`;

/** The merged tables that `merge` builds anew; `coverage` is kept by loading, `business_hours` by whoever fills it. */
export const mergedTables: readonly string[] = [
  'leads',
  'touches',
  'status_changes',
  'campaigns',
  'campaign_members',
  'deals',
  'deal_contacts',
  'users',
  'accounts',
  'record_links',
  'campaign_records',
  'campaign_hints',
  'periods',
  'fx_rates',
  'unmapped_statuses',
];
