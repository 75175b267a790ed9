import type { InspectOptions } from "../commands/inspect.ts";
import type { Io } from "../io.ts";
import { inspectFile } from "./inspect/inspect-file.ts";

/** Says what is in a file. */
export async function inspect(io: Io, file: string, { config, json }: InspectOptions): Promise<void> {
  const finding = await inspectFile(io, file, config);
  if (json) io.print(JSON.stringify(finding.json));
  else io.print(finding.text(io.colour));
}
