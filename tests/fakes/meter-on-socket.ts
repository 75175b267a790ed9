// A meter of text lines behind a Unix socket, in real time: a line when its time has come, for every connection from the start.

import { createServer } from "node:net";
import { type FakeMeterOptions, meterText } from "./text-meter.ts";

const TICK_MS = 5;

/** Listens at `path`, measures for `seconds`; returns how to end it. */
export async function meterOnSocket(
  path: string,
  options: FakeMeterOptions,
  seconds: number,
): Promise<() => Promise<void>> {
  const lines = meterText(options, seconds).split("\n").slice(0, -1);
  const header = lines.filter((line) => !/^(E,)?\d/.test(line));
  const readings = lines.filter((line) => /^(E,)?\d/.test(line));
  const secondsOf = (line: string) => Number(line.replace(/^E,/, "").split(",")[0]) / 1e6;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(`${header.join("\n")}\n`);
    const started = performance.now();
    let at = 0;
    const timer = setInterval(() => {
      const now = (performance.now() - started) / 1000;
      const from = at;
      while (at < readings.length && secondsOf(readings[at]!) <= now) at++;
      if (at > from) socket.write(`${readings.slice(from, at).join("\n")}\n`);
    }, TICK_MS);
    socket.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((settle) => server.listen(path, settle));
  return () => new Promise((settle) => server.close(() => settle()));
}
