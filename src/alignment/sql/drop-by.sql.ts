/** Observations (g, cluster, y) of being dropped (a rung up to `last`) by one column of `run_ladder`. */
export const dropBySql: string = `
SELECT l.{column} AS g, l.cluster, CASE WHEN l.rung <= {last} THEN 1 ELSE 0 END AS y FROM run_ladder l
`;
