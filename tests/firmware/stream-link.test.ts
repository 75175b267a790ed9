import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { StreamLink } from "../../cli/firmware/stream-link.ts";

function linked(lastWords = "") {
  const [fromDevice, toDevice] = [new PassThrough(), new PassThrough()];
  let closed = 0;
  const link = new StreamLink(fromDevice, toDevice, {
    name: "port",
    bytesPerSecond: 1000,
    close: async () => {
      closed++;
    },
    lastWords: () => lastWords,
  });
  return { link, fromDevice, toDevice, closed: () => closed };
}

describe("a link over streams", () => {
  it("hands over what comes, at once or when it comes", async () => {
    const { link, fromDevice, toDevice } = linked();
    fromDevice.write(Buffer.from("ab"));
    expect(Buffer.from(await link.receive(1000)).toString()).toBe("ab");
    setTimeout(() => fromDevice.write(Buffer.from("c")), 20);
    expect(Buffer.from(await link.receive(10_000)).toString()).toBe("c");
    await link.send(Uint8Array.of(1, 2));
    expect([...(toDevice.read() as Buffer)]).toEqual([1, 2]);
  });

  it("comes back with nothing when nothing comes", async () => {
    expect(await linked().link.receive(10)).toHaveLength(0);
  });

  it("gives what came before the end, then says that it ended and why", async () => {
    const { link, fromDevice } = linked("no such machine\n");
    fromDevice.end(Buffer.from("x"));
    expect(Buffer.from(await link.receive(1000)).toString()).toBe("x");
    const lost = "port: expected a connected device, found that it ended: no such machine";
    await expect(link.receive(1000)).rejects.toMatchObject({ code: "device-lost", message: lost });
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: "device-lost" });
  });

  it("does not wait for ever for a device that takes no bytes and then goes", async () => {
    const { link, fromDevice, toDevice } = linked();
    toDevice.write(new Uint8Array(1 << 20));
    const sent = link.send(new Uint8Array(1 << 20));
    setTimeout(() => fromDevice.destroy(), 20);
    await expect(sent).rejects.toMatchObject({ code: "device-lost" });
  });

  it("can be closed", async () => {
    const { link, closed } = linked();
    await link.close();
    await expect(link.receive(10)).rejects.toMatchObject({ code: "device-lost" });
    expect(closed()).toBe(1);
  });
});
