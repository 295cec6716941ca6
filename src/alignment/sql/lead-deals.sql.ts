/** Which person of the population takes part in which deal at the instant ($1); the first one added has `place` 1. */
export const leadDealsSql: string = `
WITH pairs AS (
  SELECT c.deal_id, c.lead_id, max(CASE WHEN c.is_primary THEN 1 ELSE 0 END) AS is_primary, min(c.added_at) AS added_at
  FROM deal_contacts c WHERE c.added_at IS NULL OR c.added_at <= CAST($1 AS BIGINT)
  GROUP BY c.deal_id, c.lead_id
)
SELECT p.lead_id, d.deal_id, d.created_at, d.closed_at, d.state,
       row_number() OVER (PARTITION BY d.deal_id ORDER BY c.is_primary DESC, p.created_at NULLS LAST, c.added_at NULLS LAST, p.lead_id) AS place
FROM pairs c JOIN run_deals d ON d.deal_id = c.deal_id JOIN run_people p ON p.source_id = c.lead_id
`;
