import type { WebParameter } from '@plimsoll/contracts';

import type { Mutable } from '../mutable.js';
import { remembered } from '../../bytes/remembered.js';
import type { KeyedDigest } from '../values/keyed-digest.js';
import type { LiveMarkup } from '../scripts/markup.js';
import { isSecretName, releasedText, type PrivacyMode } from '../values/privacy.js';
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
  const { where, name, value } = raw;
  const { reading, form, shape, signs, closing } = valueFeatures(value);
  const { extraDecodings, sql, markup, acts } = reading;
  const isCookie = where === 'cookie';
  const secret = isSecretName(name);
  const feature: Mutable<WebParameter> = {
    where,
    name: where === 'path' ? name : parameterName(name),
    length: value.length,
    extraDecodings,
    form,
    shape: secret || isCookie ? '' : shape,
    signs,
    sql: sql.grade,
    sqlTokens: sql.tokens,
    markup: markup.grade,
    markupTokens: markup.tokens,
  } as Mutable<WebParameter>;
  if (acts.length > 0)
    feature.acts = acts.map(({ host, ...act }) => (host === undefined ? act : { ...act, at: digest.of('host', host) }));
  if (value.length >= 4 && !isCookie) feature.digest = digest.of('value', value);
  feature.reflected = closing && value.length >= 4 && responseText.includes(value);
  const released = isCookie || secret ? undefined : releasedText(value, mode);
  if (released !== undefined) feature.value = released;
  return { raw, feature, value, live: markup.live };
}

/** What is known of a value whatever its name and its place. */
const valueFeatures = remembered((value: string) => {
  const reading = readValue(value);
  const { text } = reading;
  const closing = /[<>"']/.test(value);
  return { reading, form: formOf(text), shape: shapeOf(text), signs: signsOf(text), closing };
});
