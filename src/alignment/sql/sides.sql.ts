/**
 * Observations (g, cluster, y) of where people's records are, by the place `scope`: y is 1 where the place `hit` holds; null
 * for people whose link is doubtful (a confidence under 0.9) and who would otherwise count as known to both.
 */
export const sidesSql: string = `
WITH doubtful AS (SELECT DISTINCT merged_id AS lead_id FROM record_links WHERE confidence < 0.9),
people AS (
  SELECT p.*, CASE WHEN d.lead_id IS NOT NULL AND p.in_marketing = 1 AND p.in_sales = 1 THEN 1 ELSE 0 END AS doubt,
         CASE WHEN least(r.mql_at, r.handed_at, r.working_at, r.accepted_at, r.opportunity_at, r.won_at) IS NOT NULL THEN 1 ELSE 0 END AS qualified
  FROM run_people p JOIN run_reach r ON r.lead_id = p.lead_id LEFT JOIN doubtful d ON d.lead_id = p.lead_id
  WHERE p.in_marketing + p.in_sales > 0
)
SELECT {g} AS g, q.cluster, CASE WHEN q.doubt = 1 THEN NULL WHEN {hit} THEN 1 ELSE 0 END AS y FROM people q WHERE {scope}
`;
