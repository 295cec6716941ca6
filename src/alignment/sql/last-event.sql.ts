/** The latest thing that has happened, for data that came without high-water marks. Scheduled contacts and open deals lie ahead. */
export const lastEventSql: string = `
SELECT CAST(max(occurred_at) AS BIGINT) AS as_of FROM (
  SELECT created_at AS occurred_at FROM leads
  UNION ALL SELECT occurred_at FROM touches WHERE coalesce(result, '') NOT IN ('scheduled', 'canceled')
  UNION ALL SELECT occurred_at FROM status_changes
  UNION ALL SELECT created_at FROM deals
  UNION ALL SELECT CASE WHEN closed_precision = 'day' THEN closed_at + 86399999 ELSE closed_at END FROM deals WHERE outcome IN ('won', 'lost')
) e
`;
