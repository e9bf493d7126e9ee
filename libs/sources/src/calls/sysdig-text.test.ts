import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { parseText } from '../testing/collect-items.js';
import { SysdigTextParser } from './sysdig-text.js';

describe('SysdigTextParser', () => {
  it('reads the format with the container before the process', () => {
    const text =
      '*18380 10:09:01.552081087 0 4a1d8c0f2b3e nginx (49892) < read res=5 data=hello\n' +
      '*18381 10:09:01.552091087 1 host sshd (77) < openat fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=/etc/passwd flags=1(O_RDONLY)\n';
    const { calls } = parseText(new SysdigTextParser(context()), text);
    expect(calls['4a1d8c0f2b3e']).toMatchObject({ names: ['read'], threads: [49_892], results: [5] });
    expect(calls['4a1d8c0f2b3e']?.timesUs).toEqual([((10 * 60 + 9) * 60 + 1) * 1e6 + 552_081]);
    expect(calls['host']).toMatchObject({ names: ['openat'], results: [3], paths: ['/etc/passwd'] });
  });

  it('reads the default format and the one of -pc', () => {
    const text =
      '1 1411600345.632450573 3 apache2 (712) < accept fd=10(<4t>127.0.0.1:5000->127.0.0.1:80) tuple=x queuepct=0\n' +
      '2 1411600345.632460573 3 apache2 (712.4) < close res=0\n' +
      '3 1411600345.632470573 0 shop-web (4a1d8c0f2b3e) apache2 (712:12) < writev res=512 data=..\n';
    const { calls } = parseText(new SysdigTextParser(context()), text);
    expect(calls['']).toMatchObject({ names: ['accept', 'close'], results: [10, 0], threads: [712, 712] });
    expect(calls['']?.timesUs).toEqual([1_411_600_345_632_450, 1_411_600_345_632_460]);
    expect(calls['4a1d8c0f2b3e']).toMatchObject({
      names: ['writev'],
      of: { container: '4a1d8c0f2b3e', name: 'shop-web' },
    });
  });

  it('counts a day on when the time of day jumps back', () => {
    const text = '1 23:59:59.999999999 0 sh (1) < read res=0\n2 00:00:00.000001000 0 sh (1) < read res=0\n';
    const [before, after] = parseText(new SysdigTextParser(context()), text).calls['']!.timesUs;
    expect(after! - before!).toBe(2);
  });

  it('takes a process that imitates a line by the thread that its name is followed by', () => {
    const text = '1 10:00:00.0 0 4a1d8c0f2b3e x (1) < read (666) < write res=4 data=abc\n';
    const parser = new SysdigTextParser(context());
    expect(parseText(parser, text).calls['4a1d8c0f2b3e']).toMatchObject({ names: ['write'], threads: [666] });
  });

  it('takes arguments for arguments, whatever is in them', () => {
    const text = '1 10:00:00.0 0 sh (7) < read res=30 data=(8) < execve res=0 exe=/bin/sh\n';
    expect(parseText(new SysdigTextParser(context()), text).calls['']).toMatchObject({ names: ['read'], threads: [7] });
  });

  it('counts what is no event', () => {
    const parser = new SysdigTextParser(context());
    parseText(
      parser,
      'abc\n1\n1 2\n1 10:00:00.0 0 sh (7) < \n1 10:00:00.0 0 sh (7)\n1 10:00:00.0 0 sh (7) < switch next=0\n',
    );
    expect(parser.counts).toMatchObject({ lines: 6, malformed: 5, notCalls: 1, events: 0 });
  });
});
