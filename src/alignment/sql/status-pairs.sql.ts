/**
 * How often each pair of states occurs, marketing's CRM and sales' CRM, for people in both, from the place `positions` as of
 * a settled instant; by cluster, so that the resemblance within accounts can be allowed for.
 */
export const statusPairsSql: string = `
SELECT m.rung AS marketing, s.rung AS sales, p.cluster, CAST(count(*) AS BIGINT) AS n
FROM ({positions}) m JOIN ({positions}) s ON s.lead_id = m.lead_id AND s.recorded_in = 'sales'
JOIN run_people p ON p.lead_id = m.lead_id
WHERE m.recorded_in = 'marketing'
GROUP BY m.rung, s.rung, p.cluster
`;
