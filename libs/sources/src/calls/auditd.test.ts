import { describe, expect, it } from 'vitest';

import { parseText } from '../testing/collect-items.js';
import { AuditdParser } from './auditd.js';

const SAMPLE =
  'type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13 a0=7fffd19c5592 a1=0 a2=7fffd19c4b50 a3=a items=1 ppid=2686 pid=3538 auid=500 uid=500 tty=pts0 ses=1 comm="cat" exe="/bin/cat" key="sshd_config"\n';

describe('AuditdParser', () => {
  it('reads the published sample', () => {
    const parser = new AuditdParser();
    expect(parseText(parser, SAMPLE).calls['']).toMatchObject({
      names: ['open'],
      threads: [3_538],
      timesUs: [1_364_481_363_243_000],
      results: [-13],
    });
    expect(parser.counts).toMatchObject({ lines: 1, events: 1, malformed: 0 });
  });

  it('takes i386 calls from the i386 table, and those of other machines as unknown', () => {
    const text =
      SAMPLE.replace('c000003e syscall=2', '40000003 syscall=11') +
      SAMPLE.replace('c000003e syscall=2', 'c00000b7 syscall=63');
    expect(parseText(new AuditdParser(), text).calls['']?.names).toEqual(['execve', 'unknown']);
  });

  it('names the program that an execve started, also where the kernel wrote it in hex', () => {
    const execve = SAMPLE.replace('syscall=2 success=no exit=-13', 'syscall=59 success=yes exit=0');
    const text = `node=web1 ${execve}${execve.replace('"/bin/cat"', Buffer.from('/tmp/a b').toString('hex').toUpperCase())}`;
    expect(parseText(new AuditdParser(), text).calls['']?.paths).toEqual(['/bin/cat', '/tmp/a b']);
  });

  it('passes over other records and the enriched part', () => {
    const text =
      'type=CWD msg=audit(1364481363.243:24287): cwd="/home/user"\n' +
      'type=PATH msg=audit(1364481363.243:24287): item=0 name="/etc/ssh/sshd_config" inode=409248\n' +
      `${SAMPLE.trimEnd()}\u001dARCH=x86_64 SYSCALL=open AUID="user"\n` +
      'type=EOE msg=audit(1364481363.243:24287): \n';
    const parser = new AuditdParser();
    expect(parseText(parser, text).calls['']?.names).toEqual(['open']);
    expect(parser.counts).toMatchObject({ lines: 4, events: 1, otherRecords: 3, malformed: 0 });
  });

  it('counts what is no record', () => {
    const parser = new AuditdParser();
    parseText(
      parser,
      'hello\ntype=SYSCALL\ntype=SYSCALL msg=audit(x.y:1): arch=c000003e syscall=2\n' +
        SAMPLE.replace('syscall=2', 'syscall=open'),
    );
    expect(parser.counts).toMatchObject({ lines: 4, malformed: 4, events: 0 });
  });
});
