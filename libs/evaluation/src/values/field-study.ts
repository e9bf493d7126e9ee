import type { LogEvent, Verdict, WebRequest } from '@plimsoll/contracts';
import { webLearner, webDetector } from '@plimsoll/detection';
import { openParser } from '@plimsoll/sources';

import { seededRandom } from '../intervals.js';
import { everydayTexts } from './everyday-text.js';

/** Where a text is put: a form's free text, a search, or a number in an address. */
export type Field = 'text' | 'search' | 'id';

export interface ScoredText {
  readonly text: string;
  readonly alarm: boolean;
  readonly path: string;
  /** Nats; 0 where no verdict came. */
  readonly score: number;
}

const START_US = 1_790_000_000_000_000;
const STEP_US = 47_000_000;
const PAGES: Readonly<Record<Field, string>> = { text: '/messages', search: '/search', id: '/items' };

/**
 * Scores texts in a field of a made application whose web server alone is seen (an access log with bodies, no database):
 * what a value tells by itself. The application is learned from 900 visits with `learned` texts and calibrated on 450
 * others; the budget is one false alert a day. Each text comes from a client of its own.
 */
export class FieldStudy {
  readonly #model: ReturnType<typeof webDetector.prepare>;
  #clients = 0;

  constructor(learned: 'clean' | 'messy', seed = 1) {
    const learner = webLearner({ application: 'study', workload: 'web' });
    const random = seededRandom(seed);
    const texts = everydayTexts(learned, 1_350, seed);
    texts.forEach((text, i) => {
      const number = String(1 + Math.floor(random() * 400));
      const visits = [
        ...this.#visit('text', text),
        ...this.#visit('id', number),
        ...this.#visit('search', text.split(' ').slice(0, 3).join(' ')),
      ];
      for (const event of visits) {
        if (i < 900) learner.learn(event);
        else learner.calibrate(event);
      }
    });
    this.#model = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
  }

  score(text: string, field: Field): ScoredText {
    const state = webDetector.start();
    const verdicts = this.#visit(field, text).flatMap((event) => webDetector.step(state, event, this.#model));
    const found = verdicts.find((message): message is Verdict => message.type === 'verdict');
    return { text, alarm: found !== undefined, path: found?.path ?? '', score: found?.score ?? 0 };
  }

  /** The page with the form, then the form sent. */
  #visit(field: Field, text: string): WebRequest[] {
    const client = this.#clients++;
    const page = PAGES[field];
    const encoded = encodeURIComponent(Buffer.from(text).toString());
    const first = this.#line(client, 0, 'GET', page, undefined);
    if (field === 'text') return read([first, this.#line(client, 1, 'POST', page, `text=${encoded}&topic=general`)]);
    return read([first, this.#line(client, 1, 'GET', `${page}?${field === 'id' ? 'id' : 'q'}=${encoded}`, undefined)]);
  }

  #line(client: number, step: number, method: string, target: string, body: string | undefined): string {
    return JSON.stringify({
      time: new Date((START_US + client * STEP_US) / 1_000 + step * 8_000).toISOString(),
      remote_addr: `198.51.${(client >> 8) & 255}.${client & 255}`,
      method,
      uri: target,
      status: 200,
      body_bytes_sent: 900,
      host: 'study.example',
      http_referer: `https://study.example${PAGES.text}`,
      http_user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
      ...(body === undefined ? {} : { content_type: 'application/x-www-form-urlencoded', request_body: body }),
    });
  }
}

function read(lines: readonly string[]): WebRequest[] {
  const parser = openParser('access-log', {
    application: 'study',
    workload: 'web',
    container: 'web-1',
    stream: 'study',
    privacy: 'strict',
  });
  const items = [...parser.push(Buffer.from(`${lines.join('\n')}\n`)), ...parser.end()];
  return items.flatMap((item) => (item.type === 'event' && isRequest(item.event) ? [item.event] : []));
}

function isRequest(event: LogEvent): event is WebRequest {
  return event.type === 'web-request';
}
