import { LearningCourse, MAX_COURSE_POINTS } from '@plimsoll/contracts';
import { expect, it } from 'vitest';

import { LearningCourses } from './learning-courses.js';
import type { GroupProgress } from './group-progress.js';

const group = (events: number, moreEvents?: number): GroupProgress => ({
  name: 'shop/web (syscalls)',
  application: 'shop',
  workload: 'web',
  detector: 'sequence',
  stage: 'learning',
  events,
  novelty: 0.1,
  converged: false,
  gaps: 0,
  missing: ['novelty 0.1000, at most 0.02'],
  ...(moreEvents === undefined ? {} : { moreEvents }),
});

it('tells the time that is left at the rate of the run, and none where no rate shows or more will not do', () => {
  const courses = new LearningCourses();
  expect(courses.take([group(100, 600)], 0)[0]).not.toHaveProperty('moreMs');
  expect(courses.take([group(200, 600)], 20_000)[0]).toMatchObject({ moreEvents: 600, moreMs: 120_000 });
  expect(courses.take([group(300)], 40_000)[0]).not.toHaveProperty('moreMs');
});

it('keeps few points of a long course, its first and its latest among them', () => {
  const courses = new LearningCourses();
  let course: LearningCourse | undefined;
  const days = 2;
  for (let atMs = 0; atMs <= days * 86_400_000; atMs += 5_000) [course] = courses.take([group(atMs, 1)], atMs);
  const { points } = LearningCourse.parse(course);
  expect(points.length).toBeLessThanOrEqual(MAX_COURSE_POINTS);
  expect(points.length).toBeGreaterThan(MAX_COURSE_POINTS / 2 - 2);
  expect([points[0]!.atMs, points.at(-1)!.atMs]).toEqual([0, days * 86_400_000]);
  const times = points.map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
