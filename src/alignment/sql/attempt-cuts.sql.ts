/** Observations (g, cluster, y) of every cut of the number of attempts, from `run_attempt_counts` under the policy $1. */
export const attemptCutsSql: string = `
SELECT c.cut AS g, a.worker AS cluster, CASE WHEN a.attempts >= c.least AND a.attempts <= c.most THEN 1 ELSE 0 END AS y
FROM run_attempt_counts a CROSS JOIN (VALUES ('0', 0, 0), ('1', 1, 1), ('2', 2, 2), ('3', 3, 3), ('1-3', 1, 3), ('<=3', 0, 3), ('<3', 0, 2), ('>=4', 4, 1000000), ('>=6', 6, 1000000)) AS c (cut, least, most)
WHERE a.policy = CAST($1 AS INTEGER)
`;
