import type { Settings } from '../../src/model/settings.ts';
import type { MergedSink } from '../../src/warehouse/imports.ts';
import {
  campaignsFromOthersSql,
  firstCampaignSql,
  leadsFromOthersSql,
  orphansSql,
  ownCurrencySql,
  ownerHandoverSql,
  spellingsSql,
  unmappedSql,
} from './fill.sql.ts';
import { counted, shown } from './notes.ts';

/** What has been loaded. */
export interface Loaded {
  readonly settings: Settings;
  /** Each file's columns, by its table. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Fills what the files leave out, where others tell it. @returns sentences about what can't be told. */
export async function fill(sink: MergedSink, loaded: Loaded): Promise<readonly string[]> {
  const { settings, columns } = loaded;
  const sentences: string[] = [];
  if (!columns.has('leads')) {
    await sink.run(leadsFromOthersSql);
    sentences.push('There is no leads.csv: the people are those whom the other files name, without creation time, channel and origin.');
  }
  await sink.run(campaignsFromOthersSql);
  if (columns.has('campaign_members')) await sink.run(firstCampaignSql);
  if (columns.has('users') && columns.has('status_changes')) await sink.run(ownerHandoverSql);
  await sink.run(ownCurrencySql, [settings.company.currency]);
  await sink.complete(settings, { markDoubleLogs: !(columns.get('touches')?.has('dup_of') ?? true) });
  return [
    ...sentences,
    ...(await unmapped(sink, settings)),
    ...(await orphans(sink)),
    ...(await spellings(sink)),
    ...(await unconverted(sink, settings.company.currency)),
    ...(await undated(sink)),
  ];
}

const countOf = async (sink: MergedSink, sql: string): Promise<number> => Number((await sink.rows(sql))[0]?.['n']);

async function unmapped(sink: MergedSink, settings: Settings): Promise<readonly string[]> {
  await sink.run('CREATE OR REPLACE TEMP TABLE t_mapped (side TEXT, given TEXT, field TEXT)');
  for (const side of ['marketing', 'sales'] as const) {
    const { field, history } = settings.status[side];
    for (const [given, own] of new Map([['status', field], [field, field], ...[...history.keys()].map((name) => [name, name] as const)]))
      await sink.run('INSERT INTO t_mapped VALUES ($1, $2, $3)', [side, given, own]);
  }
  await sink.run(unmappedSql);
  await sink.run('DROP TABLE t_mapped');
  const rows = await sink.rows(
    'SELECT recorded_in, field, value, CAST(n AS INTEGER) AS n FROM unmapped_statuses ORDER BY n DESC, recorded_in, field, value',
  );
  const named = 10;
  return [
    ...rows.slice(0, named).map((row) => {
      const [side, field, value] = [String(row['recorded_in']), String(row['field']), String(row['value'])];
      const map = field === settings.status[side === 'marketing' ? 'marketing' : 'sales'].field ? 'reads' : `history.${field}`;
      return `${counted(Number(row['n']), 'person', 'people')} with the ${side} status ${shown(value)} (${field}), which has no rung: kept, but counted nowhere. Add it to status.${side}.${map} in the configuration.`;
    }),
    ...(rows.length > named ? [`${counted(rows.length - named, 'more status', 'more statuses')} without a rung.`] : []),
  ];
}

async function orphans(sink: MergedSink): Promise<readonly string[]> {
  const lead = { table: 'leads', id: 'lead_id' };
  const deal = { table: 'deals', id: 'deal_id' };
  const found: string[] = [];
  for (const [table, own, other] of [
    ['touches', 'lead_id', lead],
    ['campaign_members', 'lead_id', lead],
    ['deal_contacts', 'lead_id', lead],
    ['deal_contacts', 'deal_id', deal],
    ['status_changes', 'entity_id', { ...lead, where: `t.entity = 'lead'` }],
    ['status_changes', 'entity_id', { ...deal, where: `t.entity = 'deal'` }],
  ] as const) {
    const n = await countOf(sink, orphansSql(table, own, other));
    if (n > 0)
      found.push(
        `${table}: ${counted(n, 'row')} of a ${other === deal || other.table === 'deals' ? 'deal' : 'lead'} that ${other.table}.csv does not have; counted nowhere.`,
      );
  }
  const alone = await countOf(
    sink,
    'SELECT CAST(count(*) AS INTEGER) AS n FROM deals d LEFT JOIN (SELECT DISTINCT deal_id FROM deal_contacts) c ON c.deal_id = d.deal_id WHERE c.deal_id IS NULL',
  );
  if (alone > 0)
    found.push(`deals: ${counted(alone, 'deal')} of nobody: deal_contacts.csv tells whose a deal is, and only then is a lead won or lost.`);
  return found;
}

async function spellings(sink: MergedSink): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [table, column] of [
    ['leads', 'channel'],
    ['leads', 'rejection_reason'],
    ['campaigns', 'channel'],
    ['deals', 'channel'],
    ['deals', 'loss_reason'],
  ] as const) {
    for (const row of await sink.rows(spellingsSql(table, column)))
      found.push(
        `${table}: ${column} is spelled in several ways, which count apart: ${shown(String(row['spellings']))} (${counted(Number(row['n']), 'row')}).`,
      );
  }
  return found;
}

async function unconverted(sink: MergedSink, currency: string): Promise<readonly string[]> {
  const n = await countOf(sink, 'SELECT CAST(count(*) AS INTEGER) AS n FROM deals WHERE amount_minor IS NOT NULL AND amount_base IS NULL');
  return n > 0 ? [`deals: ${counted(n, 'amount')} not in ${currency} and without amount_base left out of sums.`] : [];
}

/** A report dates itself by the last thing that happened. */
async function undated(sink: MergedSink): Promise<readonly string[]> {
  const [row] = await sink.rows(`
    SELECT EXISTS (SELECT 1 FROM leads WHERE created_at IS NOT NULL) OR EXISTS (SELECT 1 FROM touches) OR EXISTS (SELECT 1 FROM status_changes)
        OR EXISTS (SELECT 1 FROM deals WHERE created_at IS NOT NULL OR closed_at IS NOT NULL) AS dated`);
  return row?.['dated'] === true
    ? []
    : ['No file holds a date: name the date of the report with --as-of; figures about time are not measured.'];
}
