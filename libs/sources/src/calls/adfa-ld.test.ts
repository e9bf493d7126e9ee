import { I386_OFFSET } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { parseText } from '../testing/collect-items.js';
import { AdfaLdParser } from './adfa-ld.js';

describe('AdfaLdParser', () => {
  it('reads numbers of i386 calls into their own part of the number space', () => {
    const parser = new AdfaLdParser();
    const [item] = parser.push(Buffer.from('6 6 63 6 42 120 6 195 '));
    expect(item?.type === 'calls' && [...item.calls.numbers]).toEqual(
      [6, 6, 63, 6, 42, 120, 6, 195].map((number) => I386_OFFSET + number),
    );
    expect(item?.type === 'calls' && [...item.calls.timesUs.subarray(0, 3)]).toEqual([0, 1_000, 2_000]);
    expect(item?.type === 'calls' && item.calls.results).toBeUndefined();
  });

  it('gives the same whatever the chunks, with the table’s names', () => {
    const text = '3 5 6 168 195 265\n';
    const whole = parseText(new AdfaLdParser(), text);
    expect(parseText(new AdfaLdParser(), text, 1)).toEqual(whole);
    expect(whole.calls['']?.names).toEqual(['read', 'open', 'close', 'poll', 'stat64', 'clock_gettime']);
  });

  it('counts what is no number of a call', () => {
    const parser = new AdfaLdParser();
    expect(parseText(parser, '3 -4 x 99999 2000 3').calls['']?.names).toEqual(['read', 'read']);
    expect(parser.counts).toMatchObject({ lines: 6, events: 2, malformed: 4 });
  });
});
