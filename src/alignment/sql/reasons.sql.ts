/** How often each reason was given, by what ended and the place `g`, over the place `ended`. */
export const reasonsSql: string = `
SELECT e.ended, {g} AS g, e.reason, CAST(count(*) AS BIGINT) AS n FROM ({ended}) e GROUP BY 1, 2, 3
`;
