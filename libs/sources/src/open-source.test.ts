import { mkdirSync, mkdtempSync, rmSync, writeFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { SourceItem, SourceKind } from '@plimsoll/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openSource, type OpenSourceOptions } from './open-source.js';
import { refusalError, reportLines, reportNotes, type SourceReport } from './source-report.js';
import { collectItems, type Collected } from './testing/collect-items.js';
import { SAMPLE_LINES } from './testing/sample-sources.js';
import { storedZip } from './testing/stored-zip.js';

const CONTEXT = { application: 'shop', workload: 'web', container: 'web-1', stream: 's', privacy: 'balanced' } as const;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-sources-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function read(kind: SourceKind, path: string, options: OpenSourceOptions = {}): Promise<Collected> {
  const items: SourceItem[] = [];
  for await (const item of openSource({ workload: 'web', kind, path }, CONTEXT, options)) items.push(item);
  return collectItems(items);
}

function trace(calls: number): string {
  return Array.from({ length: calls }, (_, i) => `read(${i % 97}, "x"..., 4096) = ${i % 13}\n`).join('');
}

describe('openSource', () => {
  it('reads a file, and the same packed, whatever its name', async () => {
    const plain = await read('hids-docker', file('a.txt', trace(5_000)));
    expect(plain.calls['']?.names).toHaveLength(5_000);
    expect(plain.ended).toBe(true);
    expect(await read('hids-docker', file('b.txt', gzipSync(trace(5_000))))).toEqual(plain);
    expect(await read('hids-docker', file('c.gz', trace(5_000)))).toEqual(plain);
  });

  it('tells how far it is', async () => {
    const path = file('progress.txt', trace(40_000));
    const seen: [number, number][] = [];
    await read('hids-docker', path, { onProgress: (readBytes, totalBytes) => seen.push([readBytes, totalBytes]) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)![0]).toBe(seen.at(-1)![1]);
    expect(seen.map(([bytes]) => bytes)).toEqual(seen.map(([bytes]) => bytes).sort((a, b) => a - b));
  });

  it('gives what a cut gzip file still holds, and then a gap', async () => {
    const packed = gzipSync(trace(20_000));
    const { calls, gaps, ended } = await read('hids-docker', file('cut.gz', packed.subarray(0, packed.length >> 1)));
    const count = calls['']!.names.length;
    expect(count).toBeGreaterThan(2_000);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ cause: 'truncated-input' });
    expect(gaps[0]!.startUs).toBeLessThanOrEqual(calls['']!.timesUs.at(-1)!);
    expect(ended).toBe(true);
  });

  it('reads zstd, and names a packing that it does not read', async () => {
    const plain = await read('hids-docker', file('z.txt', 'close(3) = 0\n'.repeat(3)));
    // What zstd 1.5.4 made of the same three lines.
    const packed = Buffer.from('28b52ffd04589d000068636c6f7365283329203d20300a010060cf2f466dd1b3', 'hex');
    expect(await read('hids-docker', file('z.zst', packed))).toEqual(plain);
    const cut = await read('hids-docker', file('cut.zst', Buffer.concat([packed, packed.subarray(0, 12)])));
    expect(cut.calls['']?.names).toHaveLength(3);
    expect(cut.gaps).toMatchObject([{ cause: 'truncated-input' }]);
    await expect(read('hids-docker', file('a.xz', Buffer.from('fd377a585a000004', 'hex')))).rejects.toThrow(/xz -dc/);
    // The lines of its members could be read, headers and padding among them.
    const lines = '1 1795455028.639988 getpid() = 1\n'.repeat(64);
    const header = Buffer.alloc(512);
    header.write('ustar', 257);
    const tar = Buffer.concat([header, Buffer.from(lines.padEnd(4_096, '\0'))]);
    for (const [name, bytes] of Object.entries({ 'a.tar': tar, 'a.tar.gz': gzipSync(tar) })) {
      await expect(read('strace', file(name, bytes))).rejects.toThrow(/tar -xf FILE/);
    }
    await expect(read('access-log', file('a.csv', 'time,client,path\n1,192.0.2.1,/a\n'))).rejects.toThrow(/CSV/);
    await expect(read('hids-docker', file('a.bz2', 'BZh91AY&SY'))).rejects.toThrow(/bzip2 -dc/);
  });

  it('says what became of every line', async () => {
    const reports: SourceReport[] = [];
    const onRead = (report: SourceReport): number => reports.push(report);
    const lines = `${trace(30)}${'\u001b[31mno call\n'.repeat(20)}+++ exited with 0 +++\n`;
    await read('hids-docker', file('mixed.txt', gzipSync(lines).subarray(0, -2)), { onRead });
    const [report] = reports;
    expect(report).toMatchObject({ cut: true, counts: { lines: 51, read: 30, ignored: 1, malformed: 20 } });
    expect(reportLines(report!)).toEqual([
      `${report!.title}: 51 lines = 30 read + 1 ignored by design + 20 refused (20 not of this form)`,
      '  the first refused: "\\\\u{1b}[31mno call"',
      '  cut off: the file ends early, and what followed is lost',
    ]);
    expect(reportNotes(report!).join()).not.toContain('31m');
    expect(refusalError(report!)?.message).toMatch(/20 of 51 lines \(39\.2 %\) cannot be read as plain strace/);
    expect(refusalError(report!, 0.5)).toBeUndefined();
  });

  it('says where gzip is broken', async () => {
    const packed = gzipSync(trace(20_000));
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64);
    const path = file('broken.gz', packed);
    await expect(read('hids-docker', path)).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringMatching(/broken\.gz: the gzip data is broken near byte \d+/) as string,
    });
  });

  it('tells what is missing, empty, or of another kind, and which', async () => {
    await expect(read('strace', join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'missing-file' });
    await expect(read('strace', file('empty', ''))).rejects.toMatchObject({ code: 'empty-source' });
    await expect(read('strace', file('empty.gz', gzipSync('')))).rejects.toMatchObject({ code: 'empty-source' });
    const remarks = file('remarks', 'type=CWD msg=audit(1364481363.243:24287): cwd="/home/user"\n');
    await expect(read('auditd', remarks)).rejects.toMatchObject({ code: 'empty-source' });
    // As ausearch 3.0 writes them: most of what it interprets is of kinds that are passed over by design.
    const interpreted = [
      'type=PROCTITLE msg=audit(11/20/26 10:00:00.100:100) : proctitle=sh -c ',
      'type=SYSCALL msg=audit(11/20/26 10:00:00.100:100) : arch=x86_64 syscall=execve success=yes exit=0',
    ].join('\n');
    for (const [name, text] of [
      ['interpreted', `${interpreted}\n`.repeat(20)],
      ['csv', 'NODE,EVENT,DATE,TIME,SERIAL_NUM\n,SYSCALL,11/20/26,10:00:00,100\n'],
      ['text', 'At 10:00:00 11/20/26 bob, acting as www-data, successfully executed /bin/sh\n'],
    ] as const) {
      await expect(read('auditd', file(name, text))).rejects.toThrow(
        /give (?:the records|them) raw \(ausearch --raw\)/,
      );
    }
    const tetragon = file('t.json', SAMPLE_LINES.tetragon.join('\n').concat('\n').repeat(100));
    await expect(read('strace', tetragon)).rejects.toMatchObject({
      code: 'wrong-kind',
      message: expect.stringMatching(/name the kind tetragon/) as string,
    });
    const noise = file('noise', Buffer.alloc(300_000, 'no call at all\n'));
    await expect(read('sysdig-json', noise)).rejects.toMatchObject({ code: 'wrong-kind' });
  });

  it('finds out early that a source is of another kind', async () => {
    const path = file('large.json', `${SAMPLE_LINES['k8s-audit'].join('\n')}\n`.repeat(20_000));
    let readBytes = 0;
    const onProgress = (bytes: number): void => {
      readBytes = bytes;
    };
    await expect(read('strace', path, { onProgress })).rejects.toMatchObject({ code: 'wrong-kind' });
    expect(readBytes).toBeLessThan(1_000_000);
  });

  it('reads the files of a folder in name order, each a container, and passes over what is none', async () => {
    file('set/b/two.gz', gzipSync(trace(20)));
    file('set/a/one', trace(10));
    file('set/README.md', '# about\nthis is no trace\n');
    file('set/.hidden', trace(5));
    const passedOver: string[] = [];
    const { calls, ended } = await read('hids-docker', join(folder, 'set'), {
      onPassedOver: (name, { code }) => passedOver.push(`${name} ${code}`),
    });
    expect(Object.entries(calls).map(([name, { names }]) => [name, names.length])).toEqual([
      ['a/one', 10],
      ['b/two', 20],
    ]);
    expect(Object.values(calls).every((each) => each.ended)).toBe(true);
    expect(passedOver).toEqual(['README.md wrong-kind']);
    expect(ended).toBe(true);
  });

  it('says which symbolic links of a folder it did not follow', async () => {
    file('linked/a', trace(10));
    symlinkSync(join(folder, 'linked/a'), join(folder, 'linked/b'));
    const notices: (string | undefined)[] = [];
    await read('hids-docker', join(folder, 'linked'), { onRead: ({ notice }) => notices.push(notice) });
    expect(notices).toEqual([expect.stringContaining('symbolic links in a folder are not followed: b;')]);
  });

  it('fails for a folder in which nothing is of the kind', async () => {
    file('other/x.txt', 'nothing\n');
    await expect(read('strace', join(folder, 'other'))).rejects.toMatchObject({ code: 'wrong-kind' });
    mkdirSync(join(folder, 'bare'));
    await expect(read('strace', join(folder, 'bare'))).rejects.toMatchObject({ code: 'empty-source' });
  });

  it('reads a rotated log as one, the oldest first', async () => {
    const event = (id: string): string => SAMPLE_LINES['k8s-audit'][0]!.replace('"a1"', `"${id}"`).concat('\n');
    file('logs/audit.log', event('newest'));
    file('logs/audit.log.1', event('middle'));
    file('logs/audit.log.10.gz', gzipSync(event('oldest')));
    const { events } = await read('k8s-audit', join(folder, 'logs'));
    expect(events.map((found) => found.type === 'k8s-audit' && found.auditId)).toEqual(['oldest', 'middle', 'newest']);
  });

  it('reads an archive, a folder within one, and archives in a folder', async () => {
    const zip = storedZip([
      ['ADFA/Attack/a.txt', '6 6 63'],
      ['ADFA/Training/1.txt', '3 4'],
      ['ADFA/Training/2.txt', '5'],
      ['__MACOSX/x', '1'],
    ]);
    const path = file('adfa.zip', zip);
    const counts = ({ calls }: Collected): [string, number][] =>
      Object.entries(calls).map(([name, { names }]) => [name, names.length]);
    expect(counts(await read('adfa-ld', path))).toEqual([
      ['ADFA/Attack/a.txt', 3],
      ['ADFA/Training/1.txt', 2],
      ['ADFA/Training/2.txt', 1],
    ]);
    expect(counts(await read('adfa-ld', join(path, 'ADFA/Training')))).toHaveLength(2);
    expect(counts(await read('adfa-ld', join(path, 'ADFA/Training/2.txt')))).toEqual([['', 1]]);
    await expect(read('adfa-ld', join(path, 'nothing'))).rejects.toMatchObject({ code: 'missing-file' });
    const [scap = ''] = SAMPLE_LINES['lid-ds'];
    file('lid/one.zip', storedZip([['one.sc', `${scap}\n`], ['one.json', '{}']])); // prettier-ignore
    file('lid/two.zip', storedZip([['two.sc', `${scap}\n`], ['two.pcap', 'x']])); // prettier-ignore
    expect(counts(await read('lid-ds', join(folder, 'lid')))).toEqual([
      ['one.zip/one.sc', 1],
      ['two.zip/two.sc', 1],
    ]);
    await expect(read('adfa-ld', file('bad.zip', zip.subarray(0, zip.length - 30)))).rejects.toMatchObject({
      code: 'unreadable-file',
    });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const path = file('long.txt', trace(100_000));
    const reading = read('hids-docker', path, {
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: 'stopped' });
  });
});
