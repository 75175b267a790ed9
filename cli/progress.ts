import type { Io } from "./io.ts";

const PROGRESS_AFTER_MS = 1000;
const PROGRESS_EVERY_MS = 100;

/** Says how far a run is, once it has taken a second. A second round of steps starts the clock again. */
export function progressOf(io: Io): (done: number, total: number) => void {
  let started = performance.now();
  let next = started + PROGRESS_AFTER_MS;
  let before = 0;
  return (done, total) => {
    const now = performance.now();
    if (done < before) started = now;
    before = done;
    if (now < next) return;
    next = now + PROGRESS_EVERY_MS;
    const left = ((now - started) / done) * (total - done);
    io.progress(`step ${done} of ${total}, ${(left / 1000).toFixed(0)} s left`);
  };
}

const BAR_WIDTH = 20;

/**
 * A bar and the time left of a run, shown as often as eyes can follow.
 * @param before what of it was done before the run began
 * @returns shows that `done` of `total` is done; `news` stands between
 */
export function barOf(io: Io, before = 0): (done: number, total: number, news: string) => void {
  const started = performance.now();
  let next = started;
  return (done, total, news) => {
    const now = performance.now();
    if (now < next) return;
    next = now + PROGRESS_EVERY_MS;
    const filled = Math.floor((BAR_WIDTH * done) / total);
    const bar = "#".repeat(filled).padEnd(BAR_WIDTH, ".");
    const left = done === before ? "" : `, ${timeLeft(((now - started) / (done - before)) * (total - done))}`;
    io.progress(`[${bar}] ${Math.floor((100 * done) / total)} %, ${news}${left}`);
  };
}

function timeLeft(ms: number): string {
  return ms < 90_000 ? `${(ms / 1000).toFixed(0)} s left` : `${(ms / 60_000).toFixed(0)} min left`;
}
