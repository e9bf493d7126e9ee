import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';

/**
 * How a value reads as a piece of SQL: 0 as nothing of the kind; 1 its quotes do not match, or it is a statement told in
 * prose; 2 it goes on as an expression does, which prose and program text also do; 3 as an injected piece would, and
 * little else (`1 or true`, `'='`); 4 as an injected piece alone does (a subquery, a union, a comparison of constants
 * that closes, a comment that hides the rest).
 */
export const SqlGrade = z.number().int().min(0).max(4);

/** How a value reads as markup: 0 none, 1 harmless elements, 2 elements that load or link, 3 what runs a script. */
export const MarkupGrade = z.number().int().min(0).max(3);

/** What a value may do beyond SQL and markup, and what it reaches for. */
export const ActKind = z.enum([
  'command',
  'template',
  'code',
  'traversal',
  'address',
  'nosql',
  'ldap',
  'xpath',
  'entity',
  'header',
  'prototype',
]);
export type ActKind = z.infer<typeof ActKind>;

/**
 * A value read as one kind of injection: 1 as people also write, 2 as few do unless they write about it, 3 as an attack
 * alone does.
 */
export const ValueAct = z.object({
  kind: ActKind,
  grade: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** What gave the grade, in the reader's own words: nothing of the value. */
  tokens: z.string().max(64),
  /** Keyed hash of the host and port that an address within the network leads to: which ones a field leads to is learned. */
  at: z.string().max(16).optional(),
});
export type ValueAct = z.infer<typeof ValueAct>;

/** The form of a value, from the narrowest to the widest. */
export const ValueForm = z.enum([
  'empty',
  'digits',
  'number',
  'hex',
  'word',
  'name',
  'token',
  'email',
  'figures',
  'phrase',
  'text',
]);
export type ValueForm = z.infer<typeof ValueForm>;

/** One parameter of a request: what a detector needs of it, computed where the value was seen. */
export const WebParameter = z.object({
  /**
   * `header`: a header's value, and `name`: the text of a parameter's name, both present only where they read as
   * something.
   */
  where: z.enum(['query', 'body', 'path', 'cookie', 'header', 'name']),
  /** Positions in lists are left out: `items[].price`. */
  name: z.string().max(128),
  /** Characters after decoding. */
  length: z.number().int().nonnegative(),
  /** Encodings undone beyond the one that the place asks for: 2 and more is somebody hiding something. */
  extraDecodings: z.number().int().nonnegative().max(8),
  form: ValueForm,
  /** The value as runs of character classes, `a` letters, `9` digits, `s` blanks, `x` other scripts, else the sign itself. */
  shape: z.string().max(64),
  /** The distinct ASCII signs in it that are neither letters, digits nor blanks, in code order; apostrophes inside words left out. */
  signs: z.string().max(32),
  sql: SqlGrade,
  /** The tokens that gave the grade, folded; no literal among them. */
  sqlTokens: z.string().max(96),
  markup: MarkupGrade,
  /** Names of elements, handlers and schemes that gave the grade. */
  markupTokens: z.string().max(96),
  /** Other injections that it reads as, one a kind; absent where there are none. */
  acts: z.array(ValueAct).max(4).optional(),
  /** Keyed hash of the value, for finding it again elsewhere; absent for empty values. */
  digest: z.string().max(16).optional(),
  /** The response repeats the value as it came, signs unescaped. */
  reflected: z.boolean(),
  /** Only where the privacy mode lets values out; cut, secrets removed. */
  value: z.string().max(4096).optional(),
});
export type WebParameter = z.infer<typeof WebParameter>;

/** A piece of a response that can run a script, by what it does rather than by its text. */
export const ScriptFragment = z.object({
  kind: z.enum(['inline', 'source', 'handler', 'scheme', 'frame', 'other']),
  /** Keyed hash of the fragment with its literals taken out. */
  digest: z.string().max(16),
  /** The parameter that brought it in, where this collector saw it come: the value is served as it was sent. */
  from: z
    .object({
      event: z.string().max(512),
      timeUs: z.number().nonnegative(),
      parameter: z.string().max(128),
      /** Its text does not tell what it asks for: it is loaded from elsewhere, or put together as it runs. */
      unread: z.literal(true).optional(),
    })
    .optional(),
});
export type ScriptFragment = z.infer<typeof ScriptFragment>;

/** How a page shows a value that came with this or an earlier request: as it was sent, or encoded for markup. */
export const ShownValue = z.object({
  /** The field: path of the request that brought the value, with what chose the action there, and the parameter. */
  path: z.string().max(2048),
  route: z.string().max(256).optional(),
  where: z.enum(['query', 'body']),
  name: z.string().max(128),
  encoded: z.boolean(),
});
export type ShownValue = z.infer<typeof ShownValue>;

/** A statement that was sent to a database while the request was served, and belongs to it as far as `certainty` says. */
export const IssuedStatement = z.object({
  /** The statement's coarse structure: verb, tables, columns of its conditions. */
  outline: z.string().max(512),
  writes: z.boolean(),
  /** Columns that it assigns, in the order of their names. */
  columnsWritten: z.array(z.string().max(128)).max(64),
  failed: z.boolean(),
  /**
   * Probability that this request, and no other that was served at the time, sent the statement: above 0, at most 1. Absent
   * where nothing else can have: 1.
   */
  certainty: z.number().positive().max(1).optional(),
  /** A parameter whose value reaches over the edge of a literal of the statement. */
  tainted: z
    .object({
      parameter: z.string().max(128),
      /** Tokens of the statement that the value covers. */
      tokens: z.number().int().positive(),
      /** Whether operators, keywords or comments are among them, or names and literals alone. */
      syntax: z.boolean(),
    })
    .optional(),
});
export type IssuedStatement = z.infer<typeof IssuedStatement>;

/** Where a request says that it comes from, compared with the host that it asks. */
export const OriginRelation = z.enum(['same', 'same-site', 'foreign', 'null', 'absent']);
export type OriginRelation = z.infer<typeof OriginRelation>;

/**
 * Why a request may hold more, or other, than its event shows:
 * - `bytes`: part of its head or body is not in the trace (a buffer longer than strace's `-s`, a body over the limit, a
 *   connection that ended or was evicted);
 * - `framing`: servers differ in where a head like this lets the body end;
 * - `place`: bytes before it were not seen, so that it may stand within the body of another request. Its session is its
 *   client's, whatever cookie it shows;
 * - `origin`: nothing tells that its descriptor is a socket;
 * - `parameters`: it has more parameters, or longer ones, than are read;
 * - `coding`: its body is in a coding that not every server undoes, or in a character set that was not undone.
 */
export const Unseen = z.enum(['bytes', 'framing', 'place', 'origin', 'parameters', 'coding']);
export type Unseen = z.infer<typeof Unseen>;

/** A script that an earlier request brought, whose text names what this request asks, as a request that it makes would be named. */
export const NamedInScript = z.object({
  /** The request that brought the script, when, and in which parameter. */
  event: z.string().max(512),
  timeUs: z.number().nonnegative(),
  parameter: z.string().max(128),
  /** Whether the text names every field that is sent, or the path alone. */
  fields: z.boolean(),
  /** Paths where the script may be served: those of its request, of the page that led there, and of its redirect. */
  pages: z.array(z.string().max(2048)).max(4),
});
export type NamedInScript = z.infer<typeof NamedInScript>;

/**
 * A script that an earlier request brought, whose text does not tell what it asks for, and that may stand on the page which
 * this request came from; `pages` are all the paths where it may.
 */
export const UnreadScript = NamedInScript.omit({ fields: true });
export type UnreadScript = z.infer<typeof UnreadScript>;

/** The request that uploaded a file which holds a program, and in which parameter. */
export const AskedUpload = z.object({
  event: z.string().max(512),
  timeUs: z.number().nonnegative(),
  parameter: z.string().max(128),
});
export type AskedUpload = z.infer<typeof AskedUpload>;

/** A file in a request, by what a server could take it for. */
export const UploadedFile = z.object({
  parameter: z.string().max(128),
  /** By the ending of its name: something that servers run, a page that browsers run, or neither. */
  named: z.enum(['program', 'page', 'other']),
  /** By its content, as far as it was seen. */
  holds: z.enum(['program', 'page', 'other']),
});
export type UploadedFile = z.infer<typeof UploadedFile>;

/** What names a session; `client`: an address and agent alone, `crowd`: too many were new at once to tell apart. */
export const SessionBy = z.enum(['cookie', 'authorization', 'client', 'crowd']);
export type SessionBy = z.infer<typeof SessionBy>;

/** Who asked, as far as the privacy mode lets it out: never in `strict`. */
export const WebClient = z.object({
  /** The other end of the connection, or the first address that the log names; a proxy's where one stands between. */
  address: z.string().max(64).optional(),
  /** User-Agent, cut, secrets removed. */
  agent: z.string().max(256).optional(),
  /** The account that an access log names, of a request that was not refused for want of one. */
  account: z.string().max(128).optional(),
});
export type WebClient = z.infer<typeof WebClient>;

/** A try of a credential that the client made before at the same endpoint. */
export const EarlierTry = z.object({
  event: z.string().max(512),
  timeUs: z.number().nonnegative(),
  status: z.number().int(),
  leadsBack: z.literal(true).optional(),
  session: z.string().max(64),
  /** Keyed hash of the account that it was for, where it showed one. */
  account: z.string().max(16).optional(),
});
export type EarlierTry = z.infer<typeof EarlierTry>;

/** What a request tries as a credential, and what its client (address and User-Agent) tried there before. */
export const TriedCredential = z.object({
  kind: z.enum(['typed', 'presented']),
  /** Keyed hash of address and User-Agent, as it names the session of a request that shows none. */
  client: z.string().max(64),
  /** The same secret is among `earlier`, of what is typed the last one for the account: no new guess. */
  repeats: z.literal(true).optional(),
  /** The latest ones, the oldest first: of sessions that had seen as little of the site, or as much, as this one. */
  earlier: z.array(EarlierTry).max(16),
  /** There were more before those. */
  more: z.literal(true).optional(),
});
export type TriedCredential = z.infer<typeof TriedCredential>;

/** One HTTP request with its response, from an access log or rebuilt from the calls' buffers. */
export const WebRequest = LogEventBase.extend({
  type: z.literal('web-request'),
  /** `exchange`: rebuilt, with headers and bodies; `line`: a line of an access log, which has neither body nor cookies. */
  view: z.enum(['exchange', 'line']),
  endUs: z.number().nonnegative(),
  method: z.string().max(32),
  /** Path, decoded once, segments that look like identifiers or secrets replaced by `{digits}`, `{hex}`, `{token}`, titles with a number by `{slug}`. */
  path: z.string().max(2048),
  /** 0 where there was no answer. */
  status: z.number().int(),
  /** Bytes of the response as the source counts them. */
  bytes: z.number().nonnegative(),
  contentType: z.string().max(64).optional(),
  /** A redirect that leads back: to the page that the request came from, or to its own address. Only of rebuilt requests. */
  leadsBack: z.literal(true).optional(),
  parameters: z.array(WebParameter).max(64),
  /** Parameters beyond the limit: those that were kept are the most telling, and those that the endpoint is known for. */
  parametersDropped: z.number().int().nonnegative(),
  /** Why the request was not fully seen; absent where it was. Only of rebuilt requests. */
  unseen: z.array(Unseen).min(1).max(6).optional(),
  /** Absent where the source does not record the header. */
  origin: OriginRelation.optional(),
  referer: OriginRelation.optional(),
  /** Path of a same-origin referer, in the form of `path`. */
  refererPath: z.string().max(2048).optional(),
  fetchSite: z.enum(['same-origin', 'same-site', 'cross-site', 'none', 'other', 'absent']).optional(),
  fetchMode: z.enum(['navigate', 'cors', 'no-cors', 'same-origin', 'websocket', 'other', 'absent']).optional(),
  /**
   * What the browser wants it for, and whether its user clicked. Where it does not send the headers, `fetchDest` follows
   * from what it accepts, a frame being a `document` too, and `fetchUser` is absent.
   */
  fetchDest: z.enum(['document', 'frame', 'empty', 'image', 'script', 'other']).optional(),
  fetchUser: z.boolean().optional(),
  /** Keyed hash of the host that was asked for, without its port; of a log that records none, of the host that its referers name. */
  host: z.string().max(16).optional(),
  /** Keyed hash of the other site that the request says it comes from; of another origin of the same site, of its host and port. */
  foreignSite: z.string().max(16).optional(),
  /** What parameters that choose the action say: `page=profile`, `method=cart.add`, in the order of their names. */
  route: z.string().max(256).optional(),
  files: z.array(UploadedFile).max(16).optional(),
  namedInScript: NamedInScript.optional(),
  unreadScript: UnreadScript.optional(),
  /** The request asks for a file that an earlier one uploaded, and that holds a program. */
  asksUpload: AskedUpload.optional(),
  /** Keyed hash of what names the session, and what that was. */
  session: z.string().max(64),
  sessionBy: SessionBy,
  client: WebClient.optional(),
  connection: z.string().max(256).optional(),
  thread: z.number().int().optional(),
  /** Equal for the events of one request that several sources report. */
  request: z.string().max(64),
  scripts: z.array(ScriptFragment).max(32),
  /** The response was seen to its end, so that what `scripts` lacks was not in it. */
  responseComplete: z.boolean(),
  /** Part of the page was not seen, and a parameter brought a script in earlier: it may be in that part. */
  scriptAtLarge: z.boolean().optional(),
  /** Values with a `<` that the response shows. */
  shown: z.array(ShownValue).max(8).optional(),
  statements: z.array(IssuedStatement).max(32),
  /** Of a request that tries a credential, where its client tried before or what it tries is in a header; else absent. */
  tried: TriedCredential.optional(),
});
export type WebRequest = z.infer<typeof WebRequest>;
