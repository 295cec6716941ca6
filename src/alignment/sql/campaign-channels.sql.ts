/** The channel by which most of each campaign's leads came; a tie goes to the first in the alphabet. */
export const campaignChannelsSql: string = `
WITH counted AS (SELECT campaign, channel, count(*) AS n FROM run_people WHERE campaign <> '' GROUP BY campaign, channel)
SELECT campaign, channel, CAST(n AS BIGINT) AS n FROM counted
`;
