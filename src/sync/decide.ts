import type { Instant, RecordId, Side } from '../model/words.ts';
import type { PersonRef, State, StateBatch, StoredPerson } from '../state/types.ts';
import { verdictsOf, type Verdicts } from './verdicts.ts';

const rowsPerStep = 500;
const mistakesShown = 1_000;

/** A row of a reviewed file. */
export interface Decision {
  /** Where it stands in the file, for messages. */
  readonly line: number;
  readonly side: Side;
  readonly id: RecordId;
  /** As the file listed them, in its order. */
  readonly candidates: readonly PersonRef[];
  /** The proposal that the file showed. */
  readonly proposal: string;
  /** What somebody wrote. */
  readonly decision: string;
}

export interface DecideResult {
  /** Rows with a decision that is new or another one than before. */
  readonly decided: number;
  /** Rows whose decision stood already. */
  readonly unchanged: number;
  /** Rows without a decision. */
  readonly open: number;
  /** Rows that can't be taken; while there is one, nothing is stored. At most 1,000. */
  readonly mistakes: readonly { readonly line: number; readonly message: string }[];
  /** Whether anything was stored. */
  readonly stored: boolean;
}

/** The words of the decision column. */
export const decisionWords = 'yes, a number (1), several (1+3), all, none, instead, ask, or nothing';

type Choose = NonNullable<StateBatch['choose']>[number];
type Word =
  | { readonly kind: 'pick'; readonly ids: ReadonlySet<string>; readonly instead: boolean }
  | { readonly kind: 'ask' }
  | { readonly kind: 'wrong'; readonly message: string };

/**
 * Takes decisions about who is who: all of them, durably, or none when a single row can't be taken. What is decided outlives
 * later runs, until another decision about the same records; `ask` takes a word back.
 */
export async function decide(
  state: State,
  rows: AsyncIterable<Decision> | Iterable<Decision>,
  { now, dryRun }: { readonly now: Instant; readonly dryRun: boolean },
): Promise<DecideResult> {
  const chosen = new Map<string, Choose & { readonly line: number }>();
  const mistakes: DecideResult['mistakes'][number][] = [];
  let [decided, unchanged, open] = [0, 0, 0];
  const take = async (batch: readonly Decision[]): Promise<void> => {
    const known = await recordsOf(state, batch);
    for (const row of batch) {
      const pairs = pairsOf(row, known);
      if (typeof pairs === 'string') {
        if (mistakes.length < mistakesShown) mistakes.push({ line: row.line, message: pairs });
        continue;
      }
      const news = pairs.filter((pair) => known.verdict(pair) !== pair.same);
      if (news.length === 0) unchanged += 1;
      else decided += 1;
      for (const pair of pairs) {
        const earlier = chosen.get(`${pair.marketing} ${pair.sales}`);
        if (earlier !== undefined && earlier.same !== pair.same)
          mistakes.push({ line: row.line, message: `It contradicts line ${earlier.line} about ${pair.marketing} and ${pair.sales}.` });
        chosen.set(`${pair.marketing} ${pair.sales}`, { ...pair, at: now, line: row.line });
      }
    }
  };
  let batch: Decision[] = [];
  for await (const row of rows) {
    if (row.decision.trim() === '') {
      open += 1;
      continue;
    }
    batch.push(row);
    if (batch.length < rowsPerStep) continue;
    await take(batch);
    batch = [];
  }
  await take(batch);
  mistakes.push(...(await sharedRecords(state, [...chosen.values()])));
  const stored = mistakes.length === 0 && decided > 0 && !dryRun;
  if (stored)
    await state.commit({ choose: [...chosen.values()].map(({ marketing, sales, same, at }) => ({ marketing, sales, same, at })) });
  return { decided, unchanged, open, mistakes: mistakes.toSorted((a, b) => a.line - b.line), stored };
}

/** Records and words of a batch of rows. */
interface Known {
  readonly record: (ref: PersonRef) => StoredPerson | undefined;
  /** All records of the person that a record belongs to. */
  readonly person: (record: StoredPerson) => readonly PersonRef[];
  readonly verdict: (pair: Pick<Choose, 'marketing' | 'sales'>) => boolean | null;
}

async function recordsOf(state: State, rows: readonly Decision[]): Promise<Known> {
  const refs = rows.flatMap((row) => [row, ...row.candidates]);
  const records = new Map<string, StoredPerson>();
  for (const side of ['marketing', 'sales'] as const) {
    const ids = [...new Set(refs.filter((ref) => ref.side === side).map((ref) => ref.id))];
    for (const [id, record] of await state.people.get(side, ids)) records.set(`${side} ${id}`, record);
  }
  const links = await state.links.get([...new Set([...records.values()].flatMap((record) => record.linkId ?? []))]);
  const members = [...links.values()].flatMap((link) => link.members);
  const verdicts: Verdicts = verdictsOf(await state.verdicts.of([...refs, ...members]));
  return {
    record: ({ side, id }) => records.get(`${side} ${id}`),
    person: (record) => (record.linkId === null ? [] : (links.get(record.linkId)?.members ?? [])),
    verdict: ({ marketing, sales }) => {
      const [m, s] = [
        { side: 'marketing', id: marketing },
        { side: 'sales', id: sales },
      ] as const;
      return verdicts.same(m, s) ? true : verdicts.different(m, s) ? false : null;
    },
  };
}

/** What a row says of pairs of records; a sentence where it can't be taken. */
function pairsOf(row: Decision, known: Known): readonly Omit<Choose, 'at'>[] | string {
  const subject = known.record(row);
  if (subject === undefined) return `The ${row.side} record ${row.id} is not there any more.`;
  const word = wordOf(row);
  if (word.kind === 'wrong') return word.message;
  const candidates: StoredPerson[] = [];
  for (const ref of row.candidates) {
    const record = known.record(ref);
    if (record !== undefined) candidates.push(record);
    else if (word.kind === 'pick' && word.ids.has(ref.id)) return `The ${ref.side} record ${ref.id} is not there any more.`;
  }
  const sameSide = candidates.every((record) => record.side === subject.side);
  if (!sameSide && candidates.some((record) => record.side === subject.side)) return 'Its candidates are of both CRMs.';
  const verdictOn = (record: PersonRef): boolean | null => (word.kind === 'ask' ? null : word.ids.has(record.id));
  if (sameSide) {
    // They are linked to the same records of the other side: whoever is not chosen is parted from those.
    const others = known.person(subject).filter((ref) => ref.side !== subject.side);
    return candidates.flatMap((record) => others.map((other) => pairOf(record, other, verdictOn(record))));
  }
  const instead = word.kind === 'pick' && word.instead;
  return candidates.flatMap((record) => {
    const rivals = instead && word.ids.has(record.id) ? known.person(record).filter((ref) => ref.side === subject.side) : [];
    return [
      pairOf(subject, record, verdictOn(record)),
      ...rivals.filter((ref) => ref.id !== subject.id).map((rival) => pairOf(rival, record, false)),
    ];
  });
}

function pairOf(a: PersonRef, b: PersonRef, same: boolean | null): Omit<Choose, 'at'> {
  return a.side === 'marketing' ? { marketing: a.id, sales: b.id, same } : { marketing: b.id, sales: a.id, same };
}

function wordOf(row: Decision): Word {
  const said = row.decision.trim().toLowerCase();
  const pick = (ids: readonly string[], instead = false): Word => ({ kind: 'pick', ids: new Set(ids), instead });
  const all = row.candidates.map((ref) => ref.id);
  if (said === 'ask') return { kind: 'ask' };
  if (said === 'none' || said === 'no') return pick([]);
  if (said === 'all') return pick(all);
  if (said === 'instead') {
    const [only] = all;
    return all.length === 1 && only !== undefined
      ? pick([only], true)
      : { kind: 'wrong', message: '"instead" needs a row with one candidate.' };
  }
  if (said === 'yes' && row.proposal.trim() === '') return { kind: 'wrong', message: 'There is no proposal to say yes to.' };
  const words = said === 'yes' ? row.proposal.trim().toLowerCase() : said;
  if (words === 'all') return pick(all);
  const ids: string[] = [];
  for (const part of words.split('+').map((one) => one.trim())) {
    const byNumber = /^\d{1,3}$/.test(part) ? all[Number(part) - 1] : undefined;
    const id = byNumber ?? all.find((one) => one.toLowerCase() === part);
    if (id === undefined) return { kind: 'wrong', message: `${JSON.stringify(part.slice(0, 40))} is no decision: ${decisionWords}.` };
    ids.push(id);
  }
  return pick(ids);
}

/** A sales record that is given to two people of marketing: they would be written to each other. */
async function sharedRecords(state: State, chosen: readonly (Choose & { readonly line: number })[]): Promise<DecideResult['mistakes']> {
  const same = chosen.filter((choice) => choice.same === true);
  const news = new Map(chosen.map((choice) => [`${choice.marketing} ${choice.sales}`, choice.same]));
  const owners = new Map<string, string>();
  for (let at = 0; at < same.length; at += rowsPerStep) {
    const refs = same.slice(at, at + rowsPerStep).map(({ sales }) => ({ side: 'sales' as const, id: sales }));
    for (const { marketing, sales, same: stands } of (await state.verdicts.of(refs)).choices)
      if (stands && !news.has(`${marketing} ${sales}`) && (await state.people.get('marketing', [marketing])).size > 0)
        owners.set(sales, marketing);
  }
  return same.flatMap(({ marketing, sales, line }) => {
    const owner = owners.get(sales);
    owners.set(sales, marketing);
    return owner === undefined || owner === marketing
      ? []
      : [{ line, message: `The sales record ${sales} is given to ${owner} too. Merge the two in marketing's CRM, or give it to one.` }];
  });
}
