// Currents of a made device, with the integral in closed form: the yardstick of every fake instrument.

export interface Segment {
  seconds: number;
  amperes: number;
  /** A sine on top of it. */
  ripple?: { amperes: number; hertz: number };
}

export interface Current {
  /** Amperes at a time since the start, in seconds. */
  at(seconds: number): number;
  /** Coulombs from one time to another. */
  charge(from: number, to: number): number;
  /** Length of the pattern before it repeats. */
  periodSeconds: number;
}

/** The segments one after the other, again and again. */
export function repeating(segments: readonly Segment[]): Current {
  const starts: number[] = [];
  const charges: number[] = [];
  let periodSeconds = 0;
  let periodCharge = 0;
  for (const segment of segments) {
    starts.push(periodSeconds);
    charges.push(periodCharge);
    periodSeconds += segment.seconds;
    periodCharge += chargeWithin(segment, segment.seconds);
  }
  const find = (phase: number) => {
    let i = segments.length - 1;
    while (i > 0 && starts[i]! > phase) i--;
    return i;
  };
  const upTo = (seconds: number) => {
    const periods = Math.floor(seconds / periodSeconds);
    const phase = seconds - periods * periodSeconds;
    const i = find(phase);
    return periods * periodCharge + charges[i]! + chargeWithin(segments[i]!, phase - starts[i]!);
  };
  return {
    periodSeconds,
    at(seconds) {
      const phase = seconds % periodSeconds;
      const i = find(phase);
      const { amperes, ripple } = segments[i]!;
      if (ripple === undefined) return amperes;
      return amperes + ripple.amperes * Math.sin(2 * Math.PI * ripple.hertz * (phase - starts[i]!));
    },
    charge: (from, to) => upTo(to) - upTo(from),
  };
}

function chargeWithin({ amperes, ripple }: Segment, seconds: number): number {
  const steady = amperes * seconds;
  if (ripple === undefined) return steady;
  const omega = 2 * Math.PI * ripple.hertz;
  return steady + (ripple.amperes * (1 - Math.cos(omega * seconds))) / omega;
}
