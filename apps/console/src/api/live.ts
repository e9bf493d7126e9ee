import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';

import type { Answer, IncidentSummary } from './client.js';

type Page = Answer<'/api/v1/incidents'>;
type Pages = InfiniteData<Page>;

export type Connection = 'connecting' | 'live' | 'reconnecting';

/**
 * Follows the stream of changes. An incident that a list shows changes where it stands; one that no list shows yet is
 * counted, so that no row moves under a reader's hand until they ask for it.
 */
export function useLive(): { readonly connection: Connection; readonly arrived: number; readonly show: () => void } {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const source = new EventSource('/api/v1/stream');
    source.onopen = () => {
      setConnection('live');
    };
    source.onerror = () => {
      setConnection('reconnecting');
    };
    source.addEventListener('incident', ({ data }: MessageEvent<string>) => {
      const changed = JSON.parse(data) as IncidentSummary;
      const lists = client.getQueriesData<Pages>({ queryKey: ['incidents'] });
      const shown = lists.some(([, pages]) => pages !== undefined && shows(pages, changed.id));
      client.setQueriesData<Pages>({ queryKey: ['incidents'] }, (pages) => pages && replaced(pages, changed));
      if (shown && changed.state === 'merged') void client.invalidateQueries({ queryKey: ['incidents'] });
      void client.invalidateQueries({ queryKey: ['incident', changed.id] });
      if (!shown && changed.state !== 'merged') setArrived((known) => new Set(known).add(changed.id));
    });
    return () => {
      source.close();
    };
  }, [client]);

  const show = useCallback((): void => {
    setArrived(new Set());
    void client.invalidateQueries({ queryKey: ['incidents'] });
  }, [client]);
  return { connection, arrived: arrived.size, show };
}

function shows({ pages }: Pages, id: string): boolean {
  return pages.some(({ incidents }) => incidents.some((one) => one.id === id));
}

/** The same pages with the incident as it is now. */
function replaced(pages: Pages, changed: IncidentSummary): Pages {
  if (!shows(pages, changed.id)) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      incidents: page.incidents.map((one) => (one.id === changed.id ? changed : one)),
    })),
  };
}
