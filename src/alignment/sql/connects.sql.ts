/** When a prospect was really spoken to, up to the instant ($1): an answered call, a meeting held, a reply to sales. */
export const connectsSql: string = `
SELECT p.lead_id, CASE WHEN t.at_precision = 'day' THEN least(t.occurred_at + 86399999, CAST($1 AS BIGINT)) ELSE t.occurred_at END AS occurred_at
FROM touches t JOIN run_people p ON p.source_id = t.lead_id
WHERE t.dup_of IS NULL AND t.side = 'sales' AND t.occurred_at <= CAST($1 AS BIGINT) AND t.actor_kind <> 'bot'
  AND ((t.direction = 'out' AND t.actor_kind = 'human' AND ((t.kind = 'call' AND t.result = 'answered') OR (t.kind = 'meeting' AND t.result = 'held') OR t.result = 'replied'))
    OR (t.direction = 'in' AND t.kind IN ('call', 'email', 'social', 'sms') AND coalesce(t.result, '') NOT IN ('bounced', 'failed')))
`;
