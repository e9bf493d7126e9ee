import type { LogEvent } from '@plimsoll/contracts';
import { expect, it } from 'vitest';

import { RequestTimes } from './request-times.js';

const S = 1_000_000;
const request = (stream: string, id: string, timeS: number, name: string): LogEvent =>
  ({ type: 'web-request', stream, id, timeUs: timeS * S, request: name }) as LogEvent;

it('gives a request of a log the time that a trace has of it, and each request once', () => {
  const times = new RequestTimes();
  times.note(request('log', 'l1', 10, 'a'));
  times.note(request('log', 'l2', 10, 'a'));
  times.note(request('trace', 't1', 10.2, 'a'));
  times.note(request('trace', 't2', 10.7, 'a'));
  times.note(request('trace', 't3', 11.5, 'b'));
  times.note(request('log', 'l3', 12, 'c'));
  expect(times.requests()).toEqual([
    { id: 'l1', timeUs: 10.2 * S },
    { id: 'l2', timeUs: 10.7 * S },
    { id: 't3', timeUs: 11.5 * S },
    { id: 'l3', timeUs: 12 * S },
  ]);
  expect([...times.precise().keys()]).toEqual(['l1', 'l2']);
});
