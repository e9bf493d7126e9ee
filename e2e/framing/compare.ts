import { requestParameters, splitTarget, StraceParser, WireObserver, type WireExchange } from '@plimsoll/sources';

import type { Answer } from './send.js';

/** How what was rebuilt compares with what a server says that it saw. */
export interface Compared {
  readonly sent: number;
  /** Requests that the server answered with what it saw. */
  readonly answered: number;
  /** Rebuilt with every parameter that the server saw. */
  readonly equal: number;
  /** Parameters that the server saw are missing, and the request says that it was not fully seen. */
  readonly announced: number;
  /** Answered and not rebuilt, where a gap names their connection. */
  readonly inGaps: number;
  /** Missing without a word. */
  readonly wrong: number;
  /** Of the equal ones, those that say nonetheless that they were not fully seen. */
  readonly doubted: number;
  /** One line for each of the first wrong ones. */
  readonly examples: readonly string[];
}

type HttpExchange = Extract<WireExchange, { type: 'http' }>;

const MAX_EXAMPLES = 20;
/** A gap names few connections: so much of a trace at once has no more. */
const SLICE_BYTES = 4_096;

/** Reads the trace and compares each answer with the request that was rebuilt under its number. */
export function compare(trace: Uint8Array, sent: number, answers: readonly Answer[]): Compared {
  const seen = rebuilt(trace);
  const { bySerial, byPeer, told } = seen;
  const count = { equal: 0, announced: 0, inGaps: 0, wrong: 0, doubted: 0 };
  const examples: string[] = [];
  const byPort = connectionsOf(answers, seen);
  for (const answer of answers) {
    const peer = `127.0.0.1:${answer.port}`;
    const exchange = bySerial.get(answer.serial) ?? unanswered(byPeer.get(peer) ?? [], answer);
    if (exchange === undefined) {
      if (byPort.get(answer.port)?.some((connection) => told.has(connection))) {
        count.inGaps++;
      } else {
        count.wrong++;
        if (examples.length < MAX_EXAMPLES)
          examples.push(`not rebuilt, and no gap names its connection: ${byPort.get(answer.port)?.join(' ') ?? peer}`);
      }
      continue;
    }
    const { parameters, unseen } = requestParameters(exchange.request, splitTarget(exchange.request.target).query);
    const have = new Set(parameters.map(({ name, value }) => `${folded(name)}=${plain(value)}`));
    const missing = seenBy(answer, exchange).filter((each) => !have.has(each));
    if (missing.length === 0) count.equal++;
    if (missing.length === 0 && unseen.length > 0) count.doubted++;
    if (missing.length > 0 && unseen.length > 0) count.announced++;
    if (missing.length > 0 && unseen.length === 0) {
      count.wrong++;
      if (examples.length < MAX_EXAMPLES) examples.push(shown(exchange, missing, have));
    }
  }
  return { sent, answered: answers.length, ...count, examples };
}

/** Of the requests whose answer was not shown, the one that can be the answer's. */
function unanswered(candidates: HttpExchange[], answer: Answer): HttpExchange | undefined {
  const at = candidates.findIndex((each) => {
    const { parameters } = requestParameters(each.request, splitTarget(each.request.target).query);
    const have = new Set(parameters.map(({ name, value }) => `${folded(name)}=${plain(value)}`));
    return seenBy(answer, each).every((parameter) => have.has(parameter));
  });
  return at < 0 ? undefined : candidates.splice(at, 1)[0];
}

/** The connections that an answer's can be: those of its client, and those of other answers that the client had. */
function connectionsOf(answers: readonly Answer[], { bySerial, ofPeer }: Rebuilt): ReadonlyMap<number, string[]> {
  const byPort = new Map<number, string[]>();
  for (const { serial, port } of answers) {
    // Some servers accept without asking who it is.
    const seen = bySerial.get(serial)?.connection;
    const named = [...(ofPeer.get(`127.0.0.1:${port}`) ?? []), ...(seen === undefined ? [] : [seen])];
    byPort.set(port, [...(byPort.get(port) ?? []), ...named]);
  }
  return byPort;
}

interface Rebuilt {
  readonly bySerial: ReadonlyMap<string, HttpExchange>;
  /** Those whose answer strace did not show, since it went out behind others: by the client's end of the connection. */
  readonly byPeer: ReadonlyMap<string, HttpExchange[]>;
  /** Connections by the client's end. */
  readonly ofPeer: ReadonlyMap<string, ReadonlySet<string>>;
  /** Connections that gaps name. */
  readonly told: ReadonlySet<string>;
}

function rebuilt(trace: Uint8Array): Rebuilt {
  const observer = new WireObserver();
  const parser = new StraceParser({ observer });
  const bySerial = new Map<string, HttpExchange>();
  const byPeer = new Map<string, HttpExchange[]>();
  const ofPeer = new Map<string, Set<string>>();
  const told = new Set<string>();
  const keep = (): void => {
    for (const connection of observer.lost()?.connections ?? []) told.add(connection);
    for (const exchange of observer.drain()) {
      if (exchange.type !== 'http' || exchange.side !== 'server') continue;
      ofPeer.set(exchange.peer, (ofPeer.get(exchange.peer) ?? new Set()).add(exchange.connection));
      const serial = exchange.response?.headers.find(([name]) => name.toLowerCase() === 'x-serial')?.[1];
      if (serial !== undefined) bySerial.set(serial, exchange);
      else byPeer.set(exchange.peer, [...(byPeer.get(exchange.peer) ?? []), exchange]);
    }
  };
  for (let at = 0; at < trace.length; at += SLICE_BYTES) {
    parser.push(trace.subarray(at, at + SLICE_BYTES));
    keep();
  }
  parser.end();
  keep();
  return { bySerial, byPeer, ofPeer, told };
}

function seenBy({ found }: Answer, { request }: HttpExchange): string[] {
  return found.flatMap(([where, name, value]) => {
    const [title, text] = [name, value].map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
    // PHP and most frameworks undo the percent signs of cookies, others leave that to the program.
    if (where === 'cookie') return [`${folded(title ?? '')}=${plain(percentUndone(text ?? ''))}`];
    if (where !== 'json') return [`${folded(title ?? '')}=${plain(text ?? '')}`];
    // Who parses the text itself: it is the body's.
    return plain(Buffer.from(request.body).toString('latin1')) === plain(text ?? '') ? [] : ['the JSON text'];
  });
}

function percentUndone(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Frameworks write positions in lists and steps of names in ways of their own. */
function folded(name: string): string {
  return plain(name)
    .replace(/\[\d*\]/g, '')
    .replace(/[^A-Za-z0-9¿]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** What is no ASCII depends on the character set; blanks and quotes around a value on the server. */
function plain(text: string): string {
  return text
    .replace(/[^\0-\x7f]+/g, '¿')
    .trim()
    .replace(/^"(.*)"$/s, '$1');
}

function shown({ request }: HttpExchange, missing: readonly string[], have: ReadonlySet<string>): string {
  const head = request.headers.map(([name, value]) => `${name}: ${value.slice(0, 80)}`).join('; ');
  const body = Buffer.from(request.body).toString('latin1').slice(0, 300);
  return JSON.stringify({
    target: request.target.slice(0, 200),
    head,
    body,
    missing: missing.slice(0, 4),
    have: [...have].slice(0, 12),
  });
}
