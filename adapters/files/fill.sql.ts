/** People whom other files name, where there is no file of leads. When they were created nobody has said. */
export const leadsFromOthersSql: string = `
INSERT INTO leads (lead_id)
SELECT lead_id FROM (
  SELECT lead_id FROM touches
  UNION SELECT entity_id FROM status_changes WHERE entity = 'lead'
  UNION SELECT lead_id FROM campaign_members
  UNION SELECT lead_id FROM deal_contacts
) o WHERE lead_id IS NOT NULL;
`;

/** Campaigns that other files name by id. */
export const campaignsFromOthersSql: string = `
INSERT INTO campaigns (campaign_id)
SELECT n.campaign_id FROM (
  SELECT campaign_id FROM leads UNION SELECT campaign_id FROM deals UNION SELECT campaign_id FROM campaign_members UNION SELECT campaign_id FROM touches
) n LEFT JOIN campaigns c ON c.campaign_id = n.campaign_id WHERE n.campaign_id IS NOT NULL AND c.campaign_id IS NULL;
`;

/** A lead's first campaign, out of its memberships. */
export const firstCampaignSql: string = `
UPDATE leads SET campaign_id = f.campaign_id FROM (
  SELECT lead_id, campaign_id FROM campaign_members
  QUALIFY row_number() OVER (PARTITION BY lead_id ORDER BY coalesce(responded_at, added_at) NULLS LAST, campaign_id) = 1
) f WHERE f.lead_id = leads.lead_id AND leads.campaign_id IS NULL;
`;

/** The hand-over by a change of owner to somebody of sales, for people whom no status ever showed as handed over. */
export const ownerHandoverSql: string = `
INSERT INTO status_changes (change_id, entity, entity_id, recorded_in, field, to_status, from_raw, to_raw, occurred_at, at_precision, actor_id, actor_kind, rule)
WITH handed AS (SELECT DISTINCT entity_id FROM status_changes WHERE entity = 'lead' AND to_status = 'handed')
SELECT c.change_id || ':owner', 'lead', c.entity_id, c.recorded_in, c.field, 'handed', c.from_raw, c.to_raw, c.occurred_at, c.at_precision, c.actor_id, c.actor_kind, 'owner'
FROM status_changes c JOIN users u ON u.user_id = c.to_raw AND u.team = 'sales' AND u.kind = 'person'
LEFT JOIN users f ON f.user_id = c.from_raw LEFT JOIN handed h ON h.entity_id = c.entity_id
WHERE c.entity = 'lead' AND c.field = 'owner' AND (f.team IS NULL OR f.team <> 'sales') AND h.entity_id IS NULL
QUALIFY row_number() OVER (PARTITION BY c.entity_id ORDER BY c.occurred_at, c.change_id) = 1;
`;

/**
 * Values that no status map knows, from the changes and from the leads, into the warehouse's list of them. The table
 * `t_mapped (side, given, field)` holds the fields that a map reads, as files call them and as the configuration does.
 */
export const unmappedSql: string = `
INSERT INTO unmapped_statuses (recorded_in, field, value, n)
WITH seen AS (
  SELECT c.recorded_in AS side, m.field, c.to_raw AS value, c.entity_id AS id
  FROM status_changes c JOIN t_mapped m ON m.side = c.recorded_in AND m.given = c.field WHERE c.entity = 'lead' AND c.to_status IS NULL
  UNION
  SELECT m.side, m.field, l.marketing_status, l.lead_id FROM leads l JOIN t_mapped m ON m.side = 'marketing' AND m.given = 'status' WHERE l.marketing_rung IS NULL
  UNION
  SELECT m.side, m.field, l.sales_status, l.lead_id FROM leads l JOIN t_mapped m ON m.side = 'sales' AND m.given = 'status' WHERE l.sales_rung IS NULL
)
SELECT side, field, value, count(*) FROM seen WHERE value IS NOT NULL GROUP BY side, field, value;
`;

/** Amounts in the company's currency ($1) need no rate. */
export const ownCurrencySql: string = `
UPDATE deals SET amount_base = amount_minor WHERE amount_base IS NULL AND amount_minor IS NOT NULL AND currency = $1
`;

/** Rows of a table that name something which is not there. */
export const orphansSql = (
  table: string,
  own: string,
  other: { readonly table: string; readonly id: string; readonly where?: string },
): string => `
SELECT CAST(count(*) AS INTEGER) AS n FROM ${table} t LEFT JOIN ${other.table} o ON o.${other.id} = t.${own}
WHERE t.${own} IS NOT NULL AND o.${other.id} IS NULL${other.where === undefined ? '' : ` AND ${other.where}`}
`;

/** Values of a column that differ only in capitals, blanks and punctuation, most frequent first. */
export const spellingsSql = (table: string, column: string): string => `
SELECT string_agg(value, ' / ' ORDER BY n DESC, value) AS spellings, CAST(sum(n) AS INTEGER) AS n FROM (
  SELECT ${column} AS value, count(*) AS n FROM ${table} WHERE ${column} IS NOT NULL GROUP BY ${column}
) v GROUP BY regexp_replace(lower(value), '[^\\p{L}\\p{N}]', '', 'g') HAVING count(*) > 1 ORDER BY n DESC, spellings LIMIT 5
`;
