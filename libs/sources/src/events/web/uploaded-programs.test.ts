import { describe, expect, it } from 'vitest';

import { UploadedPrograms } from './uploaded-programs.js';

const source = { event: 'e1', timeUs: 1, parameter: 'picture' };

describe('uploaded programs', () => {
  const uploads = new UploadedPrograms();
  uploads.remember('C:\\tools\\Week4.ejs', source);
  uploads.remember('a.j2', { ...source, event: 'e2' });

  it.each([
    ['by a segment of the path', ['', 'reports', 'week4']],
    ['by its whole name', ['', 'files', 'week4.ejs']],
    ['by the end of a value', ['', 'file', '/srv/uploads/WEEK4.ejs']],
  ])('are asked for %s', (_, parts) => {
    expect(uploads.askedBy(parts)).toEqual(source);
  });

  it('are not by other names, nor those too short to be told', () => {
    expect(uploads.askedBy(['', 'reports', 'week40', 'week'])).toBeUndefined();
    expect(uploads.askedBy(['', 'a'])).toBeUndefined();
  });

  it('are not asked for by a word that was asked for before they came', () => {
    const other = new UploadedPrograms();
    expect(other.askedBy(['', 'login'])).toBeUndefined();
    other.remember('login.php', source);
    expect(other.askedBy(['', 'login'])).toBeUndefined();
    expect(other.askedBy(['', 'uploads', 'login.php'])).toEqual(source);
  });

  it('are forgotten in time', () => {
    for (let i = 0; i < 64; i++) uploads.remember(`other${i}.php`, source);
    expect(uploads.askedBy(['week4'])).toBeUndefined();
  });
});
