/** The page's style: no external font, no image; prints as it reads. */
export const style: string = `
:root{--paper:#fbfaf6;--card:#fff;--ink:#23241f;--soft:#625f55;--line:#e4e0d4;--good:#147a74;--bad:#b4512d;--accent:#3d4f8f}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
.kicker{margin:0;color:var(--good);font-weight:600;letter-spacing:.04em;text-transform:uppercase;font-size:13px}
h1{font-size:clamp(26px,4.4vw,40px);line-height:1.15;margin:6px 0 10px;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:24px;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em}
h3{font-size:16px;margin:26px 0 4px}
p{margin:8px 0}
.lead{color:var(--soft);max-width:70ch}
.front{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:14px;margin:26px 0 34px;padding:0;list-style:none}
.figure{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px;display:flex;flex-direction:column}
.figure a{color:inherit;text-decoration:none;font-weight:600}
.figure a:hover,.figure a:focus-visible{text-decoration:underline}
.figure .number{font-size:34px;line-height:1.1;font-weight:650;letter-spacing:-.02em;margin:8px 0 2px;font-variant-numeric:tabular-nums}
.figure .none{font-size:20px;color:var(--soft);font-weight:500}
.figure .range{color:var(--soft);font-size:14px;font-variant-numeric:tabular-nums}
.figure .of{color:var(--soft);font-size:13.5px;line-height:1.4;margin:8px 0 0}
.strip{position:relative;height:6px;border-radius:3px;background:#ece8dc;margin:8px 0 0}
.strip i{position:absolute;top:0;bottom:0;border-radius:3px;background:#9fcac4}
.strip b{position:absolute;top:-3px;width:3px;height:12px;border-radius:2px;background:var(--good)}
nav ol{columns:2;column-gap:32px;padding-left:20px;margin:0 0 30px;max-width:760px}
nav a{color:var(--accent)}
section.stat{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:24px 26px;margin:0 0 22px}
.question{color:var(--soft);margin:0 0 14px}
.answer{font-size:18px;margin:0 0 6px}
.answer strong{font-size:26px;letter-spacing:-.01em}
.answer .range{color:var(--soft);font-size:16px}
.missing{border-left:4px solid var(--line);padding:4px 14px;color:var(--soft)}
figure{margin:18px 0 8px}
figcaption{font-weight:600;margin-bottom:4px}
figure svg{display:block;width:100%;height:auto;max-width:760px}
.narrow{display:none}
.narrow svg{max-width:330px}
.legend{display:flex;flex-wrap:wrap;gap:4px 14px;padding:0;margin:6px 0 8px;list-style:none;font-size:13px;color:var(--soft)}
.legend i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:5px;vertical-align:-1px;border:1px solid #0002}
.published{background:#f6f4ec;border-radius:10px;padding:10px 16px 12px;margin:16px 0 4px;font-size:14.5px}
.published h3{margin:0 0 2px;font-size:14.5px}
.published ul{margin:4px 0 0;padding-left:18px}
.tag{display:inline-block;font-size:11.5px;font-weight:600;letter-spacing:.02em;border:1px solid #cfc9b8;border-radius:99px;padding:0 8px;margin-right:6px;color:var(--soft);background:#fff;white-space:nowrap}
.care{margin:14px 0 4px;padding:0;list-style:none;font-size:14.5px}
.care li{border-left:3px solid #e0b93f;padding:1px 12px;margin:6px 0}
details{margin:10px 0;border-top:1px solid var(--line);padding-top:8px}
summary{cursor:pointer;font-weight:600;color:var(--accent)}
summary:focus-visible,a:focus-visible{outline:3px solid #9fb0e8;outline-offset:2px;border-radius:4px}
.scroll{overflow-x:auto;margin:8px 0 14px}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;min-width:100%}
caption{text-align:left;font-weight:600;padding:6px 0}
th,td{padding:5px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;white-space:nowrap}
td:first-child,th:first-child{white-space:normal;min-width:10em;max-width:22em;overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;vertical-align:bottom}
td.n,th.n{text-align:right}
dl{font-size:14.5px}
dt{font-weight:600;margin-top:12px}
dd{margin:2px 0 0;color:var(--soft)}
footer{color:var(--soft);font-size:13.5px;padding-top:8px;padding-bottom:48px}
@media (max-width:640px){main,header,footer{padding-left:14px;padding-right:14px}section.stat{padding:18px 16px}.wide{display:none}.narrow{display:block}nav ol{columns:1}h2{font-size:21px}}
@media print{body{background:#fff;font-size:11pt}section.stat,.figure{break-inside:avoid;border-color:#ccc}nav{display:none}details>*{display:block}}
`;
