import { PlimsollError, sealProfile, type LogEvent, type ProfileFile, type SyscallBatch } from '@plimsoll/contracts';
import type { Learner } from '@plimsoll/detection';
import { expect, it } from 'vitest';

import { ProfileBuilder } from './profile-builder.js';

/** Learns from any event; has a profile from `least` on. */
function counting(detector: string, least: number): Learner<LogEvent> {
  let events = 0;
  const learner: Partial<Learner<LogEvent>> = {
    learn: () => {
      events++;
    },
    finish() {
      if (events < least) throw new PlimsollError('empty-source', `too little for ${detector}`);
      return { detector } as ProfileFile;
    },
    progress: () => ({ detector, events, novelty: 1, converged: events >= least, gaps: 0, missing: ['more'] }),
  };
  return learner as Learner<LogEvent>;
}

function builderThatLearned(requests: number, statements: number): ProfileBuilder {
  const builder = new ProfileBuilder({
    syscalls: [],
    logs: [
      { type: 'web-request', learner: () => counting('web', 1) },
      { type: 'sql-statement', learner: () => counting('sql', 20) },
    ],
  });
  const of = { application: 'shop', workload: 'web' };
  for (let i = 0; i < requests; i++) {
    builder.learnEvent({ type: 'web-request', ...of, statements: [{}, {}] } as unknown as LogEvent);
  }
  for (let i = 0; i < statements; i++) builder.learnEvent({ type: 'sql-statement', ...of } as unknown as LogEvent);
  return builder;
}

it('misses no profile of the few statements that a web server asks for beside its requests', () => {
  const builder = builderThatLearned(100, 3);
  expect(builder.progress().map(({ detector }) => detector)).toEqual(['web']);
  expect(builder.finish()).toEqual({ profiles: [{ detector: 'web' }], passedOver: [] });
});

it('misses one where statements come beside requests, and have none of their own', () => {
  for (const builder of [builderThatLearned(100, 19 + 2), builderThatLearned(4, 3)]) {
    expect(builder.progress().map(({ detector }) => detector)).toEqual(['web', 'sql']);
  }
  expect(builderThatLearned(4, 3).finish().passedOver).toEqual(['too little for sql']);
});

it('says of profiles of calls that requests of their application were learned too', () => {
  const learned = { streams: [], events: 1, novelty: 1, complete: false, notes: [] };
  const ofCalls: Partial<Learner<SyscallBatch>> = {
    learn: () => undefined,
    finish: () => sealProfile({ application: 'shop', workload: 'db', detector: 'sequence', learned, model: {} }),
  };
  const learnedWith = (events: readonly LogEvent[]): unknown => {
    const builder = new ProfileBuilder({
      syscalls: [() => ofCalls as Learner<SyscallBatch>],
      logs: [{ type: 'web-request', learner: () => counting('web', 1) }],
    });
    builder.learnCalls({ application: 'shop', workload: 'db' } as SyscallBatch);
    for (const event of events) builder.learnEvent(event);
    return builder.finish().profiles[0]!.learned.beside;
  };
  const request = { type: 'web-request', workload: 'web', statements: [] };
  expect(learnedWith([{ ...request, application: 'shop' } as unknown as LogEvent])).toBe('requests');
  expect(learnedWith([{ ...request, application: 'other' } as unknown as LogEvent])).toBeUndefined();
});
