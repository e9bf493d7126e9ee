import type { UploadedFile } from '@plimsoll/contracts';

/**
 * Endings that web servers run as programs, wherever they stand in a name: `x.php.jpg` runs on many a server. Scripts that
 * people run themselves (`setup.sh`, `plot.py`) are shared like any other file.
 */
const PROGRAM_NAME =
  /\.(?:php\d?|phtml|pht|phar|phps|jspx?|jspf|war|aspx?|ashx|asmx|cer|cgi|pl|cfm|shtml|htaccess|user\.ini)(?:[.\s;:%\0]|$)/i;
const PAGE_NAME = /\.(?:x?html?|svgz?|xml|xsl|mht|swf)$/i;
/**
 * How programs begin, or stand inside what passes for a picture. Two or three characters occur in any picture by coincidence:
 * text has to follow them.
 */
const PROGRAM_CONTENT =
  /<\?php\b|(?:<\?[=\s]|<%[@!])(?:[\t\r\n -~]{12}|[\t\r\n -~]{1,11}[?%]>)|<jsp:|^\x7fELF|^MZ[\s\S]{58,}PE\0\0|^AddType |^AddHandler |auto_prepend_file/i;
/**
 * A template that starts programs, or climbs from a harmless object to what does, as soon as it is shown. Only text may
 * stand between: in a picture the marks of a template occur by coincidence.
 */
const TEMPLATE_PROGRAM =
  /(?:\{\{|\{%|\$\{|#\{|<%)[\t\r\n -$&-z|~]{0,256}(?:popen|\bsystem\b|child_process|execSync|spawnSync|subprocess|ProcessBuilder|getRuntime|__globals__|__subclasses__|__builtins__|__import__|constructor\s{0,4}[.[(]|CreateObject|shell_exec|passthru|\beval\b|\bexec(?:ute(?:global)?)?\b|`[ -~]{2,200}`)/i;
/**
 * A program for an interpreter, where its name is one that servers run: a CGI script. Under another name it is one that
 * people run themselves.
 */
const INTERPRETED = /^(?:\xef\xbb\xbf)?#![ \t]{0,8}\/[!-~]/;
/** A name that says picture or document, at its end or before another ending: nobody keeps a script of a shell under one. */
const DISGUISED_NAME = /\.(?:jpe?g|png|gif|webp|bmp|ico|pdf|docx?|xlsx?|odt|mp[34])(?:\.|$)/i;
/** A script that reads what a server hands to a program which answers requests, or writes the head of an answer. */
const ANSWERS_REQUESTS =
  /\b(?:QUERY_STRING|REQUEST_METHOD|HTTP_(?:USER_AGENT|X_[A-Z_]{2,24}|COOKIE)|FieldStorage)\b|(?:print|printf|echo|puts|write)\b[^\r\n]{0,16}["'`]content-type\s{0,4}:/i;
/** Where the name is one that servers run, what opens its language is enough: `<% … %>`, `<?= … ?>`, a compiled class, an archive. */
const OPENS_PROGRAM = /<[?%]|^\xca\xfe\xba\xbe|^PK\W{2}/;
const PAGE_CONTENT = /<script[\s>/]|\bon\w{3,20}\s*=\s*["'(]|javascript:/i;
const MAX_FILES = 16;
/** Parts that are looked at; servers take 20 files or 1,000 parts (PHP), or as many as come. */
const MAX_PARTS = 4_096;
const MAX_LOOKED_AT = 65_536;

/** The files of a multipart body with their names, which stay here. `binary` has one character a byte. */
export function uploadedFiles(
  binary: string,
  contentType: string,
): { readonly name: string; readonly file: UploadedFile }[] {
  if (!/^\s*multipart\/form-data/i.test(contentType)) return [];
  const boundary = /boundary="?([^";]{1,200})"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const files: { name: string; file: UploadedFile }[] = [];
  for (const part of binary.split(`--${boundary}`, MAX_PARTS).slice(1)) {
    const blank = part.indexOf('\r\n\r\n');
    const head = blank === -1 ? '' : part.slice(0, blank);
    const file = /\bfilename="([^"]{1,4096})"/i.exec(head)?.[1];
    if (file === undefined) continue;
    const content = plainText(part.slice(blank + 4, blank + 4 + MAX_LOOKED_AT));
    const named = PROGRAM_NAME.test(file) ? 'program' : PAGE_NAME.test(file) ? 'page' : 'other';
    files.push({
      name: file,
      file: {
        parameter: (/\bname="([^"]{0,128})"/i.exec(head)?.[1] ?? '').slice(0, 128),
        named,
        holds: isProgram(file, named, content) ? 'program' : heldIn(content),
      },
    });
  }
  // Programs first, each kind in its order: nobody hides one behind pictures.
  return files.sort((a, b) => Number(isAnyProgram(b.file)) - Number(isAnyProgram(a.file))).slice(0, MAX_FILES);
}

function isAnyProgram({ named, holds }: UploadedFile): boolean {
  return named === 'program' || holds === 'program';
}

/** A text in UTF-16, as compilers of pages read it, in one byte a sign. */
function plainText(content: string): string {
  return /^(?:\xff\xfe|\xfe\xff|[!-~]\0[!-~]\0|\0[!-~]\0[!-~])/.test(content)
    ? content.replace(/^(?:\xff\xfe|\xfe\xff)/, '').replaceAll('\0', '')
    : content;
}

function isProgram(name: string, named: UploadedFile['named'], content: string): boolean {
  if (named === 'program') return INTERPRETED.test(content) || OPENS_PROGRAM.test(content);
  return INTERPRETED.test(content) && (DISGUISED_NAME.test(name) || ANSWERS_REQUESTS.test(content));
}

function heldIn(content: string): UploadedFile['holds'] {
  if (PROGRAM_CONTENT.test(content) || TEMPLATE_PROGRAM.test(content)) return 'program';
  return PAGE_CONTENT.test(content.slice(0, 8192)) ? 'page' : 'other';
}
