/** Observations (g, cluster, y): at most $2 attempts under the policy $1, from `run_attempt_counts`, by the place `g`; `owed` filters. */
export const attemptShareSql: string = `
SELECT {g} AS g, a.worker AS cluster, CASE WHEN a.attempts <= CAST($2 AS INTEGER) THEN 1 ELSE 0 END AS y FROM run_attempt_counts a WHERE a.owed >= {owed} AND a.policy = CAST($1 AS INTEGER)
`;
