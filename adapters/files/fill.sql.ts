/** People whom other files name, where there is no file of leads. */
export const leadsFromOthersSql: string = `
INSERT INTO leads (lead_id, created_at)
SELECT lead_id, min(seen_at) FROM (
  SELECT lead_id, occurred_at AS seen_at FROM touches WHERE lead_id IS NOT NULL
  UNION ALL SELECT entity_id, occurred_at FROM status_changes WHERE entity = 'lead'
  UNION ALL SELECT lead_id, coalesce(added_at, responded_at) FROM campaign_members
  UNION ALL SELECT lead_id, added_at FROM deal_contacts
) GROUP BY lead_id;
`;

/** Campaigns that other files name by id. */
export const campaignsFromOthersSql: string = `
INSERT INTO campaigns (campaign_id)
SELECT DISTINCT n.campaign_id FROM (
  SELECT campaign_id FROM leads UNION SELECT campaign_id FROM deals UNION SELECT campaign_id FROM campaign_members UNION SELECT campaign_id FROM touches
) n LEFT JOIN campaigns c ON c.campaign_id = n.campaign_id WHERE n.campaign_id IS NOT NULL AND c.campaign_id IS NULL;
`;

/** A lead's first campaign, out of its memberships; rungs, out of the statuses. */
export const derivedSql: string = `
UPDATE leads SET campaign_id = f.campaign_id FROM (
  SELECT lead_id, campaign_id FROM campaign_members
  QUALIFY row_number() OVER (PARTITION BY lead_id ORDER BY coalesce(responded_at, added_at) NULLS LAST, campaign_id) = 1
) f WHERE f.lead_id = leads.lead_id AND leads.campaign_id IS NULL;

UPDATE leads SET marketing_rung = r.rung FROM t_rung r WHERE r.side = 'marketing' AND r.value = leads.marketing_status AND leads.marketing_rung IS NULL;
UPDATE leads SET sales_rung = r.rung FROM t_rung r WHERE r.side = 'sales' AND r.value = leads.sales_status AND leads.sales_rung IS NULL;
UPDATE status_changes SET to_status = r.rung FROM t_rung r
WHERE status_changes.entity = 'lead' AND r.side = status_changes.recorded_in AND r.value = status_changes.to_raw AND status_changes.to_status IS NULL;
UPDATE status_changes SET from_status = r.rung FROM t_rung r
WHERE status_changes.entity = 'lead' AND r.side = status_changes.recorded_in AND r.value = status_changes.from_raw AND status_changes.from_status IS NULL;
`;

/** Amounts in the company's currency ($1) need no rate. */
export const ownCurrencySql: string = `
UPDATE deals SET amount_base = amount_minor WHERE amount_base IS NULL AND amount_minor IS NOT NULL AND currency = $1
`;
