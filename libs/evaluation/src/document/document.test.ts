import { expect, it } from 'vitest';

import { barChart } from '../charts.js';
import type { Block } from './blocks.js';
import { htmlOf } from './html.js';
import { markdownOf } from './markdown.js';

const HOSTILE = '<script src=//evil.example>"</script>';
function chartOf(name: string): string {
  const value = { value: 0.5, low: 0.4, high: 0.6 };
  return barChart({ title: name, xLabel: 'x', yLabel: 'y', places: [name], series: [{ name, values: [value] }] });
}
const BLOCKS: Block[] = [
  { kind: 'heading', level: 1, text: HOSTILE },
  { kind: 'table', head: ['name', HOSTILE], rows: [[HOSTILE, '1']] },
  { kind: 'list', items: [HOSTILE] },
  { kind: 'figure', name: 'one', caption: HOSTILE, svg: chartOf(HOSTILE) },
];

it('shows names of recordings as text, in HTML and in Markdown tables', () => {
  expect(htmlOf(HOSTILE, BLOCKS)).not.toContain('<script');
  expect(markdownOf(BLOCKS.slice(1, 2))).not.toContain('<script');
});

it('draws nothing that XML forbids', () => {
  expect(chartOf('\u001b[31mred')).toContain('>\\u{1b}[31mred<');
});

const plain: Block[] = [
  { kind: 'text', text: 'Text' },
  { kind: 'figure', name: 'one', caption: 'One', svg: chartOf('One') },
];

it('stands alone: no script, no address but the name of SVG', () => {
  const page = htmlOf('Report', plain);
  const addresses = page.match(/(?:src|href|url)\s*[=(]|https?:\/\/[^"\s]*/g) ?? [];
  expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
  expect(page).toContain('<svg');
});
