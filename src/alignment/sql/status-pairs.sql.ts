/** How often each pair of states occurs, marketing's CRM and sales' CRM, for people in both, from `run_settled`. */
export const statusPairsSql: string = `
SELECT m.rung AS marketing, s.rung AS sales, CAST(count(*) AS BIGINT) AS n
FROM run_settled m JOIN run_settled s ON s.lead_id = m.lead_id AND s.recorded_in = 'sales'
WHERE m.recorded_in = 'marketing'
GROUP BY m.rung, s.rung
`;
