import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const LIMIT_MS = 60_000;

/**
 * Draws SVG files as PNG beside them with a Chromium of this machine, twice the size. Returns whether one was there; a
 * report without PNG is whole.
 */
export async function drawPictures(folder: string, names: readonly string[]): Promise<boolean> {
  const profile = await mkdtemp(join(tmpdir(), 'plimsoll-charts-'));
  try {
    for (const browser of BROWSERS) if (await drawAll(browser, resolve(folder), names, profile)) return true;
    return false;
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

async function drawAll(browser: string, folder: string, names: readonly string[], profile: string): Promise<boolean> {
  for (const name of names) {
    const picture = join(folder, name.replace(/\.svg$/, '.png'));
    const drawing = promisify(execFile)(
      browser,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${profile}`,
        '--force-device-scale-factor=2',
        '--window-size=760,440',
        `--screenshot=${picture}`,
        `file://${join(folder, name)}`,
      ],
      { timeout: LIMIT_MS },
    );
    const drawn = await drawing.then(
      () => true,
      () => false,
    );
    if (!drawn) return false;
  }
  return true;
}
