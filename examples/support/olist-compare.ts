import type { StatResult } from 'truce';
import type { Caller } from './http.ts';
import type { OlistData } from './olist.ts';
import { campaignName, type SandboxLine } from './olist-world.ts';

interface Figures {
  readonly leads: number;
  readonly wonDeals: number;
}

/** What stands on every campaign of both CRMs, by its name. */
export interface CampaignFigures {
  readonly hubspot: ReadonlyMap<string, Figures>;
  readonly salesforce: ReadonlyMap<string, Figures>;
}

/** Reads both CRMs' campaigns through their own APIs, with a user's token. */
export async function campaignFigures(
  line: SandboxLine,
  { hubspot, salesforce }: { readonly hubspot: Caller; readonly salesforce: Caller },
): Promise<CampaignFigures> {
  const marketing = new Map<string, Figures>();
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = (await hubspot.send(
      'GET',
      `/marketing/v3/campaigns?limit=100&properties=hs_name,truce_leads,truce_won_deals${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    )) as {
      readonly results: readonly { readonly properties: Readonly<Record<string, string | null>> }[];
      readonly paging?: { readonly next?: { readonly after: string } };
    };
    for (const { properties } of page.results)
      marketing.set(properties['hs_name'] ?? '', {
        leads: Number(properties['truce_leads']),
        wonDeals: Number(properties['truce_won_deals']),
      });
    after = page.paging?.next?.after;
  }
  const sales = new Map<string, Figures>();
  const soql = 'SELECT Name, Truce_Leads__c, Truce_Won_Deals__c FROM Campaign';
  const answer = (await salesforce.send('GET', `/services/data/v${line.salesforce.apiVersion}/query?q=${encodeURIComponent(soql)}`)) as {
    readonly records: readonly {
      readonly Name: string;
      readonly Truce_Leads__c: number | null;
      readonly Truce_Won_Deals__c: number | null;
    }[];
  };
  for (const record of answer.records)
    sales.set(record.Name, { leads: Number(record.Truce_Leads__c), wonDeals: Number(record.Truce_Won_Deals__c) });
  return { hubspot: marketing, salesforce: sales };
}

/** Every difference between the file, both CRMs and the report; empty when all agree. */
export function compareOlist(data: OlistData, figures: CampaignFigures, statistics: readonly StatResult[]): readonly string[] {
  return [...compareCampaigns(data, figures), ...compareReport(data, statistics)];
}

function compareCampaigns(data: OlistData, figures: CampaignFigures): readonly string[] {
  const expected = new Map<string, { leads: number; wonDeals: number }>();
  for (const lead of data.leads) {
    const name = campaignName(lead.landingPage);
    const sum = expected.get(name) ?? { leads: 0, wonDeals: 0 };
    sum.leads += 1;
    if (data.deals.has(lead.id)) sum.wonDeals += 1;
    expected.set(name, sum);
  }
  return (['hubspot', 'salesforce'] as const).flatMap((crm) => [
    ...(figures[crm].size === expected.size ? [] : [`${crm} has ${figures[crm].size} campaigns, the file ${expected.size}`]),
    ...[...expected].flatMap(([name, { leads, wonDeals }]) => {
      const found = figures[crm].get(name);
      return found?.leads === leads && found.wonDeals === wonDeals
        ? []
        : [`${crm} ${name}: ${found?.leads} leads, ${found?.wonDeals} won; the file has ${leads} and ${wonDeals}`];
    }),
  ]);
}

function compareReport(data: OlistData, statistics: readonly StatResult[]): readonly string[] {
  const problems: string[] = [];
  const same = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push(`report, ${what}: ${String(found)}, expected ${String(expected)}`);
  };
  const ledger = statistics.find((stat) => stat.id === 'B1')?.ledger ?? [];
  const total = ledger.find((row) => row.dimension === 'total');
  same('leads', total?.leads, data.leads.length);
  same('won', total?.states.won, data.deals.size);
  const byOrigin = new Map<string, { leads: number; won: number }>();
  for (const lead of data.leads) {
    const sum = byOrigin.get(lead.origin) ?? { leads: 0, won: 0 };
    sum.leads += 1;
    if (data.deals.has(lead.id)) sum.won += 1;
    byOrigin.set(lead.origin, sum);
  }
  for (const [origin, { leads, won }] of byOrigin) {
    const row = ledger.find((each) => each.dimension === 'channel' && each.key === origin);
    same(`origin "${origin}"`, `${row?.leads}/${row?.states.won}`, `${leads}/${won}`);
  }
  const days = [...data.deals.values()]
    .map((deal) => (deal.wonAt - (data.leads.find((lead) => lead.id === deal.leadId)?.firstContactAt ?? Number.NaN)) / 86_400_000)
    .toSorted((a, b) => a - b);
  const quantiles = statistics.find((stat) => stat.id === 'B6')?.quantiles ?? [];
  for (const p of [0.25, 0.5, 0.75]) {
    const row = quantiles.find(
      (each) =>
        each.population === 'won' && each.dimension === 'total' && each.p === p && each.clock !== 'deal-created' && each.clock !== 'handed',
    );
    same(`days to won among the won, ${p}`, row?.value === null || row === undefined ? null : row.value / 86_400_000, typeSeven(days, p));
  }
  return problems;
}

/** The quantile of type 7 (linear interpolation), as spreadsheets and R compute it. */
function typeSeven(sorted: readonly number[], p: number): number {
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? below) - below);
}
