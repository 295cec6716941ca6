import { stringify } from 'csv-stringify/sync';
import { decisionWords } from '../sync/decide.ts';
import type { ReviewRow } from '../sync/review.ts';
import { harmless } from './csv.ts';
import { html, trusted, type Markup } from './markup.ts';
import { style } from './style.ts';

/** Candidates with columns of their own; further ones stand in `more` by their ids. */
export const reviewCandidates = 5;

const columns: readonly string[] = [
  'decision',
  'proposal',
  'confidence',
  'why',
  'name',
  'address',
  'about',
  // `side:id`: a spreadsheet would round a long number.
  'record',
  'link',
  ...Array.from({ length: reviewCandidates }, (_, index) => [
    `candidate_${index + 1}`,
    `evidence_${index + 1}`,
    `record_${index + 1}`,
    `link_${index + 1}`,
  ]).flat(),
  'more',
];

/** The file to decide in: a line a person, the clearest first, one column to fill. Opens with the byte order mark that Excel needs. */
export async function* renderReviewCsv(rows: AsyncIterable<ReviewRow>): AsyncGenerator<string> {
  yield `\ufeff${stringify([columns], { record_delimiter: 'unix' })}`;
  for await (const row of rows) yield stringify([cellsOf(row).map(harmless)], { record_delimiter: 'unix' });
}

function cellsOf(row: ReviewRow): readonly string[] {
  const candidates = row.candidates.slice(0, reviewCandidates);
  const empty = Array.from({ length: (reviewCandidates - candidates.length) * 4 }, () => '');
  const more = row.candidates.slice(reviewCandidates);
  return [
    row.decision,
    row.proposal.word,
    row.proposal.word === '' ? '' : row.proposal.confidence.toFixed(2),
    row.why,
    row.name ?? '',
    row.address ?? '',
    `${row.object}, ${row.about}`,
    `${row.side}:${row.id}`,
    row.url ?? '',
    ...candidates.flatMap((one) => [
      [one.object, one.name, one.address, one.about].filter((part) => part !== null).join(', '),
      one.evidence.words.join(', '),
      `${one.side}:${one.id}`,
      one.url ?? '',
    ]),
    ...empty,
    more.map((one) => `${one.side}:${one.id}`).join(' '),
  ];
}

const reviewStyle = `
table.review{border-collapse:collapse;width:100%;font-size:14px}
table.review td,table.review th{border-top:1px solid var(--line);padding:8px 10px;text-align:left;vertical-align:top}
table.review tr.best td{background:var(--card)}
table.review .soft{color:var(--soft)}`;

/** The same as a page to look at: no script, no request, everything escaped. Decisions go into the CSV file. */
export async function* renderReviewHtml(rows: AsyncIterable<ReviewRow>): AsyncGenerator<string> {
  yield html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Who is who</title>
        <style>
          ${trusted(style + reviewStyle)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">Truce</p>
          <h1>Who is who</h1>
          <p class="lead">The clearest first. To decide, write the same as CSV and fill its first column: ${decisionWords}.</p>
        </header>
        <main>
          <table class="review">
            <thead>
              <tr>
                <th>Person</th>
                <th>May be</th>
                <th>Proposal</th>
              </tr>
            </thead>
            <tbody>`.markup;
  for await (const row of rows) {
    yield html`<tr>
      <td>
        <strong>${row.name ?? row.address ?? row.id}</strong><br />${row.address}<br /><span class="soft"
          >${row.side}, ${row.object} ${linkTo(row.url, row.id)}<br />${row.about}<br />${row.why}</span
        >
      </td>
      <td>
        ${row.candidates.map(
          (one, index) => html`<div>
            ${String(index + 1)}: <strong>${one.name ?? one.address ?? one.id}</strong> ${one.object} ${linkTo(one.url, one.id)}
            <span class="soft">${one.about}. ${one.evidence.words.join(', ')}</span>
          </div>`,
        )}
      </td>
      <td>
        ${row.decision === '' ? (row.proposal.word === '' ? 'none' : `${row.proposal.word} (${row.proposal.confidence.toFixed(2)})`) : `decided: ${row.decision}`}
      </td>
    </tr>`.markup;
  }
  yield '</tbody></table></main></body></html>\n';
}

function linkTo(url: string | null, id: string): Markup {
  // Deep links come from the account's own address; anything that is no https or loopback address stays text.
  const safe = url !== null && /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url);
  return safe ? html`<a href="${url}">${id}</a>` : html`${id}`;
}
