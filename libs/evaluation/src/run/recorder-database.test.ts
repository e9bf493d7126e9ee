import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

import { expect, it, onTestFinished } from 'vitest';

const TESTBED = fileURLToPath(new URL('../../../../testbed', import.meta.url));
const CAN_INSTALL =
  process.getuid?.() === 0 && existsSync('/usr/bin/mariadb-install-db') && existsSync('/usr/bin/python3');

it.skipIf(!CAN_INSTALL)(
  'says why a database could not be installed, and leaves nothing of it',
  { timeout: 60_000 },
  async () => {
    // Its mode is 0700: the user of the database cannot enter it.
    const folder = await mkdtemp(join(tmpdir(), 'recorder-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const program = `
from pathlib import Path
from recorder.databases import MariaDb
database = MariaDb(Path("${folder}"), 0)
try:
    database.start()
finally:
    database.stop()`;
    const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };
    const { stderr } = spawnSync('/usr/bin/python3', ['-c', program], { cwd: TESTBED, env, encoding: 'utf8' });
    expect(stderr).toMatch(/RuntimeError: mariadb-install-db failed with \d+: [^]*Permission denied/);
    expect(await readdir(folder)).toEqual([]);
  },
);
