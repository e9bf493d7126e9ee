import { cells } from '../markdown-cells.js';
import type { Block } from './blocks.js';

/** The report as Markdown; figures are files beside it. */
export function markdownOf(blocks: readonly Block[]): string {
  return `${blocks.map(markdownBlock).join('\n\n')}\n`;
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${block.text}`;
    case 'text':
      return block.text;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'figure':
      return `![${block.caption}](${block.name}.svg)`;
    case 'table':
      return [cells(block.head), `|---|${'---:|'.repeat(block.head.length - 1)}`, ...block.rows.map(cells)].join('\n');
  }
}
