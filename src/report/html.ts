import type { Benchmark, Definition, StatResult } from '../alignment/types.ts';
import { chartsOf } from './charts/index.ts';
import { ledgerLegend } from './charts/bars.ts';
import type { Chart, Draw } from './charts/draw.ts';
import { instantText } from './format.ts';
import { html, trusted, type Markup } from './markup.ts';
import { style } from './style.ts';
import { tablesOf, type Cell, type Table } from './tables.ts';
import type { ReportInput } from './types.ts';
import { benchmarkText, comparableText, headline, leftOut, sentence } from './words.ts';

/**
 * One page that opens anywhere: no script, no request, everything escaped, charts as SVG with the numbers in tables behind them.
 * @returns the whole HTML document.
 */
export function renderHtml(input: ReportInput, draw: Draw): string {
  const { alignment } = input;
  const measured = alignment.statistics.filter((stat) => stat.notMeasured === undefined);
  const missing = alignment.statistics.filter((stat) => stat.notMeasured !== undefined);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${input.company}: what became of the leads</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">Marketing and sales, one picture</p>
          <h1>${input.company}: what became of the leads</h1>
          <p class="lead">
            As of ${instantText(alignment.asOf)}. Every figure comes with the range in which it would lie if the same process went on (95
            %), and with whom it speaks of.
          </p>
          ${input.notes.map((note) => html`<p class="lead">${sentence(note)}</p>`)}
        </header>
        <main>
          <ul class="front">
            ${measured.filter((stat) => stat.id !== 'B3').map(card)}
          </ul>
          <nav aria-label="Contents">
            <ol>
              ${measured.map((stat) => html`<li><a href="#${stat.slug}">${stat.title}</a></li>`)}
            </ol>
          </nav>
          ${measured.map((stat) => section(stat, draw))} ${missing.length === 0 ? null : notMeasured(missing)}
          ${definitions(alignment.definitions)}
        </main>
        <footer>
          <p>
            Made by Truce${input.version === undefined ? '' : ` ${input.version}`} from the merged data of both CRMs. No script runs in this page and it loads nothing from
            anywhere.
          </p>
        </footer>
      </body>
    </html> `;
  return page.markup;
}

function card(stat: StatResult): Markup {
  const words = headline(stat);
  return html`<li class="figure">
    <a href="#${stat.slug}">${stat.title}</a>
    <div class="number${words.state === 'measured' ? '' : ' none'}">${words.figure}</div>
    <div class="range">${words.interval}</div>
    ${strip(stat)}
    <p class="of">${words.sentence}</p>
  </li>`;
}

/** A share and its interval on the scale from 0 to 100 %. */
function strip(stat: StatResult): Markup | null {
  if (stat.unit !== 'share' || stat.estimate === null || stat.interval === null || stat.interval.hi === null) return null;
  const at = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}%`;
  return html`<div class="strip" aria-hidden="true">
    <i style="left:${at(stat.interval.lo)};right:${at(1 - stat.interval.hi)}"></i><b style="left:${at(stat.estimate)}"></b>
  </div>`;
}

function section(stat: StatResult, draw: Draw): Markup {
  const words = headline(stat);
  const charts = chartsOf(stat).map(draw);
  const tables = tablesOf(stat);
  return html`<section class="stat" id="${stat.slug}" aria-labelledby="${stat.slug}-title">
    <h2 id="${stat.slug}-title">${stat.title}</h2>
    <p class="question">${stat.question}</p>
    <p class="answer"><strong>${words.figure}</strong> <span class="range">${words.interval}</span></p>
    <p>${words.sentence} ${leftOut(stat)}${stat.bounds === undefined ? null : html` ${sentence(stat.bounds.why)}`}</p>
    ${charts.map((chart) => plot(chart, stat))} ${published(stat.benchmarks)}
    ${
      stat.warnings.length === 0
        ? null
        : html`<ul class="care" aria-label="Before you quote it">
            ${stat.warnings.map((warning) => html`<li>${sentence(warning.text)}</li>`)}
          </ul>`
    }
    ${
      tables.length === 0
        ? null
        : html`<details>
            <summary>The numbers behind it (${tables.length} ${tables.length === 1 ? 'table' : 'tables'})</summary>
            ${tables.map(renderTable)}
          </details>`
    }
  </section>`;
}

function plot(chart: Chart, stat: StatResult): Markup {
  return html`<figure role="img" aria-label="${chart.title}. ${chart.alt}">
    <figcaption>${chart.title}</figcaption>
    ${
      stat.id === 'B1'
        ? html`<ul class="legend" aria-hidden="true">
            ${ledgerLegend.map((entry) => html`<li><i style="background:${entry.color}"></i>${entry.label}</li>`)}
          </ul>`
        : null
    }
    <div class="wide">${trusted(chart.wide)}</div>
    <div class="narrow">${trusted(chart.narrow)}</div>
  </figure>`;
}

function published(benchmarks: readonly Benchmark[]): Markup | null {
  if (benchmarks.length === 0) return null;
  return html`<div class="published">
    <h3>What is published</h3>
    <ul>
      ${benchmarks.map((benchmark) => html`<li><span class="tag">${comparableText(benchmark)}</span>${benchmarkText(benchmark)}</li>`)}
    </ul>
  </div>`;
}

function renderTable(table: Table): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${table.title}">
    <table>
      <caption>
        ${table.title}
      </caption>
      <thead>
        <tr>
          ${table.columns.map((column) => html`<th scope="col" ${column.numeric ? trusted(' class="n"') : null}>${column.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${table.rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) => renderCell(cell, table.columns[index]?.numeric === true, index === 0))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function renderCell(cell: Cell, numeric: boolean, first: boolean): Markup {
  const tint =
    cell.tint === undefined || cell.tint === 0 ? null : html` style="background:rgba(20,122,116,${(cell.tint * 0.45).toFixed(3)})"`;
  if (first && !numeric) return html`<th scope="row">${cell.text}</th>`;
  return html`<td${numeric ? trusted(' class="n"') : null}${tint}>${cell.text}</td>`;
}

function notMeasured(stats: readonly StatResult[]): Markup {
  return html`<section class="stat" aria-labelledby="not-measured">
    <h2 id="not-measured">Not measured</h2>
    <p class="question">What the data can't answer yet, and what it would take.</p>
    ${stats.map((stat) => html`<p class="missing" id="${stat.slug}"><strong>${stat.title}.</strong> It ${stat.notMeasured}.</p>`)}
  </section>`;
}

function definitions(all: readonly Definition[]): Markup {
  return html`<section class="stat" aria-labelledby="definitions">
    <h2 id="definitions">What the words mean</h2>
    <details>
      <summary>Definitions of all figures</summary>
      <dl>
        ${all.map(
          (each) =>
            html`<dt>${each.title} (${each.id}, version ${each.version})</dt>
              <dd>
                Of: ${sentence(each.population)} Measured against: ${sentence(each.denominator)} Open cases: ${sentence(each.censoring)}
              </dd>`,
        )}
      </dl>
    </details>
  </section>`;
}
