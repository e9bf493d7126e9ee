import type { WebParameter } from '@plimsoll/contracts';

import type { KeyedDigest } from '../values/keyed-digest.js';
import { readAsMarkup, type LiveMarkup } from '../scripts/markup.js';
import { isSecretName, releasedValue, type PrivacyMode } from '../values/privacy.js';
import type { RawParameter } from './raw-parameter.js';
import { parameterName } from './request-parameters.js';
import { readAsSql, type SqlReading } from '../sql/sql-fragment.js';
import { undoEncodings } from '../values/value-decoding.js';
import { formOf, shapeOf, signsOf } from '../values/value-shape.js';

/** A parameter's features, with what else the collector needs of it and keeps to itself. */
export interface ReadParameter {
  readonly raw: RawParameter;
  readonly feature: WebParameter;
  readonly value: string;
  readonly live: readonly LiveMarkup[];
}

/**
 * Everything that a detector needs to know of one value. `responseText` is the visible part of the response: a value of
 * four characters or more with signs in it that stands there unchanged is `reflected`.
 */
export function readParameter(
  raw: RawParameter,
  responseText: string,
  digest: KeyedDigest,
  mode: PrivacyMode,
): ReadParameter {
  const decoded = undoEncodings(raw.value);
  const asSent = readAsSql(raw.value);
  const sql = decoded.extraDecodings === 0 ? asSent : higher(asSent, readAsSql(decoded.text));
  const plain = readAsMarkup(raw.value);
  const undone = decoded.extraDecodings === 0 ? plain : readAsMarkup(decoded.text);
  // Entities are how a page shows markup without running it: never proof of a script.
  const capped = decoded.fromEntities && undone.grade === 3 ? { ...undone, grade: 2 as const, live: [] } : undone;
  const markup = capped.grade > plain.grade ? capped : plain;
  const released = raw.where === 'cookie' ? undefined : releasedValue(raw.name, raw.value, mode);
  const feature: WebParameter = {
    where: raw.where,
    name: raw.where === 'path' ? raw.name : parameterName(raw.name),
    length: raw.value.length,
    extraDecodings: decoded.extraDecodings,
    form: formOf(decoded.text),
    shape: isSecretName(raw.name) || raw.where === 'cookie' ? '' : shapeOf(decoded.text),
    signs: signsOf(decoded.text),
    sql: sql.grade,
    sqlTokens: sql.tokens,
    markup: markup.grade,
    markupTokens: markup.tokens,
    ...(raw.value.length >= 4 && raw.where !== 'cookie' ? { digest: digest.of('value', raw.value) } : {}),
    reflected: raw.value.length >= 4 && /[<>"']/.test(raw.value) && responseText.includes(raw.value),
    ...(released === undefined ? {} : { value: released }),
  };
  return { raw, feature, value: raw.value, live: markup.live };
}

function higher(a: SqlReading, b: SqlReading): SqlReading {
  return b.grade > a.grade ? b : a;
}
