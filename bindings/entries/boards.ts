// The built-in platforms, and the simulator that knows them by id. One alone: `liquid-edge/boards/<id>`.

export { builtinBoards, findBoard, parseBoardFile } from "../board/load.ts";
export { EnergySimulator, type EnergySimulatorOptions } from "../estimate/energy-simulator.ts";
