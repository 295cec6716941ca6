/** What the time to close leaves out, from the table `run_close_times`: undated people, deals created already closed, deals without dates. */
export const closeExtrasSql: string = `
SELECT CAST(sum(l.undated) AS BIGINT) AS undated, CAST(count(DISTINCT l.cluster) AS BIGINT) AS clusters,
       CAST((SELECT count(*) FROM run_deals WHERE state <> 'open' AND closed_at - created_at < 3600000) AS BIGINT) AS born_closed,
       CAST((SELECT count(*) FROM run_deals WHERE created_at IS NULL OR (state <> 'open' AND closed_at IS NULL)) AS BIGINT) AS undated_deals
FROM run_close_times l
`;
