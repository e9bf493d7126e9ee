import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, type KeyboardEvent, type RefObject } from 'react';
import {
  Cell,
  CheckboxButton,
  CheckboxField,
  Column,
  Row,
  Table,
  TableBody,
  TableHeader,
  TableLayout,
  Virtualizer,
  type Selection,
} from 'react-aria-components';

import type { IncidentSummary } from '../api/client.js';
import { Severity } from '../ui/severity.js';
import { StatusChip } from '../ui/status-chip.js';
import { Ago } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { useMedia } from '../ui/use-media.js';

const ROW_PX = 44;
/** J and K move like the arrows, as mail readers and other queues have it. */
const LETTERS: Readonly<Record<string, string>> = { j: 'ArrowDown', k: 'ArrowUp' };

export function IncidentTable({
  rows,
  selected,
  onSelect,
  selectable,
  more,
  onMore,
}: {
  readonly rows: readonly IncidentSummary[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly selectable: boolean;
  /** Whether there are rows beyond those shown. */
  readonly more: boolean;
  /** Called as the end of what is loaded comes near. */
  readonly onMore: () => void;
}) {
  const router = useRouter();
  const table = useRef<HTMLDivElement>(null);
  useEntryByLetters(table);
  const wide = useMedia('(min-width: 60rem)');
  const select = (keys: Selection): void => {
    onSelect(new Set(keys === 'all' ? rows.map(({ id }) => id) : [...keys].map(String)));
  };
  // The same elements while the rows are: who selects one of ten thousand does not wait for all to be made anew.
  const content = useMemo(
    () => (
      <>
        <TableHeader>
          {selectable ? (
            <Column width={44} minWidth={44} className="cell head">
              <Tick />
            </Column>
          ) : null}
          <Column width={150} className="cell head">
            Severity
          </Column>
          <Column isRowHeader width="3fr" className="cell head">
            Incident
          </Column>
          {wide ? (
            <Column width="2fr" className="cell head">
              Page and parameter
            </Column>
          ) : null}
          {wide ? (
            <Column width={130} className="cell head">
              Client
            </Column>
          ) : null}
          {wide ? (
            <Column width={110} className="cell head">
              Application
            </Column>
          ) : null}
          {wide ? (
            <Column width={170} className="cell head">
              Status
            </Column>
          ) : null}
          <Column width={110} className="cell head">
            Last seen
          </Column>
        </TableHeader>
        <TableBody items={rows} dependencies={[wide, selectable]}>
          {(incident) => (
            <Row id={incident.id} className="line" textValue={plain(incident.title)}>
              {selectable ? (
                <Cell className="cell">
                  <Tick />
                </Cell>
              ) : null}
              <Cell className="cell">
                <Severity severity={incident.severity} />
              </Cell>
              <Cell className="cell">
                <span title={plain(incident.title)}>
                  {incident.suppressed === undefined ? '' : '(suppressed) '}
                  {plain(wide ? headline(incident) : incident.title)}
                </span>
              </Cell>
              {wide ? (
                <Cell className="cell">
                  <PageOf incident={incident} />
                </Cell>
              ) : null}
              {wide ? (
                <Cell className="cell">
                  <span className="numeric">{plain(incident.request?.address ?? '')}</span>
                </Cell>
              ) : null}
              {wide ? (
                <Cell className="cell">
                  <span>{plain(incident.application)}</span>
                </Cell>
              ) : null}
              {wide ? (
                <Cell className="cell">
                  <StatusChip status={incident.status} />
                  {incident.assignee === undefined ? null : (
                    <span className="quiet small">&nbsp;{plain(incident.assignee)}</span>
                  )}
                </Cell>
              ) : null}
              <Cell className="cell">
                <Ago at={incident.last_seen} />
              </Cell>
            </Row>
          )}
        </TableBody>
      </>
    ),
    [rows, wide, selectable],
  );
  return (
    <div
      ref={table}
      onKeyDownCapture={lettersAsArrows}
      onScrollCapture={({ target }) => {
        if (more && target instanceof Element && nearsEnd(target)) onMore();
      }}
    >
      <p className="visually-hidden" id="queue-keys">
        J and K or the arrows move, Enter opens, Space selects.
      </p>
      <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: ROW_PX, headingHeight: ROW_PX }}>
        <Table
          aria-label={`Incidents: ${rows.length}${more ? ' and more' : ''}`}
          aria-describedby="queue-keys"
          className="queue-table"
          selectionMode={selectable ? 'multiple' : 'none'}
          selectedKeys={selected}
          onSelectionChange={select}
          onRowAction={(id) => void router.navigate({ to: '/incidents/$id', params: { id: String(id) } })}
        >
          {content}
        </Table>
      </Virtualizer>
    </div>
  );
}

/** J or K where nothing has the focus begins at the first row, so that nobody has to find the table first. */
function useEntryByLetters(table: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const enter = ({ key, ctrlKey, altKey, metaKey }: globalThis.KeyboardEvent): void => {
      if (LETTERS[key] === undefined || ctrlKey || altKey || metaKey) return;
      if (document.activeElement !== document.body) return;
      table.current?.querySelector<HTMLElement>('[role=row].line')?.focus();
    };
    document.addEventListener('keydown', enter);
    return () => {
      document.removeEventListener('keydown', enter);
    };
  }, [table]);
}

/** Whether less than two views of a scrolled element lie below what is seen of it. */
function nearsEnd({ scrollTop, clientHeight, scrollHeight }: Element): boolean {
  return scrollHeight - scrollTop < 3 * clientHeight;
}

/** What the title says before page and client, which have columns of their own. */
function headline({ title, application, request }: IncidentSummary): string {
  const end = title.indexOf(` in ${application}`);
  return request === undefined || end <= 0 ? title : title.slice(0, end);
}

function PageOf({ incident: { request } }: { readonly incident: IncidentSummary }) {
  if (request === undefined) return null;
  return (
    <span title={plain(`${request.method} ${request.path}`)}>
      {plain(`${request.method} ${request.path}`)}
      {request.parameter === undefined ? null : <span className="quiet"> {plain(request.parameter)}</span>}
    </span>
  );
}

function Tick() {
  return (
    <CheckboxField slot="selection">
      <CheckboxButton>
        {({ isSelected, isIndeterminate }) => (
          <span className="tick" aria-hidden="true">
            {isSelected ? '✓' : isIndeterminate ? '–' : ''}
          </span>
        )}
      </CheckboxButton>
    </CheckboxField>
  );
}

function lettersAsArrows(event: KeyboardEvent): void {
  const key = LETTERS[event.key];
  if (key === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  event.target.dispatchEvent(new window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}
