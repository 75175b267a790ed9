// The style sheet of the HTML report: light and dark, phone, desk and paper.

import { BASE_STYLE } from "../../format/page.ts";
import { darkStyle } from "../chart/theme.ts";

/** Plots on paper keep their light colours whatever the screen is. */
const ON_DARK_SCREENS = "screen and (prefers-color-scheme:dark)";

export const STYLE = `
${BASE_STYLE}html{scroll-padding-top:12px}
body{margin:0 auto;padding:28px 24px 64px;max-width:1240px;font:15px/1.55 var(--sans);background:var(--ground);overflow-wrap:anywhere}
a{color:var(--accent)}
.skip{position:absolute;left:-10000px}
.skip:focus{left:24px;top:4px}
h1{margin:0 0 8px;font-size:27px;line-height:1.2;letter-spacing:-.01em}
h2{margin:0 0 6px;font-size:21px;line-height:1.25}
p{margin:0 0 12px;max-width:88ch}
header{padding-bottom:18px;border-bottom:1px solid var(--line);margin-bottom:24px}
header p{margin:0 0 4px;color:var(--quiet)}
.columns{display:grid;grid-template-columns:190px minmax(0,1fr);gap:40px}
nav{font-size:13.5px}
nav ol{position:sticky;top:16px;margin:0;padding:0;list-style:none}
nav a{display:block;padding:4px 0;color:var(--quiet);text-decoration:none}
nav a:hover,nav a:focus-visible{color:var(--accent);text-decoration:underline}
section{padding-bottom:30px;margin-bottom:30px;border-bottom:1px solid var(--line)}
section:last-child{border:0;margin:0}
.question{margin:0 0 2px;color:var(--quiet);font-size:13.5px}
.takeaway{font-size:16px;margin-bottom:18px}
.verdict{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 14px;max-width:none;padding:14px 18px;border-radius:8px;border-left:5px solid currentColor}
.verdict strong{font-size:22px;letter-spacing:.02em}
.verdict span{color:var(--ink)}
.verdict.good{background:var(--good-ground)}
.verdict.doubtful{background:var(--doubtful-ground)}
.verdict.bad{background:var(--bad-ground)}
.good{color:var(--good)}.doubtful{color:var(--doubtful)}.bad{color:var(--bad)}.quiet{color:var(--quiet)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 20px}
.facts div{padding:12px 14px;background:var(--raised);border:1px solid var(--line);border-radius:8px}
.facts dt{color:var(--quiet);font-size:13px}
.facts dd{margin:2px 0 0;font-size:15px}
.facts b{font-size:23px;font-weight:600;font-variant-numeric:tabular-nums}
.facts small{display:block;color:var(--quiet);font-size:12.5px}
.missing{padding:10px 14px;background:var(--raised);border-left:4px solid var(--line)}
.missing span{color:var(--quiet)}
figure{margin:0 0 26px}
.plot{overflow-x:auto;border:1px solid var(--line);border-radius:8px;background:var(--ground)}
.plot svg{display:block;max-width:100%;min-width:450px;height:auto;margin:0 auto}
figcaption{margin:8px 0 4px;color:var(--quiet);font-size:13.5px;max-width:92ch}
details{font-size:14px}
summary{cursor:pointer;color:var(--accent);width:fit-content;padding:2px 0}
.scroll{overflow-x:auto;margin:0 0 14px}
table{border-collapse:collapse;font-size:13px;line-height:1.4;min-width:100%}
caption{text-align:left;font-weight:600;padding:6px 0;font-size:14px}
th,td{padding:5px 10px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:break-word;max-width:46ch}
td:last-child,th:last-child{padding-right:0}
td:first-child{min-width:13ch}
th{color:var(--quiet);font-weight:600;white-space:nowrap}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.number+td:not(.number),.number+th:not(.number){padding-left:10px}
.note{color:var(--quiet);font-size:13px;margin-top:-6px}
code{font:12.5px/1.5 var(--mono)}
pre{margin:0 0 16px;padding:12px 14px;overflow-x:auto;background:var(--raised);border:1px solid var(--line);border-radius:8px}
@media (max-width:860px){
body{padding:18px 16px 48px}
h1{font-size:23px}h2{font-size:19px}
.columns{display:block}
nav{margin-bottom:24px}
nav ol{position:static;columns:2;column-gap:16px}
.facts{grid-template-columns:1fr 1fr}
}
@media print{
body{max-width:none;padding:0;font-size:11px}
nav,.skip,summary{display:none}
.columns{display:block}
.plot svg{min-width:0}
figure,.facts,.verdict{break-inside:avoid}
h2{break-after:avoid}
}
${darkStyle(ON_DARK_SCREENS)}
`;
