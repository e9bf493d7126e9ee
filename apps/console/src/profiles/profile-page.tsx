import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { api, bodyOf, type Answer } from '../api/client.js';
import { holder, profile as profileQuery, profiles, profileVersion, type Slot } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { IncidentLinks } from '../ui/incident-links.js';
import { Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { Learning } from './learning.js';
import { NoveltyChart } from './novelty-chart.js';
import { Fit } from './profiles-page.js';

type Profile = Answer<'/api/v1/profiles/{application}/{workload}/{detector}'>;
type Learned = Answer<'/api/v1/profiles/{application}/{workload}/{detector}/versions/{version}'>['learned'];
type Change =
  | { readonly to: 'activate'; readonly version: string }
  | { readonly to: 'shadow'; readonly version: string | null }
  | { readonly to: 'rollback' };

const MOST_SHOWN = 100;

/** One profile: its versions, what each learned, how the active one fits, and changing which that is. */
export function ProfilePage() {
  const slot = useParams({ from: '/shell/profiles/$application/$workload/$detector' });
  const { data, error, isPending } = useQuery(profileQuery(slot));
  const { data: me } = useQuery(holder);
  const change = useChange(slot);
  if (isPending) return <Loading what="the profile" />;
  if (data === undefined) return <Failed error={error} />;
  const allowed = me?.role === 'admin';
  return (
    <>
      <header className="spread">
        <h1>
          {plain(slot.application)} / {plain(slot.workload)} / {slot.detector}
        </h1>
        {allowed ? (
          <Button
            look="danger"
            isDisabled={change.isPending}
            onPress={() => {
              change.mutate({ to: 'rollback' });
            }}
          >
            Roll back
          </Button>
        ) : null}
      </header>
      {change.error === null ? null : (
        <p className="notice bad" role="alert">
          Could not change: {change.error.message}
        </p>
      )}
      <section className="panel stack" aria-labelledby="fit">
        <h2 id="fit">Fit with current traffic</h2>
        <div className="row">
          <Fit report={data.report} />
          <span>{data.report?.words}</span>
        </div>
        <Shadow profile={data} />
      </section>
      <Learning slot={slot} />
      <section className="panel stack scroll-x" aria-labelledby="versions" tabIndex={0}>
        <h2 id="versions">Versions</h2>
        <VersionsChart slot={slot} versions={data.versions} />
        <table>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Events</th>
              <th scope="col">Novelty</th>
              <th scope="col">Complete</th>
              <th scope="col">Learned from</th>
              <th scope="col">Use</th>
            </tr>
          </thead>
          <tbody>
            {[...data.versions].reverse().map((version) => (
              <Version
                key={version}
                slot={slot}
                version={version}
                profile={data}
                onChange={allowed && !change.isPending ? change.mutate : undefined}
              />
            ))}
          </tbody>
        </table>
      </section>
      <section className="panel stack" aria-labelledby="history">
        <h2 id="history">History</h2>
        <ol className="small">
          {data.history.map(({ action, active, at, by }) => (
            <li key={`${at} ${action}`}>
              <Time at={at} />: {action} by {plain(by)}
              {active === undefined ? '' : `, active is ${active}`}
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function useChange(slot: Slot) {
  const client = useQueryClient();
  const params = { path: slot };
  return useMutation({
    mutationFn: async (change: Change): Promise<void> => {
      const at = '/api/v1/profiles/{application}/{workload}/{detector}';
      if (change.to === 'rollback') await bodyOf(api.POST(`${at}/rollback`, { params }));
      else if (change.to === 'shadow')
        await bodyOf(api.POST(`${at}/shadow`, { params, body: { version: change.version } }));
      else await bodyOf(api.POST(`${at}/activate`, { params, body: { version: change.version } }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: profileQuery(slot).queryKey });
      await client.invalidateQueries({ queryKey: profiles.queryKey });
    },
  });
}

function Shadow({ profile }: { readonly profile: Profile }) {
  const comparison = profile.report?.shadow;
  if (comparison === undefined) return null;
  const { active, shadow, both } = comparison;
  return (
    <p>
      Of {active.windows} windows that both scored, the active version found {active.anomalous} anomalous, the one in
      shadow {shadow.anomalous}, both {both}.
    </p>
  );
}

/** How novelty went from version to version. */
function VersionsChart({ slot, versions }: { readonly slot: Slot; readonly versions: readonly string[] }) {
  const found = useQueries({ queries: versions.map((version) => profileVersion(slot, version)) });
  const points = found.flatMap(({ data }, x) => (data === undefined ? [] : [{ x, novelty: data.learned.novelty }]));
  if (points.length < 2) return null;
  return <NoveltyChart points={points} label="Novelty of the versions, the oldest first" />;
}

function Version({
  slot,
  version,
  profile,
  onChange,
}: {
  readonly slot: Slot;
  readonly version: string;
  readonly profile: Profile;
  readonly onChange: ((change: Change) => void) | undefined;
}) {
  const { data } = useQuery(profileVersion(slot, version));
  const learned = data?.learned;
  return (
    <tr>
      <th scope="row">
        <code>{version}</code> {profile.active === version ? <span className="chip good">active</span> : null}
        {profile.shadow === version ? <span className="chip">in shadow</span> : null}
      </th>
      <td className="numeric">{learned?.events.toLocaleString()}</td>
      <td className="numeric">{learned?.novelty.toFixed(4)}</td>
      <td>{learned === undefined ? null : <Complete learned={learned} />}</td>
      <td>{learned === undefined ? null : <LearnedFrom learned={learned} />}</td>
      <td>
        {onChange === undefined ? null : (
          <div className="row">
            <Button
              isDisabled={profile.active === version}
              onPress={() => {
                onChange({ to: 'activate', version });
              }}
            >
              Activate
            </Button>
            <Button
              onPress={() => {
                onChange({ to: 'shadow', version: profile.shadow === version ? null : version });
              }}
            >
              {profile.shadow === version ? 'End shadow' : 'Run in shadow'}
            </Button>
          </div>
        )}
      </td>
    </tr>
  );
}

/** Whether it is complete; where it is not, what it lacked and how much more that takes, as learning noted it. */
function Complete({ learned: { complete, notes } }: { readonly learned: Learned }) {
  if (complete) return <span className="chip good">complete</span>;
  return (
    <>
      <span className="chip warn">not yet</span>
      <ul className="small">
        {notes.map((note) => (
          <li key={note}>{plain(note)}</li>
        ))}
      </ul>
    </>
  );
}

/** Streams, notes and, of a range of the stream, the incidents in it: what was left out, and what was called benign. */
function LearnedFrom({ learned: { streams, notes, complete, from } }: { readonly learned: Learned }) {
  const [open, setOpen] = useState(false);
  const lines = [...(complete ? notes : []), ...streams];
  return (
    <>
      <button
        type="button"
        className="button plain"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {streams.length} streams
      </button>
      {open ? (
        <ul className="small">
          {lines.slice(0, MOST_SHOWN).map((line) => (
            <li key={line}>{plain(line)}</li>
          ))}
        </ul>
      ) : null}
      {from === undefined ? null : (
        <>
          <Incidents ids={from.benignIncidents} what="Knows what was called benign in" />
          <Incidents ids={from.incidents} what="Leaves out what lies in" />
        </>
      )}
    </>
  );
}

function Incidents({ ids, what }: { readonly ids: readonly string[]; readonly what: string }) {
  if (ids.length === 0) return null;
  return (
    <p className="small">
      {what} <IncidentLinks ids={ids.slice(0, MOST_SHOWN)} />
      {ids.length > MOST_SHOWN ? ` and ${ids.length - MOST_SHOWN} more` : ''}
    </p>
  );
}
