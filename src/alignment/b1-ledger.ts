import type { CampaignFacts } from './ledger-rows.ts';
import { ledgerRows } from './ledger-rows.ts';
import { clusterWarnings, rate } from './rates.ts';
import { notMeasured, nonZero, resultOf } from './result.ts';
import { count, text } from './rows.ts';
import { campaignChannelsSql } from './sql/campaign-channels.sql.ts';
import { campaignFactsSql } from './sql/campaign-facts.sql.ts';
import { ledgerRateSql } from './sql/ledger-rate.sql.ts';
import type { Definition, StatContext, Statistic, StatResult, Warning } from './types.ts';

const definition: Definition = {
  id: 'B1',
  slug: 'ledger',
  version: 1,
  title: 'The ledger',
  question: 'Which leads from which channels and campaigns were followed up, what became of them, won or lost, and why?',
  population: 'All people known at the instant of the report.',
  denominator: 'The leads of the row; of those handed over for the rates of follow-up and acceptance.',
  censoring: 'None: each lead stands where it stands today. Young leads have had less time than old ones.',
  needs: ['leads'],
};

/**
 * What became of every lead, by channel and by campaign (the one that brought it): ten states that exclude each other, so
 * that rows add to their leads and columns to the total. The headline is the share won. The rates of a row also come shrunk
 * towards the other rows, so that a campaign of two leads doesn't lead the table. Population: everyone. Censoring: none.
 * n = 0: not measured; n = 1: a row with one lead. Rates of follow-up and acceptance are null where handovers or touches
 * aren't recorded. Deals count once, in the row of their first person; amounts are exact.
 * @source Gelman et al., BDA3, 5.3 (shrinkage); Korn and Graubard 1998 (limits)
 */
export const ledger: Statistic = { ...definition, compute };

async function compute(context: StatContext): Promise<StatResult> {
  const estimateOf = 'leads that became a won deal';
  if (context.facts.leads === 0) return notMeasured(definition, context, { estimateOf, unit: 'share', needs: 'leads' });
  const places = { g: { sql: "''" }, hit: { sql: "f.state = 'won'" }, of: { sql: '1 = 1' } };
  const won = await rate(context, { obs: ledgerRateSql, places, params: [] });
  const facts = await campaignFacts(context);
  const total = await ledgerRows(context, 'total', facts);
  const channels = await ledgerRows(context, 'channel', facts);
  const campaigns = await ledgerRows(context, 'campaign', facts);
  const missing = (total[0]?.wonDeals.missing ?? 0) + (total[0]?.lostDeals.missing ?? 0);
  const warnings: Warning[] = [...clusterWarnings(won, 'account')];
  if (context.facts.salesTouches === 0) {
    warnings.push({
      code: 'NO_TOUCHES',
      text: 'No contacts of sales are recorded: a status "working" stands for being worked, and nothing counts as closed untouched.',
    });
  }
  if (missing > 0)
    warnings.push({
      code: 'NO_AMOUNT',
      text: `${missing} closed deals have no amount in the company's currency: they are in no sum.`,
      n: missing,
    });
  return resultOf(definition, context, {
    params: { touchPolicy: context.settings.touchPolicy, minCell: context.settings.minCell, currency: context.settings.currency },
    population: { n: context.facts.leads, clusters: won.clusters, unknown: 0, excluded: nonZero(context.facts.excluded), immature: 0 },
    estimate: won.estimate,
    estimateOf,
    unit: 'share',
    interval: won.interval,
    ledger: [...total, ...channels, ...campaigns],
    warnings,
  });
}

async function campaignFacts(context: StatContext): Promise<CampaignFacts> {
  const channel = new Map<string, string>();
  const most = new Map<string, number>();
  const knownIn = new Map<string, 'both' | 'marketing' | 'sales'>();
  for (const row of await context.db.query(campaignChannelsSql)) {
    const campaign = text(row, 'campaign');
    const n = count(row, 'n');
    const best = most.get(campaign) ?? 0;
    const name = text(row, 'channel');
    if (n > best || (n === best && name < (channel.get(campaign) ?? ''))) {
      most.set(campaign, n);
      channel.set(campaign, name);
    }
  }
  for (const row of await context.db.query(campaignFactsSql)) {
    const marketing = count(row, 'in_marketing') === 1;
    const sales = count(row, 'in_sales') === 1;
    if (marketing || sales) knownIn.set(text(row, 'campaign_id'), marketing && sales ? 'both' : marketing ? 'marketing' : 'sales');
  }
  return { channel, knownIn };
}
