import { describe, expect, it } from 'vitest';

import { frequencyDetector } from '../frequency/index.js';
import { sequenceDetector } from '../sequence/index.js';

/** 1,203 calls of one thread, one window scored and one open, as the release before p-values were counted wrote them. */
const VERSION_1 = {
  sequence:
    'AQFhAXcBYwRsaXZlQJLMAAAAAABAw4gAAAAAAEDHeoAAAAAAQI9AAAAAAADLAQAAAAAAAAAAQMODgAAAAAABAAAAAECPQAAAAAAAEDY2NjRmNjIzZWFhZjg4NjAGAQMGAAECAwQFywEFAAAAAAAAAAAAAA==',
  frequency:
    'AQFhAXcBYwRsaXZlQJLMAAAAAABAw4gAAAAAAEDHeoAAAAAAQI9AAAAAAADLAQAAAAAAAAAAQMODgAAAAAABAAAAAECPQAAAAAAAEDZmMTA2MTIwZTc5ZjI2YzMIAB0BHQIdAx0EHQUdBh2iEMsBAQgAjwEBjwECjwEDjwEEjwEFjwEGjgGiEOgH',
};

describe('a state of the release before', () => {
  it.each([sequenceDetector(), frequencyDetector()])('is read on, without p-values and lives ($name)', (detector) => {
    const bytes = Buffer.from(VERSION_1[detector.name as keyof typeof VERSION_1], 'base64');
    expect(bytes[0]).toBe(1);
    const state = detector.decode(bytes);
    expect(state.nextOrdinal).toBe(1_203);
    expect(state.window).toMatchObject({ startOrdinal: 1_000, count: 203 });
    expect(state.coverage).toMatchObject({ count: 1_000, windows: { normal: 1 }, pValues: undefined });
    const again = detector.encode(state as never);
    expect(again[0]).toBe(3);
    expect(detector.decode(again)).toEqual(state);
  });
});
