/** Under the policy $1, how many leads of `run_attempt_counts` got 0, 1, … 9, 10 or more attempts. */
export const attemptDistributionSql: string = `
SELECT CAST(least(a.attempts, 10) AS INTEGER) AS attempts, CAST(count(*) AS BIGINT) AS n, CAST(sum(a.attempts) AS DOUBLE PRECISION) AS total
FROM run_attempt_counts a WHERE a.policy = CAST($1 AS INTEGER) GROUP BY least(a.attempts, 10)
`;
