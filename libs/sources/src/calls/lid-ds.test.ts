import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { parseText } from '../testing/collect-items.js';
import { LidDsParser } from './lid-ds.js';

describe('LidDsParser', () => {
  it('reads the published sample', () => {
    const text =
      '1631209047761484608 0 3686302 apache2 3686302 open < fd=9(<f>/proc/sys/kernel/ngroups_max) name=/proc/sys/kernel/ngroups_max flags=1(O_RDONLY) mode=0 dev=44\n';
    const parser = new LidDsParser(context());
    expect(parseText(parser, text).calls['']).toMatchObject({
      names: ['open'],
      threads: [3_686_302],
      timesUs: [1_631_209_047_761_484],
      results: [9],
      paths: ['/proc/sys/kernel/ngroups_max'],
    });
    expect(parser.counts).toMatchObject({ lines: 1, events: 1, malformed: 0 });
  });

  it('counts each call once, by its return', () => {
    const text =
      '1631209047761484608 33 12 my sql d 13 read > fd=4 size=16\n' +
      '1631209047761484708 33 12 my sql d 13 read < res=16 data=....\n' +
      '1631209047761484808 33 12 mysqld 13 switch > next=0\n';
    const parser = new LidDsParser(context());
    expect(parseText(parser, text).calls['']).toMatchObject({ names: ['read'], threads: [13], results: [16] });
    expect(parser.counts).toMatchObject({ otherDirection: 1, notCalls: 1 });
  });

  it('counts what is no event', () => {
    const parser = new LidDsParser(context());
    parseText(
      parser,
      '\nx\n1 2 3 4 5 6 7\n1631209047761484608 0 1 a 1 open\n1631209047761484608 0 1 a b open < res=0\n',
    );
    expect(parser.counts).toMatchObject({ lines: 4, malformed: 4, events: 0 });
  });
});
