import type { SourceKind } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { likelyKind } from './kind-hint.js';
import { openParser } from './kinds.js';
import type { SourceParser } from './source.js';
import { parseText } from './testing/collect-items.js';
import { damaged } from './testing/damaged-lines.js';
import { OTHER_FORMS, SAMPLE_LINES } from './testing/sample-sources.js';

const CONTEXT = { application: 'shop', workload: 'web', container: 'web-1', stream: 's', privacy: 'balanced' } as const;

const FORMS = [...(Object.entries(SAMPLE_LINES) as [SourceKind, readonly string[]][]), ...OTHER_FORMS];

function expectSum({ counts, refusals }: SourceParser): void {
  expect(counts.read + counts.ignored + counts.malformed).toBe(counts.lines);
  expect(refusals.reduce((sum, { count }) => sum + count, 0)).toBe(counts.malformed);
}

describe.each(FORMS)('parser of %s', (kind, lines) => {
  const text = `${lines.join('\n')}\n`;

  it('reads its producer’s lines without refusing one', () => {
    const parser = openParser(kind, CONTEXT);
    const { ended } = parseText(parser, text.repeat(3));
    expect(parser.counts.events).toBeGreaterThan(0);
    expect(parser.counts.malformed).toBe(0);
    expect(ended).toBe(true);
  });

  it('gives the same however the bytes are cut', () => {
    const whole = parseText(openParser(kind, CONTEXT), text.repeat(4));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (chunkBytes) => {
        expect(parseText(openParser(kind, CONTEXT), text.repeat(4), chunkBytes)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('neither throws nor stops on damaged lines, and reads what follows', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const parser = openParser(kind, CONTEXT);
        for (const line of damaged(lines, 200, seed)) parser.push(line);
        const before = parser.counts.lines;
        const items = parser.push(Buffer.from(`\n${text}`));
        expect(parser.counts.lines).toBeGreaterThanOrEqual(before + lines.length);
        // A damaged audit event may have the same auditID as the whole one, and repetitions count once.
        if (kind !== 'k8s-audit') expect(items.length).toBeGreaterThan(0);
        parser.end();
        expectSum(parser);
      }),
      { numRuns: 20 },
    );
  });

  it('says of every line what became of it, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(lines.length), fc.nat(400), (noise, whole, at) => {
        const parser = openParser(kind, CONTEXT);
        const known = Buffer.from(`${lines.slice(0, whole).join('\n')}\n`);
        const bytes = Buffer.concat([known.subarray(0, at), noise, known.subarray(at)]);
        parseText(parser, bytes, 1 + (at % 64));
        expectSum(parser);
      }),
      { numRuns: 200 },
    );
  });

  it('is named where a source of its kind was taken for another', () => {
    const named = likelyKind(Buffer.from(text.repeat(20)));
    // strace's plain form is read by one parser under two names.
    expect(named === 'strace' ? 'hids-docker' : named).toBe(kind === 'strace' ? 'hids-docker' : kind);
  });
});
