// The rules that pages are held to, on pages that break them.

import { describe, expect, it } from "vitest";
import { type Page, parsePage, withTexts } from "./markdown.ts";
import { typeErrors } from "./programs.ts";
import { visitPage } from "./session.ts";
import { commandLines, simpleCommands } from "./shell.ts";

/** A page with one block, below a paragraph. */
function pageOf(language: string, text: string, lead = "As follows:"): Page {
  return parsePage("docs/made.md", `# Made\n\n${lead}\n\n\`\`\`${language}\n${text}\n\`\`\`\n`);
}

describe("a block is wrong", () => {
  it.each([
    ["without a language", "", "a", "no rule for a block of no language"],
    ["in a language without a rule", "haskell", "a", "no rule for a block of haskell"],
    ["with an option that is none", "sh", "npx liquid-edge estimate a --platfrom all", "unknown option"],
    ["with a subcommand that is none", "sh", "npx liquid-edge board paint", "unknown command 'paint'"],
    ["without an option that is needed", "sh", "npx liquid-edge run a", "required option '-i, --input"],
    ["without an argument that is needed", "sh", "npx liquid-edge profile", "missing required argument"],
    ["with a value that no board has", "sh", "npx liquid-edge boards nrf9", "exit code 2"],
    ["with a script that package.json lacks", "sh", "npm run biuld", "package.json has no script biuld"],
    ["with a script that is not there", "sh", "npx tsx scripts/none.ts", "there is no scripts/none.ts"],
    ["with a command of nobody", "sh", "liquidedge run a", "no command liquidedge is known here"],
    [
      "that fails and does not say so",
      "console",
      "$ npx liquid-edge boards nrf9",
      'which no "$ echo $?" shows',
    ],
    ["of a console without a command", "console", "41 ms", 'expected "$ " and a command'],
    ["with a figure that nothing prints", "text", "an inference: 41 µJ", 'nothing prints "1 µJ"'],
    [
      "with the output of a board that no test compares",
      "console",
      "$ npx liquid-edge board run net.safetensors --board nrf52840\n41 ms",
      "no test names docs/made.md",
    ],
    ["with a command in a drawing", "text", "$ npx liquid-edge boards", "a drawing has no commands"],
    ["that throws", "ts", 'throw new Error("no");', "the program: exit code 1"],
    [
      "of a test that fails",
      "ts",
      'import { it } from "vitest";\nit("", () => { throw 1; });',
      "exit code 1",
    ],
    [
      "of a page that imports what is not there",
      "html",
      '<script type="module">import { Nothing } from "./node_modules/liquid-edge/dist/browser/core.js"; Nothing();</script>',
      "No matching export",
    ],
    ["that Python cannot parse", "python", "def f(:", "SyntaxError"],
    ["of a file that no reader knows", "json", '{ "nobody": 1 }', "no reader has the fields nobody"],
    ["of a suite without models", "yaml", "name: a\nmodels: []\nplatforms: [nrf52840]", '"models" expected'],
    ["of a platform that is none", "json", '{ "operatingPoints": [] }', "expected"],
    ["of a workflow without steps", "yaml", "on: push\njobs: { a: { runs-on: x } }", 'expected "uses", or'],
    [
      "of a workflow with an input that ours lacks",
      "yaml",
      "on: push\njobs: { a: { uses: O/l/.github/workflows/performance-gate.yml@v1, with: { b: 1 } } }",
      "has no input b",
    ],
  ])("%s", async (_, language, text, problem) => {
    const { problems } = await visitPage(pageOf(language, text));
    expect(problems.join("\n")).toContain(problem);
    expect(problems.join("\n")).toMatch(/^docs\/made\.md:5: /);
  });

  it("with another type than the package declares", () => {
    const { blocks } = pageOf(
      "ts",
      'import { Network } from "liquid-edge";\nNetwork.load(1);\nexport const a: string = 1;',
    );
    const errors = typeErrors(blocks).join("\n");
    expect(errors).toMatch(/^docs\/made\.md:7:.*\n(.*\n)*docs\/made\.md:8:.*'number' is not assignable/);
  });

  it("where it is not what it says to show", async () => {
    const { current } = await visitPage(
      pageOf("yaml", "boards: []", "See [the boards](../examples/hardware.yaml):"),
    );
    expect(current).toContain("board: qemu-m4f");
  });
});

describe("a session", () => {
  const page = parsePage(
    "docs/made.md",
    `A file \`space.yaml\`:

\`\`\`yaml
inputs: 2
outputs: 1
networks: [{ cell: gru, units: [4, 5] }]
platforms: [nrf52840]
\`\`\`

\`\`\`console
$ npx liquid-edge sweep space.yaml \\
    --out costs | head -1
3 networks costed; 3 results in costs/results.jsonl
$ test -f none
$ echo $?
0
\`\`\`

1. In a list:

   \`\`\`ts
   import { readFileSync } from "node:fs";
   console.log(readFileSync("costs/results.jsonl", "utf8").trim().split("\\n").length);
   \`\`\`

   \`\`\`text
   3
   \`\`\`
`,
  );

  it("goes on from block to block, and renews what is printed and nothing else", async () => {
    const { problems, current } = await visitPage(page);
    expect(problems).toEqual([]);
    expect(current).toBe(
      page.text
        .replace("3 networks costed; 3 results", "2 networks costed; 2 results")
        .replace("$ echo $?\n0", "$ echo $?\n1")
        .replace("   3\n", "   2\n"),
    );
  });

  it("stays where `cd` leads, and leaves out what a program would have written that cannot run", async () => {
    const text = `Save \`make.py\`:

\`\`\`python
import nobody_has_this
open("made.txt", "w").write("1")
\`\`\`

\`\`\`text
41 ms
\`\`\`

\`\`\`sh
python3 make.py
cat made.txt
mkdir below && cd below
cp ../in.json here
cd ..
cat below/here
\`\`\`
`;
    const { problems, skipped, current } = await visitPage(parsePage("docs/made.md", text));
    expect(problems).toEqual([]);
    expect(skipped).toEqual([
      "docs/made.md:3: the program: it needs nobody_has_this",
      "docs/made.md:12: python3 make.py: it needs make.py, which was not made",
      "docs/made.md:12: cat made.txt: it needs made.txt, which was not made",
    ]);
    expect(current).toBe(text);
  });

  it("runs nothing that needs hardware, data or an hour, and says why", async () => {
    const text = `npx liquid-edge board flash nrf52840
npx liquid-edge energy --port /dev/ttyACM0 --voltage 3
npx liquid-edge explore
npx liquid-edge sweep examples/sweeps/gesture.yaml --out gesture
npx liquid-edge compare gesture`;
    const { problems, skipped } = await visitPage(pageOf("sh", text));
    expect(problems).toEqual([]);
    expect(skipped.map((line) => line.replace(/.*: it /, ""))).toEqual([
      "needs a board or an instrument",
      "needs a board or an instrument",
      "goes on until somebody stops it",
      "trains hundreds of networks, whose results no page shows here",
      "needs gesture, which was not made",
    ]);
  });
});

it("puts other texts in blocks and leaves the rest alone", () => {
  const page = parsePage("a.md", "a\n\n  ```text\n  b\n\n  c\n  ```\nd `e\nf` ``g`h``\n");
  expect(page.blocks[0]).toMatchObject({ line: 3, text: "b\n\nc\n", indent: "  ", lead: "a" });
  expect(page.spans).toEqual([
    { line: 8, text: "e f" },
    { line: 9, text: "g`h" },
  ]);
  expect(withTexts(page, new Map())).toBe(page.text);
  expect(withTexts(page, new Map([[page.blocks[0]!, "x\n\ny\nz\n"]]))).toBe(
    page.text.replace("  b\n\n  c\n", "  x\n\n  y\n  z\n"),
  );
  const item = parsePage("a.md", "- ```sh\n  a\n  ```\n");
  expect(item.blocks[0]).toMatchObject({ language: "sh", text: "a\n" });
  expect(withTexts(item, new Map([[item.blocks[0]!, "b\n"]]))).toBe("- ```sh\n  b\n  ```\n");
  expect(() => parsePage("a.md", "```text\nb\n")).toThrow("a.md:1: the block has no end");
});

it("reads command lines as a shell does", () => {
  const words = (line: string) => simpleCommands(line).map((command) => command.words);
  expect(words(`A=1 npx liquid-edge run 'a b' "c\\"d" e\\ f # comment`)).toEqual([
    ["npx", "liquid-edge", "run", "a b", 'c"d', "e f"],
  ]);
  expect(words("a && b | c; d & e || f#g")).toEqual([["a"], ["b"], ["c"], ["d"], ["e"], ["f#g"]]);
  expect(simpleCommands("a > b 2>&1 2>> c")).toEqual([{ words: ["a"], redirected: ["b", "c"] }]);
  expect(() => simpleCommands("a 'b")).toThrow("expected closed quotes");
  expect(commandLines("# a\nb \\\n  c\n\nd")).toEqual(["b  c", "d"]);
});
