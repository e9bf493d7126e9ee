import type { Verdict, WebRequest } from '@plimsoll/contracts';
import { EVENT_DETECTORS } from '@plimsoll/detection';
import { ExchangeEvents } from '@plimsoll/sources';

/**
 * A made ferry company's site, its people and its guessers, as raw requests with their answers: from the source's naming of
 * sessions to verdicts.
 */
const WHERE = { application: 'ferry', workload: 'web' };
type Exchange = Extract<Parameters<ExchangeEvents['push']>[0], { type: 'http' }>;

interface Sent {
  readonly atMs: number;
  readonly from: string;
  readonly agent?: string;
  readonly method?: 'GET' | 'POST';
  readonly target: string;
  readonly cookie?: string | undefined;
  readonly headers?: readonly (readonly [string, string])[];
  readonly form?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly location?: string;
  readonly sets?: string | undefined;
}

let connections = 0;

export function exchange(sent: Sent): Exchange {
  const { atMs, from, agent = 'Browser/1', method = 'GET', target, cookie, headers = [], form, location, sets } = sent;
  const startUs = 1_700_000_000_000_000 + atMs * 1_000;
  const body = Buffer.from(form === undefined ? '' : new URLSearchParams(form).toString());
  connections += 1;
  return {
    type: 'http',
    side: 'server',
    connection: `7:${connections}#1`,
    ordinal: 0,
    thread: 7,
    peer: `${from}:4000`,
    startUs,
    endUs: startUs + 4_000,
    request: {
      method,
      target,
      version: '1.1',
      headers: [
        ['Host', 'ferry.test'],
        ['User-Agent', agent],
        ...(form === undefined ? [] : [['Content-Type', 'application/x-www-form-urlencoded'] as const]),
        ...(cookie === undefined ? [] : [['Cookie', `sid=${cookie}`] as const]),
        ...headers,
      ],
      body,
      bodyBytes: body.byteLength,
      complete: true,
      unseen: [],
    },
    response: {
      status: sent.status ?? 200,
      headers: [
        ['Content-Type', 'text/html'],
        ...(location === undefined ? [] : [['Location', location] as const]),
        ...(sets === undefined ? [] : [['Set-Cookie', `sid=${sets}; HttpOnly`] as const]),
      ],
      body: Buffer.alloc(0),
      bodyBytes: 900,
      decoded: false,
      complete: true,
      timeUs: startUs + 3_000,
    },
  };
}

let sessions = 0;
/** What the server makes up for a session. */
export function freshCookie(): string {
  sessions += 1;
  return `c0ffee${String(sessions).padStart(6, '0')}9d41b27e60f5`;
}

export interface Who {
  readonly from: string;
  readonly agent?: string;
}

/** Sign-in at the form: its page, then the try; the page again where it fails. `cookie` goes on with a session. */
export function signIn(
  atMs: number,
  who: Who,
  account: string,
  password: string,
  ok: boolean,
  cookie?: string,
): Exchange[] {
  const own = cookie ?? freshCookie();
  return [
    exchange({ atMs, ...who, target: '/sign-in', cookie, ...(cookie === undefined ? { sets: own } : {}) }),
    tries(atMs + 300, who, own, { email: account, password }, ok),
  ];
}

function tries(atMs: number, who: Who, cookie: string, form: Readonly<Record<string, string>>, ok: boolean): Exchange {
  const answer = ok ? { status: 303, location: '/account' } : { status: 200 };
  return exchange({ atMs, ...who, method: 'POST', target: '/sign-in', cookie, form, ...answer });
}

/** A request of the API with a token. */
export function api(atMs: number, who: Who, token: string, status: number): Exchange {
  return exchange({ atMs, ...who, target: '/api/trips', headers: [['Authorization', `Bearer ${token}`]], status });
}

/** The second step: a code of six figures, and back where it is wrong. */
export function secondStep(atMs: number, who: Who, code: string, ok: boolean, cookie = freshCookie()): Exchange {
  const answer = { status: 302, location: ok ? '/account' : '/second-step' };
  return exchange({ atMs, ...who, method: 'POST', target: '/second-step', cookie, form: { code }, ...answer });
}

export function voucher(atMs: number, who: Who, code: string, status: number): Exchange {
  return exchange({ atMs, ...who, target: `/voucher/${code}`, status });
}

/** One person's visit: looks around, signs in with up to two mistakes, enters a code, redeems a voucher, has an app. */
export function visit(atMs: number, i: number): Exchange[] {
  // Every third is in the office, which has one address and one browser.
  const who: Who = { from: i % 3 === 0 ? '198.51.100.7' : `203.0.113.${i % 50}` };
  const account = `person${i % 60}@ferry.test`;
  const cookie = freshCookie();
  const around = [
    exchange({ atMs, ...who, target: '/', sets: cookie }),
    exchange({ atMs: atMs + 1_000, ...who, target: `/trips/${i % 9}`, cookie }),
    exchange({ atMs: atMs + 2_000, ...who, target: '/timetable', cookie }),
  ];
  const mistakes = i % 40 === 1 ? 2 : i % 7 === 0 ? 1 : 0;
  const failed = Array.from({ length: mistakes }, (_, n) =>
    signIn(atMs + 5_000 + n * 6_000, who, account, `typo-${i}-${n}`, false, cookie),
  ).flat();
  const app: Who = { ...who, agent: 'FerryApp/3' };
  const token = `tok${i % 60}abcdefghijklm`;
  return [
    // Some have the form as a bookmark.
    ...(i % 4 === 0 ? [] : around),
    ...failed,
    ...signIn(atMs + 20_000, who, account, `right-${i % 60}`, true, cookie),
    ...(i % 9 === 0 ? [secondStep(atMs + 22_000, who, `11${i % 10}22`, false, cookie)] : []),
    secondStep(atMs + 25_000, who, `4${i % 10}1234`, true, cookie),
    voucher(atMs + 30_000, who, `SUN${i % 10}RISE`, i % 20 === 3 ? 404 : 200),
    ...(i % 25 === 4 ? [api(atMs + 31_000, app, `${token}old`, 401)] : []),
    ...[32_000, 33_000].map((at) => api(atMs + at, app, token, 200)),
  ];
}

/** People for a while, a visit every ten seconds, merged by time. */
export function people(fromMs: number, count: number, offset = 0): Exchange[] {
  return inOrder(Array.from({ length: count }, (_, i) => visit(fromMs + i * 10_000, i + offset)).flat());
}

export function inOrder(exchanges: readonly Exchange[]): Exchange[] {
  return [...exchanges].sort((a, b) => a.startUs - b.startUs);
}

/** What is told of `then`, by a source and a detector that saw people before. */
export class Ferry {
  readonly #web = EVENT_DETECTORS.find(({ name }) => name === 'web')!;
  readonly #profile;

  constructor() {
    const learner = this.#web.learner(WHERE);
    const source = opened();
    for (const event of events(source, people(0, 300))) learner.learn(event);
    for (const event of events(source, people(3_100_000, 120, 13))) learner.calibrate(event);
    this.#profile = learner.finish();
  }

  told(then: readonly Exchange[]): { asked: WebRequest[]; verdicts: Verdict[]; named: Set<string> } {
    const asked = events(opened(), inOrder(then));
    const verdicts = this.#web.use((detector) => {
      const model = detector.prepare(this.#profile, { falseAlertsPerDay: 1 });
      const states = new Map<string, ReturnType<typeof detector.start>>();
      return asked.flatMap((event) => {
        const state = detector.decode(detector.encode(states.get(event.key) ?? detector.start()));
        states.set(event.key, state);
        return detector.step(state, event, model).filter((message) => message.type === 'verdict');
      });
    });
    const named = new Set(verdicts.flatMap(({ evidence }) => evidence.map(({ event }) => event)));
    return { asked, verdicts, named };
  }
}

function opened(): ExchangeEvents {
  return new ExchangeEvents({ ...WHERE, container: 'web-1', stream: 'test', privacy: 'balanced' }, 'key');
}

function events(source: ExchangeEvents, exchanges: readonly Exchange[]): WebRequest[] {
  return exchanges.flatMap((one) => source.push(one)).filter((event) => event.type === 'web-request');
}
