import { useQuery } from '@tanstack/react-query';

import type { Answer } from '../api/client.js';
import { health, pipeline } from '../api/queries.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Ago } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { LEVEL_NAMES } from '../ui/words.js';
import { Soundness } from './verdict.js';

type Watched = Answer<'/api/v1/pipeline'>['workloads'][number];
type Level = Watched['levels'][number];

const LOOKS: Readonly<Record<string, { readonly look: string; readonly says: string }>> = {
  scoring: { look: 'good', says: 'scoring' },
  gap: { look: 'warn', says: 'gap: events were lost' },
  insufficient: { look: 'warn', says: 'too little data to score' },
  warming: { look: 'warn', says: 'learning or warming up' },
  silent: { look: 'bad', says: 'silent' },
  quiet: { look: '', says: 'watched, nothing counted of late' },
  unusable: { look: 'bad', says: 'its profile cannot be used' },
  absent: { look: '', says: 'not watching' },
};

/** Whether the watch is sound: every workload by every level, how far behind, and what the service lacks. */
export function WatchPage() {
  const watched = useQuery(pipeline);
  const parts = useQuery(health);
  return (
    <>
      <h1>Watch</h1>
      {watched.isPending ? <Loading what="the pipeline" /> : null}
      {watched.isError ? <Failed error={watched.error} /> : null}
      {watched.data === undefined || parts.data === undefined || watched.data.workloads.length === 0 ? null : (
        <Soundness workloads={watched.data.workloads} parts={parts.data.parts} />
      )}
      {watched.data === undefined ? null : <Workloads workloads={watched.data.workloads} />}
      <div className="two">
        <section className="panel stack" aria-labelledby="parts">
          <h2 id="parts">What the service needs</h2>
          <table>
            <tbody>
              {parts.data?.parts.map(({ name, ready, reason }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <span className={`chip ${ready ? 'good' : 'bad'}`}>{ready ? 'ready' : 'not ready'}</span>
                  </td>
                  <td>{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="panel stack" aria-labelledby="lag">
          <h2 id="lag">Verdicts not yet processed</h2>
          <table>
            <tbody>
              {watched.data?.lag.map(({ task, records, late }) => (
                <tr key={task}>
                  <th scope="row">{task}</th>
                  <td className="numeric">{records} behind</td>
                  <td>{late === 0 ? null : <span className="chip warn">{late} came too late</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </div>
    </>
  );
}

function Workloads({ workloads }: { readonly workloads: readonly Watched[] }) {
  const levels = [...new Set(workloads.flatMap((workload) => workload.levels.map(({ level }) => level)))];
  if (workloads.length === 0) {
    return (
      <Empty title="Nothing was heard yet">
        No detector has reported since the alert service started. A collector with a target, and profiles, are needed.
      </Empty>
    );
  }
  return (
    <section className="panel scroll-x" aria-label="Workloads by level" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Application</th>
            <th scope="col">Workload</th>
            {levels.map((level) => (
              <th key={level} scope="col">
                {LEVEL_NAMES[level] ?? level}
              </th>
            ))}
            <th scope="col">Events up to</th>
            <th scope="col">Everything read up to</th>
          </tr>
        </thead>
        <tbody>
          {workloads.map((workload) => (
            <tr key={JSON.stringify([workload.application, workload.workload])}>
              <td>{plain(workload.application)}</td>
              <th scope="row">{plain(workload.workload)}</th>
              {levels.map((level) => (
                <td key={level}>
                  <LevelCell level={workload.levels.find((one) => one.level === level)} />
                </td>
              ))}
              <td>
                {workload.event_time === undefined ? 'nothing was heard' : <Ago at={workload.event_time} />}
                {workload.skewed === 0 ? null : (
                  <div>
                    <span
                      className="chip warn"
                      title="Event times that were in the future and were set to the time of arrival"
                    >
                      clock skewed, {workload.skewed}
                    </span>
                  </div>
                )}
              </td>
              <td>{workload.watermark === undefined ? null : <Ago at={workload.watermark} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function LevelCell({ level }: { readonly level: Level | undefined }) {
  const { look, says } = LOOKS[level?.state ?? 'absent'] ?? { look: '', says: level?.state ?? '' };
  const windows = Object.entries(level?.windows ?? {}).filter(([, count]) => count > 0);
  return (
    <div className="stack">
      <span>
        <span className={`chip ${look}`}>{says}</span>
      </span>
      {level?.faults.map(({ detector, reason }) => (
        <span className="small" key={detector}>
          {plain(`${detector}: ${reason}`)}
        </span>
      ))}
      <span className="quiet small">
        {windows.map(([state, count]) => `${count} ${state}`).join(', ')}
        {level?.last_window === undefined ? null : (
          <>
            {windows.length === 0 ? 'last' : '; last'} <Ago at={level.last_window} />
          </>
        )}
      </span>
    </div>
  );
}
