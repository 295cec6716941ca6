/** Observations (g, cluster, y) of the ladder of `run_ladder`: for each rung, whether a lead fell on it (`=`) or by it (`<=`). */
export const dropRungsSql: string = `
SELECT CAST(c.rung AS TEXT) AS g, l.cluster, CASE WHEN l.rung {compare} c.rung THEN 1 ELSE 0 END AS y
FROM run_ladder l CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6)) AS c (rung)
`;
