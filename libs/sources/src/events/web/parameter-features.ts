import type { WebParameter } from '@plimsoll/contracts';

import type { KeyedDigest } from '../values/keyed-digest.js';
import type { LiveMarkup } from '../scripts/markup.js';
import { isSecretName, releasedValue, type PrivacyMode } from '../values/privacy.js';
import type { RawParameter } from './raw-parameter.js';
import { readValue } from './read-value.js';
import { parameterName } from './request-parameters.js';
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
  const { text, extraDecodings, sql, markup, acts } = readValue(raw.value);
  const released = raw.where === 'cookie' ? undefined : releasedValue(raw.name, raw.value, mode);
  const feature: WebParameter = {
    where: raw.where,
    name: raw.where === 'path' ? raw.name : parameterName(raw.name),
    length: raw.value.length,
    extraDecodings,
    form: formOf(text),
    shape: isSecretName(raw.name) || raw.where === 'cookie' ? '' : shapeOf(text),
    signs: signsOf(text),
    sql: sql.grade,
    sqlTokens: sql.tokens,
    markup: markup.grade,
    markupTokens: markup.tokens,
    ...(acts.length === 0 ? {} : { acts: [...acts] }),
    ...(raw.value.length >= 4 && raw.where !== 'cookie' ? { digest: digest.of('value', raw.value) } : {}),
    reflected: raw.value.length >= 4 && /[<>"']/.test(raw.value) && responseText.includes(raw.value),
    ...(released === undefined ? {} : { value: released }),
  };
  return { raw, feature, value: raw.value, live: markup.live };
}
