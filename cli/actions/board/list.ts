import type { BoardListOptions } from "../../commands/board.ts";
import type { Io } from "../../io.ts";
import { type RankedPort, rankPorts } from "../../serial/list-ports.ts";
import { table } from "../../text.ts";
import { identify, type PortAnswer } from "./identify.ts";
import { firmwareTargets } from "./targets.ts";

type AskedPort = RankedPort & { answer: PortAnswer | null };

/** Lists the boards that there is firmware for, and the serial ports with what answers there. */
export async function boardList(io: Io, { probe, json }: BoardListOptions): Promise<void> {
  const boards = firmwareTargets().map(({ id, name, core, emulated }) => ({
    id,
    name,
    core,
    emulated: emulated !== null,
    counts: emulated?.counts ?? "cycles",
  }));
  const { ports, problem } = await portsOf(io, probe);
  if (json) {
    io.print(JSON.stringify({ boards, ports: ports.map(reportOf), portsProblem: problem }));
    return;
  }
  io.print(
    [
      table(
        [{ title: "board" }, { title: "core" }, { title: "" }, { title: "counts" }, { title: "name" }],
        boards.map(({ id, core, emulated, counts, name }) => [
          id,
          core,
          emulated ? { text: "emulated", style: "yellow" } : "",
          counts,
          name,
        ]),
        io.colour,
      ),
      "",
      "An emulated board executes the firmware and counts instructions or cycles; no silicon is measured.",
      ...(problem === null ? portLines(ports, io.colour) : [`Serial ports are not listed: ${problem}`]),
    ].join("\n"),
  );
}

/** Ports of ids that are known are asked, all of them at once; a stranger might take the question for a command. */
async function portsOf(io: Io, probe: boolean): Promise<{ ports: AskedPort[]; problem: string | null }> {
  try {
    const ranked = rankPorts(await io.serialPorts());
    if (probe && ranked.length > 0) io.progress("asking what is behind the serial ports");
    const ports = await Promise.all(
      ranked.map(async (port) => ({
        ...port,
        answer: probe && port.usb !== null && port.usb.boards.length > 0 ? await identify(port.path) : null,
      })),
    );
    io.progress(null);
    return { ports, problem: null };
  } catch (error) {
    return { ports: [], problem: (error as Error).message };
  }
}

function reportOf({ path, vendorId, productId, serialNumber, usb, answer }: AskedPort) {
  return {
    path,
    vendorId,
    productId,
    serialNumber,
    name: usb?.name ?? null,
    mayBe: usb?.boards ?? [],
    board: answer?.board ?? null,
    answer: answer?.text ?? null,
  };
}

function portLines(ports: readonly AskedPort[], colour: boolean): string[] {
  if (ports.length === 0) return ["No serial port is there."];
  return [
    "",
    table(
      [
        { title: "serial port" },
        { title: "USB ids" },
        { title: "what it is" },
        { title: "may be" },
        { title: "answer" },
      ],
      ports.map(({ path, vendorId, productId, usb, answer }) => [
        path,
        vendorId === null ? "" : `${vendorId}:${productId}`,
        usb?.name ?? "",
        usb?.boards.join(", ") ?? "",
        answer?.text ?? "not asked",
      ]),
      colour,
    ),
  ];
}
