// Programs that put firmware on a board, in the order in which they are tried, and how each is called. None of them was run with
// a board here: the arguments are those of the tools' own documentation.

export const FLASH_TOOLS = ["uf2", "probe-rs", "openocd", "nrfutil", "esptool", "picotool"] as const;
export type FlashTool = (typeof FLASH_TOOLS)[number];

export interface FlashMethod {
  tool: FlashTool;
  /** Which form of the firmware it takes. */
  takes: "elf" | "uf2" | "hex" | "bin";
  /** Commands with their arguments, one after the other; none for a file that is copied. */
  commands(file: string, port: string | undefined): [string, ...string[]][];
}

/** How to get a tool, in a few words. */
export const INSTALL_HINTS: Readonly<Record<FlashTool, string>> = {
  uf2: "hold BOOTSEL while plugging the board in; it then shows the drive RPI-RP2",
  "probe-rs": "https://probe.rs/docs/getting-started/installation",
  openocd: "Debian, Ubuntu: apt-get install openocd; macOS: brew install openocd",
  nrfutil: "https://www.nordicsemi.com/Products/Development-tools/nRF-Util, then nrfutil install device",
  esptool: "pip install esptool",
  picotool: "https://github.com/raspberrypi/picotool; macOS: brew install picotool",
};

/** Arguments by which a tool says its version. */
export const VERSION_ARGS: Readonly<Record<FlashTool, readonly string[]>> = {
  uf2: [],
  "probe-rs": ["--version"],
  openocd: ["--version"],
  nrfutil: ["--version"],
  esptool: ["version"],
  picotool: ["version"],
};

const probeRs = (chip: string): FlashMethod => ({
  tool: "probe-rs",
  takes: "elf",
  commands: (file) => [
    ["probe-rs", "download", "--chip", chip, file],
    ["probe-rs", "reset", "--chip", chip],
  ],
});

/** openocd reads its -c arguments as Tcl, where braces quote. */
const openocd = (config: string): FlashMethod => ({
  tool: "openocd",
  takes: "elf",
  commands: (file) => [["openocd", "-f", config, "-c", `program {${file}} verify reset exit`]],
});

/** By board, the first choice first. */
export const FLASH_METHODS: Readonly<Record<string, readonly FlashMethod[]>> = {
  stm32h743: [probeRs("STM32H743ZITx"), openocd("board/st_nucleo_h743zi.cfg")],
  nrf52840: [
    {
      tool: "nrfutil",
      takes: "hex",
      commands: (file) => [
        ["nrfutil", "device", "program", "--firmware", file],
        ["nrfutil", "device", "reset"],
      ],
    },
    probeRs("nRF52840_xxAA"),
    openocd("board/nordic_nrf52_dk.cfg"),
  ],
  rp2040: [
    { tool: "uf2", takes: "uf2", commands: () => [] },
    { tool: "picotool", takes: "uf2", commands: (file) => [["picotool", "load", "-f", "-x", file]] },
  ],
  esp32s3: [
    {
      tool: "esptool",
      takes: "bin",
      commands: (file, port) => [
        [
          "esptool",
          "--chip",
          "esp32s3",
          ...(port === undefined ? [] : ["--port", port]),
          "write-flash",
          "0x0",
          file,
        ],
      ],
    },
  ],
};
