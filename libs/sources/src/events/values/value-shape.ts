import type { ValueForm } from '@plimsoll/contracts';

const MAX_SHAPE = 64;
const MAX_SIGNS = 32;

/**
 * The narrowest form that a value has (after the types that Kruegel and Vigna 2003 infer). An apostrophe or hyphen
 * between letters is spelling, so O'Brien is a `name`, as Müller and 王芳 are.
 */
export function formOf(value: string): ValueForm {
  if (value === '') return 'empty';
  if (value.length > 2048) return /^[\p{L}\p{N}\s.,;:!?'’()-]+$/u.test(value.slice(0, 2048)) ? 'phrase' : 'text';
  if (/^\d+$/.test(value)) return 'digits';
  if (/^[-+]?\d+(?:[.,]\d+)?$/.test(value)) return 'number';
  if (/^(?:[0-9a-f]{8,}|[0-9A-F]{8,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/.test(value)) return 'hex';
  if (/^[\p{L}\p{M}]+$/u.test(value)) return 'word';
  if (/^[\p{L}\p{M}]+(?:[ '’-][\p{L}\p{M}]+)*$/u.test(value) && value.length <= 64) return 'name';
  if (/^[\w.-]+$/.test(value)) return 'token';
  if (/^[\w.+'-]+@[\w-]+(?:\.[\w-]+)+$/.test(value)) return 'email';
  if (/^[-+\d\s/:.()x#,]+$/.test(value) && /\d/.test(value)) return 'figures';
  if (/^[\p{L}\p{M}\p{N}\s.,!?:;'’"“”()&/+#@…–-]+$/u.test(value) && !stray(value)) return 'phrase';
  return 'text';
}

/** Quotes that are not spelling and not a pair around words, or a comment's dashes. */
function stray(value: string): boolean {
  const spelled = value
    .replace(/(?<=[\p{L}\p{N}])['’](?=\p{L})/gu, '')
    .replace(/(?<=^|[\s(])(["'])[\p{L}\p{N}][^"'\n]{0,80}?\1(?=$|[\s.,;:!?)])/gu, '');
  return /['"]|--|;\s*--/.test(spelled);
}

/** Runs of character classes: `a9sx` for letters, digits, blanks, other scripts; other signs as they are; at most 64. */
export function shapeOf(value: string): string {
  let shape = '';
  let last = '';
  for (const sign of value) {
    const kind = classOf(sign);
    if (kind === last && kind.length === 1 && 'a9sx'.includes(kind)) continue;
    if (shape.length >= MAX_SHAPE) break;
    shape += kind;
    last = kind;
  }
  return shape;
}

function classOf(sign: string): string {
  if (/[A-Za-z]/.test(sign)) return 'a';
  if (/[0-9]/.test(sign)) return '9';
  if (/\s/.test(sign)) return 's';
  return /[!-~]/.test(sign) ? sign : 'x';
}

/** The distinct ASCII signs in a value, in code order, without apostrophes inside words. */
export function signsOf(value: string): string {
  const text = value.slice(0, 4096).replace(/(?<=\p{L})'(?=\p{L})/gu, '');
  const seen = new Set(text.match(/[!-/:-@[-`{-~]/g) ?? []);
  return [...seen].sort().join('').slice(0, MAX_SIGNS);
}
