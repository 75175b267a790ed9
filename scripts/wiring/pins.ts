// Pins as the firmware's C sets them, and where the boards bring them out.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BOARDS = fileURLToPath(new URL("../../boards/", import.meta.url));

const RP2040 = "rp2040/port.c";
const NRF52840 = "nrf52840/port.c";
const STM32H743 = "stm32h743/port.c";
const METER = "meter/meter.c";
const METER_I2C = "meter/i2c.c";

/** Arduino header of the nRF52840 DK, pin of port 0: schematic of PCA10056. */
const NRF_HEADER: Record<string, string> = { "P0.03": "A0", "P0.04": "A1" };
/** Zio connector of the Nucleo-H743ZI2: ST UM2407. */
const ZIO: Record<string, string> = { PB0: "D33", PB1: "A3" };

/** What a board's firmware calls a pin, and where it is found on the board. */
export interface BoardPin {
  name: string;
  /** Number or label on the board's header; null where it leads to the debugger only. */
  header: string | null;
}

export interface UartPins {
  tx: BoardPin;
  rx: BoardPin;
  baud: number;
}

/** The pins that a bench is wired to, by what is measured or measures. */
export function readPins() {
  return {
    rp2040: { ...picoUart(), marker: pico(constant(RP2040, "PIN_MARKER")) },
    nrf52840: {
      tx: { name: nrf("PIN_TX"), header: null },
      rx: { name: nrf("PIN_RX"), header: null },
      marker: onHeader(nrf("PIN_MARKER"), NRF_HEADER),
    },
    stm32h743: {
      tx: { name: stm32("AFRH", "PIN_TX"), header: null },
      rx: { name: stm32("AFRH", "PIN_RX"), header: null },
      marker: onHeader(stm32("BSRR", "PIN_MARKER"), ZIO),
    },
    // The meter is a Pico, too, and takes the UART of that port.
    meter: {
      ...picoUart(),
      baud: constant(METER, "BAUD"),
      sda: pico(constant(METER_I2C, "PIN_SDA")),
      scl: pico(constant(METER_I2C, "PIN_SCL")),
      marker: pico(constant(METER, "PIN_TRIGGER")),
    },
  };
}

export type Pins = ReturnType<typeof readPins>;

function picoUart(): UartPins {
  return {
    tx: pico(constant(RP2040, "PIN_TX")),
    rx: pico(constant(RP2040, "PIN_RX")),
    baud: constant(RP2040, "BAUD"),
  };
}

/** GP0 to GP15 are on the pins 1 to 20, of which 3, 8, 13 and 18 are ground: Raspberry Pi Pico Datasheet, 2.1. */
function pico(gp: number): BoardPin {
  if (gp > 15) throw new RangeError(`GP${gp}: expected one of GP0 to GP15, whose header pins are known here`);
  return { name: `GP${gp}`, header: `pin ${gp + 1 + Math.floor((gp + 2) / 4)}` };
}

function nrf(name: string): string {
  return `P0.${String(constant(NRF52840, name)).padStart(2, "0")}`;
}

/** The port's letter is that of the register through which the code reaches the pin. */
function stm32(register: string, name: string): string {
  return `P${found(STM32H743, new RegExp(`\\bGPIO([A-Z])_${register} =`))}${constant(STM32H743, name)}`;
}

function onHeader(name: string, header: Record<string, string>): BoardPin {
  const label = header[name];
  if (label === undefined)
    throw new RangeError(`${name}: where on the board is it? (scripts/wiring/pins.ts)`);
  return { name, header: label };
}

/** An enumerator or a macro that is a plain number. */
function constant(file: string, name: string): number {
  return Number(found(file, new RegExp(`\\b${name}(?: =)? (\\d+)u?\\b`)));
}

function found(file: string, pattern: RegExp): string {
  const text = readFileSync(BOARDS + file, "utf8");
  const match = pattern.exec(text);
  if (match === null) throw new Error(`boards/${file}: ${pattern} expected, found none`);
  return match[1]!;
}
