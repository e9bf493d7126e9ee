/** Whether a part answers now, and if not, why, in words for a person; one that is ready may have something to tell. */
export type Health =
  { readonly ready: true; readonly reason?: string } | { readonly ready: false; readonly reason: string };
