import { expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { actEvidence, learnReadings } from './reading-evidence.js';
import { parameterContexts } from './web-contexts.js';
import { parameter, request } from './web.fixture.js';

it('says of a command how many learned values of the parameter held one', () => {
  const table = new SmoothedCounts();
  const act = { kind: 'command', grade: 2, tokens: 'wc -l' } as const;
  const name = parameter({ name: 'name' });
  const event = request({ atMs: 1, parameters: [{ ...name, acts: [act] }] });
  const { own, named, any } = parameterContexts(event, name);
  const expected = (): string => actEvidence(table, event, name, act).evidence.expected;
  expect(expected()).toBe('this parameter was never seen during learning');
  for (let i = 0; i < 8; i++) learnReadings(table, [own, named, any], i === 0 ? { ...name, acts: [act] } : name);
  expect(expected()).toBe('1 of 8 learned values of this parameter did');
});

it('says where values of the name were learned at pages of another form alone', () => {
  const table = new SmoothedCounts();
  const act = { kind: 'command', grade: 2, tokens: 'wc -l' } as const;
  const name = parameter({ name: '/dish', where: 'path' });
  const { own, named, any } = parameterContexts(request({ atMs: 1, path: '/dish/{digits}' }), name);
  for (let i = 0; i < 8; i++) learnReadings(table, [own, named, any], name);
  const event = request({ atMs: 2, path: '/dish/{text}', parameters: [{ ...name, acts: [act] }] });
  expect(actEvidence(table, event, { ...name }, act).evidence.expected).toBe(
    '0 of 8 learned values of parameters of this name, all at pages of another path or form, did',
  );
});
