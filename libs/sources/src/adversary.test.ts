import type { K8sAuditEvent, SourceItem, SourceKind, SqlStatement, WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { openParser } from './kinds.js';
import type { SourceCounts } from './source.js';

const CONTEXT = { application: 'shop', workload: 'web', container: 'web-1', stream: 's', privacy: 'full' } as const;

interface Read {
  readonly items: readonly SourceItem[];
  readonly counts: Readonly<SourceCounts>;
}

function read(kind: SourceKind, text: string): Read {
  const parser = openParser(kind, CONTEXT);
  const items = [...parser.push(Buffer.from(text, 'latin1')), ...parser.end()];
  const { lines, read: taken, ignored, malformed } = parser.counts;
  expect(taken + ignored + malformed).toBe(lines);
  return { items, counts: parser.counts };
}

function eventsOf<Event>(kind: SourceKind, text: string): Event[] {
  return read(kind, text).items.flatMap((item) => (item.type === 'event' ? [item.event as Event] : []));
}

const CLOCK = '23/Nov/2026:17:40:02 +0000';
const INJECTED = 'q=%27+or+1=1--+';

function line(request: string, rest = '200 12 "-" "UA"', who = '10.0.0.1 - -', clock = CLOCK): string {
  return `${who} [${clock}] "${request}" ${rest}\n`;
}

function highestSql(text: string): number {
  return Math.max(
    ...eventsOf<WebRequest>('access-log', text).flatMap(({ parameters }) => parameters.map((p) => p.sql)),
  );
}

const crowd = (count: number): string => Array.from({ length: count }, (_, i) => `p${i}=${i}`).join('&');
const FORGED = '[01/Jan/2100:00:00:00 +0000] \\"GET /forged HTTP/1.1\\" 200 1';

describe('access logs of an adversary', () => {
  it.each([
    ['a line in the user', line(`GET /a?${INJECTED} HTTP/1.1`, '200 1 "-" "UA"', `10.0.0.1 - x ${FORGED}`)],
    ['a line in the agent', line(`GET /a?${INJECTED} HTTP/1.1`, `200 1 "-" "x ${FORGED}"`)],
    ['a line in the referer', line(`GET /a?${INJECTED} HTTP/1.1`, `200 1 "http://a/ ${FORGED}" "UA"`)],
    ['a line in the request', line(`GET /a?${INJECTED}&y= ${FORGED} HTTP/1.1`)],
    ['a method that is none', line(`G!T /a?${INJECTED} HTTP/1.1`)],
    ['a method of 64 letters', line(`${'A'.repeat(64)} /a?${INJECTED} HTTP/1.1`)],
    ['tabs for blanks', line(`GET\t/a?${INJECTED}\tHTTP/1.1`)],
    ['no protocol', line(`/a?${INJECTED}`)],
    ['an address as target', line(`GET HTTP://x/a?${INJECTED} HTTP/1.1`)],
    ['a scheme that nobody serves', line(`GET gopher://x/?${INJECTED} HTTP/1.1`)],
    ['no answer', line(`GET /a?${INJECTED} HTTP/1.1`, '- -')],
    ['a backslash at the end', line(`GET /a?${INJECTED}\\`)],
    ['NUL and ESC in the path', line(`GET /a\0\x1b[2J?${INJECTED} HTTP/1.1`)],
    ['names of prototypes', line(`GET /a?__proto__[x]=1&constructor.prototype.y=%27+or+1=1--+ HTTP/1.1`)],
    ['parts of one injection in three parameters', line('GET /a?q=1%27/*&q=*/or/*&q=*/1=1--+ HTTP/1.1')],
    ['a semicolon for an ampersand', line(`GET /a?b=1;${INJECTED} HTTP/1.1`)],
    ['a second question mark', line(`GET /a?b?${INJECTED} HTTP/1.1`)],
    [
      'a leap second',
      line(`GET /a?${INJECTED} HTTP/1.1`, '200 1 "-" "UA"', '10.0.0.1 - -', '31/Dec/2026:23:59:60 +0000'),
    ],
    ['a name and its value', line('GET /a?id%27+or+1=1--+ HTTP/1.1')],
    ['the name of a parameter', line('GET /a?id%27+or+sleep(5)--+x HTTP/1.1')],
    ['an agent', line('GET /a HTTP/1.1', `200 1 "-" "' or 1=1-- -"`)],
    ['200 parameters before', line(`GET /a?${crowd(200)}&${INJECTED} HTTP/1.1`)],
    ['3,000 parameters before', line(`GET /a?${crowd(3_000)}&${INJECTED} HTTP/1.1`)],
    ['200 of one name before', line(`GET /a?${'q=1&'.repeat(200)}${INJECTED} HTTP/1.1`)],
  ])('sees the injection beside %s', (_, text) => {
    const [event, ...more] = eventsOf<WebRequest>('access-log', text);
    expect(more).toEqual([]);
    expect(new Date(event!.timeUs / 1_000).getUTCFullYear()).toBeLessThanOrEqual(2027);
    expect(highestSql(text)).toBeGreaterThanOrEqual(3);
  });

  it.each([
    '/static/%2e%2e/%2e%2e/etc/passwd',
    '/cgi-bin/.%2e/.%2e/bin/sh',
    '/a/../../../../../../x',
    '/icons/.%252e/etc/passwd',
  ])('reads the path %s as one that leaves its folder', (path) => {
    const [event] = eventsOf<WebRequest>('access-log', line(`GET ${path} HTTP/1.1`));
    const acts = event!.parameters.flatMap((parameter) => parameter.acts ?? []);
    expect(acts).toContainEqual(expect.objectContaining({ kind: 'traversal', grade: 3 }));
  });

  it('keeps a command among 200 parameters, and says how many are not told', () => {
    const [event] = eventsOf<WebRequest>('access-log', line(`GET /a?${crowd(200)}&x=%3Bw%27h%27oami HTTP/1.1`));
    expect(event!.parameters.some(({ acts }) => acts?.some(({ kind }) => kind === 'command'))).toBe(true);
    expect(event).toMatchObject({ parametersDropped: 137 });
    const [crowded] = eventsOf<WebRequest>('access-log', line(`GET /a?${crowd(400)} HTTP/1.1`));
    expect(crowded!.unseen).toEqual(['parameters']);
  });

  it('reads what stands beside more headers than are looked at', () => {
    const headers = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`K${i}`, ['v']]));
    const request = { headers, uri: `/a?${INJECTED}`, method: 'GET', client_ip: '10.0.0.1' };
    expect(highestSql(`${JSON.stringify({ request, ts: 1_795_455_602.1, status: 200 })}\n`)).toBeGreaterThanOrEqual(3);
  });

  it("takes an agent's quotes in nginx's JSON for text", () => {
    const agent = 'x\\x22,\\x22request_uri\\x22:\\x22/forged\\x22,\\x22time\\x22:\\x222100-01-01T00:00:00Z';
    const text = `{"time":"2026-11-23T17:40:02Z","request_uri":"/a?${INJECTED}","status":200,"http_user_agent":"${agent}"}\n`;
    expect(highestSql(text)).toBeGreaterThanOrEqual(3);
  });
});

const POSTGRES = '2026-11-23 17:40:02.100 UTC [77] app@shop ';

describe('logs of statements of an adversary', () => {
  const texts = (text: string): string[] => eventsOf<SqlStatement>('sql-log', text).map(({ outline }) => outline);

  it.each([
    ['a severity as the name of an application', `${POSTGRES}x ERROR:  LOG:  statement: select 1 or 1=1\n`],
    ['a severity and words', `${POSTGRES}DEBUG:  a b LOG:  statement: select 1 or 1=1\n`],
    [
      'a user with a severity',
      '2026-11-23 17:40:02.100 UTC [77] a LOG:  statement: x@shop LOG:  statement: select 1 or 1=1\n',
    ],
  ])('reads the statement behind %s', (_, text) => {
    expect(texts(text)).toEqual([expect.stringContaining('select ? or ? = ?')]);
  });

  it('takes an entry behind a tab for a part of the statement', () => {
    const text = `${POSTGRES}LOG:  statement: select 'a\n\t2099-01-01 00:00:00 UTC [78] root@shop LOG:  statement: drop table x'\n`;
    expect(texts(text)).toEqual(['select ?']);
  });

  it.each([
    ['a literal', "select '", '2099'],
    ['an escaped quote', "select 'a\\'", '2099'],
  ])('believes no time in what may be %s', (_, statement) => {
    const text = `261123 17:40:02\t    5 Query\t${statement}\n991231 23:59:59\t    5 Query\tselect 5\n\t\t    5 Query\tselect 2\n`;
    for (const { timeUs } of eventsOf<SqlStatement>('sql-log', text))
      expect(timeUs).toBe(Date.UTC(2026, 10, 23, 17, 40, 2) * 1_000);
  });

  it('reads a statement of 300,000 lines', () => {
    expect(texts(`261123 17:40:02\t    5 Query\tselect '${'\n'.repeat(300_000)}' or 1=1\n`)).toHaveLength(1);
  });
});

function audit(parts: object): string {
  return `${JSON.stringify({
    kind: 'Event',
    auditID: 'a1',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    requestURI: '/api/v1/namespaces/d/secrets',
    verb: 'list',
    user: { username: 'eve', groups: [] },
    objectRef: { resource: 'secrets', namespace: 'd' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-23T17:40:02.000000Z',
    stageTimestamp: '2026-11-23T17:40:02.100000Z',
    ...parts,
  })}\n`;
}

describe('audit logs of an adversary', () => {
  it.each([600, 5_000, 50_000])('reads an event whose body is nested %i deep, and what follows', (depth) => {
    const deep = `"requestObject":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)},"auditID"`;
    const text = audit({}).replace('"auditID"', deep) + audit({ auditID: 'a2' });
    expect(eventsOf<K8sAuditEvent>('k8s-audit', text).map(({ auditId }) => auditId)).toEqual(['a1', 'a2']);
  });

  it.each([
    ['another verb', { verb: 'delete' }],
    ['another user', { user: { username: 'mallory' } }],
    ['another address of the interface', { requestURI: '/api/v1/namespaces/e/secrets' }],
    ['another time', { stageTimestamp: '2026-11-23T17:40:02.100001Z' }],
  ])('takes an auditID that was used for another request: %s', (_, parts) => {
    expect(eventsOf('k8s-audit', audit({}) + audit(parts))).toHaveLength(2);
  });

  it.each([
    ['a year before the first', { stageTimestamp: '-001-01-01T00:00:00Z' }],
    ['a leap second', { stageTimestamp: '2026-12-31T23:59:60.000000Z' }],
    ['names of prototypes', { user: { username: '__proto__' }, objectRef: { resource: 'constructor' } }],
    ['an object for a name', { user: { username: { a: 1 } } }],
    ['a name of 5,000 characters with ESC and bidi', { user: { username: `\u001b[2J\u202e${'x'.repeat(5_000)}` } }],
    ['an auditID of 100,000 characters', { auditID: 'x'.repeat(100_000) }],
    ['separators in the auditID', { auditID: 'a/ResponseComplete/b\n\0' }],
  ])('reads %s', (_, parts) => {
    const [event] = eventsOf<K8sAuditEvent>('k8s-audit', audit(parts));
    expect(event!.id.length).toBeLessThanOrEqual(512);
    expect(event!.user.name).not.toContain('\u001b');
    expect(event!.timeUs).toBeGreaterThan(0);
  });
});

function callsOf(kind: SourceKind, text: string): number[] {
  return read(kind, text).items.flatMap((item) => (item.type === 'calls' ? [...item.calls.numbers] : []));
}

const EXECVE = 59;

describe('traces of an adversary', () => {
  const falco = JSON.stringify({ 'evt.type': 'openat', 'evt.dir': '<', 'thread.tid': 7, 'evt.args': 'fd=3\n{"evt.type":"execve"}', 'evt.time': 1 }); // prettier-ignore

  it.each<[string, SourceKind, string]>([
    [
      'a line in a buffer',
      'strace',
      '7 1795455602.0 write(1, "7 1795455602.1 execve(\\"/bin/sh\\", [], 0x1) = 0\\n", 48) = 48\n',
    ],
    [
      'what a program prints',
      'strace',
      '[pid 7] 1795455602.0 read(0, "", 1) = 0\nhello execve("/bin/sh", [], 0) = 0\n',
    ],
    ['a file named like an end', 'strace', '7 1795455602.0 openat(AT_FDCWD, "/a\\") = 3\\n7 execve(", O_RDONLY) = 3\n'],
    [
      'a message of a user in the audit log',
      'auditd',
      "type=USER_LOGIN msg=audit(1795455602.100:6): pid=1 msg='type=SYSCALL msg=audit(1:1): arch=c000003e syscall=59 exit=0 pid=9'\n",
    ],
    ['a line end in an argument', 'sysdig-json', `${falco}\n`],
  ])('counts no call that %s tells of', (_, kind, text) => {
    expect(callsOf(kind, text)).not.toContain(EXECVE);
  });

  it.each<[string, SourceKind, string]>([
    ['a bracket in the name', 'strace', '[pid 7<a] b>] 1795455602.0 execve("/bin/sh", [], 0) = 0\n'],
    ['an arrow in the name', 'strace', '7<a\\76 x> 1795455602.0 execve("/bin/sh", [], 0) = 0\n'],
    [
      'a field in the name',
      'auditd',
      'type=SYSCALL msg=audit(1795455602.100:5): arch=c000003e syscall=59 exit=0 pid=7 comm="a syscall=1" exe="/bin/sh"\n',
    ],
    [
      'half a byte in hex',
      'auditd',
      'type=SYSCALL msg=audit(1795455602.100:5): arch=c000003e syscall=59 exit=0 pid=7 exe=2F6\n',
    ],
    [
      'a bracket and an arrow in the name',
      'sysdig',
      '1 10:09:01.5 0 evil (1) > write (77) < execve res=0 exe=/bin/sh \n',
    ],
    [
      'braces in the arguments',
      'tetragon',
      `${JSON.stringify({ process_exec: { process: { pid: 7, binary: '/bin/sh', arguments: '-c "x\n{}"' } }, time: '2026-11-23T17:40:02Z' })}\n`,
    ],
  ])('counts the call of a process with %s', (_, kind, text) => {
    expect(callsOf(kind, text)).toEqual([EXECVE]);
  });

  it('comes back from times that two lines agreed on', () => {
    const at = (seconds: number): string => `7 ${seconds}.0 read(0, "", 1) = 0\n`;
    const { items } = read('strace', at(1_795_455_602) + at(4_102_444_800) + at(4_102_444_801) + at(1_795_455_603));
    const times = items.flatMap((item) => (item.type === 'calls' ? [...item.calls.timesUs] : []));
    expect(times.at(-1)).toBe(1_795_455_603_000_000);
  });

  it('tells 20,000 calls that never return', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i + 1} 1795455602.0 read(0,  <unfinished ...>\n`);
    expect(callsOf('strace', lines.join(''))).toHaveLength(20_000);
  });
});
