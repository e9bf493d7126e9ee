import './queue.css';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';

import { holder, incidents, type QueueFilter } from '../api/queries.js';
import { useLiveChanges } from '../shell/shell.js';
import { Button } from '../ui/button.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { BulkBar } from './bulk-bar.js';
import { IncidentTable } from './incident-table.js';
import { QueueFilters } from './queue-filters.js';
import { Totals } from './totals.js';

/** Incidents, last seen first: found by what stands in the address, decided one by one or together. */
export function QueuePage() {
  const filter = useSearch({ from: '/shell/incidents' });
  const navigate = useNavigate({ from: '/incidents' });
  const setFilter = (next: QueueFilter): void => void navigate({ search: next, replace: true });
  const query = useInfiniteQuery(incidents(filter));
  const { data: me } = useQuery(holder);
  const { arrived, show } = useLiveChanges();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const empty = query.isSuccess && query.data.pages.every((page) => page.incidents.length === 0);
  useEffect(() => {
    // Nothing can move under a reader's hand where nothing is shown.
    if (empty && arrived > 0) show();
  }, [empty, arrived, show]);
  // The same list as long as nothing changed in it: the table is made anew with every other one.
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.incidents) ?? [], [query.data]);
  return (
    <>
      <div className="spread">
        <h1>Incidents</h1>
        <div role="status">
          {arrived === 0 ? null : (
            <Button look="primary" onPress={show}>
              Show {arrived} new
            </Button>
          )}
        </div>
      </div>
      <QueueFilters filter={filter} onChange={setFilter} />
      <Totals
        filter={filter}
        onChange={(change) => {
          setFilter({ ...filter, ...change });
        }}
      />
      {query.isError ? <Failed error={query.error} /> : null}
      {query.isPending ? <Loading what="incidents" /> : null}
      {query.isSuccess && rows.length === 0 ? (
        <Empty title="No incident here">
          {Object.keys(filter).length > 0
            ? 'None matches these filters.'
            : 'None yet. The Watch view shows whether every level is working.'}
        </Empty>
      ) : null}
      {rows.length === 0 ? null : (
        <IncidentTable
          rows={rows}
          selected={selected}
          onSelect={setSelected}
          selectable={me !== undefined && me.role !== 'viewer'}
          more={query.hasNextPage}
          onMore={() => {
            if (!query.isFetchingNextPage) void query.fetchNextPage();
          }}
        />
      )}
      {selected.size === 0 ? null : (
        <BulkBar
          ids={[...selected]}
          onDone={() => {
            setSelected(new Set());
          }}
        />
      )}
    </>
  );
}
