/** Stage counts over `run_funnel` by the place `g` (a cohort's number). */
export const funnelCountsSql: string = `
SELECT {g} AS g, f.stage, CAST(sum(f.reached) AS BIGINT) AS n, CAST(sum(f.before) AS BIGINT) AS of_n, CAST(count(*) AS BIGINT) AS leads,
       CAST(sum(f.reached * (1 - f.recorded)) AS BIGINT) AS imputed, CAST(sum(f.recorded) AS BIGINT) AS recorded
FROM run_funnel f GROUP BY 1, f.stage
`;
