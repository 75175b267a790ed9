// What all our HTML pages share, the report's, the explorer's and the documents': the head, the policy, the base of the style sheet.

import { xmlText } from "../bindings/record/formats/xml.ts";
import { COLOURS } from "./colours.ts";

export interface Head {
  title: string;
  /** The content security policy; none for a page that is several files, whose addresses nobody knows beforehand. */
  policy?: string;
  /** Style and script: HTML. */
  rest: string;
}

export function headHtml({ title, policy, rest }: Head): string {
  const security =
    policy === undefined ? "" : `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`;
  return `<head>
<meta charset="utf-8">
${security}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${xmlText(title)}</title>
${rest}
</head>`;
}

/**
 * The policy of a page that loads nothing: its one style sheet and, where it has one, its one script are allowed by their SHA-256 in
 * base64. The script may compile WebAssembly; no text ever becomes a program.
 */
export function contentPolicy({ style, script }: { style: string; script?: string }): string {
  return [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src 'sha256-${script}' 'wasm-unsafe-eval'`]),
    `style-src 'sha256-${style}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

const PROPERTIES = Object.entries(COLOURS).map(([name, { light, dark }]) => {
  const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${property}:light-dark(${light},${dark});`;
});

/** Colours and letters as custom properties, `--on-accent` for `onAccent`, and rules that hold everywhere. Paper is white. */
export const BASE_STYLE = `:root{color-scheme:light dark;${PROPERTIES.join("")}\
--sans:Helvetica,Arial,system-ui,sans-serif;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;\
color:var(--ink);background:var(--ground)}
@media print{:root{color-scheme:light}}
*{box-sizing:border-box}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
`;
