// The command lines that print what the page shows.

import type { Choices } from "./choices.ts";

type Files = { name: string; config: string | null };

/** The chosen board at the chosen point. */
export function choiceCommand(files: Files, choices: Choices): string {
  const { platform, point, precision, sparsity, rateHz, batteryMah, batteryV } = choices;
  const battery = batteryMah === null ? [] : [`--battery-mah ${batteryMah}`, `--battery-v ${batteryV}`];
  return line(files, [
    `--platform ${platform}`,
    `--point ${point}`,
    `--precision ${precision}`,
    `--sparsity ${sparsity}`,
    `--rate-hz ${rateHz}`,
    ...battery,
    "--verbose",
  ]);
}

/** All boards. */
export function boardsCommand(files: Files, { precision, sparsity, rateHz }: Choices): string {
  return line(files, [
    "--platform all",
    `--precision ${precision}`,
    `--sparsity ${sparsity}`,
    `--rate-hz ${rateHz}`,
  ]);
}

/** All combinations of number format and sparsity. */
export function combinationsCommand(
  files: Files,
  { platform, point, rateHz, scope }: Choices,
  precisions: readonly string[],
  sparsities: readonly number[],
): string {
  return line(files, [
    ...(scope === "all" ? ["--platform all"] : [`--platform ${platform}`, `--point ${point}`]),
    `--precision ${precisions.length === 4 ? "all" : precisions.join(",")}`,
    `--sparsity ${sparsities.join(",")}`,
    `--rate-hz ${rateHz}`,
  ]);
}

function line({ name, config }: Files, options: readonly string[]): string {
  const files = [quoted(name), ...(config === null ? [] : [`--config ${quoted(config)}`])];
  return ["liquid-edge estimate", ...files, ...options].join(" ");
}

/** A file's name as a POSIX shell takes it for one word, and the command for no option. */
function quoted(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
