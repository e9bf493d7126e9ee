import { describe, expect, it } from 'vitest';

import { CALL_DETECTORS, EVENT_DETECTORS } from './detectors.js';

const ALL = [...CALL_DETECTORS, ...EVENT_DETECTORS];

describe('the table of detectors', () => {
  it('names each detector as its verdicts and profiles do, once', () => {
    for (const row of ALL) {
      expect(row.use<object>(({ name, level }) => ({ name, level }))).toEqual({ name: row.name, level: row.level });
    }
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  });

  it('gives every state a tag of its own', () => {
    const tags = EVENT_DETECTORS.map(({ stateTag }) => stateTag);
    expect(new Set(tags).size).toBe(tags.length);
    // Zero marks a state of several detectors, 0xf0 and above belong to the operators.
    for (const tag of tags) expect(tag > 0 && tag < 0xf0).toBe(true);
  });

  it('gives no detector more than the whole budget', () => {
    for (const { share } of ALL) expect(share > 0 && share < 1).toBe(true);
  });
});
