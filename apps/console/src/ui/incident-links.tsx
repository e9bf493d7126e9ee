import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';

/** Links to incidents, by the beginnings of their ids, with commas between them. */
export function IncidentLinks({ ids }: { readonly ids: readonly string[] }) {
  return ids.map((id, i) => (
    <Fragment key={id}>
      {i === 0 ? '' : ', '}
      <Link to="/incidents/$id" params={{ id }}>
        {id.slice(0, 8)}
      </Link>
    </Fragment>
  ));
}
