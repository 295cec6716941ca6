/** How many leads of `run_attempt_counts` got 0, 1, … 9, 10 or more attempts. */
export const attemptDistributionSql: string = `
SELECT CAST(least(a.attempts, 10) AS INTEGER) AS attempts, CAST(count(*) AS BIGINT) AS n, CAST(sum(a.attempts) AS DOUBLE PRECISION) AS total
FROM run_attempt_counts a GROUP BY least(a.attempts, 10)
`;
