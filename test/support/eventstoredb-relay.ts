import { type AddressInfo, connect, createServer, type Server as Relay, type Socket } from 'node:net';

/** Passes bytes on, so that a test can cut the line and close the port. */
export class RelayBefore {
  port = 0;
  private relay?: Relay;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly inner: number) {}

  async start(): Promise<void> {
    const relay = createServer((socket) => {
      const onward = connect(this.inner, '127.0.0.1');
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ]) {
        this.sockets.add(one);
        one.setNoDelay(true);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    this.relay = relay;
    await new Promise<void>((resolve, reject) => relay.once('error', reject).listen(this.port, '127.0.0.1', resolve));
    this.port = (relay.address() as AddressInfo).port;
  }

  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const { relay } = this;
    if (!relay) return;
    this.relay = undefined;
    const closed = new Promise((resolve) => relay.close(resolve));
    this.cut();
    await closed;
  }
}
