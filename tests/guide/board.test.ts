import { latencyOf, Network } from "liquid-edge";
import { connectBoard, missingTools } from "liquid-edge/vitest";
import { expect, it } from "vitest";

// Emulated in CI. BOARD_PORT=/dev/ttyACM0 npx vitest run board: the same test on the board behind that port.
it.skipIf(missingTools("qemu-m4f").length > 0)(
  "answers on the board as it does here, and in time",
  async () => {
    const network = await Network.load("examples/sine.safetensors");
    const session = await network.session();
    await using board = await connectBoard({ emulated: "qemu-m4f" });
    await board.flashModel(network);
    const ticks: number[] = [];
    const timesUs: number[] = [];
    for (let i = 0; i < 20; i++) {
      const input = [Math.sin(i / 5), Math.cos(i / 5)];
      const { output, ...took } = await board.runInference(input);
      // Bit for bit: the board runs the same core.
      expect(output).toEqual(session.step(input));
      ticks.push(took.ticks);
      if (took.latencyUs !== null) timesUs.push(took.latencyUs);
    }
    if (board.hello.emulated) {
      // An emulator counts what is executed; how long that takes is nobody's to say. No step may be an exception.
      expect(Math.max(...ticks)).toBeLessThanOrEqual(1.02 * Math.min(...ticks));
    } else {
      expect(latencyOf(timesUs)).toStayWithin({ latencyMs: 10, worstMs: 15, jitterMs: 2 });
    }
  },
);
