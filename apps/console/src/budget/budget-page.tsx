import { useQuery } from '@tanstack/react-query';

import type { Answer } from '../api/client.js';
import { budget } from '../api/queries.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { LEVEL_NAMES } from '../ui/words.js';

type Budget = Answer<'/api/v1/budget'>;
type Application = Budget['applications'][number];
type Decided = Application['incidents'];

/** False alerts that are allowed, beside those that were raised: whether the promise is kept. */
export function BudgetPage() {
  const { data, error, isPending } = useQuery(budget);
  return (
    <>
      <h1>Budget of false alerts</h1>
      <p>
        An incident that was marked benign is a false alert. One that nobody has decided about may be one: it is counted
        beside it. By level, an incident counts for each level that found it anomalous.
      </p>
      {isPending ? <Loading what="the budget" /> : null}
      {error === null ? null : <Failed error={error} />}
      {data?.applications.length === 0 ? (
        <Empty title="No application yet">There is no active profile and no incident.</Empty>
      ) : null}
      {data?.truncated === true ? <p className="notice">Some incidents are not counted: there are too many.</p> : null}
      {data?.applications.map((application) => (
        <ApplicationBudget key={application.application} application={application} budget={data} />
      ))}
    </>
  );
}

function ApplicationBudget({ application, budget }: { readonly application: Application; readonly budget: Budget }) {
  const name = plain(application.application);
  const lines: readonly (readonly [string, number, Decided | undefined])[] = [
    ['All levels', budget.allowed_per_day, application.incidents],
    ...Object.entries(budget.shares).map(
      ([level, allowed]) => [LEVEL_NAMES[level] ?? level, allowed, application.levels[level]] as const,
    ),
  ];
  return (
    <section className="panel scroll-x" aria-label={name} tabIndex={0}>
      <div className="spread">
        <h2>{name}</h2>
        <span className="quiet small">
          {application.days.toFixed(1)} days, since <Time at={application.since} />
        </span>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Allowed a day</th>
            <th scope="col">False a day</th>
            <th scope="col">False at most, with undecided</th>
            <th scope="col">Benign</th>
            <th scope="col">Undecided</th>
            <th scope="col">Confirmed</th>
            <th scope="col">Kept</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(([level, allowed, decided]) => (
            <Line key={level} level={level} allowed={allowed} decided={decided} days={application.days} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({
  level,
  allowed,
  decided = { benign: 0, confirmed: 0, undecided: 0 },
  days,
}: {
  readonly level: string;
  readonly allowed: number;
  readonly decided: Decided | undefined;
  readonly days: number;
}) {
  const [least, most] = [decided.benign / days, (decided.benign + decided.undecided) / days];
  // One false alert on a first day is no broken promise of one in ten days: a whole alert more is needed.
  const slack = 1 / days;
  const kept = most <= allowed + slack ? 'kept' : least <= allowed + slack ? 'undecided' : 'exceeded';
  return (
    <tr>
      <th scope="row">{level}</th>
      <td className="numeric">{allowed.toFixed(2)}</td>
      <td className="numeric">{least.toFixed(2)}</td>
      <td className="numeric">{most.toFixed(2)}</td>
      <td className="numeric">{decided.benign}</td>
      <td className="numeric">{decided.undecided}</td>
      <td className="numeric">{decided.confirmed}</td>
      <td>
        <span className={`chip ${LOOKS[kept]}`}>{WORDS[kept]}</span>
      </td>
    </tr>
  );
}

const LOOKS = { kept: 'good', undecided: 'warn', exceeded: 'bad' } as const;
const WORDS = { kept: 'kept', undecided: 'decide first', exceeded: 'exceeded' } as const;
