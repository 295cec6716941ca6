/** Observations (g, cluster, y) over `run_sides`: does the place `hit` hold, of the people of the place `scope`; null where in doubt. */
export const sideRateSql: string = `
SELECT {g} AS g, q.cluster, CASE WHEN q.doubt = 1 THEN NULL WHEN {hit} THEN 1 ELSE 0 END AS y FROM run_sides q WHERE {scope}
`;
