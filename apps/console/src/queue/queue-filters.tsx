import { useQuery } from '@tanstack/react-query';
import { Input, Label, SearchField } from 'react-aria-components';

import { holder, workloads, type QueueFilter } from '../api/queries.js';
import { Choice } from '../ui/choice.js';
import { timeText } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { PATH_NAMES, PATHS, SEVERITY_NAMES, STATUS_NAMES, STATUSES } from '../ui/words.js';

const STATES = [
  { value: 'open', label: 'Open' },
  { value: 'closed', label: 'Closed' },
  { value: 'merged', label: 'Merged into another' },
] as const;

/** Filters as fields, and the active ones as chips that are taken away with one press. */
export function QueueFilters({
  filter,
  onChange,
}: {
  readonly filter: QueueFilter;
  readonly onChange: (filter: QueueFilter) => void;
}) {
  const { data } = useQuery(workloads);
  const { data: me } = useQuery(holder);
  const applications = [...new Set(data?.workloads.map(({ application }) => application))];
  const set = (change: Partial<QueueFilter>): void => {
    const next = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined && value !== '');
    onChange(Object.fromEntries(next));
  };
  return (
    <>
      <div className="filters" role="search" aria-label="Incidents">
        <SearchField
          className="field"
          defaultValue={filter.text ?? ''}
          onSubmit={(text) => {
            set({ text });
          }}
          onClear={() => {
            set({ text: undefined });
          }}
        >
          <Label>Text, page, address or principal</Label>
          <Input className="input" maxLength={128} placeholder="Search, then Enter" />
        </SearchField>
        <Choice
          label="Status"
          any="Any status"
          options={STATUSES.map((value) => ({ value, label: STATUS_NAMES[value] }))}
          value={filter.status}
          onChange={(status) => {
            set({ status });
          }}
        />
        <Choice
          label="Path"
          any="Any path"
          options={PATHS.map((value) => ({ value, label: PATH_NAMES[value] }))}
          value={filter.path}
          onChange={(path) => {
            set({ path });
          }}
        />
        <Choice
          label="Severity"
          any="Any severity"
          options={[2, 3, 4, 5, 6].map((least) => ({
            value: String(least),
            label: `${SEVERITY_NAMES[least]!} or more`,
          }))}
          value={filter.min_severity === undefined ? undefined : String(filter.min_severity)}
          onChange={(least) => {
            set({ min_severity: least === undefined ? undefined : Number(least) });
          }}
        />
        <Choice
          label="Application"
          any="Any application"
          options={applications.map((value) => ({ value, label: plain(value) }))}
          value={filter.application}
          onChange={(application) => {
            set({ application });
          }}
        />
        <Choice
          label="Assignee"
          any="Anybody"
          options={[
            { value: me?.name ?? '', label: 'Me' },
            { value: '-', label: 'Nobody' },
          ]}
          value={filter.assignee}
          onChange={(assignee) => {
            set({ assignee });
          }}
        />
        <Choice
          label="State"
          any="Any state"
          options={STATES}
          value={filter.state}
          onChange={(state) => {
            set({ state });
          }}
        />
      </div>
      <FilterChips
        filter={filter}
        onRemove={(name) => {
          set({ [name]: undefined });
        }}
      />
    </>
  );
}

function FilterChips({
  filter,
  onRemove,
}: {
  readonly filter: QueueFilter;
  readonly onRemove: (name: keyof QueueFilter) => void;
}) {
  const names = Object.keys(filter) as (keyof QueueFilter)[];
  if (names.length === 0) return null;
  return (
    <ul className="row" aria-label="Active filters">
      {names.map((name) => (
        <li key={name} className="chip">
          {chipText(name, filter)}
          <button
            type="button"
            aria-label={`Remove the filter ${name}`}
            onClick={() => {
              onRemove(name);
            }}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function chipText(name: keyof QueueFilter, filter: QueueFilter): string {
  switch (name) {
    case 'path':
      return PATH_NAMES[filter.path ?? 'unknown'];
    case 'status':
      return STATUS_NAMES[filter.status ?? 'new'];
    case 'min_severity':
      return `${SEVERITY_NAMES[filter.min_severity ?? 0] ?? ''} or more`;
    case 'text':
      return `contains ${plain(filter.text ?? '')}`;
    case 'assignee':
      return filter.assignee === '-' ? 'assigned to nobody' : `assigned to ${plain(filter.assignee ?? '')}`;
    case 'workload':
      return `on ${plain(filter.workload ?? '')}`;
    case 'address':
      return `from ${plain(filter.address ?? '')}`;
    case 'page':
      return `page ${plain(filter.page ?? '')}`;
    case 'from':
      return `since ${timeText(filter.from ?? '')}`;
    case 'to':
      return `before ${timeText(filter.to ?? '')}`;
    default:
      return plain(String(filter[name]));
  }
}
