import { escaped } from '../charts.js';
import type { Block } from './blocks.js';

const STYLE =
  'body{font:15px/1.5 sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}' +
  'table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums;font-size:13px;display:block;overflow-x:auto}' +
  'th,td{border-bottom:1px solid #ddd;padding:.25rem .6rem;text-align:right;white-space:nowrap}' +
  'th:first-child,td:first-child{text-align:left}th{border-bottom:2px solid #888}' +
  'figure{margin:1.5rem 0}figcaption{color:#555}svg{max-width:100%;height:auto}';

/** One page that stands alone: figures inside it, no script, no outside address. */
export function htmlOf(title: string, blocks: readonly Block[]): string {
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${shown(title)}</title><style>${STYLE}</style></head><body>`,
    ...blocks.map(htmlBlock),
    '</body></html>\n',
  ].join('\n');
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${shown(block.text)}</h${block.level}>`;
    case 'text':
      return `<p>${shown(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${shown(item)}</li>`).join('')}</ul>`;
    case 'figure':
      return `<figure>${block.svg}<figcaption>${shown(block.caption)}</figcaption></figure>`;
    case 'table':
      return `<table><thead>${row(block.head, 'th')}</thead><tbody>${block.rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table>`;
  }
}

function row(cells: readonly string[], tag: 'th' | 'td'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${shown(cell)}</${tag}>`).join('')}</tr>`;
}

/** Names come from recordings that others wrote; `code` and **weight** of the prose are Markdown's. */
function shown(text: string): string {
  return escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}
