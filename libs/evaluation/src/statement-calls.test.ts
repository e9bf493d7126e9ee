import { fileURLToPath } from 'node:url';

import { findRecordings } from '@plimsoll/local-run';
import { describe, expect, it } from 'vitest';

import { callCorpus } from './call-corpus.js';
import { statementCalls } from './statement-calls.js';

const EMPLOYEE = fileURLToPath(new URL('../../../recordings/employee', import.meta.url));
const EPISODES = /^(?:benign-0[1-38]|sqli-update-single-3-a|sqli-union-a)$/;

describe('what statements of attacks leave in the calls of a real database', () => {
  it('is nothing for an UPDATE that alters more, and new calls for a UNION that reads other tables', async () => {
    const recordings = await findRecordings(EMPLOYEE);
    const corpus = await callCorpus(recordings.filter(({ recording }) => EPISODES.test(recording.episode)));
    const rows = statementCalls(corpus);
    const of = (kind: string, verb: string) => rows.find((row) => row.kind === kind && row.verb === verb);
    const update = of('update-injection', 'update');
    expect(update?.sameCalls).toMatchObject({ hits: 9, of: 9 });
    expect(update?.sameCounts.share).toBe(1);
    expect(update?.longer).toBeGreaterThan(0.8);
    expect(of('benign', 'update')?.sameCalls.share).toBe(1);
    expect(of('benign', 'select')?.sameCalls.share).toBeGreaterThan(0.98);
    expect(of('union-exfiltration', 'select')?.sameCalls.share).toBeLessThan(0.8);
  }, 120_000);
});
