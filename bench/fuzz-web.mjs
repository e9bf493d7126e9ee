/**
 * Sends mutated requests, statements and log lines through events and detectors: nothing may throw, take long, or show
 * what was planted as a secret. Run after `npm run build`:
 *
 *   node bench/fuzz-web.mjs [COUNT] [SEED]
 */
import { Buffer } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { sqlLearner, sqlDetector, webLearner, webDetector } from '@plimsoll/detection';
import { seededRandom } from '@plimsoll/evaluation';
import { AccessLogParser, ExchangeEvents } from '@plimsoll/sources';

const count = Number(process.argv[2] ?? 1_000_000);
const random = seededRandom(Number(process.argv[3] ?? 1));
// Long and mixed, as tokens are: where a mutation breaks the name of its field, its looks must still give it away.
const SECRET = 'planted-Secret-0042-aB3dE5';
const LIMIT_MS = 250;
const pick = (items) => items[Math.floor(random() * items.length)];
const print = (line) => process.stdout.write(`${line}\n`);

const PIECES = [
  ...`'|"|\`|<|>|(|)|;|,|#|--|/*|*/|\\|%|%27|%3C|%253C|\\u003c|&lt;|&#x3c;|\0|\r\n|{|}|[|]|:|=|&|é|😀|王| `.split('|'),
  ..." or 1=1 | union select | and sleep(5)|<script>|</script>|<svg onload=|javascript:|O'Brien|select|where|9|abc|null|true|../".split(
    '|',
  ),
];
function mutated(text) {
  let out = text;
  for (let i = Math.floor(random() * 5); i > 0; i--) {
    const at = Math.floor(random() * (out.length + 1));
    const piece = random() < 0.02 ? pick(PIECES).repeat(2_000) : pick(PIECES);
    out = random() < 0.3 ? out.slice(0, at) + out.slice(at + 3) : out.slice(0, at) + piece + out.slice(at);
  }
  return out;
}

const TYPES = [
  'application/x-www-form-urlencoded',
  'application/json',
  'multipart/form-data; boundary=b',
  'text/plain',
  '',
];
const BODIES = [
  `name=Bob&note=hello+there&password=${SECRET}`,
  `{"text":"a < b","items":[{"id":4}],"token":"${SECRET}"}`,
  '--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nhello\r\n--b--',
];
const STATEMENTS = [
  "SELECT id, name FROM users WHERE name='Bob' AND rank=4 ORDER BY id LIMIT 20",
  "UPDATE notes SET title='x', text='y' WHERE id=4",
  "INSERT INTO notes (a,b) VALUES (1,'x'),(2,'y')",
];
let timeUs = 1e15;
let ordinal = 0;
function http() {
  const body = Buffer.from(mutated(pick(BODIES)));
  const page = Buffer.from(mutated('<html><script>go({"a":1})</script><p>hello there</p></html>'));
  const headers = [
    ['Host', 'shop.test'],
    ['Content-Type', pick(TYPES)],
    ['Cookie', `sid=${SECRET}`],
    ['Referer', mutated('http://shop.test/items/4')],
    ['Origin', mutated('http://shop.test')],
  ];
  timeUs += 1e6;
  return {
    type: 'http',
    side: 'server',
    connection: `c${ordinal % 5}`,
    ordinal: ordinal++,
    thread: 1,
    peer: '10.0.0.1:99',
    startUs: timeUs,
    endUs: timeUs + 5_000,
    request: {
      method: pick(['GET', 'POST', 'PUT']),
      target: mutated('/items/4?q=hello&sort=name'),
      version: '1.1',
      headers,
      body,
      bodyBytes: body.length,
      complete: true,
    },
    response: {
      status: 200,
      headers: [['Content-Type', pick(['text/html', 'application/json', ''])]],
      body: page,
      bodyBytes: page.length,
      decoded: false,
      complete: true,
      timeUs,
    },
  };
}
function sql(side) {
  const statement = Buffer.from(mutated(pick(STATEMENTS)));
  return {
    type: 'sql',
    side,
    protocol: pick(['mysql', 'postgresql']),
    connection: 'd1',
    ordinal: ordinal++,
    thread: 1,
    peer: '',
    startUs: timeUs + 1e6 + 100,
    endUs: timeUs + 1e6 + 200,
    user: 'app',
    database: 'shop',
    statement,
    prepared: false,
    parameters: 0,
    complete: true,
    response: { kind: pick(['ok', 'rows', 'error']), rows: 1, affected: 1, columns: [], bytes: 9, complete: true },
  };
}
const LINES = [
  '127.0.0.1 - - [23/Nov/2026:18:45:46 +0000] "GET /d?q=d%27Arc HTTP/1.1" 500 453 "http://shop.test/home" "Mozilla/5.0"',
  '{"time":"2026-11-23T18:45:46.230Z","remote":"127.0.0.1","method":"POST","path":"/a","query":"x=1","status":200,"bytes":7,"referer":"","user_agent":"u"}',
];

const context = { application: 'shop', workload: 'web', container: 'w', stream: 'fuzz', privacy: 'full' };
const exchanges = new ExchangeEvents(context, 'key');
const log = new AccessLogParser(context, 'key');
const produce = () => {
  const what = random();
  if (what < 0.2)
    return log
      .push(Buffer.from(`${mutated(pick(LINES))}\n`))
      .flatMap((item) => (item.type === 'event' ? [item.event] : []));
  if (what < 0.4) return exchanges.push(sql('server'));
  if (what < 0.5) return exchanges.push(sql('client'));
  return exchanges.push(http());
};

const parts = {
  'web-request': { detector: webDetector, learner: webLearner(context), states: new Map() },
  'sql-statement': { detector: sqlDetector, learner: sqlLearner(context), states: new Map() },
};
for (let i = 0; i < 600; i++)
  for (const event of produce()) parts[event.type].learner[i < 400 ? 'learn' : 'calibrate'](event);
for (const part of Object.values(parts))
  part.model = part.detector.prepare(part.learner.finish(), { falseAlertsPerDay: 1 });

let [events, verdicts, slowestMs, bytes] = [0, 0, 0, 0];
const began = performance.now();
for (let i = 0; i < count; i++) {
  // Processor time: what else runs on the machine is no fault of the input.
  const before = process.cpuUsage();
  for (const event of produce()) {
    const { detector, model, states } = parts[event.type];
    if (!states.has(event.key)) {
      if (states.size > 1_000) states.clear();
      states.set(event.key, detector.start());
    }
    const answers = detector.step(states.get(event.key), event, model);
    const text = JSON.stringify([event, answers]);
    if (text.includes(SECRET))
      throw new Error(
        `a planted secret left in a ${event.type}: ${text.slice(Math.max(text.indexOf(SECRET) - 80, 0)).slice(0, 160)}`,
      );
    events += 1;
    verdicts += answers.length;
    bytes += text.length;
  }
  const { user, system } = process.cpuUsage(before);
  slowestMs = Math.max(slowestMs, (user + system) / 1_000);
}
const seconds = (performance.now() - began) / 1_000;
print(
  `${count} inputs, ${events} events, ${verdicts} answers, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s; slowest ${slowestMs.toFixed(1)} ms`,
);
if (slowestMs > LIMIT_MS) throw new Error(`an input took ${slowestMs.toFixed(0)} ms, the limit is ${LIMIT_MS}`);
