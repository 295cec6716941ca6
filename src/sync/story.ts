import type { FieldValue, Instant, Side } from '../model/words.ts';
import type { Intent } from '../state/types.ts';
import type { MergedEvent, MergedPerson } from '../warehouse/person-story.ts';
import { shown } from './values.ts';

/** One line of a person's story. */
export interface StoryLine {
  readonly at: Instant;
  /** The stamp names the day only. */
  readonly dayOnly: boolean;
  /** Where it happened: a side, or Truce itself. */
  readonly where: Side | 'truce';
  /** One sentence. */
  readonly text: string;
  /** Why, where Truce decided. */
  readonly why: string | null;
  /** The run that did it, for `undo`. */
  readonly runId: string | null;
}

/** Where one of the person's deals came from, in the ledger's words. */
export interface StoryOrigin {
  readonly dealId: string;
  readonly campaign: string | null;
  readonly rule: string | null;
  readonly chain: readonly string[];
  readonly differs: string | null;
}

/**
 * A person's whole story in order: what both CRMs recorded, and what Truce wrote and why. What an integration copied into
 * a status is left out where Truce's own note of the write tells it better. Without merged data only Truce's notes. Pure.
 */
export function tellStory(intents: readonly Intent[], merged: MergedPerson | null): readonly StoryLine[] {
  const own = new Set(
    intents.flatMap((intent) => intent.line.changes.map((change) => `${intent.line.side} ${change.remote} ${String(change.after)}`)),
  );
  const events = (merged?.events ?? []).filter(
    ({ what, side, byIntegration }) => !(byIntegration && what.kind === 'status' && own.has(`${side} ${what.field} ${what.to}`)),
  );
  const lines = [...events.map(eventLine), ...intents.map(intentLine)];
  return lines.toSorted((a, b) => a.at - b.at || Number(b.dayOnly) - Number(a.dayOnly));
}

function eventLine(event: MergedEvent): StoryLine {
  const { at, dayOnly, side, who } = event;
  const by = who === null ? '' : ` by ${who}`;
  return { at, dayOnly, where: side ?? 'sales', text: `${sentenceOf(event)}${by}`, why: null, runId: null };
}

function sentenceOf({ what }: MergedEvent): string {
  switch (what.kind) {
    case 'created':
      return `record created${what.how === null ? '' : ` (${what.how.toLowerCase()})`}`;
    case 'owner':
      return `owner is now ${what.to ?? 'nobody'}`;
    case 'status': {
      const from = what.from === null ? '' : ` from ${shown(what.from)}`;
      const rung = what.rung === null ? '' : ` (${what.rung})`;
      return `${what.field}${from} to ${shown(what.to)}${rung}${what.reason === null ? '' : `, because ${shown(what.reason)}`}`;
    }
    case 'touch': {
      const result = what.result === null ? '' : `, ${what.result.replaceAll('_', ' ')}`;
      const campaign = what.campaign === null ? '' : ` of the campaign "${what.campaign}"`;
      return `${what.touch}${what.direction === 'in' ? ' received' : ''}${campaign}${result}`;
    }
    case 'campaign':
      return what.responded ? `responded to the campaign "${what.campaign}"` : `became a member of the campaign "${what.campaign}"`;
    case 'deal': {
      const amount = what.amountMinor === null ? '' : ` over ${money(what.amountMinor, what.currency)}`;
      const reason = what.reason === null ? '' : `, because ${shown(what.reason)}`;
      return `deal "${what.name ?? what.dealId}"${amount} ${what.state}${reason}`;
    }
  }
}

function money(minor: number, currency: string | null): string {
  const digits =
    currency === null ? 2 : (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2);
  return `${(minor / 10 ** digits).toLocaleString('en', { minimumFractionDigits: digits })}${currency === null ? '' : ` ${currency}`}`;
}

/** Instead of a sentence for every figure. */
const recomputed = "Recomputed from both CRMs' merged data.";

const verbs: Readonly<Record<Intent['status'], string>> = {
  applied: 'wrote',
  open: 'sent, outcome not known yet:',
  rejected: 'was refused:',
  superseded: 'dropped for a newer decision:',
  raced: 'wrote, and found somebody had just changed it:',
  skipped: 'did not write:',
};

function intentLine(intent: Intent): StoryLine {
  const { line, status } = intent;
  const before = new Map(intent.before);
  const changes = line.changes.map(
    (change) => `${change.remote ?? change.name} ${value(before.get(change.name))} -> ${value(change.after)}`,
  );
  const reasons = [...new Set(line.changes.map((change) => (change.rule === 'recompute' ? recomputed : change.reason)))];
  const ending = [intent.cause, intent.fix].filter((part) => part !== null);
  return {
    at: intent.at,
    dayOnly: false,
    where: 'truce',
    text: `${line.room === 'undo' && status === 'applied' ? 'put back' : verbs[status]} in ${line.side}: ${changes.join(', ')}`,
    why: [...reasons, ...ending].join(' ') || null,
    runId: intent.runId,
  };
}

function value(of: FieldValue | undefined): string {
  return of === undefined ? '(unknown)' : shown(of);
}
