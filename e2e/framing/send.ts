import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import type { OddConnection } from './odd-requests.js';

/** What a server says that it saw of one request. */
export interface Answer {
  readonly serial: string;
  /** The client's end of the connection. */
  readonly port: number;
  /** Place, name and value; the last two in hexadecimal of UTF-8. */
  readonly found: readonly (readonly [string, string, string])[];
}

const SILENCE_MS = 1_000;
const ANSWER = /@@(\{"serial": ?"\w+"[^@]*\})@@/g;

/** Sends all connections, `atOnce` at a time; the answers in no order. */
export async function sendAll(port: number, connections: Iterable<OddConnection>, atOnce: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = connections[Symbol.iterator]();
  const client = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next())
      for (const answer of await send(port, next.value)) answers.push(answer);
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return answers;
}

/** Answers until there are as many as requests, the server closes, or it is silent. */
async function send(port: number, { pieces, requests }: OddConnection): Promise<Answer[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const received: Buffer[] = [];
  let from = 0;
  let whole: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    whole = resolve;
  });
  socket.setTimeout(SILENCE_MS, whole);
  socket.on('connect', () => {
    from = socket.localPort ?? 0;
  });
  socket.on('close', whole);
  socket.on('error', whole);
  socket.on('data', (bytes) => {
    received.push(bytes);
    if (answersIn(received).length >= requests) whole();
  });
  for (const piece of pieces) {
    if (socket.destroyed || answersIn(received).length >= requests) break;
    socket.write(piece);
    if (pieces.length > 1) await wait(2);
  }
  await answered;
  socket.destroy();
  return answersIn(received).map((answer) => ({ ...answer, port: from }));
}

function answersIn(received: readonly Buffer[]): Answer[] {
  const text = Buffer.concat(received).toString('latin1');
  return [...text.matchAll(ANSWER)].map(([, json = '']) => JSON.parse(json) as Answer);
}
