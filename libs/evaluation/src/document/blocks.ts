/** A report as a sequence of parts, which Markdown and HTML show alike. Text is data: neither markup nor escape. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** `name` is the file's name without ending. */
  | { readonly kind: 'figure'; readonly name: string; readonly caption: string; readonly svg: string };
