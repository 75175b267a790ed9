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
