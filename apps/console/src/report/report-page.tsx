import './report.css';

import { useQuery } from '@tanstack/react-query';

import { RefusedError, type Answer } from '../api/client.js';
import { evaluation } from '../api/queries.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { plain } from '../ui/untrusted.js';

type Evaluation = Answer<'/api/v1/evaluation'>;
type Proportion = Evaluation['views'][number]['recall'];

/** What an evaluation measured on labelled recordings: what is detected, and what is falsely alerted. */
export function ReportPage() {
  const { data, error, isPending } = useQuery(evaluation);
  const missing = error instanceof RefusedError && error.status === 404;
  return (
    <>
      <h1>Report</h1>
      {isPending ? <Loading what="the report" /> : null}
      {error === null || missing ? null : <Failed error={error} />}
      {missing ? (
        <Empty title="No evaluation report">
          plimsoll evaluate RECORDINGS --json report.json writes one; PLIMSOLL_REPORT_FILE names it to the alert
          service.
        </Empty>
      ) : null}
      {data === undefined ? null : <Report report={data} />}
    </>
  );
}

function Report({ report }: { readonly report: Evaluation }) {
  return (
    <>
      <p>
        {report.applications.map(plain).join(', ')}: {report.hours.toFixed(2)} hours of event time,{' '}
        {report.messages.toLocaleString()} messages, at {report.falseAlertsPerDay} false alerts a day and application.
        Intervals are 95 %.
      </p>
      <section className="panel scroll-x" aria-labelledby="views" tabIndex={0}>
        <h2 id="views">By level</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">View</th>
              <th scope="col">Detected</th>
              <th scope="col">Recall</th>
              <th scope="col">Precision</th>
              <th scope="col">F1</th>
              <th scope="col">Path named</th>
              <th scope="col">False in benign</th>
              <th scope="col">False among attacks</th>
              <th scope="col">By coincidence</th>
            </tr>
          </thead>
          <tbody>
            {report.views.map((view) => (
              <tr key={view.view}>
                <th scope="row">{plain(view.view)}</th>
                <td className="numeric">
                  {view.recall.hits} of {view.recall.of}
                </td>
                <td>
                  <Share of={view.recall} />
                </td>
                <td>
                  <Share of={view.precision} />
                </td>
                <td className="numeric">
                  {view.f1.toFixed(2)} ({view.f1Low.toFixed(2)} to {view.f1High.toFixed(2)})
                </td>
                <td className="numeric">{percent(view.named.share)}</td>
                <td className="numeric">{view.falseAlerts.inBenign}</td>
                <td className="numeric">{view.falseAlerts.amongAttacks}</td>
                <td className="numeric">{percent(view.coincidence.share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className="panel scroll-x" aria-labelledby="kinds" tabIndex={0}>
        <h2 id="kinds">Recall by kind of attack</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Actions</th>
              {report.views.map(({ view }) => (
                <th key={view} scope="col">
                  {plain(view)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(report.views[0]?.kinds ?? []).map(({ path, kind, recall }, i) => (
              <tr key={`${path}/${kind}`}>
                <th scope="row">
                  {plain(path)}/{plain(kind)}
                </th>
                <td className="numeric">{recall.of}</td>
                {report.views.map((view) => {
                  const own = view.kinds[i]?.recall;
                  return <td key={view.view}>{own === undefined ? null : <Share of={own} />}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** A proportion with its interval, as numbers and as a line. */
function Share({ of }: { readonly of: Proportion }) {
  if (of.of === 0) return <span className="quiet">none</span>;
  return (
    <span className="numeric">
      {percent(of.share)}{' '}
      <svg className="share" width="60" height="8" aria-hidden="true" focusable="false">
        <rect className="track" width="60" height="8" />
        <rect className="interval" x={of.low * 60} width={Math.max(1, (of.high - of.low) * 60)} height="8" />
        <rect className="value" x={Math.min(58, of.share * 60)} width="2" height="8" />
      </svg>{' '}
      <span className="quiet small">
        {percent(of.low)} to {percent(of.high)}
      </span>
    </span>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
