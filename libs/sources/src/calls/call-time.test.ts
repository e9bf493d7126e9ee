import { describe, expect, it } from 'vitest';

import { CallTime } from './call-time.js';
import { containerId } from './container-id.js';

function timeOf(text: string): number | undefined {
  return new CallTime().read(Buffer.from(text), 0, Buffer.byteLength(text));
}

describe('CallTime', () => {
  it.each([
    ['1659087941552081087', 1_659_087_941_552_081],
    ['1411600345.632450573', 1_411_600_345_632_450],
    ['0.000001999', 1],
    ['10:09:01.552081087', 36_541_552_081],
    ['10:09:01', 36_541_000_000],
    ['2022-07-29T09:45:41.552081087Z', 1_659_087_941_552_081],
    ['2022-07-29 09:45:41.552081087', 1_659_087_941_552_081],
    ['2022-07-29T09:45:41.552081087+0000', 1_659_087_941_552_081],
    ['12', 12_000_000],
  ])('reads %s', (text, timeUs) => {
    expect(timeOf(text)).toBe(timeUs);
  });

  it.each(['', 'x', '1e9', '1.2x', '10:09', '10:99:01', '99999999999999999999', '2022-13-40T00:00:00Z', '1.2.3'])(
    'refuses %s',
    (text) => {
      expect(timeOf(text)).toBeUndefined();
    },
  );
});

describe('containerId', () => {
  it.each([
    ['4a1d8c0f2b3e', '4a1d8c0f2b3e'],
    ['containerd://551E' + 'a'.repeat(60), '551eaaaaaaaa'],
    ['f'.repeat(31), 'f'.repeat(12)],
    ['', 'host'],
    ['host', 'host'],
    ['<NA>', 'host'],
    ['my-box\n', 'my-box'],
    ['x'.repeat(500), 'x'.repeat(128)],
  ])('makes of %j', (text, id) => {
    expect(containerId(text)).toBe(id);
  });
});
