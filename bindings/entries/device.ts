// A board over any link: uploads, inferences, MLPerf's protocol.

export type { Hello } from "../device/hello.ts";
export type { Link } from "../device/link.ts";
export { type DeviceInference, McuConnection } from "../device/mcu-connection.ts";
export { type MlperfInference, MlperfSession } from "../device/mlperf-session.ts";
