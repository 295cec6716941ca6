/** Observations (g, cluster, y): has a lost deal or a rejected person no stated reason; over the place `ended`. */
export const reasonMissingSql: string = `
SELECT '' AS g, e.cluster, CASE WHEN e.reason IS NULL THEN 1 ELSE 0 END AS y FROM ({ended}) e WHERE e.ended IN ('lost', 'rejected')
`;
