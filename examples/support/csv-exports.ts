import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Row = readonly (string | number)[];

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 5, 8);
const channels = ['webinar', 'paid search', 'trade show'] as const;
const reps = ['rep-anna', 'rep-ben', 'rep-chris'] as const;
const iso = (at: number): string => new Date(at).toISOString();

/**
 * Writes what two teams could have exported for 240 leads of eight months: every third handed lead is never tried, the
 * rest after an hour to eight days; one in twelve becomes a won deal. Arithmetic alone, so that every run is the same.
 */
export async function writeExports(dir: string): Promise<void> {
  const leads: Row[] = [];
  const touches: Row[] = [];
  const changes: Row[] = [];
  const deals: Row[] = [];
  const parts: Row[] = [];
  for (let n = 0; n < 240; n += 1) {
    const lead = `lead-${String(n).padStart(3, '0')}`;
    const createdAt = start + n * day + (n % 7) * hour;
    const channel = channels[n % 3] ?? '';
    const owner = reps[n % 5 === 0 ? 0 : (n % 2) + 1] ?? '';
    const handedAt = createdAt + ((n % 4) + 1) * day;
    const tried = n % 3 !== (n % 5) % 3;
    const rejected = tried && n % 8 === 3;
    const won = tried && n % 12 === 1;
    const lost = tried && n % 12 === 5;
    leads.push([
      lead,
      iso(createdAt),
      channel,
      `campaign-${n % 3}`,
      owner,
      won || lost ? 'Closed - Converted' : rejected ? 'Closed - Not Converted' : tried ? 'Working - Contacted' : 'Open - Not Contacted',
      rejected ? (['No budget', 'Wrong person', ''][n % 3] ?? '') : '',
    ]);
    if (n % 10 === 9) continue;
    changes.push([lead, iso(handedAt), 'handed', '']);
    if (!tried) continue;
    const firstAt = handedAt + (1 + (n % 9) ** 2 * 3) * hour;
    for (let attempt = 0; attempt <= n % 4; attempt += 1)
      touches.push([
        lead,
        iso(firstAt + attempt * 2 * day),
        attempt % 2 === 0 ? 'call' : 'email',
        owner,
        attempt === n % 4 ? 'answered' : 'no_answer',
      ]);
    changes.push([lead, iso(firstAt), 'working', '']);
    if (rejected) changes.push([lead, iso(firstAt + 9 * day), 'rejected', ['No budget', 'Wrong person', ''][n % 3] ?? '']);
    if (!won && !lost) continue;
    changes.push([lead, iso(firstAt + 10 * day), 'accepted', '']);
    deals.push([
      `deal-${lead}`,
      won ? 'won' : 'lost',
      iso(firstAt + 10 * day),
      iso(firstAt + (30 + (n % 40)) * day),
      `${4000 + n * 25}.00`,
      `campaign-${n % 3}`,
      lost ? (['Price', 'Competitor'][n % 2] ?? '') : '',
    ]);
    parts.push([`deal-${lead}`, lead, 'Decision Maker']);
  }
  await write(dir, 'leads', ['lead_id', 'created_at', 'channel', 'campaign_id', 'owner_id', 'sales_status', 'rejection_reason'], leads);
  await write(dir, 'touches', ['lead_id', 'occurred_at', 'kind', 'actor_id', 'result'], touches);
  await write(dir, 'status_changes', ['entity_id', 'occurred_at', 'to_status', 'reason'], changes);
  await write(
    dir,
    'campaigns',
    ['campaign_id', 'name', 'channel', 'cost'],
    channels.map((channel, n) => [`campaign-${n}`, `Spring ${channel}`, channel, `${9000 * (n + 1)}.00`]),
  );
  await write(dir, 'deals', ['deal_id', 'outcome', 'created_at', 'closed_at', 'amount', 'campaign_id', 'loss_reason'], deals);
  await write(dir, 'deal_contacts', ['deal_id', 'lead_id', 'role'], parts);
}

async function write(dir: string, name: string, header: Row, rows: readonly Row[]): Promise<void> {
  await writeFile(join(dir, `${name}.csv`), [header, ...rows].map((row) => `${row.join(',')}\n`).join(''));
}
