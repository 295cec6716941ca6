/** Which CRMs know a campaign, and its channel. */
export const campaignFactsSql: string = `
SELECT campaign_id, coalesce(channel, '') AS channel,
       CASE WHEN marketing_campaign_id IS NOT NULL THEN 1 ELSE 0 END AS in_marketing,
       CASE WHEN sales_campaign_ids IS NOT NULL AND sales_campaign_ids NOT IN ('', '[]') THEN 1 ELSE 0 END AS in_sales
FROM campaigns
`;
