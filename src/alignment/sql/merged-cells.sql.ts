/** The observations of the place `obs` with groups of fewer than `min` cases merged into one. */
export const mergedCellsSql: string = `
SELECT CASE WHEN count(*) OVER (PARTITION BY o.g) < {min} THEN {other} ELSE o.g END AS g, o.cluster, o.y FROM ({obs}) o
`;
