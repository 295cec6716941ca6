import type { Explanation } from '../sync/explain.ts';
import { html, trusted, type Markup } from './markup.ts';
import { style } from './style.ts';

const storyStyle = `
ol.story{list-style:none;margin:18px 0;padding:0;border-left:3px solid var(--line)}
ol.story li{position:relative;padding:0 0 16px 22px}
ol.story li::before{content:"";position:absolute;left:-7.5px;top:7px;width:12px;height:12px;border-radius:50%;background:var(--card);border:3px solid var(--soft)}
ol.story li.marketing::before{border-color:var(--good)}
ol.story li.sales::before{border-color:var(--accent)}
ol.story li.truce::before{border-color:var(--bad);background:var(--bad)}
ol.story time{display:block;color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}
ol.story .why{color:var(--soft);font-size:14.5px;margin:2px 0 0}`;

/** One person's story as a page that opens anywhere: no script, no request, everything escaped. */
export function renderStory(told: Explanation, who: string): string {
  const { name, campaign, owner, records, bases, quarantine, frozen, origins, story } = told;
  const title = name ?? who;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}: what happened</title>
        <style>
          ${trusted(style + storyStyle)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">One person, both CRMs</p>
          <h1>${title}</h1>
          <p class="lead">
            ${campaign === null ? null : html`Campaign: ${campaign}. `}${owner === null ? null : html`Owner: ${owner}.`}
          </p>
        </header>
        <main>
          <section class="stat">
            <h2>Where this person is kept</h2>
            <ul>
              ${records.map((record) => html`<li>${record.side}, ${record.object} ${link(record.url, record.id)}</li>`)}
              ${bases.map(
                (base) =>
                  html`<li>
                    Both agree on ${base.field}: ${base.rung ?? String(base.marketing)} (${instant(base.at)})${base.held === null ? null : html`, not written to ${base.held}`}
                  </li>`,
              )}
              ${quarantine.map((entry) => html`<li>Held back: ${entry.cause} ${entry.fix}</li>`)}
              ${frozen.length === 0 ? null : html`<li>Held by an undo: ${frozen.join(', ')}</li>`}
            </ul>
          </section>
          <section class="stat">
            <h2>What happened</h2>
            ${story.length === 0 ? html`<p>Nothing was recorded.</p>` : null}
            <ol class="story">
              ${story.map(
                (line) =>
                  html`<li class="${line.where}">
                    <time datetime="${new Date(line.at).toISOString()}">${line.dayOnly ? instant(line.at).slice(0, 10) : instant(line.at)}, ${line.where}</time>
                    ${line.text}${line.why === null ? null : html`<p class="why">${line.why}</p>`}
                  </li>`,
              )}
            </ol>
          </section>
          ${origins.map(
            (origin) =>
              html`<section class="stat">
                <h2>Where the deal ${origin.dealId} came from</h2>
                <p>${origin.campaign ?? 'No campaign that can be named'}${origin.rule === null ? null : html`, by the rule ${origin.rule}`}.</p>
                <ul>
                  ${origin.chain.map((step) => html`<li>${step}</li>`)}
                </ul>
                ${origin.differs === null ? null : html`<p class="question">${origin.differs}</p>`}
              </section>`,
          )}
        </main>
        <footer><p>Made by Truce from what was pulled out of both CRMs. Times are UTC.</p></footer>
      </body>
    </html> `.markup;
}

/** Deep links come from the account's own address; anything that is no https or loopback address stays text. */
function link(url: string | null, text: string): Markup {
  if (url === null || !/^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url)) return html`${text}`;
  return html`<a href="${url}">${text}</a>`;
}

function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
