// The Redis server of a sweep's queue: connecting to it, in one line when that fails, and the packages that talk to it.

import type { Redis } from "ioredis";
import { complain, LiquidEdgeError } from "../../bindings/errors.ts";
import { printable } from "../../bindings/network/printable.ts";
import manifest from "../../package.json" with { type: "json" };

const CONNECT_TIMEOUT_MS = 5000;
const RETRY_EVERY_MS = 500;

/** Throws `bad-tool` when a package is not installed. */
export async function loadBullMq(): Promise<{ bullmq: typeof import("bullmq"); Redis: typeof Redis }> {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis: ioredis.Redis };
  } catch (cause) {
    const { bullmq, ioredis } = manifest.optionalDependencies;
    throw new LiquidEdgeError(
      "bad-tool",
      "bullmq: expected the npm packages bullmq and ioredis for a queue on Redis, found none that load " +
        `(npm install bullmq@${bullmq} ioredis@${ioredis}; shards need no package: \`sweep --shard i/n\`)`,
      { cause },
    );
  }
}

/** A server that comes and goes: what it says of itself, for whoever waits for it. */
export interface Server {
  redis: Redis;
  /** As messages call it, without a password. */
  name: string;
  close(): void;
}

/**
 * Connects, and stays connected: commands wait while the server is away.
 * @param onAway told once when it goes, with the reason, and with null when it is back
 * @throws LiquidEdgeError `bad-config` for what is no such URL, `unavailable` when nobody, somebody else, or a guarded door answers
 */
export async function connectRedis(
  RedisClass: typeof Redis,
  url: string,
  onAway: (reason: string | null) => void = () => {},
): Promise<Server> {
  const name = nameOf(url);
  const probe = new RedisClass(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableOfflineQueue: false,
  });
  let failure: Error | null = null;
  probe.on("error", (error) => {
    failure ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // Something that takes connections and never answers is no Redis.
    timer = setTimeout(() => reject(new Error("no answer within 5 s")), CONNECT_TIMEOUT_MS);
  });
  try {
    await Promise.race([probe.connect().then(() => probe.ping()), late]);
  } catch (error) {
    throw complain("unavailable", name, {
      expected: "a Redis server",
      found: reasonOf(failure ?? (error as Error)),
    });
  } finally {
    clearTimeout(timer);
    probe.disconnect();
  }
  const redis = new RedisClass(url, { maxRetriesPerRequest: null, retryStrategy: () => RETRY_EVERY_MS });
  let away = false;
  const gone = (reason: string) => {
    if (!away) onAway(reason);
    away = true;
  };
  redis.on("error", (error) => gone(reasonOf(error)));
  redis.on("close", () => {
    if (redis.status !== "end" && !closing) gone("connection closed");
  });
  redis.on("ready", () => {
    if (away) onAway(null);
    away = false;
  });
  let closing = false;
  return {
    redis,
    name,
    close() {
      closing = true;
      redis.disconnect();
    },
  };
}

/** Throws `bad-config` for what is no URL of a Redis server. */
function nameOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "") {
    // What stands there may hold a password.
    const found = parsed === null ? "something else" : `one of ${printable(parsed.protocol)}`;
    throw complain("bad-config", "--redis", { expected: "a URL like redis://host:6379", found });
  }
  return `${parsed.protocol}//${parsed.hostname}:${parsed.port === "" ? "6379" : parsed.port}`;
}

function reasonOf(error: Error): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (/^NOAUTH/.test(message)) return "one that wants a password (redis://user:password@host:6379)";
  if (/WRONGPASS|invalid (username-password|password)/i.test(message))
    return "one that refuses the user or password";
  if (/without any password configured/.test(message)) return "one without a password, and one in the URL";
  if (code === "ECONNREFUSED") return "nobody who listens there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "no host of that name";
  if (/Protocol error|ParserError/i.test(`${error.name} ${message}`)) return "one that speaks something else";
  return printable(message === "" ? String(code ?? error.name) : message);
}
