// Networks of integers.

export type { ConstantInput } from "../quantize/calibration.ts";
export {
  CALIBRATION_STEPS,
  calibrationOf,
  type DatasetCalibration,
} from "../quantize/calibration-data.ts";
export type { InputCounts } from "../quantize/input-map.ts";
export { type IntegerModel, readIntegerModel, writeIntegerModel } from "../quantize/integer-file.ts";
export type { IntegerPrecision } from "../quantize/precisions.ts";
export { type Quantized, type QuantizeOptions, quantize } from "../quantize/quantize.ts";
export type { LayerReport, QuantizationReport } from "../quantize/report.ts";
