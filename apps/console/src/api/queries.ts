import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api, bodyOf, type AttackPath, type Status } from './client.js';

/** The first page is there soon; who scrolls on wants many. */
const FIRST_PAGE = 40;
const PAGE = 500;
const REFRESH_MS = 5_000;

/** What the queue shows: the filters that stand in the address. */
export interface QueueFilter {
  readonly application?: string | undefined;
  readonly path?: AttackPath | undefined;
  readonly state?: 'open' | 'closed' | 'merged' | undefined;
  readonly status?: Status | undefined;
  readonly min_severity?: number | undefined;
  readonly text?: string | undefined;
  readonly assignee?: string | undefined;
  readonly workload?: string | undefined;
  readonly address?: string | undefined;
  readonly page?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const holder = queryOptions({
  queryKey: ['me'],
  queryFn: () => bodyOf(api.GET('/api/v1/me')),
  staleTime: 60_000,
});

export const waysToSignIn = queryOptions({
  queryKey: ['ways'],
  queryFn: () => bodyOf(api.GET('/api/v1/session/ways')),
  staleTime: Infinity,
});

export const incidents = (filter: QueueFilter) =>
  infiniteQueryOptions({
    queryKey: ['incidents', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET('/api/v1/incidents', {
          params: {
            query: {
              ...defined(filter),
              ...(pageParam === undefined ? { limit: FIRST_PAGE } : { limit: PAGE, after: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

export const totals = (filter: QueueFilter) =>
  queryOptions({
    queryKey: ['totals', filter],
    queryFn: () => bodyOf(api.GET('/api/v1/incidents/totals', { params: { query: defined(filter) } })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const budget = queryOptions({
  queryKey: ['budget'],
  queryFn: () => bodyOf(api.GET('/api/v1/budget')),
  refetchInterval: REFRESH_MS,
});

export const deadLetters = queryOptions({
  queryKey: ['dead-letters'],
  queryFn: () => bodyOf(api.GET('/api/v1/dead-letters')),
  refetchInterval: REFRESH_MS,
});

export const evaluation = queryOptions({
  queryKey: ['evaluation'],
  queryFn: () => bodyOf(api.GET('/api/v1/evaluation')),
  staleTime: Infinity,
});

export const incident = (id: string) =>
  queryOptions({
    queryKey: ['incident', id],
    queryFn: () => bodyOf(api.GET('/api/v1/incidents/{id}', { params: { path: { id } } })),
  });

export const pipeline = queryOptions({
  queryKey: ['pipeline'],
  queryFn: () => bodyOf(api.GET('/api/v1/pipeline')),
  refetchInterval: REFRESH_MS,
});

export const workloads = queryOptions({
  queryKey: ['workloads'],
  queryFn: () => bodyOf(api.GET('/api/v1/workloads')),
  refetchInterval: REFRESH_MS,
});

export const health = queryOptions({
  queryKey: ['health'],
  queryFn: () => bodyOf(api.GET('/api/v1/health')),
  refetchInterval: REFRESH_MS,
});

export const profiles = queryOptions({
  queryKey: ['profiles'],
  queryFn: () => bodyOf(api.GET('/api/v1/profiles')),
  refetchInterval: REFRESH_MS,
});

export const learning = queryOptions({
  queryKey: ['learning'],
  queryFn: () => bodyOf(api.GET('/api/v1/profiles/learning')),
  refetchInterval: REFRESH_MS,
});

/** Names one profile. */
export interface Slot {
  readonly application: string;
  readonly workload: string;
  readonly detector: string;
}

export const profile = (slot: Slot) =>
  queryOptions({
    queryKey: ['profile', slot],
    queryFn: () => bodyOf(api.GET('/api/v1/profiles/{application}/{workload}/{detector}', { params: { path: slot } })),
  });

export const profileVersion = (slot: Slot, version: string) =>
  queryOptions({
    queryKey: ['profile', slot, version],
    staleTime: Infinity,
    queryFn: () =>
      bodyOf(
        api.GET('/api/v1/profiles/{application}/{workload}/{detector}/versions/{version}', {
          params: { path: { ...slot, version } },
        }),
      ),
  });

export const suppressions = queryOptions({
  queryKey: ['suppressions'],
  queryFn: () => bodyOf(api.GET('/api/v1/suppressions')),
});

export const auditTrail = queryOptions({
  queryKey: ['audit'],
  queryFn: () => bodyOf(api.GET('/api/v1/audit', { params: { query: { limit: 500 } } })),
});

function defined<T extends object>(given: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
