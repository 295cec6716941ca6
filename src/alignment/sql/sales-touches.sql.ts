/** Outbound contacts of sales up to the instant ($1), whoever made them: none at all means that they aren't recorded. */
export const salesTouchesSql: string = `
SELECT CAST(count(*) AS BIGINT) AS n FROM touches
WHERE side = 'sales' AND direction = 'out' AND occurred_at <= CAST($1 AS BIGINT) AND kind IN ('call', 'email', 'meeting', 'social', 'sms')
`;
