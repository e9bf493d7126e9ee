import './learning.css';

import { useQuery } from '@tanstack/react-query';

import type { Answer } from '../api/client.js';
import { learning, type Slot } from '../api/queries.js';
import { Ago } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { spanText } from '../ui/words.js';
import { NoveltyChart } from './novelty-chart.js';

type Course = Answer<'/api/v1/profiles/learning'>['learning'][number];

/** Learning that goes on, or ended within a day: how far it has come, and how long it still takes. Of one slot, or of all. */
export function Learning({ slot }: { readonly slot?: Slot }) {
  const { data } = useQuery(learning);
  const courses = data?.learning.filter((course) => slot === undefined || isOf(course, slot)) ?? [];
  if (courses.length === 0) return null;
  return (
    <section className="panel stack" aria-labelledby="learning">
      <h2 id="learning">Learning</h2>
      <ul className="courses">
        {courses.map((course) => (
          <li key={JSON.stringify([course.application, course.workload, course.detector])} className="course">
            <CourseView course={course} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function CourseView({ course }: { readonly course: Course }) {
  const { application, workload, detector, stage, points, missing } = course;
  const last = points.at(-1)!;
  return (
    <>
      <div className="stack">
        <div className="row">
          <strong>
            {plain(application)} / {plain(workload)} / {plain(detector)}
          </strong>
          <span className={`chip ${stage === 'learned' ? 'good' : 'warn'}`}>{STAGES[stage]}</span>
        </div>
        <p>
          <span className="numeric">{last.events.toLocaleString()}</span> events, novelty{' '}
          <span className="numeric">{last.novelty.toFixed(4)}</span>
        </p>
        {missing.length === 0 ? null : (
          <ul className="small" aria-label="What is missing">
            {missing.map((line) => (
              <li key={line}>{plain(line)}</li>
            ))}
          </ul>
        )}
        <p>{longer(course)}</p>
        <p className="quiet small">
          Told <Ago at={last.at} />
        </p>
      </div>
      <NoveltyChart
        points={points.map(({ at, novelty }) => ({ x: Date.parse(at), novelty }))}
        label={`Novelty over ${spanText(Date.parse(last.at) - Date.parse(points[0]!.at))}`}
      />
    </>
  );
}

function longer({ stage, missing, moreEvents, moreMs }: Course): string {
  if (stage === 'learned') return 'Its profile is ready.';
  if (stage === 'calibrating' || missing.length === 0) return 'It has converged, and calibrates on what comes next.';
  if (moreEvents === undefined)
    return 'More of the same will not complete it: learn again from a stretch without losses.';
  const events = `At least ${moreEvents.toLocaleString()} events more`;
  return moreMs === undefined ? `${events}.` : `${events}: some ${spanText(moreMs)} at this rate.`;
}

const isOf = (course: Course, { application, workload, detector }: Slot): boolean =>
  course.application === application && course.workload === workload && course.detector === detector;

const STAGES = { learning: 'learning', calibrating: 'calibrating', learned: 'learned' } as const;
