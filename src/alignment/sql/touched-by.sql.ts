/** Observations (g, cluster, y): was the first episode touched within $3 ms, of those handed over by $2, under the policy $1. */
export const touchedBySql: string = `
SELECT {g} AS g, {cluster} AS cluster, CASE WHEN n_pre > 0 OR (e = 1 AND t <= CAST($3 AS BIGINT)) THEN 1 ELSE 0 END AS y
FROM run_first_touch WHERE policy = CAST($1 AS INTEGER) AND origin <> 'sales' AND handed_at <= CAST($2 AS BIGINT) {filter}
`;
