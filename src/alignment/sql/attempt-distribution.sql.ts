/** How many leads of the place `counts` got 0, 1, … 9, 10 or more attempts. */
export const attemptDistributionSql: string = `
SELECT CAST(least(a.attempts, 10) AS INTEGER) AS attempts, CAST(count(*) AS BIGINT) AS n, CAST(sum(a.attempts) AS DOUBLE PRECISION) AS total
FROM ({counts}) a GROUP BY least(a.attempts, 10)
`;
