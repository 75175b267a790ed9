// The benches that docs/board-bench.md shows, one for each kind of instrument. Pins come from the firmware; how boards are fed is in the
// sources that docs/board-bench.md names.

import type { Bench, PinRow, Thing } from "./bench.ts";
import type { BoardPin, Pins } from "./pins.ts";

export function benchesOf(pins: Pins): Bench[] {
  return [picoWithMeter(pins), dkWithPpk2(pins), nucleoWithPpk2(pins)];
}

function picoWithMeter({ rp2040, meter }: Pins): Bench {
  return {
    id: "rp2040",
    title: "Raspberry Pi Pico, measured by a shunt monitor and a second Pico",
    description:
      `UART of the Pico: ${named(rp2040.tx)} sends, ${named(rp2040.rx)} receives. Marker: ${named(rp2040.marker)} to ` +
      `${named(meter.marker)} of the meter. The supply of 3.3 V goes through the shunt of the monitor to the pin 3V3; 3V3_EN is at ground. ` +
      `The monitor's SDA and SCL go to ${named(meter.sda)} and ${named(meter.scl)} of the meter.`,
    things: [
      {
        id: "pico",
        title: "Raspberry Pi Pico",
        subtitle: "is measured",
        column: 0,
        left: [],
        right: [
          ["3v3", "3V3 · pin 36"],
          ["en", "3V3_EN · pin 37"],
          ["gnd", "GND · pin 38"],
          ["marker", labelled(rp2040.marker, "marker")],
          ["tx", labelled(rp2040.tx, "TX")],
          ["rx", labelled(rp2040.rx, "RX")],
        ],
      },
      usbUart("uart", 0, rp2040.baud),
      {
        id: "monitor",
        title: "INA226 or INA219",
        subtitle: "shunt monitor",
        column: 1,
        left: [
          ["minus", "VIN−"],
          ["bus", "VBUS (INA226)"],
          ["plus", "VIN+"],
        ],
        right: [
          ["sda", "SDA"],
          ["scl", "SCL"],
          ["vcc", "VCC"],
          ["gnd", "GND"],
        ],
      },
      {
        id: "supply",
        title: "Supply, 3.3 V",
        subtitle: "the only one while measuring",
        column: 1,
        left: [
          ["plus", "+"],
          ["minus", "−"],
        ],
        right: [],
      },
      {
        id: "meter",
        title: "Raspberry Pi Pico",
        subtitle: "is the meter, on USB",
        column: 2,
        left: [
          ["sda", labelled(meter.sda, "SDA")],
          ["scl", labelled(meter.scl, "SCL")],
          ["3v3", "3V3 · pin 36"],
          ["gnd", "GND · pin 38"],
          ["marker", labelled(meter.marker, "marker")],
          ["tx", labelled(meter.tx, "TX")],
          ["rx", labelled(meter.rx, "RX")],
        ],
        right: [],
      },
      usbUart("uart2", 2, meter.baud),
    ],
    wires: [
      { kind: "serial", from: "uart.tx", to: "pico.rx" },
      { kind: "serial", from: "pico.tx", to: "uart.rx" },
      { kind: "ground", from: "uart.gnd" },
      { kind: "ground", from: "pico.en" },
      { kind: "ground", from: "pico.gnd" },
      { kind: "marker", from: "pico.marker", to: "meter.marker" },
      { kind: "supply", from: "monitor.minus", to: "pico.3v3" },
      { kind: "supply", from: "monitor.bus", to: "pico.3v3" },
      { kind: "supply", from: "supply.plus", to: "monitor.plus" },
      { kind: "ground", from: "supply.minus" },
      { kind: "i2c", from: "monitor.sda", to: "meter.sda" },
      { kind: "i2c", from: "monitor.scl", to: "meter.scl" },
      { kind: "supply", from: "meter.3v3", to: "monitor.vcc" },
      { kind: "ground", from: "monitor.gnd" },
      { kind: "ground", from: "meter.gnd" },
      { kind: "ground", from: "uart2.gnd" },
      { kind: "serial", from: "meter.tx", to: "uart2.rx" },
      { kind: "serial", from: "uart2.tx", to: "meter.rx" },
    ],
    notes: [
      "3V3_EN at ground switches the Pico's own regulator off, so that USB feeds nothing while firmware is loaded. Pull USB before measuring.",
      "The firmware lives in SRAM: it is gone when the supply is off. The INA219 reads the supply at VIN− and has no VBUS.",
    ],
  };
}

function dkWithPpk2({ nrf52840 }: Pins): Bench {
  return {
    id: "nrf52840",
    title: "nRF52840 DK, fed and measured by a PPK2",
    description:
      `VOUT of the PPK2 goes to P21 + of the DK, ground to P21 −. Marker: ${named(nrf52840.marker)} to D0; VCC of the logic port to VOUT. ` +
      `The serial port is the debugger's: ${nrf52840.tx.name} sends, ${nrf52840.rx.name} receives, on the board.`,
    things: [
      computer(),
      {
        id: "dk",
        title: "nRF52840 DK",
        subtitle: "PCA10056",
        column: 1,
        left: [["usb", "J2 · debugger, UART"]],
        right: [
          ["plus", "P21 + (external supply)"],
          ["minus", "P21 −"],
          ["marker", labelled(nrf52840.marker, "marker")],
        ],
        inside: [
          `${nrf52840.tx.name} TX, ${nrf52840.rx.name} RX: to the debugger, on the board`,
          "SW9 at VDD; SW10, VEXT → nRF, at ON",
        ],
      },
      ppk2("VOUT · source, 3.0 V", null),
    ],
    wires: [
      { kind: "usb", from: "computer.board", to: "dk.usb" },
      { kind: "supply", from: "ppk2.out", to: "dk.plus" },
      { kind: "supply", from: "ppk2.vcc", to: "dk.plus" },
      { kind: "marker", from: "dk.marker", to: "ppk2.d0" },
      { kind: "ground", from: "dk.minus" },
      { kind: "ground", from: "ppk2.gnd" },
      { kind: "ground", from: "ppk2.lgnd" },
      { kind: "usb", from: "computer.instrument", to: "ppk2.usb" },
    ],
    notes: [
      "USB stays in J2: it feeds the debugger, which flashes the board and carries its UART.",
      "Nothing has to be cut or soldered in this mode. The logic port takes its level from VCC.",
    ],
  };
}

function nucleoWithPpk2({ stm32h743 }: Pins): Bench {
  return {
    id: "stm32h743",
    title: "Nucleo-H743ZI2, measured by a PPK2 in place of the IDD jumper",
    description:
      `The jumper IDD, JP4, is taken off: VIN of the PPK2 goes to its pin on the supply side, VOUT to the one on the side of the ` +
      `microcontroller. Marker: ${named(stm32h743.marker)} to D0; VCC of the logic port to VOUT. The serial port is the debugger's: ` +
      `${stm32h743.tx.name} sends, ${stm32h743.rx.name} receives, on the board.`,
    things: [
      computer(),
      {
        id: "nucleo",
        title: "Nucleo-H743ZI2",
        subtitle: "MB1364, jumper IDD (JP4) taken off",
        column: 1,
        left: [["usb", "CN1 · debugger, UART"]],
        right: [
          ["supply", "JP4 · supply side"],
          ["mcu", "JP4 · side of the MCU"],
          ["gnd", "GND"],
          ["marker", labelled(stm32h743.marker, "marker")],
        ],
        inside: [
          `${stm32h743.tx.name} TX, ${stm32h743.rx.name} RX: to the debugger, on the board`,
          `${stm32h743.marker.name} is LD1 as well: it shines while inferences run`,
        ],
      },
      ppk2("VOUT", "VIN · ampere"),
    ],
    wires: [
      { kind: "usb", from: "computer.board", to: "nucleo.usb" },
      { kind: "supply", from: "nucleo.supply", to: "ppk2.in" },
      { kind: "supply", from: "ppk2.out", to: "nucleo.mcu" },
      { kind: "supply", from: "ppk2.vcc", to: "nucleo.mcu" },
      { kind: "ground", from: "nucleo.gnd" },
      { kind: "marker", from: "nucleo.marker", to: "ppk2.d0" },
      { kind: "ground", from: "ppk2.gnd" },
      { kind: "ground", from: "ppk2.lgnd" },
      { kind: "usb", from: "computer.instrument", to: "ppk2.usb" },
    ],
    notes: [
      "The supply side of JP4 is the pin that has 3.3 V while nothing is connected to it. A PPK2 sees no current the other way round.",
      "A shunt monitor goes in the same place: VIN+ to the supply side, VIN− to the side of the MCU. The LPM01A ends at 50 mA.",
    ],
  };
}

/** On the side that faces the middle of the picture. */
function usbUart(id: string, column: number, baud: number): Thing {
  const pins: PinRow[] = [
    ["rx", "RX"],
    ["tx", "TX"],
    ["gnd", "GND"],
  ];
  const sides = column === 0 ? { left: [], right: pins } : { left: pins, right: [] };
  return { id, title: "USB-UART, 3.3 V", subtitle: `${baud.toLocaleString("en")} baud`, column, ...sides };
}

function computer(): Thing {
  return {
    id: "computer",
    title: "Computer",
    subtitle: "liquid-edge",
    column: 0,
    left: [],
    right: [
      ["board", "USB"],
      ["instrument", "USB"],
    ],
  };
}

/** `input` is null where the PPK2 feeds the board itself. */
function ppk2(output: string, input: string | null): Thing {
  const inputs: PinRow[] = input === null ? [] : [["in", input]];
  return {
    id: "ppk2",
    title: "Nordic PPK2",
    subtitle: "power profiler",
    column: 2,
    left: [
      ...inputs,
      ["out", output],
      ["gnd", "GND"],
      null,
      ["vcc", "logic VCC"],
      ["lgnd", "logic GND"],
      ["d0", "logic D0"],
      null,
      ["usb", "USB"],
    ],
    right: [],
  };
}

function named({ name, header }: BoardPin): string {
  return header === null ? name : `${name} (${header})`;
}

function labelled({ name, header }: BoardPin, what: string): string {
  return header === null ? `${name} ${what}` : `${name} ${what} · ${header}`;
}
