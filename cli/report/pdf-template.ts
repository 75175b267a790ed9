// The layout of the PDF in Typst. It reads everything from files that `pdf.ts` gives it: no text of a user's is ever markup.

import { COLOURS } from "../../format/colours.ts";

export const TEMPLATE = `
#let report = json("/document.json")
#let colours = (good: rgb("${COLOURS.good.light}"), doubtful: rgb("${COLOURS.doubtful.light}"), bad: rgb("${COLOURS.bad.light}"), quiet: rgb("${COLOURS.quiet.light}"))
#let grounds = (good: rgb("${COLOURS.goodGround.light}"), doubtful: rgb("${COLOURS.doubtfulGround.light}"), bad: rgb("${COLOURS.badGround.light}"), quiet: rgb("${COLOURS.raised.light}"))
#let quiet = colours.quiet
#let line-colour = rgb("${COLOURS.line.light}")
#let mono(body, size: 0.88em) = text(font: "DejaVu Sans Mono", size: size, body)

#set document(title: report.title, date: none)
#set page(
  paper: "a4",
  margin: (x: 17mm, top: 20mm, bottom: 18mm),
  header: context if here().page() > 1 {
    set text(size: 7.5pt, fill: quiet)
    block(below: 4pt, report.title)
    line(length: 100%, stroke: 0.4pt + line-colour)
  },
  footer: context {
    set text(size: 7.5pt, fill: quiet)
    grid(columns: (1fr, auto), report.tool, [#counter(page).display() / #counter(page).final().first()])
  },
)
#set text(font: ("Arimo", "DejaVu Sans Mono"), size: 9.2pt, fill: rgb("${COLOURS.ink.light}"), lang: "en", hyphenate: false)
#set par(leading: 0.55em, spacing: 0.85em)
#show heading.where(level: 1): it => block(above: 0pt, below: 10pt, text(size: 20pt, weight: "bold", it.body))
#show heading.where(level: 2): it => block(above: 9pt, below: 10pt, sticky: true, text(size: 13.5pt, weight: "bold", it.body))
#set table(stroke: (x, y) => (bottom: 0.4pt + line-colour), inset: (x: 3.2pt, y: 2.6pt))
#show figure: set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: it => block(width: 100%, below: 4pt, sticky: true, align(left, text(size: 8.2pt, weight: "bold", it.body)))

#let cell-of(cell) = {
  let body = if cell.code { mono(cell.text) } else { cell.text }
  if cell.level == none { body } else { text(fill: colours.at(cell.level), body) }
}

#let table-of(t) = {
  set text(size: if t.columns.len() > 9 { 6.6pt } else { 7.5pt })
  set par(leading: 0.4em)
  figure(
    kind: table,
    supplement: none,
    numbering: none,
    caption: t.caption,
    align(left, table(
      columns: t.columns.map(c => c.weight * 1fr),
      align: t.columns.map(c => if c.right { right } else { left }),
      table.header(repeat: true, ..t.columns.map(c => text(fill: quiet, weight: "bold", c.title))),
      ..t.rows.flatten().map(cell-of),
    )),
  )
  if t.note != none { text(size: 7.5pt, fill: quiet, t.note) }
}

#let block-of(b) = {
  if b.kind == "text" { par(b.text) }
  else if b.kind == "missing" {
    block(fill: grounds.quiet, stroke: (left: 2.5pt + line-colour), inset: (x: 8pt, y: 6pt), width: 100%)[#b.text #text(fill: quiet, b.how)]
  } else if b.kind == "badge" {
    block(fill: grounds.at(b.level), stroke: (left: 3.5pt + colours.at(b.level)), inset: (x: 10pt, y: 9pt), width: 100%)[
      #text(size: 15pt, weight: "bold", fill: colours.at(b.level), b.text) #h(6pt) #b.detail
    ]
  } else if b.kind == "facts" {
    v(2pt)
    grid(
      columns: b.items.map(_ => 1fr),
      column-gutter: 6pt,
      inset: 7pt,
      fill: grounds.quiet,
      stroke: 0.4pt + line-colour,
      ..b.items.map(item => [
        #set par(spacing: 0.6em)
        #text(size: 7.5pt, fill: quiet, item.label)

        #text(size: 13pt, weight: "bold", fill: if item.level == none { rgb("${COLOURS.ink.light}") } else { colours.at(item.level) }, item.value) #text(size: 8.5pt, item.unit)

        #text(size: 7pt, fill: quiet, item.detail)
      ]),
    )
    v(2pt)
  } else if b.kind == "code" {
    block(fill: grounds.quiet, stroke: 0.4pt + line-colour, radius: 3pt, inset: 7pt, width: 100%, {
      set par(leading: 0.6em, justify: false, hanging-indent: 1.2em)
      for l in b.lines { par(mono(l, size: 7.4pt)) }
    })
  } else if b.kind == "table" { table-of(b) }
  else if b.kind == "figure" {
    block(breakable: false, width: 100%, above: 12pt, below: 10pt, {
      align(center, image(b.file, alt: b.alt, width: calc.min(b.widthPt, 498) * 1pt))
      text(size: 7.8pt, fill: quiet, b.caption)
    })
    if b.data != none { table-of(b.data) }
  }
}

= #report.title
#for fact in report.facts { text(fill: quiet, fact); linebreak() }
#v(4pt)

#for (i, section) in report.sections.enumerate() {
  v(9pt, weak: true)
  line(length: 100%, stroke: 0.4pt + line-colour)
  block(above: 8pt, below: 5pt, sticky: true, text(size: 8pt, fill: quiet, section.question))
  [== #(i + 1). #section.title]
  block(above: 10pt, below: 10pt, sticky: true, text(size: 9.8pt, section.takeaway))
  for b in section.blocks { block-of(b) }
}
#pdf.attach("/report.json", relationship: "data", mime-type: "application/json", description: "All numbers of this report")
`;
