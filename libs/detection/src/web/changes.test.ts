import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { changes, learnChanges } from './changes.js';
import { parameter, request } from './web.fixture.js';

const REMOVE = { outline: 'delete from cart where item = ?', writes: true, columnsWritten: [], failed: false };
const asked = (path: string, names: readonly string[], statements: readonly (typeof REMOVE)[] = []) =>
  request({
    atMs: 0,
    path,
    parameters: names.map((name) => parameter({ name, where: 'query' })),
    statements: [...statements],
  });

function learned(): SmoothedCounts {
  const table = new SmoothedCounts();
  for (let n = 0; n < 4; n++) {
    learnChanges(table, asked('/cart/remove', ['item'], [REMOVE]));
    learnChanges(table, asked('/list', ['sort']));
    learnChanges(table, asked('/list', ['sort', 'undo'], [REMOVE]));
  }
  return table;
}

describe('whether a GET changes something', () => {
  it('follows from what it did with the same fields', () => {
    expect(changes(learned(), asked('/cart/remove', ['item']))).toBe(true);
    expect(changes(learned(), asked('/list', ['sort']))).toBe(false);
  });

  it('is not told by a statement that is as likely another request of the time has sent', () => {
    const table = learned();
    for (let n = 0; n < 6; n++) learnChanges(table, asked('/app.js', []));
    const posted = {
      ...asked('/cart', ['item'], [{ ...REMOVE, outline: 'insert into cart * values ( ?+ )' }]),
      method: 'POST',
    };
    learnChanges(table, posted);
    const open = (certainty: number, outline = REMOVE.outline) =>
      asked('/app.js', [], [{ ...REMOVE, outline, ...{ certainty } }]);
    expect(changes(table, open(0.55))).toBe(false);
    expect(changes(table, open(0.55, 'insert into cart * values ( ?+ )'))).toBe(false);
    // Its own for sure, of a kind that nobody sent in learning, or of an action that sends such ones.
    expect(changes(table, open(0.95))).toBe(true);
    expect(changes(table, open(0.55, 'delete from users where id = ?'))).toBe(true);
    expect(changes(table, asked('/list', ['undo'], [{ ...REMOVE, ...{ certainty: 0.55 } }]))).toBe(true);
  });

  it('is not undone by a field more', () => {
    expect(changes(learned(), asked('/cart/remove', ['item', 'nocache']))).toBe(true);
    expect(changes(learned(), asked('/list', ['sort', 'nocache']))).toBe(false);
    // The larger set of fields that was learned answers.
    expect(changes(learned(), asked('/list', ['sort', 'undo', 'nocache']))).toBe(true);
  });

  it('is not undone by a field that chooses an action nowhere else', () => {
    const mode = { ...asked('/cart/remove', ['item', 'mode']), route: 'mode=x7' };
    expect(changes(learned(), mode)).toBe(true);
  });

  it('is not told by a path alone, which may count its readers, unless another site shows it as an image', () => {
    const table = new SmoothedCounts();
    for (let n = 0; n < 4; n++) learnChanges(table, asked('/story', [], [REMOVE]));
    const image = { fetchMode: 'no-cors', fetchDest: 'image' } as const;
    expect(changes(table, asked('/story', []))).toBe(false);
    expect(changes(table, { ...asked('/story', []), fetchSite: 'cross-site' })).toBe(false);
    expect(changes(table, { ...asked('/story', ['nocache']), fetchSite: 'cross-site', ...image })).toBe(true);
    expect(changes(table, { ...asked('/story', []), ...image })).toBe(false);
  });

  it('is not known of fields that were never asked for', () => {
    expect(changes(learned(), asked('/cart/remove', ['nocache']))).toBe(false);
  });
});
