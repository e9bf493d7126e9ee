import type { SourceKind } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { openParser } from './kinds.js';
import type { SourceParser } from './source.js';

const CONTEXT = { application: 'shop', workload: 'web', container: 'web-1', stream: 's', privacy: 'full' } as const;
const CLOCK = '23/Nov/2026:17:40:02 +0000';

function after(kind: SourceKind, text: string): SourceParser {
  const parser = openParser(kind, CONTEXT);
  parser.push(Buffer.from(text, 'latin1'));
  parser.end();
  return parser;
}

const accessLine = (request: string): string => `10.0.0.1 - - [${CLOCK}] "${request}" 200 12 "-" "UA"\n`;
const falcoLine = (parts: object): string =>
  `${JSON.stringify({ 'evt.type': 'read', 'evt.dir': '<', 'thread.tid': 7, ...parts })}\n`;

describe('lines that shall fill or stop a parser', () => {
  it.each<[string, SourceKind, string]>([
    ['20,000 clocks', 'access-log', `10.0.0.1 - - ${` [${'x'.repeat(20)}] "`.repeat(20_000)}\n`],
    ['200,000 quotes', 'access-log', accessLine(`GET /a${'" '.repeat(200_000)} HTTP/1.1`)],
    ['900,000 letters', 'access-log', accessLine(`GET /a?pad=${'A'.repeat(900_000)} HTTP/1.1`)],
    ['1,500,000 letters', 'access-log', accessLine(`GET /a?pad=${'A'.repeat(1_500_000)} HTTP/1.1`)],
    ['100,000 lists', 'access-log', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"path":"/"}\n`],
    [
      '20,000 objects',
      'sysdig-json',
      `{"output_fields":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)},"evt.type":"read"}\n`,
    ],
    [
      'a brace in a captured header',
      'access-log',
      `10.0.1.2:33317 [06/Feb/2026:12:14:14.655] in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {a} b} "GET / HTTP/1.1"\n`,
    ],
  ])('refuses %s aloud, and reads the next line', (_, kind, text) => {
    const next = kind === 'access-log' ? accessLine('GET / HTTP/1.1') : falcoLine({});
    const fromMs = performance.now();
    expect(after(kind, text + next).counts).toMatchObject({ lines: 2, read: 1, malformed: 1 });
    expect(performance.now() - fromMs).toBeLessThan(3_000);
  });

  it('tells the calls of 5,000 containers', () => {
    const lines = Array.from({ length: 5_000 }, (_, i) =>
      falcoLine({ 'container.id': i.toString(16).padStart(12, '0') }),
    );
    expect(after('sysdig-json', lines.join('')).counts).toMatchObject({ events: 5_000, malformed: 0 });
  });

  it.each([-5, 1e19, 0])('tells a call at %d, at no time before the first', (time) => {
    const parser = openParser('sysdig-json', CONTEXT);
    const items = [...parser.push(Buffer.from(falcoLine({ 'evt.time': time }))), ...parser.end()];
    const times = items.flatMap((item) => (item.type === 'calls' ? [...item.calls.timesUs] : []));
    expect(times).toEqual([0]);
  });
});
