/**
 * The merged data's tables, the same text for DuckDB and Postgres. Instants are BIGINT epoch milliseconds, money is
 * BIGINT minor units. `recorded_in` and `side` hold `marketing` or `sales`.
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
  is_internal BOOLEAN NOT NULL DEFAULT FALSE, is_test BOOLEAN NOT NULL DEFAULT FALSE, unread_by_owner BOOLEAN
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
  occurred_at BIGINT NOT NULL, at_precision TEXT NOT NULL DEFAULT 'ms', actor_id TEXT, actor_kind TEXT NOT NULL DEFAULT 'unknown', reason TEXT
);
CREATE TABLE campaigns (
  campaign_id TEXT NOT NULL PRIMARY KEY, marketing_campaign_id TEXT, sales_campaign_ids TEXT, name TEXT, parent_id TEXT,
  channel TEXT, starts_at BIGINT, ends_at BIGINT, cost_minor BIGINT, currency TEXT
);
CREATE TABLE campaign_members (
  member_id TEXT NOT NULL PRIMARY KEY, campaign_id TEXT NOT NULL, lead_id TEXT NOT NULL,
  added_at BIGINT, responded_at BIGINT, at_precision TEXT NOT NULL DEFAULT 'ms', status TEXT, responded BOOLEAN NOT NULL DEFAULT FALSE, recorded_in TEXT
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
CREATE TABLE periods (kind TEXT NOT NULL, period TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, PRIMARY KEY (kind, period));
CREATE TABLE business_hours (team TEXT NOT NULL, opens_at BIGINT NOT NULL, closes_at BIGINT NOT NULL);
CREATE TABLE fx_rates (currency TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, rate DOUBLE PRECISION NOT NULL, PRIMARY KEY (currency, starts_at));
CREATE TABLE coverage (recorded_in TEXT NOT NULL, stream TEXT NOT NULL, complete BOOLEAN NOT NULL, history_from BIGINT, as_of BIGINT NOT NULL, PRIMARY KEY (recorded_in, stream));
`;
