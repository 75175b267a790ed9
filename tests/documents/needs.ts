// What a command needs that a machine of CI has not. Such a command is parsed and not run, and so is one that reads what it would
// have written.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { missing } from "../../scripts/tools.ts";
import { noSharedData } from "../data/shared-data.ts";
import { FULL } from "../firmware/full.ts";
import type { Folder } from "./folder.ts";
import { ourArguments } from "./known-commands.ts";
import { type SimpleCommand, simpleCommands } from "./shell.ts";
import type { Visit } from "./visit.ts";

const FIRMWARE = ["wasm2c", "make", "arm-none-eabi-gcc"];
/** Programs beside Node, by the beginning of the arguments. */
const TOOLS: readonly [RegExp, ...string[]][] = [
  [/^(board (run|build)|crosscheck) .*(rp2040|nrf|stm32)/, ...FIRMWARE],
  [/^(board (run|build)|crosscheck|benchmark .*--hardware)/, ...FIRMWARE, "qemu-system-arm"],
  [/^export /, "wasm2c"],
  [/^sweep .*redis:/, "redis-server"],
];

export const HARDWARE = "it needs a board or an instrument";

/** Why the commands of a line are not run here; null when they are. `absent` holds what was not written for such a reason. */
export function reasonNotToRun(line: string, { block, folder, absent }: Visit): string | null {
  const background = /&\s*$/.test(line);
  for (const { words } of simpleCommands(line)) {
    const lacking = words.find((word) => absent.has(word.split("/")[0]!));
    if (lacking !== undefined) return `it needs ${lacking}, which was not made`;
    const reason = reasonOf(words, folder, background, block.language === "console");
    if (reason !== null) return reason;
  }
  return null;
}

function reasonOf(
  words: readonly string[],
  folder: Folder,
  background: boolean,
  shown: boolean,
): string | null {
  if (["npm", "pip", "sudo", "apt-get", "curl"].includes(words[0]!))
    return "it installs, publishes or runs scripts of a project";
  const args = ourArguments(words);
  if (args === null) return words[0] === "npx" ? "it runs this project's own scripts" : null;
  const line = args.join(" ");
  if (isHardware(args, folder)) return HARDWARE;
  const stays = /^(explore(?!.* (--out|-o) )|sweep worker(?!.* --until-empty))/.test(line);
  if (stays && !background) return "it goes on until somebody stops it";
  if (args.includes("--resume")) return "it goes on where an accident left off";
  if (args.some((word) => leadsToData(word, folder))) {
    if (args[0] === "sweep" && !shown)
      return "it trains hundreds of networks, whose results no page shows here";
    if (!FULL || noSharedData()) return "it needs the real data sets and LIQUID_EDGE_FULL=1";
  }
  const [, ...tools] = TOOLS.find(([pattern]) => pattern.test(line)) ?? [null];
  return tools.length > 0 && missing(...tools) ? `it needs ${tools.join(", ")}` : null;
}

function isHardware(args: readonly string[], folder: Folder): boolean {
  if (args[0] === "board" && ["flash", "setup", "verify"].includes(args[1]!) && !args.includes("--dry-run"))
    return true;
  const board = args[args.indexOf("--board") + 1]!;
  if (
    args[0] === "board" &&
    args[1] === "run" &&
    !/^qemu-|^rp2040js$/.test(board) &&
    !args.includes("--emulated")
  )
    return true;
  return args.some(
    (word) =>
      /^(\/dev\/|COM\d|tcp:|unix:)/.test(word) ||
      /^ *(- |\{ )?port: /m.test(textOf(word, folder, /\.ya?ml$/)),
  );
}

/** Whether an argument is a folder of the real data, or a file that names one. */
function leadsToData(word: string, folder: Folder): boolean {
  const named = (text: string) => /(^|\/|\s)\.\.\/data\/|shared\/data\//.test(text);
  return named(word) || named(textOf(word, folder, /\.(ya?ml|json)$/));
}

function textOf(word: string, folder: Folder, kind: RegExp): string {
  const path = join(folder.path, word);
  return kind.test(word) && existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : "";
}

/** Files and folders that the commands of a line write, as far as their options name them. */
export function writtenBy(line: string): string[] {
  return simpleCommands(line).flatMap(written);
}

function written({ words, redirected }: SimpleCommand): string[] {
  const files = words.flatMap((word, i) =>
    ["--out", "-o", "--plot", "--pdf", "--junit", "--history", "--save"].includes(word)
      ? [words[i + 1] ?? ""]
      : [],
  );
  return [...files, ...redirected].filter((name) => name !== "");
}
