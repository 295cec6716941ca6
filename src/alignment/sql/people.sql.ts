/**
 * The population: one row per merged person known at the instant ($1), internal and test people left out. `lead_id` is a
 * number of this run, `source_id` the warehouse's own. Blank values become `''`, which is not the same as a channel called
 * `unknown`. Clusters are accounts, workers owners, both by number; people of no account, or of no owner, stand alone.
 */
export const peopleSql: string = `
SELECT CAST(row_number() OVER (ORDER BY l.lead_id) AS INTEGER) AS lead_id, l.lead_id AS source_id,
       CAST(dense_rank() OVER (ORDER BY coalesce('account:' || l.account_id, 'lead:' || l.lead_id)) AS INTEGER) AS cluster,
       CAST(dense_rank() OVER (ORDER BY coalesce('owner:' || nullif(l.owner_id, ''), 'lead:' || l.lead_id)) AS INTEGER) AS worker, l.created_at, l.origin,
       coalesce(l.channel, '') AS channel, coalesce(l.campaign_id, '') AS campaign, coalesce(l.owner_id, '') AS owner,
       coalesce(u.team, '') AS team, coalesce(m.period, '') AS month, coalesce(m.number, 0) AS month_number,
       CASE WHEN l.marketing_person_id IS NOT NULL THEN 1 ELSE 0 END AS in_marketing,
       CASE WHEN l.sales_lead_id IS NOT NULL OR l.sales_contact_id IS NOT NULL THEN 1 ELSE 0 END AS in_sales,
       CASE WHEN l.opted_out_at <= CAST($1 AS BIGINT) THEN l.opted_out_at END AS opted_out_at,
       CASE WHEN l.unread_by_owner THEN 1 ELSE 0 END AS unread,
       l.marketing_rung, l.sales_rung, l.rejection_reason
FROM leads l
LEFT JOIN users u ON u.user_id = l.owner_id
LEFT JOIN run_months m ON l.created_at >= m.starts_at AND l.created_at < m.ends_at
WHERE l.merged_into IS NULL AND NOT l.is_internal AND NOT l.is_test AND (l.created_at IS NULL OR l.created_at <= CAST($1 AS BIGINT))
`;
