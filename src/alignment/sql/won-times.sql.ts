/**
 * The times of those that were won, by the place `g`, from the table `run_close_times` and its column `clock`: percentiles by linear
 * interpolation between order statistics (Hyndman and Fan's type 7), moments, and how many were won within so many days
 * (not those that were won before).
 */
export const wonTimesSql: string = `
SELECT {g} AS g, CAST(count(*) AS BIGINT) AS n,
       percentile_cont(0.25) WITHIN GROUP (ORDER BY CAST({clock} AS DOUBLE PRECISION)) AS p25,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST({clock} AS DOUBLE PRECISION)) AS p50,
       percentile_cont(0.75) WITHIN GROUP (ORDER BY CAST({clock} AS DOUBLE PRECISION)) AS p75,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY CAST({clock} AS DOUBLE PRECISION)) AS p90,
       CAST(avg(CAST({clock} AS DOUBLE PRECISION)) AS DOUBLE PRECISION) AS mean, CAST(min({clock}) AS BIGINT) AS shortest, CAST(max({clock}) AS BIGINT) AS longest,
       CAST(sum(CASE WHEN {clock} < 0 THEN 1 ELSE 0 END) AS BIGINT) AS negative,
       CAST(sum(CASE WHEN {clock} >= 0 AND {clock} <= 604800000 THEN 1 ELSE 0 END) AS BIGINT) AS within_7, CAST(sum(CASE WHEN {clock} >= 0 AND {clock} <= 2592000000 THEN 1 ELSE 0 END) AS BIGINT) AS within_30,
       CAST(sum(CASE WHEN {clock} >= 0 AND {clock} <= 7776000000 THEN 1 ELSE 0 END) AS BIGINT) AS within_90
FROM run_close_times l WHERE e = 1 AND undated = 0 GROUP BY 1
`;
