/**
 * Whose records exist where: one row per person with a record id. `doubt` is 1 for people in both CRMs whose link is
 * doubtful (a confidence under 0.9); `qualified` for those whom marketing called qualified, or that got further.
 */
export const sidesSql: string = `
WITH doubtful AS (SELECT DISTINCT p.lead_id FROM record_links k JOIN run_people p ON p.source_id = k.merged_id WHERE k.confidence < 0.9)
SELECT p.lead_id, p.cluster, p.channel, p.campaign, p.owner, p.team, p.month, p.in_marketing, p.in_sales,
       CASE WHEN d.lead_id IS NOT NULL AND p.in_marketing = 1 AND p.in_sales = 1 THEN 1 ELSE 0 END AS doubt,
       CASE WHEN least(r.mql_at, r.handed_at, r.working_at, r.accepted_at, r.opportunity_at, r.won_at) IS NOT NULL THEN 1 ELSE 0 END AS qualified
FROM run_people p JOIN run_reach r ON r.lead_id = p.lead_id LEFT JOIN doubtful d ON d.lead_id = p.lead_id
WHERE p.in_marketing + p.in_sales > 0
`;
