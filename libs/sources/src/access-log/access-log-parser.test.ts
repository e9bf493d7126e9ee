import type { SourceItem, WebRequest } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { AccessLogParser } from './access-log-parser.js';

const COMBINED =
  '127.0.0.1 - - [23/Nov/2026:18:45:46 +0000] "GET /d.php?q=d%27Arc HTTP/1.1" 500 453 "http://shop.test/home.php" "Mozilla/5.0 (X11; \\"odd\\")"';
const JSON_LINE =
  '{"time": "2026-11-23T18:45:46.230Z", "remote": "127.0.0.1", "method": "POST", "path": "/a", "query": "x=1", "status": 200, "bytes": 7, "referer": "", "origin": "http://evil.test", "user_agent": "u", "host": "shop.test:80"}';

function parse(text: string): { requests: WebRequest[]; parser: AccessLogParser } {
  const parser = new AccessLogParser(context(), 'key');
  const items: SourceItem[] = [...parser.push(Buffer.from(text, 'latin1')), ...parser.end()];
  return {
    requests: items.flatMap((item) => (item.type === 'event' && item.event.type === 'web-request' ? [item.event] : [])),
    parser,
  };
}

describe('the access log parser', () => {
  it('reads combined, common, virtual host and JSON lines', () => {
    const common = '::1 - frank [23/Nov/2026:18:45:46 +0100] "HEAD / HTTP/1.0" 304 -';
    const { requests, parser } = parse([COMBINED, common, `shop.test:443 ${common}`, JSON_LINE].join('\n'));
    expect(parser.counts).toMatchObject({ lines: 4, events: 4, malformed: 0 });
    expect(requests.map(({ method, path, status, bytes }) => [method, path, status, bytes])).toEqual([
      ['GET', '/d.php', 500, 453],
      ['HEAD', '/', 304, 0],
      ['HEAD', '/', 304, 0],
      ['POST', '/a', 200, 7],
    ]);
    expect(requests[0]).toMatchObject({
      id: 'test:1',
      referer: 'same',
      refererPath: '/home.php',
      timeUs: 1_795_459_546_000_000,
    });
    expect(requests[3]).toMatchObject({ origin: 'foreign', referer: 'absent', timeUs: 1_795_459_546_230_000 });
  });

  it('leaves out what a format does not record', () => {
    const [combined, json] = parse(`${COMBINED}\n${JSON_LINE}`).requests;
    expect(combined).not.toHaveProperty('origin');
    expect(combined).not.toHaveProperty('fetchSite');
    expect(json).toHaveProperty('origin');
  });

  it('survives bytes that are no UTF-8, escapes, and requests without a protocol', () => {
    const { requests, parser } = parse(
      '1.2.3.4 - - [23/Nov/2026:18:45:46 +0000] "GET /\xff\\x22?q=\\xe9" 200 1 "-" "-"\n1.2.3.4 - - [23/Nov/2026:18:45:46 +0000] "\\x16\\x03\\x01" 400 226 "-" "-"',
    );
    expect(parser.counts.malformed).toBe(0);
    expect(requests.map(({ method, status }) => [method, status])).toEqual([
      ['GET', 200],
      ['', 400],
    ]);
  });

  it('counts what is no line of an access log, and never throws', () => {
    expect(parse('hello\n{"a":1}\n\n').parser.counts).toMatchObject({ lines: 2, events: 0, malformed: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom(COMBINED, JSON_LINE),
        fc.nat(200),
        fc.string({ maxLength: 20 }),
        (line, at, inserted) => {
          const { counts } = parse(line.slice(0, at) + inserted + line.slice(at + inserted.length)).parser;
          expect(counts.events + counts.malformed).toBe(counts.lines);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('gives the same events for any split of the bytes', () => {
    const bytes = Buffer.from(`${COMBINED}\n${JSON_LINE}\n`);
    const whole = parse(bytes.toString('latin1')).requests;
    const parser = new AccessLogParser(context(), 'key');
    const items = [...bytes].flatMap((byte) => [...parser.push(Uint8Array.of(byte))]);
    expect(items.map((item) => (item.type === 'event' ? item.event : item))).toEqual(whole);
  });
});
