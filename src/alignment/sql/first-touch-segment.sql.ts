/** Observations (curve, g, t, e) of the first touch by one column, under the policy $1; groups of fewer than `min` are merged. */
export const firstTouchSegmentSql: string = `
SELECT '{column}' AS curve, CASE WHEN count(*) OVER (PARTITION BY {column}) < {min} THEN {other} ELSE {column} END AS g,
       CASE WHEN n_pre > 0 THEN 0 ELSE t END AS t, CASE WHEN n_pre > 0 THEN 1 ELSE e END AS e
FROM run_first_touch WHERE policy = CAST($1 AS INTEGER) AND origin <> 'sales' {filter}
`;
