import type { RecordId, Side } from '../model/words.ts';
import type { Choice, Link, PersonRef, State, StoredPerson } from '../state/types.ts';
import { evidenceFor, proposalOf, type Evidence, type Proposal } from './evidence.ts';
import { recordUrl } from './identity.ts';
import { verdictsOf, type Verdicts } from './verdicts.ts';

const linksPerPage = 500;

/** A record that may be somebody, as a person who decides sees it. */
export interface ReviewRecord {
  readonly side: Side;
  readonly id: RecordId;
  readonly object: string;
  /** Null where no warehouse names it. */
  readonly name: string | null;
  readonly address: string | null;
  /** Status and when the record was made and changed, in words. */
  readonly about: string;
  /** Deep link; null before the first run. */
  readonly url: string | null;
}

/** One person about whom nobody has decided yet, or whose decision is shown again. */
export interface ReviewRow extends ReviewRecord {
  /** Empty, or what was decided, in the words that `decide` reads. */
  readonly decision: string;
  readonly proposal: Proposal;
  /** Why it is asked. */
  readonly why: string;
  readonly candidates: readonly (ReviewRecord & { readonly evidence: Evidence })[];
}

export interface ReviewOptions {
  /** People about whom somebody decided, instead of those who are open. */
  readonly settled: boolean;
  /** Names of records, by `side id`; empty where nobody knows. */
  readonly names: (refs: readonly PersonRef[]) => Promise<ReadonlyMap<string, string>>;
  /** The status fields of both sides, for the description. */
  readonly statusField: Readonly<Record<Side, string>>;
}

/** What asks for a decision: a record and those that may be the same person. */
interface Question {
  readonly subject: PersonRef;
  readonly candidates: readonly PersonRef[];
}

/**
 * The people to decide about, the clearest first, page by page: only their order is held in memory.
 */
export async function* review(state: State, options: ReviewOptions): AsyncGenerator<ReviewRow> {
  const order: { readonly question: Question; readonly confidence: number }[] = [];
  for await (const page of options.settled ? decided(state) : open(state))
    for (const row of await rowsOf(state, page, options)) order.push({ question: questionOf(row), confidence: row.proposal.confidence });
  order.sort((a, b) => b.confidence - a.confidence || (a.question.subject.id < b.question.subject.id ? -1 : 1));
  for (let at = 0; at < order.length; at += linksPerPage) {
    const page = order.slice(at, at + linksPerPage).map(({ question }) => question);
    yield* await rowsOf(state, page, options);
  }
}

function questionOf(row: ReviewRow): Question {
  const ref = ({ side, id }: PersonRef): PersonRef => ({ side, id });
  return { subject: ref(row), candidates: row.candidates.map(ref) };
}

/** Ambiguous people who are held back, each asked about once: from marketing's side where both are. */
async function* open(state: State): AsyncGenerator<readonly Question[]> {
  let after = '';
  for (;;) {
    const links = await state.links.ambiguousPage(after, linksPerPage);
    const questions: Question[] = [];
    for (const side of ['marketing', 'sales'] as const) {
      const asked = links.filter((link) => link.members[0]?.side === side);
      const held = await state.quarantine.get(
        side,
        'person',
        asked.flatMap((link) => link.members.map((ref) => ref.id)),
      );
      for (const link of asked) {
        const subject = link.members.find((ref) => held.has(ref.id) && held.get(ref.id)?.code !== 'MALFORMED_EMAIL');
        if (subject === undefined || link.candidates.length === 0) continue;
        if (side === 'sales' && (await askedThere(state, link))) continue;
        questions.push({ subject, candidates: link.candidates });
      }
    }
    if (questions.length > 0) yield questions;
    const last = links.at(-1);
    if (last === undefined || links.length < linksPerPage) return;
    after = last.id;
  }
}

/** Whether all of a sales record's candidates are asked about themselves. */
async function askedThere(state: State, link: Link): Promise<boolean> {
  const ids = link.candidates.filter((ref) => ref.side === 'marketing').map((ref) => ref.id);
  return ids.length > 0 && (await state.quarantine.get('marketing', 'person', ids)).size === ids.length;
}

/** Everybody about whom something was decided, by marketing's record. */
async function* decided(state: State): AsyncGenerator<readonly Question[]> {
  let after = { marketing: '', sales: '' };
  let waiting: Choice[] = [];
  const questionsOf = (choices: readonly Choice[]): readonly Question[] =>
    [...Map.groupBy(choices, (choice) => choice.marketing)].map(([id, own]) => ({
      subject: { side: 'marketing', id },
      candidates: own.map((choice) => ({ side: 'sales', id: choice.sales })),
    }));
  for (;;) {
    const page = await state.verdicts.page(after, linksPerPage);
    waiting.push(...page);
    const last = waiting.at(-1);
    if (last === undefined) return;
    if (page.length < linksPerPage) return yield questionsOf(waiting);
    // The last one may go on, on the next page.
    yield questionsOf(waiting.filter((choice) => choice.marketing !== last.marketing));
    waiting = waiting.filter((choice) => choice.marketing === last.marketing);
    after = last;
  }
}

async function rowsOf(state: State, questions: readonly Question[], options: ReviewOptions): Promise<readonly ReviewRow[]> {
  const refs = questions.flatMap(({ subject, candidates }) => [subject, ...candidates]);
  const records = new Map<string, StoredPerson>();
  for (const side of ['marketing', 'sales'] as const) {
    const ids = [...new Set(refs.filter((ref) => ref.side === side).map((ref) => ref.id))];
    for (const [id, record] of await state.people.get(side, ids)) records.set(`${side} ${id}`, record);
  }
  const names = await options.names(refs);
  const verdicts = await state.verdicts.of(refs);
  const templates = { marketing: await state.meta.links('marketing'), sales: await state.meta.links('sales') };
  const told = (record: StoredPerson): ReviewRecord => ({
    side: record.side,
    id: record.id,
    object: record.object,
    name: names.get(`${record.side} ${record.id}`) ?? null,
    address: record.emails[0] ?? null,
    about: aboutOf(record, options.statusField[record.side]),
    url: recordUrl(record, templates[record.side]),
  });
  return questions.flatMap((question) => rowOf(question, { records, told, verdicts: verdictsOf(verdicts) }) ?? []);
}

interface Telling {
  readonly records: ReadonlyMap<string, StoredPerson>;
  readonly told: (record: StoredPerson) => ReviewRecord;
  readonly verdicts: Verdicts;
}

function rowOf(question: Question, { records, told, verdicts }: Telling): ReviewRow | null {
  const recordOf = (ref: PersonRef): StoredPerson | undefined => records.get(`${ref.side} ${ref.id}`);
  const subject = recordOf(question.subject);
  if (subject === undefined) return null;
  const known = question.candidates.flatMap((ref) => recordOf(ref) ?? []);
  const ids = new Set(known.map((record) => record.id));
  // A lead that was converted into another candidate is that one.
  const candidates = known.filter((record) => record.convertedTo === null || !ids.has(record.convertedTo));
  if (candidates.length === 0) return null;
  const latest = Math.max(...candidates.map((record) => record.modifiedAt));
  const only = candidates.filter((record) => record.modifiedAt === latest).length === 1 && candidates.length > 1;
  const whole = candidates.map((record) => {
    const newest = only && record.modifiedAt === latest;
    const evidence = evidenceFor({ record: subject, name: told(subject).name }, { record, name: told(record).name }, { newest, verdicts });
    return { ...told(record), evidence };
  });
  const sameSide = candidates.some((record) => record.side === subject.side);
  return {
    ...told(subject),
    decision: decisionOf(subject, candidates, verdicts),
    proposal: sameSide ? { word: '', confidence: 0 } : proposalOf(whole.map(({ evidence }) => evidence)),
    why: whyOf(subject, candidates, verdicts),
    candidates: whole,
  };
}

/** What was said, in the words that are read back; empty unless something was said of every candidate. */
function decisionOf(subject: StoredPerson, candidates: readonly StoredPerson[], verdicts: Verdicts): string {
  const same = candidates.map((record) => (verdicts.same(subject, record) ? true : verdicts.different(subject, record) ? false : null));
  if (same.every((one) => one === null)) return '';
  if (same.every((one) => one === true)) return same.length === 1 ? '1' : 'all';
  const chosen = same.flatMap((one, index) => (one === true ? [String(index + 1)] : []));
  return chosen.length === 0 ? 'none' : chosen.join('+');
}

function whyOf(subject: StoredPerson, candidates: readonly StoredPerson[], verdicts: Verdicts): string {
  if (candidates.some((record) => record.side === subject.side)) return 'these are linked as one person: which one is it?';
  if (candidates.some((record) => verdicts.lost(record, subject))) return 'the counterpart was deleted: is this the same person?';
  return candidates.length === 1
    ? 'the counterpart has another record already: is this the same person?'
    : 'several may be the same person';
}

/** `status Working, made 2026-01-02, changed 2026-02-03`. */
function aboutOf(record: StoredPerson, statusField: string): string {
  const status = record.fields.get(statusField);
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  return [
    ...(status === undefined ? [] : [`status ${status === null || status === '' ? '(none)' : String(status)}`]),
    ...(record.converted ? ['converted'] : []),
    `made ${day(record.createdAt)}`,
    `changed ${day(record.modifiedAt)}`,
    ...(record.emails.length > 1 ? [`also ${record.emails.slice(1).join(' ')}`] : []),
  ].join(', ');
}
