import type { ReactNode } from 'react';

/** Nothing to show, and what that means. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="panel stack" role="status">
      <h2>{title}</h2>
      {children === undefined ? null : <p className="quiet">{children}</p>}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="panel quiet" role="status">
      Loading {what} …
    </p>
  );
}

/** What failed, in the service's own words, and what happens next. */
export function Failed({ error }: { readonly error: unknown }) {
  return (
    <div className="notice bad" role="alert">
      <strong>This could not be loaded.</strong> {error instanceof Error ? error.message : 'Unexpected error'}. It is
      tried again when you return to this window.
    </div>
  );
}
