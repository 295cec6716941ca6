/** Observations (g, cluster, y): at most $4 attempts, from the place `counts`, by the place `g`; `owed` filters. */
export const attemptShareSql: string = `
SELECT {g} AS g, a.worker AS cluster, CASE WHEN a.attempts <= CAST($4 AS INTEGER) THEN 1 ELSE 0 END AS y FROM ({counts}) a WHERE a.owed >= {owed}
`;
