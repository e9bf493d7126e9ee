import { describe, expect, it } from 'vitest';

import { KeyedDigest } from '../values/keyed-digest.js';
import { readParameter, type ReadParameter } from '../web/parameter-features.js';
import { ShownValues } from './shown-values.js';

const sent = (name: string, value: string): ReadParameter[] => [
  readParameter({ where: 'body', name, value }, '', new KeyedDigest('key'), 'balanced'),
];
const remembered = (value: string): ShownValues => {
  const shown = new ShownValues();
  shown.remember(sent('text', value), ['/notes', '/notes/new', '/notes/{digits}'], undefined);
  return shown;
};
const field = { path: '/notes', where: 'body', name: 'text' };

describe('how pages show what was sent', () => {
  it.each([
    ['if a < b, take the bigger one', '<p>if a &lt; b, take the bigger one</p>', true],
    ['if a < b, take the bigger one', '<p>if a < b, take the bigger one</p>', false],
    ['it\'s <b class="x">bold</b> indeed', '<p>it&#x27;s &lt;b class=&quot;x&quot;&gt;bold&lt;/b&gt; indeed', true],
    ['it\'s <b class="x">bold</b> indeed', '<p>it\'s <b class="x">bold</b> indeed', false],
  ])('tells %s in %s', (value, page, encoded) => {
    const shown = remembered(value);
    expect(shown.shownBy(page, '/notes/{digits}')).toEqual([{ ...field, encoded }]);
    expect(shown.shownBy(page, '/notes/{digits}')).toEqual([]);
  });

  it('says to which action of a path a value was sent', () => {
    const shown = new ShownValues();
    shown.remember(sent('text', 'if a < b, take it'), ['/main', undefined, '/main'], 'op=answer');
    expect(shown.shownBy('if a &lt; b, take it', '/main')).toEqual([
      { path: '/main', route: 'op=answer', where: 'body', name: 'text', encoded: true },
    ]);
  });

  it('does not look at pages that have nothing to do with it, for what is too short, or for ever', () => {
    const page = 'if a &lt; b, take the bigger one';
    expect(remembered('if a < b, take the bigger one').shownBy(page, '/elsewhere')).toEqual([]);
    expect(remembered('a <b>').shownBy('a &lt;b&gt;', '/notes')).toEqual([]);
    const shown = remembered('if a < b, take the bigger one');
    for (let i = 0; i < 48; i++) expect(shown.shownBy('nothing', '/notes')).toEqual([]);
    expect(shown.shownBy(page, '/notes')).toEqual([]);
  });
});
