/** Observations (curve, g, t, e) of the time from creation to close by one column, from the table `run_close_times`; small groups merged. */
export const closeSegmentSql: string = `
SELECT '{column}' AS curve, CASE WHEN count(*) OVER (PARTITION BY {column}) < {min} THEN {other} ELSE {column} END AS g, greatest(0, created) AS t, e
FROM run_close_times l WHERE undated = 0
`;
