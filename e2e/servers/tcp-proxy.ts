import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections can be cut, refused, slowed, frozen, or led elsewhere. */
export class TcpProxy {
  /** Pause before each chunk is passed on, in either direction. */
  delayMs = 0;
  private refusing = false;
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  private readonly server: Server;
  private listeningOn = 0;

  private constructor(private target: number) {
    this.server = createServer((socket) => {
      this.accept(socket);
    });
  }

  get port(): number {
    return this.listeningOn;
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    const address = proxy.server.address();
    if (address === null || typeof address === 'string') throw new Error('the system gave no port');
    proxy.listeningOn = address.port;
    return proxy;
  }

  /** Leads new connections to another port, and cuts those there are. */
  leadTo(target: number): void {
    this.target = target;
    this.cut();
  }

  /** Ends every connection; new ones are taken. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Ends every connection and takes no new one until `mend`. */
  break(): void {
    this.refusing = true;
    this.cut();
  }

  mend(): void {
    this.refusing = false;
  }

  async close(): Promise<void> {
    this.break();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(inner: Socket): void {
    if (this.refusing) {
      inner.destroy();
      return;
    }
    const outer = connect({ host: '127.0.0.1', port: this.target });
    const pair = [inner, outer] as const;
    this.pairs.add(pair);
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        this.pass(from, to, chunk);
      });
      // What one side does the other feels; an error is one way to end.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
    }
  }

  private pass(from: Socket, to: Socket, chunk: Buffer): void {
    if (this.delayMs === 0) {
      to.write(chunk);
      return;
    }
    from.pause();
    setTimeout(() => {
      if (to.writable) to.write(chunk);
      from.resume();
    }, this.delayMs);
  }
}
