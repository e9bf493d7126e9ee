import { compare, type Compared } from './compare.js';
import { oddConnections } from './odd-requests.js';
import { sendAll } from './send.js';
import { startTraced, type FramingServer } from './traced-server.js';

const CLIENTS = 8;

/** Sends seeded odd requests to one real server under strace; how what is rebuilt compares with what the server saw. */
export async function framingRun(name: FramingServer, seed: number, requests: number): Promise<Compared> {
  const server = await startTraced(name);
  // The first request compiles pages and starts processes.
  for (let at = 0; at < CLIENTS; at++) await (await fetch(`http://127.0.0.1:${server.port}${server.path}`)).text();
  const answers = await sendAll(server.port, oddConnections(seed, requests, server.path), CLIENTS);
  return compare(await server.close(), requests, answers);
}
