import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from './smoothed-counts.js';

describe('counts by context', () => {
  it('finds a context by its kind and the rest of its name as by its whole name', () => {
    const table = new SmoothedCounts();
    table.add('form|exchange|/a|query|q', 'word', 3);
    table.add('form|exchange|/b|query|q', 'digits');
    table.add('form|', 'empty');
    table.add('mark', 'statement');
    expect(table.at('form', 'exchange|/a|query|q')).toBe(table.in('form|exchange|/a|query|q'));
    expect(table.at('form', 'exchange|/a|query|q').count('word')).toBe(3);
    expect(table.at('form', '').count('empty')).toBe(1);
    expect(table.at('form', 'exchange|/c|query|q').total).toBe(0);
    expect(table.at('sign', 'exchange|/a|query|q').total).toBe(0);
    expect(table.at('mark', '').total).toBe(0);
  });

  it('cuts long names alike', () => {
    const table = new SmoothedCounts();
    const rest = `exchange|/${'x'.repeat(600)}`;
    table.add(`outline|${rest}`, 'select');
    expect(table.at('outline', rest).total).toBe(1);
    expect(table.at('outline', `${rest}y`).total).toBe(1);
    expect(table.at('outlin', rest).total).toBe(0);
  });

  it('finds what was read from a profile', () => {
    const table = new SmoothedCounts();
    table.add('lead|line|GET /', 'none');
    const again = SmoothedCounts.of(table.data());
    again.add('lead|line|GET /', 'none');
    expect(again.at('lead', 'line|GET /').count('none')).toBe(2);
    expect(again.data()).toEqual([['lead|line|GET /', [['none', 2]]]]);
  });
});
