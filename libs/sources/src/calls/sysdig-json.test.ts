import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { parseText } from '../testing/collect-items.js';
import { SysdigJsonParser } from './sysdig-json.js';

const SAMPLE =
  '{"evt.cpu":0,"evt.dir":">","evt.num":18380,"evt.time":1659087941552081087,"evt.type":"epoll_pwait","container.id":"4a1d8c0f2b3e","proc.name":"nginx","thread.tid":49892}';

function event(fields: Record<string, unknown>): string {
  return JSON.stringify({
    'evt.dir': '<',
    'evt.type': 'read',
    'thread.tid': 7,
    'container.id': '4a1d8c0f2b3e',
    ...fields,
  })
    .replace(/"(\d{19})"/g, '$1')
    .concat('\n');
}

describe('SysdigJsonParser', () => {
  it('reads the published sample, its time exact to the microsecond', () => {
    const parser = new SysdigJsonParser(context());
    const { calls, ended } = parseText(parser, SAMPLE);
    expect(ended).toBe(true);
    expect(calls['4a1d8c0f2b3e']).toMatchObject({
      names: ['epoll_pwait'],
      threads: [49_892],
      timesUs: [1_659_087_941_552_081],
    });
    expect(parser.counts).toMatchObject({ lines: 1, events: 1, malformed: 0 });
  });

  it('counts returns where a stream has them, and entries where it has none, never both', () => {
    const entry = event({ 'evt.dir': '>', 'evt.time': '1659087941552081087' });
    const exit = event({ 'evt.dir': '<', 'evt.time': '1659087941552082087', 'evt.info': 'res=12 data=GET' });
    const both = new SysdigJsonParser(context());
    expect(parseText(both, (entry + exit).repeat(50)).calls['4a1d8c0f2b3e']).toMatchObject({
      names: new Array<string>(50).fill('read'),
      results: new Array<number>(50).fill(12),
    });
    expect(both.counts).toMatchObject({ events: 50, otherDirection: 50 });
    expect(parseText(new SysdigJsonParser(context()), entry.repeat(3_000)).calls['4a1d8c0f2b3e']?.names).toHaveLength(
      3_000,
    );
    expect(parseText(new SysdigJsonParser(context()), exit.repeat(3_000)).calls['4a1d8c0f2b3e']?.names).toHaveLength(
      3_000,
    );
  });

  it('counts a call that never returns at its entry, and the making of a process once', () => {
    const text =
      event({ 'evt.type': 'clone', 'evt.info': 'res=4711(sh) exe=/bin/sh' }) +
      event({ 'evt.type': 'clone', 'evt.info': 'res=0 exe=/bin/sh', 'thread.tid': 4_711 }) +
      event({ 'evt.type': 'exit_group', 'evt.dir': '>', 'thread.tid': 4_711 });
    expect(parseText(new SysdigJsonParser(context()), text).calls['4a1d8c0f2b3e']?.names).toEqual([
      'clone',
      'exit_group',
    ]);
  });

  it('tells containers apart by the first twelve digits of their ids, whatever their form', () => {
    const long = '4a1d8c0f2b3e' + 'f'.repeat(52);
    const text =
      event({ 'container.id': long, 'container.name': 'web', 'k8s.pod.name': 'web-1', 'k8s.ns.name': 'shop' }) +
      event({ 'container.id': `containerd://${long}` }) +
      event({ 'container.id': '000000000001' }) +
      event({ 'container.id': 'host' }) +
      event({ 'container.id': null });
    const { calls } = parseText(new SysdigJsonParser(context()), text);
    expect(Object.keys(calls).sort()).toEqual(['', '000000000001', '4a1d8c0f2b3e', 'host']);
    expect(calls['4a1d8c0f2b3e']?.of).toEqual({
      container: '4a1d8c0f2b3e',
      name: 'web',
      pod: 'web-1',
      namespace: 'shop',
    });
    expect(calls['4a1d8c0f2b3e']?.names).toHaveLength(2);
    expect(calls['']?.of).toBeUndefined();
  });

  it('takes the names of sysdig for the calls that they are', () => {
    const types = ['pread', 'pwrite', 'umount', 'prlimit', 'unknown', 'brandnewcall'];
    const text = types.map((type) => event({ 'evt.type': type })).join('');
    expect(parseText(new SysdigJsonParser(context()), text).calls['4a1d8c0f2b3e']?.names).toEqual([
      'pread64',
      'pwrite64',
      'umount2',
      'prlimit64',
      'unknown',
      'unknown',
    ]);
  });

  it('passes over what is no call, and makes gaps of drops', () => {
    const parser = new SysdigJsonParser(context());
    const falco = JSON.stringify({
      rule: 'Falco internal: syscall event drop',
      time: '2022-07-29T09:45:43.000000000Z',
      output_fields: { n_drops: '42', ebpf_enabled: '1' },
    });
    const text =
      event({ 'evt.time': '1659087941552081087' }) +
      event({ 'evt.type': 'switch' }) +
      event({ 'evt.type': 'procexit' }) +
      event({ 'evt.type': 'drop', 'evt.time': '1659087942552081087' }) +
      falco +
      '\n';
    const { calls, gaps } = parseText(parser, text);
    expect(calls['4a1d8c0f2b3e']?.names).toEqual(['read']);
    expect(gaps).toEqual([
      { startUs: 1_659_087_941_552_081, endUs: 1_659_087_942_552_081, cause: 'source-drop' },
      { startUs: 1_659_087_941_552_081, endUs: 1_659_087_943_000_000, lost: 42, cause: 'source-drop' },
    ]);
    expect(parser.counts).toMatchObject({ notCalls: 2, drops: 2, malformed: 0 });
  });

  it('reads the calls that a Falco rule lets out, and lists of objects', () => {
    const falco = JSON.stringify({
      output: 'x',
      priority: 'Notice',
      rule: 'every call',
      time: '2022-07-29T09:45:41.552081087Z',
      output_fields: { 'container.id': '4a1d8c0f2b3e', 'evt.type': 'connect', 'thread.tid': 9 },
    });
    const { calls } = parseText(new SysdigJsonParser(context()), `[\n${falco},\n${falco}\n]\n`);
    expect(calls['4a1d8c0f2b3e']).toMatchObject({
      names: ['connect', 'connect'],
      threads: [9, 9],
      timesUs: [1_659_087_941_552_081, 1_659_087_941_552_081],
    });
  });

  it('names the files that are opened and the programs that are run', () => {
    const text =
      event({
        'evt.type': 'openat',
        'evt.info': 'fd=9(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=/etc/passwd flags=1(O_RDONLY)',
      }) +
      event({ 'evt.type': 'open', 'fd.name': '/srv/app/index.php', 'evt.info': 'fd=4(<f>/srv/app/index.php) name=x' }) +
      event({ 'evt.type': 'execve', 'proc.exepath': '/usr/bin/id', 'evt.info': 'res=0 exe=id args=' }) +
      event({ 'evt.type': 'unlink', 'evt.info': 'res=-2(ENOENT) path=/tmp/x' });
    expect(parseText(new SysdigJsonParser(context()), text).calls['4a1d8c0f2b3e']).toMatchObject({
      paths: ['/etc/passwd', '/srv/app/index.php', '/usr/bin/id', '/tmp/x'],
      results: [9, 4, 0, -2],
    });
  });

  it('counts lines that are none, and goes on', () => {
    const parser = new SysdigJsonParser(context());
    const { calls } = parseText(
      parser,
      `${event({})}not json\n{"evt.type":\n{"evt.type":"re ad"}\n{}\n[1]\n\n${event({})}`,
    );
    expect(calls['4a1d8c0f2b3e']?.names).toHaveLength(2);
    expect(parser.counts).toMatchObject({ lines: 7, events: 2, malformed: 5 });
  });

  it('keeps apart more containers than it has slots for', () => {
    const parser = new SysdigJsonParser(context());
    const ids = Array.from({ length: 10_000 }, (_, i) => i.toString(16).padStart(12, '0'));
    const { calls } = parseText(
      parser,
      ids
        .map((id) => event({ 'container.id': id }))
        .join('')
        .repeat(2),
    );
    expect(Object.keys(calls)).toHaveLength(10_000);
    expect(Object.values(calls).every(({ names }) => names.length === 2)).toBe(true);
  });
});
