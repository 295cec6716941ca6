/** How far the warehouse knows both CRMs: the oldest high-water mark of the streams that the statistics read. */
export const highWaterSql: string = `
SELECT CAST(min(as_of) AS BIGINT) AS as_of,
       CAST(max(CASE WHEN stream IN ('status-history', 'touches') THEN history_from END) AS BIGINT) AS history_from
FROM coverage WHERE stream IN ('people', 'status-history', 'touches', 'deals', 'deal-people')
`;
