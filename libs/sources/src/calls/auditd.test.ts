import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { parseText } from '../testing/collect-items.js';
import { AuditdParser } from './auditd.js';

const SAMPLE =
  'type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13 a0=7fffd19c5592 a1=0 a2=7fffd19c4b50 a3=a items=1 ppid=2686 pid=3538 auid=500 uid=500 tty=pts0 ses=1 comm="cat" exe="/bin/cat" key="sshd_config"\n';

describe('AuditdParser', () => {
  it('reads the published sample', () => {
    const parser = new AuditdParser(context());
    expect(parseText(parser, SAMPLE).calls['']).toMatchObject({
      names: ['open'],
      threads: [3_538],
      timesUs: [1_364_481_363_243_000],
      results: [-13],
    });
    expect(parser.counts).toMatchObject({ lines: 1, events: 1, malformed: 0 });
  });

  it('takes calls from the table of their own machine, and refuses those of a machine without one', () => {
    const text = ['40000003 syscall=11', 'c00000b7 syscall=221', 'c000003e syscall=1073742344', '40000028 syscall=11']
      .map((machine) => SAMPLE.replace('c000003e syscall=2', machine))
      .join('');
    const parser = new AuditdParser(context());
    expect(parseText(parser, text).calls['']?.names).toEqual(['execve', 'execve', 'execve']);
    expect(parser.counts).toMatchObject({ lines: 4, read: 3, malformed: 1 });
    expect(parser.refusals[0]).toMatchObject({ cause: 'calls of a machine without a table', count: 1 });
  });

  it.each([
    ['audispd over syslog', `Nov 20 19:55:30 h1 audispd: node=h1 ${SAMPLE}`],
    [
      'the kernel without a daemon',
      SAMPLE.replace('type=SYSCALL msg=', 'Nov 20 19:55:30 h1 kernel: audit: type=1300 '),
    ],
    [
      'journalctl -o short-iso',
      `2013-03-28T14:36:03.243+00:00 h1 audit[3538]: SYSCALL ${SAMPLE.slice(SAMPLE.indexOf('arch='))}`,
    ],
    [
      'laurel',
      `${JSON.stringify({ ID: '1364481363.243:24287', SYSCALL: { arch: '0xc000003e', syscall: 2, exit: -13, pid: 3538, exe: '/bin/cat' } })}\n`,
    ],
    ['ausearch', `----\ntime->Thu Mar 28 14:36:03 2013\n${SAMPLE}`],
  ])('reads what %s makes of a record', (_name, text) => {
    const parser = new AuditdParser(context());
    expect(parseText(parser, text).calls['']).toMatchObject({
      names: ['open'],
      threads: [3_538],
      timesUs: [1_364_481_363_243_000],
      results: [-13],
    });
    expect(parser.counts.malformed).toBe(0);
  });

  it('makes a gap of records that were lost', () => {
    const text = `${SAMPLE}Nov 20 19:55:30 h1 kernel: audit: audit_lost=3 audit_rate_limit=0 audit_backlog_limit=64\n${SAMPLE}`;
    const parser = new AuditdParser(context());
    expect(parseText(parser, text).gaps).toMatchObject([{ cause: 'source-drop' }]);
    expect(parser.counts).toMatchObject({ lines: 3, read: 3, losses: 1 });
  });

  it('names the program that an execve started, also where the kernel wrote it in hex', () => {
    const execve = SAMPLE.replace('syscall=2 success=no exit=-13', 'syscall=59 success=yes exit=0');
    const text = `node=web1 ${execve}${execve.replace('"/bin/cat"', Buffer.from('/tmp/a b').toString('hex').toUpperCase())}`;
    expect(parseText(new AuditdParser(context()), text).calls['']?.paths).toEqual(['/bin/cat', '/tmp/a b']);
  });

  it('passes over other records and the enriched part', () => {
    const text =
      'type=CWD msg=audit(1364481363.243:24287): cwd="/home/user"\n' +
      'type=PATH msg=audit(1364481363.243:24287): item=0 name="/etc/ssh/sshd_config" inode=409248\n' +
      `${SAMPLE.trimEnd()}\u001dARCH=x86_64 SYSCALL=open AUID="user"\n` +
      'type=EOE msg=audit(1364481363.243:24287): \n';
    const parser = new AuditdParser(context());
    expect(parseText(parser, text).calls['']?.names).toEqual(['open']);
    expect(parser.counts).toMatchObject({ lines: 4, events: 1, otherRecords: 3, malformed: 0 });
  });

  it('counts what is no record', () => {
    const parser = new AuditdParser(context());
    parseText(
      parser,
      'hello\ntype=SYSCALL\ntype=SYSCALL msg=audit(x.y:1): arch=c000003e syscall=2\n' +
        SAMPLE.replace('syscall=2', 'syscall=open'),
    );
    expect(parser.counts).toMatchObject({ lines: 4, malformed: 4, events: 0 });
  });
});
