import { describe, expect, it } from 'vitest';

import { isoTime, parseIsoTime } from './event-time.js';
import { identity } from './identity.js';
import { decodeJson, encodeJson, MAX_JSON_BYTES } from './json-codec.js';
import { printable } from './printable.js';
import { openProfile, sealProfile } from './profile.js';
import { Recording } from './recording.js';
import { callName, callNumber, I386_OFFSET, UNKNOWN_CALL } from './syscall-table.js';
import { Gap } from './gap.js';

describe('event time', () => {
  it('keeps microseconds through text', () => {
    expect(isoTime(1_795_455_028_639_988)).toBe('2026-11-23T17:30:28.639988Z');
    expect(parseIsoTime('2026-11-23T17:30:28.639988Z')).toBe(1_795_455_028_639_988);
    expect(parseIsoTime('2026-11-23T17:30:28.639988123Z')).toBe(1_795_455_028_639_988);
    expect(parseIsoTime('2026-11-23T18:30:28.6+01:00')).toBe(1_795_455_028_600_000);
    expect(parseIsoTime('2026-11-23')).toBeUndefined();
    expect(parseIsoTime('2026-13-23T00:00:00Z')).toBeUndefined();
  });
});

describe('names of system calls', () => {
  it("are the kernel's, whatever the tool prints", () => {
    expect(callNumber('read')).toBe(0);
    expect(callNumber('pwrite')).toBe(callNumber('pwrite64'));
    expect(callNumber('no_such_call')).toBe(UNKNOWN_CALL);
    expect(callName(callNumber('accept4'))).toBe('accept4');
    expect(callName(I386_OFFSET + 102)).toBe('socketcall');
    expect(callNumber('SIGCHLD')).toBe(335);
    expect(callName(1000)).toBe('call_1000');
  });
});

describe('identity', () => {
  it('is stable and keeps parts apart', () => {
    expect(identity('a', 1)).toBe(identity('a', 1));
    expect(identity('ab', 'c')).not.toBe(identity('a', 'bc'));
    expect(identity('a')).toHaveLength(32);
  });
});

describe('JSON messages', () => {
  const gap = { startUs: 1, endUs: 2, cause: 'source-drop' };

  it('are read by their schema alone', () => {
    expect(decodeJson(Gap, encodeJson(gap), 'a gap')).toEqual(gap);
    expect(() => decodeJson(Gap, Buffer.from('{'), 'a gap')).toThrow('a gap: not JSON');
    expect(() => decodeJson(Gap, encodeJson({ ...gap, cause: 'secret-word' }), 'a gap')).toThrow(
      /^a gap: cause is not/,
    );
    expect(() => decodeJson(Gap, new Uint8Array(MAX_JSON_BYTES + 1), 'a gap')).toThrow(/the limit is/);
  });

  it('never repeat in an error what the message held', () => {
    expect(() => decodeJson(Gap, encodeJson({ ...gap, cause: 'hunter2' }), 'a gap')).not.toThrow(/hunter2/);
  });
});

describe('a profile', () => {
  const content = {
    application: 'shop',
    workload: 'db',
    detector: 'sequence',
    learned: { streams: ['s'], events: 10, novelty: 0.1, complete: false, notes: [] },
    model: { bags: [1, 2] },
  };

  it('is known by the hash of its content', () => {
    const profile = sealProfile(content);
    expect(profile.version).toHaveLength(16);
    expect(openProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(sealProfile({ ...content, model: { bags: [1] } }).version).not.toBe(profile.version);
  });

  it('is refused when it was altered', () => {
    expect(() => openProfile({ ...sealProfile(content), workload: 'web' })).toThrow(/was altered/);
    expect(() => openProfile({ schema: 1 })).toThrow(/not a profile/);
    expect(() => openProfile({ ...sealProfile(content), schema: 2 })).toThrow(/schema 2.*learn it anew/);
  });
});

describe('a recording', () => {
  const at = (path: string) => Recording.safeParse({ application: 'a', episode: 'e', sources: [{ workload: 'w', kind: 'access-log', path }], attacks: [] }).success; // prettier-ignore

  it('has its sources below its own folder', () => {
    expect(['access.log', 'a/b.gz', 'set.zip/Training', '..log'].map(at)).toEqual([true, true, true, true]);
    for (const path of ['../x', 'a/../../x', '/etc/passwd', 'C:\\x', '..\\x', 'a\0b', '-'])
      expect(at(path)).toBe(false);
  });
});

describe('what somebody else named', () => {
  it('is shown without what a terminal obeys or what turns text', () => {
    expect(printable('\u001b[2J\u0007evil\u202e\u{1F514}é\ud800')).toBe(
      '\\u{1b}[2J\\u{7}evil\\u{202e}\u{1F514}é\\u{d800}',
    );
  });
});
