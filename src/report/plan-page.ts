import type { Plan, PlanLine } from '../model/plan.ts';
import type { FieldValue, Side } from '../model/words.ts';
import { html, trusted, type Markup } from './markup.ts';
import { style } from './style.ts';

/** Changes that a page shows of each part; the plan's file holds all. */
const shownPerPart = 2_000;

export interface PlanPageOptions {
  readonly company: string;
  /** What the sides are called: HubSpot, Salesforce. */
  readonly systems: Readonly<Record<Side, string>>;
  /** The plan's file, for the command that applies it; null when it was not kept. */
  readonly file: string | null;
}

/**
 * A plan as a page that somebody reads before they approve it: per side, decided conflicts first, each change with its
 * sentence and deep links. Self-contained, without a script. Rendered in pieces, so that a large plan fits in memory.
 */
export async function* renderPlan(plan: Plan, options: PlanPageOptions): AsyncGenerator<string> {
  const { header, summary } = plan;
  const title = `${options.company}: what Truce would change`;
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
        <title>${title}</title>
        <style>
          ${trusted(style + planStyle)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">To be approved</p>
          <h1>${title}</h1>
          <p class="lead">
            ${summary.update} changed and ${summary.create} new records, of which ${summary.conflict} people on whom both sides differed;
            ${summary.unchanged} people stay as they are, ${summary.quarantined} are held back${waits(summary.waiting ?? 0)}. Made
            ${new Date(header.createdAt).toISOString()} for ${options.systems.marketing} ${header.accounts.marketing} and
            ${options.systems.sales} ${header.accounts.sales}; good for a day, and only until another run writes.
          </p>
          ${toApprove(plan, options.file)}
        </header>
        <main>`.markup;
  for (const side of ['marketing', 'sales'] as const) {
    for (const conflict of [true, false]) yield* part(plan, { side, conflict, system: options.systems[side] });
  }
  yield html`</main>
        <footer><p>Plan ${header.id}, SHA-256 ${plan.hash}</p></footer>
      </body>
    </html>`.markup;
}

function waits(waiting: number): string {
  return waiting === 0 ? '' : `, ${waiting} records wait for later runs`;
}

function toApprove({ hash }: Plan, file: string | null): Markup {
  if (file === null) return html`<p>This plan was not kept; <code>truce plan --out plan.ndjson --html plan.html</code> keeps one.</p>`;
  return html`<p>
    To approve it: <code>truce apply ${file} --mode sync --approver NAME</code>. It writes exactly these lines, or fewer: what somebody
    changes meanwhile is left alone. Plan <code>${hash.slice(0, 12)}</code>
  </p>`;
}

interface Part {
  readonly side: Side;
  readonly conflict: boolean;
  readonly system: string;
}

async function* part(plan: Plan, { side, conflict, system }: Part): AsyncGenerator<string> {
  let count = 0;
  for await (const line of plan.lines()) {
    if (line.side !== side || line.conflict !== conflict) continue;
    if (count === 0)
      yield html`<section class="stat"><h2>${system}: ${conflict ? 'decided conflicts' : 'changes of one side'}</h2><ol>`.markup;
    count += 1;
    if (count <= shownPerPart) yield item(line, system).markup;
  }
  if (count === 0) return;
  const more = count - shownPerPart;
  yield html`</ol>${more > 0 && html`<p>and ${more} more in the plan's file</p>`}</section>`.markup;
}

function item(line: PlanLine, system: string): Markup {
  const other: Side = line.side === 'marketing' ? 'sales' : 'marketing';
  const name = `${line.object ?? line.kind} ${line.recordId ?? '(new)'}`;
  return html`<li>
    <h3>${link(line.urls[line.side], `${system} ${name}`)} ${line.urls[other] !== undefined && link(line.urls[other], 'the same person')}</h3>
    ${line.changes.map(
      (change) =>
        html`<p>
          <strong>${change.name}</strong>: <del>${shown(change.before)}</del> → <ins>${shown(change.after)}</ins><br />${change.reason}
          ${change.sideEffect !== null && html`<em>May start: ${change.sideEffect}.</em>`}
          ${change.rule === 'ask' && html`<em>Nothing is written: somebody has to decide.</em>`}
        </p>`,
    )}
  </li>`;
}

/** A link where the address is one that a browser opens as a page; else its text. */
function link(url: string | undefined, text: string): Markup {
  if (url === undefined || !/^https?:\/\/[^\s]+$/.test(url)) return html`${text}`;
  return html`<a href="${url}" rel="noreferrer">${text}</a>`;
}

function shown(value: FieldValue | undefined): string {
  return value === undefined ? '(unknown)' : value === null || value === '' ? '(blank)' : String(value);
}

const planStyle = `
ol{padding-left:22px}
li{margin:0 0 18px}
del{color:var(--bad)}
ins{color:var(--good);text-decoration:none;font-weight:600}
em{color:var(--soft)}
h3 a+a{font-weight:400;margin-left:10px}
code{background:#f0ede2;padding:1px 5px;border-radius:4px}
`;
