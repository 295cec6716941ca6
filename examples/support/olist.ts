import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';

/** One marketing qualified lead of the Olist funnel. */
export interface OlistLead {
  readonly id: string;
  /** Midnight UTC of the day of the first contact, in epoch milliseconds: the file gives no time. */
  readonly firstContactAt: number;
  readonly landingPage: string;
  /** As in the file; blank is not the same as `unknown`. */
  readonly origin: string;
}

export interface OlistDeal {
  readonly leadId: string;
  /** Midnight UTC of the day it was won, to compare days with days. */
  readonly wonAt: number;
  /** Declared monthly revenue, a decimal string. */
  readonly amount: string;
}

export interface OlistData {
  readonly leads: readonly OlistLead[];
  readonly deals: ReadonlyMap<string, OlistDeal>;
}

/** Reads the two files of the Olist marketing funnel (Kaggle, CC BY-NC-SA 4.0). */
export async function readOlist(directory: string): Promise<OlistData> {
  const leads: OlistLead[] = [];
  for await (const row of rows(join(directory, 'olist_marketing_qualified_leads_dataset.csv'))) {
    leads.push({
      id: cell(row, 'mql_id'),
      firstContactAt: day(cell(row, 'first_contact_date')),
      landingPage: cell(row, 'landing_page_id'),
      origin: cell(row, 'origin'),
    });
  }
  const deals = new Map<string, OlistDeal>();
  for await (const row of rows(join(directory, 'olist_closed_deals_dataset.csv'))) {
    const leadId = cell(row, 'mql_id');
    deals.set(leadId, { leadId, wonAt: day(cell(row, 'won_date')), amount: cell(row, 'declared_monthly_revenue') || '0' });
  }
  return { leads, deals };
}

/** What happened, in the order in which it happened; contacts before wins of the same day. */
export function timeline({
  leads,
  deals,
}: OlistData): readonly ({ readonly at: number } & (
  | { readonly kind: 'contact'; readonly lead: OlistLead }
  | { readonly kind: 'won'; readonly lead: OlistLead; readonly deal: OlistDeal }
))[] {
  return leads
    .flatMap((lead) => {
      const deal = deals.get(lead.id);
      const contact = { kind: 'contact', at: lead.firstContactAt, lead } as const;
      return deal === undefined ? [contact] : [contact, { kind: 'won', at: deal.wonAt, lead, deal } as const];
    })
    .toSorted((a, b) => a.at - b.at || (a.kind === b.kind ? 0 : a.kind === 'contact' ? -1 : 1));
}

async function* rows(file: string): AsyncGenerator<Readonly<Record<string, string>>> {
  yield* createReadStream(file).pipe(parse({ columns: true })) as AsyncIterable<Readonly<Record<string, string>>>;
}

function cell(row: Readonly<Record<string, string>>, name: string): string {
  const value = row[name];
  if (value === undefined) throw new Error(`the file has no column ${name}`);
  return value;
}

function day(text: string): number {
  const at = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(at)) throw new Error(`not a date: ${text}`);
  return at;
}
