import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Checkpoints, type SourceCheckpoint } from './checkpoint.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-checkpoint-'));
  path = join(folder, 'checkpoints.json');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function at(offset: number): SourceCheckpoint {
  const position = { device: '1', inode: '2', offset, head: 'a'.repeat(64), headBytes: 12 };
  return { position, lines: offset, ordinals: [['', offset]], lastUs: offset };
}

describe('Checkpoints', () => {
  it('has after a restart what was saved', async () => {
    const first = await Checkpoints.open(path);
    expect(first.get('s')).toBeUndefined();
    first.set('s', at(10));
    first.set('t', at(20));
    await first.save();
    first.delete('t');
    first.set('s', at(30));
    await Promise.all([first.save(), first.save()]);
    first.set('s', at(40));
    const second = await Checkpoints.open(path);
    expect(second.get('s')).toEqual(at(30));
    expect(second.get('t')).toBeUndefined();
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('is not misled by a draft that a crash left behind', async () => {
    const first = await Checkpoints.open(path);
    first.set('s', at(1));
    await first.save();
    writeFileSync(`${path}.new`, '{"schema":1,"str');
    expect((await Checkpoints.open(path)).get('s')).toEqual(at(1));
  });

  it('does not overwrite what is none of its files', async () => {
    writeFileSync(path, 'dear diary');
    await expect(Checkpoints.open(path)).rejects.toMatchObject({ code: 'bad-configuration' });
    writeFileSync(path, '{"schema":2}');
    await expect(Checkpoints.open(path)).rejects.toMatchObject({ code: 'bad-configuration' });
    expect(readFileSync(path, 'utf8')).toBe('{"schema":2}');
  });

  it('forgets the stream that was quiet longest', async () => {
    const checkpoints = await Checkpoints.open(path);
    for (let i = 0; i < 5_000; i++) checkpoints.set(`s${i}`, at(i));
    expect(checkpoints.get('s0')).toBeUndefined();
    expect(checkpoints.get('s4999')).toEqual(at(4_999));
  });
});
