// Numbers as people read them, in tables of the command and in the explorer alike. The engine's own number formatting would
// load its language data, which takes longer than an estimate.

/** Three significant digits, thousands apart: 0.0123, 8.30, 85.2, 102, 20,300. */
export function digits(value: number, significant = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(significant)))));
  if (magnitude < -4) return value.toExponential(significant - 1);
  if (magnitude >= 15) return value.toExponential(significant - 1);
  const decimals = Math.max(0, significant - 1 - magnitude);
  return grouped(Number(value.toPrecision(significant)).toFixed(decimals));
}

/** A whole number with its thousands apart. */
export function whole(value: number): string {
  return grouped(value.toFixed(0));
}

/** A number that was given rather than estimated: at most six digits, none that say nothing. */
export function exact(value: number): string {
  return Math.abs(value) < 1e15 ? grouped(String(Number(value.toPrecision(6)))) : String(value);
}

/** 85.2–102 */
export function range({ min, max }: { min: number; max: number }): string {
  return `${digits(min)}–${digits(max)}`;
}

/** Bytes below 10,000, else kilobytes of 1,024. */
export function bytes(value: number): string {
  if (value < 10_000) return `${whole(value)} B`;
  return `${value % 1024 === 0 ? whole(value / 1024) : digits(value / 1024)} kB`;
}

/** 130 %, 25 %, 4.8 %, 0.3 %, <0.1 %, 0 % */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return "<0.1 %";
  return `${value !== 0 && value < 9.95 ? value.toFixed(1) : whole(value)} %`;
}

/** One thing, two things. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${whole(n)} ${n === 1 ? singular : plural}`;
}

function grouped(number: string): string {
  const [integer, fraction] = number.split(".");
  const separated = integer!.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** "neuron 3" or "neurons 3, 5". */
export function neuronList(neurons: readonly number[]): string {
  return neurons.length === 1 ? `neuron ${neurons[0]}` : `neurons ${neurons.join(", ")}`;
}
