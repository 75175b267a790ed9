// y = a x^b by least squares of logarithms.

import { studentQuantile } from "../../bindings/statistics/distributions.ts";

export interface PowerLaw {
  exponent: number;
  /** 95 % interval of the exponent (Student). */
  min: number;
  max: number;
}

/** @throws RangeError for fewer than three points, or one that is not positive */
export function powerLaw(points: readonly { x: number; y: number }[]): PowerLaw {
  if (points.length < 3) throw new RangeError(`expected at least 3 points, found ${points.length}`);
  const logs = points.map(({ x, y }) => {
    if (!(x > 0 && y > 0)) throw new RangeError(`expected positive numbers, found ${x}, ${y}`);
    return [Math.log(x), Math.log(y)] as const;
  });
  const n = logs.length;
  const mean = (k: 0 | 1) => logs.reduce((sum, point) => sum + point[k], 0) / n;
  const [mx, my] = [mean(0), mean(1)];
  const sxx = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const exponent = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / sxx;
  const residual = logs.reduce((sum, [x, y]) => sum + (y - my - exponent * (x - mx)) ** 2, 0);
  const half = studentQuantile(0.05, n - 2) * Math.sqrt(residual / (n - 2) / sxx);
  return { exponent, min: exponent - half, max: exponent + half };
}
