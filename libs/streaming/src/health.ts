/** Whether a part answers now, and if not, why, in words for a person. */
export type Health = { readonly ready: true } | { readonly ready: false; readonly reason: string };
