import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';

import { RefusedError } from './api/client.js';
import { holder } from './api/queries.js';
import { QueuePage } from './queue/queue-page.js';
import { queueSearch } from './queue/queue-search.js';
import { Shell } from './shell/shell.js';
import { FAILURES, SignIn } from './shell/sign-in.js';
import { Failed } from './ui/states.js';

interface Context {
  readonly client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: ({ to, failed }): { to?: string; failed?: keyof typeof FAILURES } => ({
    ...(typeof to === 'string' && /^\/(?!\/)/.test(to) ? { to } : {}),
    ...(typeof failed === 'string' && failed in FAILURES ? { failed: failed as keyof typeof FAILURES } : {}),
  }),
  component: SignIn,
});

/** Every view but the sign-in: shown to who has a session. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    try {
      return { me: await context.client.query({ ...holder, staleTime: 'static' }) };
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 401) throw error;
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- how the router is told to go elsewhere
      throw redirect({ to: '/sign-in', search: { to: location.href } });
    }
  },
  component: Shell,
  errorComponent: Failed,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how the router is told to go elsewhere
    throw redirect({ to: '/incidents', search: {} });
  },
});

const queue = createRoute({
  getParentRoute: () => shell,
  path: '/incidents',
  validateSearch: queueSearch,
  // The first view of nearly everybody: it comes with the shell.
  component: QueuePage,
});

const incident = createRoute({
  getParentRoute: () => shell,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('./incident/incident-page.js'), 'IncidentPage'),
});

const watch = createRoute({
  getParentRoute: () => shell,
  path: '/watch',
  component: lazyRouteComponent(() => import('./watch/watch-page.js'), 'WatchPage'),
});

const profiles = createRoute({
  getParentRoute: () => shell,
  path: '/profiles',
  component: lazyRouteComponent(() => import('./profiles/profiles-page.js'), 'ProfilesPage'),
});

const profile = createRoute({
  getParentRoute: () => shell,
  path: '/profiles/$application/$workload/$detector',
  component: lazyRouteComponent(() => import('./profiles/profile-page.js'), 'ProfilePage'),
});

const budget = createRoute({
  getParentRoute: () => shell,
  path: '/budget',
  component: lazyRouteComponent(() => import('./budget/budget-page.js'), 'BudgetPage'),
});

const letters = createRoute({
  getParentRoute: () => shell,
  path: '/dead-letters',
  component: lazyRouteComponent(() => import('./letters/letters-page.js'), 'LettersPage'),
});

const report = createRoute({
  getParentRoute: () => shell,
  path: '/report',
  component: lazyRouteComponent(() => import('./report/report-page.js'), 'ReportPage'),
});

const suppressions = createRoute({
  getParentRoute: () => shell,
  path: '/suppressions',
  component: lazyRouteComponent(() => import('./suppressions/suppressions-page.js'), 'SuppressionsPage'),
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  component: lazyRouteComponent(() => import('./audit/audit-page.js'), 'AuditPage'),
});

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([home, queue, incident, watch, profiles, profile, budget, letters, report, suppressions, audit]),
]);

/** The console's addresses, below `/console`. */
export function createConsoleRouter(client: QueryClient) {
  return createRouter({ routeTree, basepath: '/console', context: { client }, defaultPreload: 'intent' });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
