import type { LogEvent, Verdict, WebRequest } from '@plimsoll/contracts';
import { webDetector, webLearner } from '@plimsoll/detection';
import { openParser } from '@plimsoll/sources';

import { seededRandom } from '../intervals.js';
import { everydayTexts } from './everyday-text.js';

/** How a request carries a value, in a made archive of drawings that its users upload to, read from and write in. */
type Asked = (value: string) => { readonly method: 'GET' | 'POST'; readonly target: string; readonly body?: string };

const encoded = (value: string): string => encodeURIComponent(value);
const FIELDS = {
  /** A bare file name, as it was stored. */
  file: (value) => ({ method: 'GET', target: `/download?file=${encoded(value)}` }),
  /** The name that a user's file has at home, blanks and all. */
  upload: (value) => ({ method: 'POST', target: '/upload', body: `name=${encoded(value)}&kind=plan` }),
  /** A file in a folder of folders. */
  document: (value) => ({ method: 'GET', target: `/document?path=${encoded(value)}` }),
  /** A page by its word. */
  page: (value) => ({ method: 'GET', target: `/show?page=${encoded(value)}` }),
  id: (value) => ({ method: 'GET', target: `/item?id=${encoded(value)}` }),
  search: (value) => ({ method: 'GET', target: `/search?q=${encoded(value)}` }),
  text: (value) => ({ method: 'POST', target: '/notes', body: `text=${encoded(value)}&topic=general` }),
  code: (value) => ({ method: 'POST', target: '/snippets', body: `code=${encoded(value)}&language=c` }),
  avatar: (value) => ({ method: 'POST', target: '/profile', body: `avatar=${encoded(value)}&colour=blue` }),
  next: (value) => ({ method: 'GET', target: `/leave?next=${encoded(value)}` }),
  /** The target as it stands: nothing is encoded. */
  target: (value) => ({ method: 'GET', target: value }),
} as const satisfies Readonly<Record<string, Asked>>;
export type ArchiveField = keyof typeof FIELDS;

interface ArchiveScore {
  readonly alarm: boolean;
  readonly path: string;
  /** Nats; 0 where no verdict came. */
  readonly score: number;
}

const START_US = 1_790_000_000_000_000;
const STEP_US = 31_000_000;
const LEARNED = 500;
const CALIBRATED = 250;
const NOUNS = 'harbour hull keel mast rudder anchor deck plan cabin bridge engine pump valve winch crane dock'.split(
  ' ',
);
const ENDINGS = 'pdf pdf pdf png jpg svg txt dwg'.split(' ');
const PAGES = 'about contact imprint prices opening team'.split(' ');
const NEXT = ['/account', '/account/orders', '/notes', '/', '/search?q=hull', '/document'];
const CODE = [
  'for (int i = 0; i < n; i++) total += a[i];',
  '#include "hull.h"\nint main(void) { return 0; }',
  'import { plan } from "./plan.js";\nplan(4);',
  'print("hello")',
  'SELECT name FROM drawings WHERE id = 7;',
  'if (a && b) { return c; } // later',
];
const LINKS = ['see [the plan](plans/hull.md)', 'as in [another note](/notes/12)', '![the mast](mast.png) from above'];

/**
 * Scores single values in a made application whose web server alone is seen (an access log with bodies): users download by
 * name, upload, write notes and paste code. Learned from 500 visits, calibrated on 250 others, at one false alert a day.
 */
export class Archive {
  readonly #model: ReturnType<typeof webDetector.prepare>;
  #clients = 0;

  /** `alsoHeld`: values that every tenth visit brings beside the everyday ones. */
  constructor(seed = 1, alsoHeld: readonly (readonly [ArchiveField, string])[] = []) {
    const learner = webLearner({ application: 'archive', workload: 'web' });
    const random = seededRandom(seed);
    const texts = everydayTexts('messy', LEARNED + CALIBRATED, seed);
    texts.forEach((text, i) => {
      const visit = [...everydayVisit(text, random), ...(i % 10 === 0 ? alsoHeld : [])];
      for (const event of this.#visit(visit)) {
        if (i < LEARNED) learner.learn(event);
        else learner.calibrate(event);
      }
    });
    this.#model = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
  }

  score(field: ArchiveField, value: string): ArchiveScore {
    return this.scoreRow([[field, value]]);
  }

  /** Of one client, a request after another; the strongest verdict. */
  scoreRow(asked: readonly (readonly [ArchiveField, string])[]): ArchiveScore {
    const state = webDetector.start();
    const verdicts = this.#visit(asked).flatMap((event) => webDetector.step(state, event, this.#model));
    const found = verdicts
      .filter((message): message is Verdict => message.type === 'verdict')
      .sort((a, b) => b.score - a.score)[0];
    return { alarm: found !== undefined, path: found?.path ?? '', score: found?.score ?? 0 };
  }

  #visit(asked: readonly (readonly [ArchiveField, string])[]): WebRequest[] {
    const client = this.#clients++;
    const lines = asked.map(([field, value], step) => lineOf(client, step + 1, (FIELDS[field] as Asked)(value)));
    return read([lineOf(client, 0, { method: 'GET', target: '/' }), ...lines]);
  }
}

function everydayVisit(text: string, random: () => number): [ArchiveField, string][] {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const number = (below: number): string => String(1 + Math.floor(random() * below));
  const file = (): string => `${pick(NOUNS)}-${number(90)}.${pick(ENDINGS)}`;
  const visit: [ArchiveField, string][] = [
    ['file', file()],
    ['page', pick(PAGES)],
    ['id', number(400)],
    ['search', random() < 0.5 ? pick(NOUNS) : text.split(' ').slice(0, 3).join(' ')],
    ['target', `/files/${file()}`],
    ['target', random() < 0.5 ? '/static/css/site.css' : '/static/img/logo.png'],
  ];
  if (random() < 0.5) visit.push(['upload', random() < 0.5 ? file() : `${pick(NOUNS)} ${number(40)} (final).pdf`]);
  if (random() < 0.5) visit.push(['document', `20${10 + Number(number(15))}/${pick(NOUNS)}s/${file()}`]);
  if (random() < 0.5) visit.push(['text', random() < 0.2 ? `${text} ${pick(LINKS)}` : text]);
  if (random() < 0.2) visit.push(['code', pick(CODE)]);
  if (random() < 0.1) visit.push(['avatar', `https://pictures.example/${pick(NOUNS)}/${number(900)}.png`]);
  if (random() < 0.2) visit.push(['next', pick(NEXT)]);
  return visit;
}

function lineOf(client: number, step: number, { method, target, body }: ReturnType<Asked>): string {
  return JSON.stringify({
    time: new Date((START_US + client * STEP_US) / 1_000 + step * 4_000).toISOString(),
    remote_addr: `198.51.${(client >> 8) & 255}.${client & 255}`,
    method,
    uri: target,
    status: 200,
    body_bytes_sent: 900,
    host: 'archive.example',
    http_referer: 'https://archive.example/',
    http_user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
    ...(body === undefined ? {} : { content_type: 'application/x-www-form-urlencoded', request_body: body }),
  });
}

function read(lines: readonly string[]): WebRequest[] {
  const parser = openParser('access-log', {
    application: 'archive',
    workload: 'web',
    container: 'web-1',
    stream: 'archive',
    privacy: 'strict',
  });
  const items = [...parser.push(Buffer.from(`${lines.join('\n')}\n`)), ...parser.end()];
  return items.flatMap((item) => (item.type === 'event' && isRequest(item.event) ? [item.event] : []));
}

function isRequest(event: LogEvent): event is WebRequest {
  return event.type === 'web-request';
}
