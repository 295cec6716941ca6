/** What entered each curve: cases, ends of both kinds, the longest time under observation. */
export const curveGroupsSql: string = `
SELECT curve, g, CAST(count(*) AS BIGINT) AS n, CAST(sum(CASE WHEN e = 1 THEN 1 ELSE 0 END) AS BIGINT) AS k1,
       CAST(sum(CASE WHEN e = 2 THEN 1 ELSE 0 END) AS BIGINT) AS k2, CAST(max(t) AS BIGINT) AS longest
FROM run_obs GROUP BY curve, g
`;
