/** Observations (g, cluster, y): is a person's state the same in both CRMs; from `run_settled`, by the place `g`. */
export const agreementRateSql: string = `
SELECT {g} AS g, p.cluster, CASE WHEN m.rung = s.rung THEN 1 ELSE 0 END AS y
FROM run_settled m JOIN run_settled s ON s.lead_id = m.lead_id AND s.recorded_in = 'sales'
JOIN run_people p ON p.lead_id = m.lead_id
WHERE m.recorded_in = 'marketing'
`;
