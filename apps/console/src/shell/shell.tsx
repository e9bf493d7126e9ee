import './shell.css';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { createContext, useContext } from 'react';

import { api } from '../api/client.js';
import { useLive } from '../api/live.js';
import { health, holder } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { useTheme } from './theme.js';

const Live = createContext<ReturnType<typeof useLive>>({ connection: 'connecting', arrived: 0, show: () => undefined });

/** What the stream of changes says. */
export function useLiveChanges(): ReturnType<typeof useLive> {
  return useContext(Live);
}

const VIEWS = [
  { to: '/incidents', name: 'Incidents' },
  { to: '/watch', name: 'Watch' },
  { to: '/profiles', name: 'Profiles' },
  { to: '/budget', name: 'Budget' },
  { to: '/suppressions', name: 'Suppressions' },
  { to: '/dead-letters', name: 'Dead letters', roles: ['analyst', 'admin'] },
  { to: '/report', name: 'Report' },
  { to: '/audit', name: 'Audit trail', roles: ['admin'] },
] as const;

/** The frame of every view. */
export function Shell() {
  const live = useLive();
  const { data: me } = useQuery(holder);
  return (
    <Live value={live}>
      <a className="skip" href="#view">
        Skip to the view
      </a>
      <header className="top no-print">
        <Link to="/incidents" search={{}} className="brand">
          <img src="/console/mark.svg" alt="" width="22" height="22" />
          Plimsoll
        </Link>
        <nav aria-label="Views">
          {VIEWS.filter((view) => !('roles' in view) || view.roles.some((role) => role === me?.role)).map(
            ({ to, name }) => (
              <Link key={to} to={to} search={{}}>
                {name}
              </Link>
            ),
          )}
        </nav>
        <Condition connection={live.connection} />
        <Account />
      </header>
      <main id="view" className="view" tabIndex={-1}>
        <Outlet />
      </main>
    </Live>
  );
}

/** Whether what is shown is live, and whether the service has what it needs. */
function Condition({ connection }: { readonly connection: ReturnType<typeof useLive>['connection'] }) {
  const { data, isError } = useQuery(health);
  const away = data?.parts.filter(({ ready }) => !ready) ?? [];
  return (
    <span className="row" role="status">
      {connection === 'reconnecting' ? <span className="chip warn">Reconnecting …</span> : null}
      {connection === 'live' ? <span className="chip good">Live</span> : null}
      {isError ? <span className="chip bad">Service unreachable</span> : null}
      {away.map(({ name, reason }) => (
        <span key={name} className="chip bad" title={reason}>
          {name} not ready
        </span>
      ))}
    </span>
  );
}

function Account() {
  const client = useQueryClient();
  const router = useRouter();
  const [theme, toggleTheme] = useTheme();
  const { data: me } = useQuery(holder);
  const signOut = async (): Promise<void> => {
    await api.DELETE('/api/v1/session');
    client.clear();
    await router.navigate({ to: '/sign-in', search: {} });
  };
  return (
    <span className="row">
      <Button look="plain" onPress={toggleTheme} aria-label={`Theme: ${theme}. Change it`}>
        {theme === 'dark' ? '☾' : theme === 'light' ? '☀' : '◐'}
      </Button>
      {me === undefined ? null : (
        <span className="small quiet">
          {me.name} ({me.role})
        </span>
      )}
      <Button look="plain" onPress={() => void signOut()}>
        Sign out
      </Button>
    </span>
  );
}
