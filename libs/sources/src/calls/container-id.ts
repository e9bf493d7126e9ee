/** What sources call the processes that are in no container. */
export const HOST = 'host';

/** Digits of an id that are compared: tools cut ids to 12, 31 or 64. */
const ID_DIGITS = 12;
const MAX_NAME = 128;
const HEX = /^[0-9a-f]{12,64}$/i;

/**
 * A container's id as sources are compared by it: without scheme (`containerd://`), its first 12 hex digits in lower
 * case. What is no such id stays as it is, cut to 128 characters without control characters; nothing is `host`.
 */
export function containerId(text: string): string {
  const scheme = text.indexOf('://');
  const id = scheme < 0 || scheme > 32 ? text : text.slice(scheme + 3);
  if (HEX.test(id)) return id.slice(0, ID_DIGITS).toLowerCase();
  // eslint-disable-next-line no-control-regex -- what is removed are the control characters themselves
  const name = id.slice(0, MAX_NAME).replace(/[\u0000-\u001f\u007f]/g, '');
  return name === '' || name === '<NA>' || name === 'null' ? HOST : name;
}
