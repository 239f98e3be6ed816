/**
 * A server that speaks EventStoreDB's own protocol, made of the service definitions that the client ships, for tests of the
 * adapter. A TCP relay stands before it, so that connections can be cut and the server "restarted" on the same port.
 */
import { type AppendReq, type AppendResp, ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type Kept, ServerLog } from './eventstoredb-log';
import { answerOf, caughtUp, checkpoint, confirmation, eventOf, failure, notFound, received } from './eventstoredb-messages';
import { RelayBefore } from './eventstoredb-relay';

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
type AppendCall = ServerReadableStream<AppendReq, AppendResp>;
type Refuse = (error: { code: status; details: string }) => void;

export interface Faults {
  /** Takes every call and answers none. */
  silent: boolean;
  /** Milliseconds before each answer. */
  slow: number;
  /** Calls that are answered as by a server that is starting. */
  notReady: number;
  /** The next append is written, or not, and the connection is cut in place of an answer. */
  cut: 'written' | 'lost' | undefined;
}

export interface EventStoreDbServer {
  readonly url: string;
  readonly log: ServerLog;
  readonly faults: Faults;
  /** Calls of reads and subscriptions that are open. */
  readonly open: number;
  /** Messages that reads and subscriptions were sent. */
  readonly sent: number;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  /** Ends every subscription: cleanly (no error), or with one. */
  endSubscriptions(how: 'cleanly' | 'unavailable'): void;
  /** Nobody listens any more until `start`. What was written stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function eventStoreDbServer(): Promise<EventStoreDbServer> {
  const streams = new Streams();
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  const handlers: UntypedServiceImplementation = {
    append: (call: AppendCall, callback: sendUnaryData<AppendResp>) => streams.append(call, callback),
    read: (call: ReadCall) => streams.read(call),
  };
  server.addService(StreamsService, handlers);
  const inner = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
  const relay = new RelayBefore(inner);
  streams.cut = (): void => relay.cut();
  await relay.start();
  return {
    url: `esdb://127.0.0.1:${relay.port}?tls=false`,
    log: streams.log,
    faults: streams.faults,
    get open() {
      return streams.calls.size;
    },
    get sent() {
      return streams.sent;
    },
    cut: () => relay.cut(),
    endSubscriptions: (how) => streams.endSubscriptions(how),
    stop: () => relay.stop(),
    start: () => relay.start(),
    close: async () => {
      await relay.stop();
      server.forceShutdown();
    },
  };
}

class Streams {
  readonly log = new ServerLog();
  readonly faults: Faults = { silent: false, slow: 0, notReady: 0, cut: undefined };
  readonly calls = new Set<ReadCall>();
  sent = 0;
  private readonly subscriptions = new Map<ReadCall, () => void>();
  cut = (): void => undefined;

  append(call: AppendCall, callback: sendUnaryData<AppendResp>): void {
    const messages: AppendReq[] = [];
    call.on('data', (message: AppendReq) => messages.push(message));
    call.on('error', () => undefined);
    call.on('end', () => {
      void this.ready(
        (error) => callback(error),
        () => {
          const { stream, expected, proposed } = received(messages);
          const { cut } = this.faults;
          this.faults.cut = undefined;
          if (cut === 'lost') return this.cut();
          const outcome = this.log.append(stream, expected, proposed);
          if (cut === 'written') return this.cut();
          if (outcome.kind === 'too-large') callback(failure('maximum-append-size-exceeded', { 'maximum-append-size': '1048576' }));
          else callback(null, answerOf(outcome, expected));
        },
      );
    });
  }

  read(call: ReadCall): void {
    this.calls.add(call);
    const gone = (): void => {
      this.calls.delete(call);
      this.subscriptions.get(call)?.();
      this.subscriptions.delete(call);
    };
    call.on('cancelled', gone);
    call.on('close', gone);
    call.on('finish', gone);
    call.on('error', gone);
    void this.ready(
      (error) => call.emit('error', error),
      () => this.answer(call).catch(() => call.end()),
    );
  }

  endSubscriptions(how: 'cleanly' | 'unavailable'): void {
    for (const call of [...this.subscriptions.keys()]) {
      if (how === 'cleanly') call.end();
      else call.emit('error', { code: status.UNAVAILABLE, details: 'Server is going away' });
    }
  }

  private async ready(refuse: Refuse, go: () => unknown): Promise<void> {
    if (this.faults.silent) return;
    if (this.faults.slow > 0) await new Promise((resolve) => setTimeout(resolve, this.faults.slow));
    if (this.faults.notReady > 0) {
      this.faults.notReady -= 1;
      refuse({ code: status.UNAVAILABLE, details: 'Server Is Not Ready' });
      return;
    }
    go();
  }

  private async answer(call: ReadCall): Promise<void> {
    const options = call.request.getOptions() as ReadReq.Options;
    if (options.hasSubscription()) return this.subscribe(call, options);
    const backwards = options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
    const name = options.getStream()?.getStreamIdentifier()?.getStreamName_asU8();
    const all = name ? this.log.stream(Buffer.from(name).toString()) : this.log.events;
    if (name && all.length === 0) call.write(notFound(name));
    const fits = name ? ofRevision(options, backwards) : ofPosition(options, backwards);
    const found = (backwards ? [...all].reverse() : all).filter(fits).slice(0, Number(options.getCount()));
    for (const event of found) await this.write(call, eventOf(event));
    call.end();
  }

  /** From a position, exclusively, through the filter; "caught up" when it gets to the end, checkpoints as it searches. */
  private async subscribe(call: ReadCall, options: ReadReq.Options): Promise<void> {
    const after = Number(options.getAll()?.getPosition()?.getCommitPosition() ?? 0);
    const accepts = filterOf(options);
    const every = 32 * Math.max(1, options.getFilter()?.getCheckpointintervalmultiplier() ?? 1);
    let index = this.log.events.findIndex(({ position }) => position > after);
    if (index < 0) index = this.log.events.length;
    let wake: () => void = () => undefined;
    this.subscriptions.set(
      call,
      this.log.follow(() => wake()),
    );
    await this.write(call, confirmation());
    while (this.subscriptions.has(call)) {
      for (; index < this.log.events.length && this.subscriptions.has(call); index++) {
        const event = this.log.events[index];
        if (accepts(event)) await this.write(call, eventOf(event));
        if (index % every === every - 1) await this.write(call, checkpoint(event.position));
      }
      await this.write(call, caughtUp());
      if (index === this.log.events.length) await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  private write(call: ReadCall, message: ReadResp): Promise<void> {
    this.sent += 1;
    return sent(call, message);
  }
}

function ofRevision(options: ReadReq.Options, backwards: boolean): (event: Kept) => boolean {
  const from = options.getStream() as ReadReq.Options.StreamOptions;
  if (!from.hasRevision()) return () => true;
  const revision = Number(from.getRevision());
  return (event) => (backwards ? event.revision <= revision : event.revision >= revision);
}

/** The server counts a position as a place between records: forwards it begins with the record there, backwards with the one before. */
function ofPosition(options: ReadReq.Options, backwards: boolean): (event: Kept) => boolean {
  const all = options.getAll() as ReadReq.Options.AllOptions;
  if (!all.hasPosition()) return () => true;
  const place = Number(all.getPosition()!.getCommitPosition());
  return ({ position }) => (backwards ? position < place : position >= place);
}

function filterOf(options: ReadReq.Options): (event: Kept) => boolean {
  const expression = options.getFilter()?.getStreamIdentifier();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = new RegExp(expression?.getRegex() ?? '');
  return ({ stream }) => (prefixes.length > 0 ? prefixes.some((prefix) => stream.startsWith(prefix)) : regex.test(stream));
}

async function sent(call: ReadCall, message: ReadResp): Promise<void> {
  if (call.cancelled || call.destroyed || call.write(message)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      for (const name of ['drain', 'cancelled', 'close']) call.removeListener(name, go);
      resolve();
    };
    for (const name of ['drain', 'cancelled', 'close']) call.once(name, go);
  });
}
