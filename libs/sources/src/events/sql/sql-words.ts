/** Words that join two operands, or open a clause, in MySQL, MariaDB, PostgreSQL, SQLite or SQL Server. */
export const BINARY_WORDS: ReadonlySet<string> = new Set(
  'and or xor like ilike rlike regexp glob match div mod is in between not similar collate sounds overlaps escape'.split(
    ' ',
  ),
);

export const CLAUSE_WORDS: ReadonlySet<string> = new Set(
  'where having limit offset order group procedure into from for returning on using set fetch window join inner left right cross natural lock'.split(
    ' ',
  ),
);

/** Words that begin a statement. */
export const VERBS: ReadonlySet<string> = new Set(
  (
    'select insert update delete replace merge with create drop alter truncate call exec execute do handler load show describe ' +
    'desc explain set use begin start commit rollback savepoint release lock unlock grant revoke prepare deallocate analyze ' +
    'optimize repair check flush kill vacuum copy declare fetch close listen notify xa values table waitfor shutdown discard reset'
  ).split(' '),
);

/** Other words that are no names: kept where names must be hidden. */
const OTHER_WORDS =
  'all distinct as by asc desc null true false case when then else end exists any some union intersect except values into ' +
  'default key duplicate ignore table database index view primary foreign references if unique interval binary outer with rollup ' +
  'transaction isolation level read write only committed repeatable serializable names character nulls first last top outfile ' +
  'dumpfile infile local temporary force use share mode skip locked nowait straight_join sql_no_cache high_priority';

export const KEYWORDS: ReadonlySet<string> = new Set([
  ...BINARY_WORDS,
  ...CLAUSE_WORDS,
  ...VERBS,
  ...OTHER_WORDS.split(' '),
]);

/** Functions that wait: what an attacker without any output measures. */
export const TIME_FUNCTIONS: ReadonlySet<string> = new Set(
  'sleep benchmark pg_sleep pg_sleep_for pg_sleep_until waitfor randomblob get_lock'.split(' '),
);

/** Functions and words that reach files or programs of the server. */
export const FILE_WORDS: ReadonlySet<string> = new Set(
  'load_file outfile dumpfile infile xp_cmdshell xp_dirtree lo_import lo_export pg_read_file pg_ls_dir sys_exec sys_eval utl_file utl_http'.split(
    ' ',
  ),
);

/** Functions that an expression in prose or code has not, and one in an injected piece has. */
export const SQL_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'char chr concat concat_ws group_concat string_agg substring substr mid ascii ord hex unhex cast convert length char_length ' +
    'version database user current_user session_user system_user extractvalue updatexml xmltype make_set elt field ifnull isnull ' +
    'coalesce nullif iif row_count found_rows json_keys row polygon geometrycollection multipoint exp floor rand bin soundex'
  ).split(' '),
);

/** Whether a table holds what a database says of itself. */
export function isSchemaTable(name: string): boolean {
  return (
    /^(?:information_schema|performance_schema|pg_catalog|sys|mysql|sysibm|syscat|master)\./.test(name) ||
    /^(?:pg_\w+|sqlite_(?:master|schema|temp_master)|sysobjects|syscolumns|sysdatabases|all_tables|all_tab_columns|user_tables|user_tab_columns|dba_users|information_schema|dual_schema)$/.test(
      name,
    )
  );
}
