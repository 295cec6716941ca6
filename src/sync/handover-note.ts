import type { NewLead, ReadRecord } from '../crm.ts';
import type { MergedPerson } from '../warehouse/person-story.ts';

/** Touches that the note names. */
const touchesShown = 5;

export interface NoteParts {
  readonly rung: string;
  readonly record: ReadRecord<'person'>;
  readonly statusField: string;
  /** What the merged data knows of the person; null without it. */
  readonly story: MergedPerson | null;
  /** The person's page in marketing's CRM. */
  readonly url: string | undefined;
}

/** What a rep reads of a new lead: why it is ready, what marketing did last, the campaign. Newest touch first. Pure. */
export function noteFor({ rung, record, statusField, story, url }: NoteParts): NonNullable<NewLead['note']> {
  const status = String(record.fields.get(statusField) ?? '');
  const since = record.history.get(statusField)?.[0]?.at;
  const lines = [`Why now: marketing has it at "${status}" (${rung})${since === undefined ? '' : ` since ${day(since)}`}.`];
  const touches = (story?.events ?? [])
    .filter((event) => event.side === 'marketing' && event.what.kind === 'touch')
    .toSorted((a, b) => b.at - a.at)
    .slice(0, touchesShown);
  if (touches.length > 0) lines.push('', 'Last touches in marketing:');
  for (const { at, what, who } of touches) {
    if (what.kind !== 'touch') continue;
    const about = [
      what.direction === 'in' ? 'by the person' : 'to the person',
      what.campaign === null ? null : `campaign ${what.campaign}`,
      who,
    ];
    lines.push(`- ${day(at)} ${what.touch}, ${about.filter((part) => part !== null).join(', ')}`);
  }
  if (story?.campaign !== null && story?.campaign !== undefined) lines.push('', `Campaign: ${story.campaign}`);
  if (record.record.optedOut) lines.push('', 'Has opted out of marketing e-mail.');
  if (url !== undefined) lines.push('', `In marketing: ${url}`);
  return { subject: `New lead from marketing: ${rung}`, text: lines.join('\n') };
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
