import type { Frame } from './frame-reader.js';
import { columnName, PacketCursor, parseOk } from './mysql-packets.js';
import type { SqlResponse } from './sql-exchange.js';

const MAX_COLUMNS = 256;
const MORE_RESULTS = 0x0008;
const CURSOR_EXISTS = 0x0040;
const OK = 0x00;
const LOCAL_FILE = 0xfb;
const END = 0xfe;
const ERROR = 0xff;
const FULL_PACKET = 0xffffff;

type State = 'first' | 'columns' | 'after-columns' | 'rows' | 'file' | 'done';

/**
 * The server's answer to one command that may give a result set, packet by packet, text and binary form, with and
 * without the EOF packets that newer clients do away with. Of several result sets, columns and kind are the first's;
 * rows and alterations are summed.
 */
export class MysqlResponse {
  bytes = 0;
  private state: State = 'first';
  private kind: SqlResponse['kind'] | undefined;
  private errorCode: number | undefined;
  private columnsLeft = 0;
  private readonly columns: string[] = [];
  private firstSet = true;
  private rows: number | undefined;
  private affected: number | undefined;
  private continued = false;

  /** `cachesMetadata`: MariaDB's capability by which a known result's columns are not sent again. */
  constructor(private readonly cachesMetadata: boolean) {}

  get done(): boolean {
    return this.state === 'done';
  }

  /** The server waits for a file's content: what the client sends next is no command. */
  get wantsFile(): boolean {
    return this.state === 'file';
  }

  packet(frame: Frame): void {
    this.bytes += frame.header.length + frame.bodyBytes;
    const continuation = this.continued;
    this.continued = frame.bodyBytes === FULL_PACKET;
    if (continuation) return;
    const first = frame.body[0] ?? OK;
    if (first === ERROR && this.state !== 'columns') {
      this.kind = this.firstSet ? 'error' : (this.kind ?? 'error');
      this.errorCode = new PacketCursor(frame.body, 1).uint(2);
      this.state = 'done';
      return;
    }
    if (this.state === 'first' || this.state === 'file') this.first(frame, first);
    else if (this.state === 'columns') this.column(frame);
    else this.row(frame, first);
  }

  /** The answer as far as it was seen; undefined where nothing was. */
  result(): SqlResponse | undefined {
    if (this.kind === undefined) return undefined;
    return {
      kind: this.kind,
      errorCode: this.errorCode,
      rows: this.done || this.kind !== 'rows' ? this.rows : undefined,
      affected: this.affected,
      columns: this.columns,
      bytes: this.bytes,
      complete: this.done,
    };
  }

  private first(frame: Frame, first: number): void {
    if (first === OK) {
      const { affected, status } = parseOk(frame.body);
      this.kind ??= 'ok';
      this.affected = (this.affected ?? 0) + affected;
      this.next(status);
      return;
    }
    if (first === LOCAL_FILE) {
      this.state = 'file';
      return;
    }
    const cursor = new PacketCursor(frame.body);
    this.columnsLeft = cursor.lengthEncoded();
    this.kind ??= 'rows';
    this.rows ??= 0;
    const follows = !this.cachesMetadata || cursor.left === 0 || cursor.uint(1) !== 0;
    this.state = follows && this.columnsLeft > 0 ? 'columns' : 'after-columns';
  }

  private column(frame: Frame): void {
    if (this.firstSet && this.columns.length < MAX_COLUMNS) this.columns.push(columnName(frame.body));
    if (--this.columnsLeft <= 0) this.state = 'after-columns';
  }

  private row(frame: Frame, first: number): void {
    const ends = first === END && frame.bodyBytes < FULL_PACKET;
    if (!ends) {
      this.state = 'rows';
      this.rows = (this.rows ?? 0) + 1;
      return;
    }
    const isEof = frame.bodyBytes === 5;
    const status = isEof ? new PacketCursor(frame.body, 3).uint(2) : parseOk(frame.body).status;
    // The EOF between columns and rows; with a cursor, rows come only when they are fetched.
    if (isEof && this.state === 'after-columns' && (status & CURSOR_EXISTS) === 0) {
      this.state = 'rows';
      return;
    }
    this.next(status);
  }

  private next(status: number): void {
    this.firstSet = false;
    this.state = (status & MORE_RESULTS) === 0 ? 'done' : 'first';
  }
}
