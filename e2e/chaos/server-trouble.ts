import { setTimeout as wait } from 'node:timers/promises';

import { startLocalRedis, TcpProxy } from '../servers/index.js';
import type { ServiceName, Stack } from './stack.js';

/** What was done to the servers, in the order in which it was done. */
export type Trouble = readonly { readonly name: string; readonly tookMs: number }[];

/** The service that is scaled, and the one that is paused. */
const SCALED: ServiceName = 'sequence-detector';
const PAUSED: ServiceName = 'frequency-detector';
/** Longer than a member's session. */
const PAUSE_MS = 12_000;

/**
 * Everything that servers do to services, one after the other: brokers killed one at a time, Redis killed and started
 * on its append-only file, its connection cut and slowed, a service scaled 1 → 4 → 2 → 1, an owner paused past its
 * session, and at last a replica of Redis that had fallen behind promoted in its master's place.
 */
export async function troubleServers(
  stack: Stack,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<Trouble> {
  const done: { name: string; tookMs: number }[] = [];
  const steps: readonly (readonly [string, () => Promise<void>])[] = [
    ['each broker killed and started again, one at a time', () => killBrokers(stack)],
    ['Redis killed and started again, twice', () => killRedis(stack)],
    ['the connection to Redis cut six times, slow in between, and away for 3 s', () => troubleConnection(stack)],
    [`${SCALED} scaled from 1 to 4, to 2, to 1`, () => scale(stack)],
    [`a ${PAUSED} paused for ${PAUSE_MS / 1_000} s while another takes over`, () => pauseOwner(stack)],
    ['a replica of Redis that was 2 s behind promoted after its master was killed', () => promote(stack)],
  ];
  for (const [name, step] of steps) {
    if (signal.aborted) break;
    tell(name);
    const startedMs = Date.now();
    await step();
    done.push({ name, tookMs: Date.now() - startedMs });
  }
  return done;
}

async function killBrokers({ kafka }: Stack): Promise<void> {
  for (const node of kafka.nodes) {
    await node.kill();
    await wait(4_000);
    await node.start();
    await wait(8_000);
  }
}

async function killRedis({ redis }: Stack): Promise<void> {
  for (let i = 0; i < 2; i += 1) {
    await redis.node.kill();
    await wait(2_000);
    await redis.node.start();
    await wait(4_000);
  }
}

async function troubleConnection({ proxy }: Stack): Promise<void> {
  for (let i = 0; i < 6; i += 1) {
    proxy.delayMs = i % 2 === 0 ? 40 : 0;
    await wait(800);
    proxy.cut();
  }
  proxy.delayMs = 0;
  proxy.break();
  await wait(3_000);
  proxy.mend();
  await wait(3_000);
}

async function scale(stack: Stack): Promise<void> {
  for (let i = 0; i < 3; i += 1) await stack.add(SCALED);
  await wait(12_000);
  for (const service of stack.processes(SCALED).slice(0, 2)) await stack.stop(SCALED, service);
  await wait(8_000);
  for (const service of stack.processes(SCALED).slice(0, 1)) await stack.stop(SCALED, service);
  await wait(6_000);
}

async function pauseOwner(stack: Stack): Promise<void> {
  const [zombie] = stack.processes(PAUSED);
  if (zombie === undefined) return;
  zombie.signal('SIGSTOP');
  await stack.add(PAUSED);
  await wait(PAUSE_MS);
  zombie.signal('SIGCONT');
  await wait(6_000);
}

async function promote(stack: Stack): Promise<void> {
  const link = await TcpProxy.start(stack.redis.port);
  const replica = await startLocalRedis({ replicaOf: { port: link.port } });
  stack.alsoClose([link, replica]);
  while (!(await replica.command('info', 'replication')).includes('master_link_status:up')) await wait(100);
  await wait(1_000);
  // What the master acknowledges from now on is lost with it.
  link.break();
  await wait(2_000);
  await stack.redis.node.kill();
  await replica.command('replicaof', 'no', 'one');
  stack.proxy.leadTo(replica.port);
  await wait(6_000);
}
