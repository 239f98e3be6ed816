import { type DynamicModule, Global, Inject, Injectable, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CommandBus, CqrsModule, type ICommand } from '@nestjs/cqrs';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { Clock, SystemClock } from './clock';
import { Config } from './config';
import { ClaimSweeper } from './event-store/claim-sweeper';
import { Claims } from './event-store/claims';
import { EventStore } from './event-store/event-store';
import { Streams } from './event-store/streams';
import { Ids } from './ids';
import { Mailer } from './mail/mailer';
import { MailboxPage } from './mail/mailbox-page';
import { Mails } from './mail/mails';
import { openMailer } from './mail/open-mailer';
import { Machinery, openMachinery } from './machinery';
import { HostNames, ServersOfNames } from './outgoing/host-names';
import { Outgoing } from './outgoing/outgoing';
import { Processors } from './processors/processors';
import { Ticks } from './processors/ticks';
import { Models } from './read-store/models';
import { ReadStore } from './read-store/read-store';
import { Registry } from './registry';
import { Erasure, FinishErasureHandler } from './security/erasure';
import { PersonKeys, Vault } from './security/vault';
import { Health, HealthEndpoints } from './telemetry/health';
import { Logs } from './telemetry/logs';
import { Metrics, MetricsEndpoint } from './telemetry/metrics';
import { TracedStreams } from './telemetry/traced';
import { Tracing } from './telemetry/tracing';
import { FileUploads } from './uploads/file-uploads';
import { UploadedRows } from './uploads/uploaded-rows';
import { AccessLog } from './web/access-log';
import { ApiDocument, OpenApiFile, ProblemPage, SwaggerUi } from './web/api-docs';
import { ApiRequestsApi, ApiRequestsPage } from './web/api-requests';
import { Assets } from './web/assets';
import { CommandContexts } from './web/contexts';
import { Cursors } from './web/cursors';
import { DesignPage } from './web/design';
import { Flashes } from './web/flashes';
import { Forms } from './web/form';
import { PageRenderer } from './web/page-controller';
import { Positions } from './web/positions';
import { ProblemFilter } from './web/problem';
import { Readers } from './web/readers';
import { TypedNames } from './web/typed-names';
import { Views } from './web/views';

export interface PlatformOptions {
  readonly config: Config;
  readonly registry: Registry;
  /** The compiled file that exports `registry`, for worker threads. */
  readonly registryFile: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** False for an operator's command beside no server: nothing is mailed, nothing is woken. Default true. */
  readonly reacts?: boolean;
}

/**
 * Opens when every command handler is known to the bus. Processors start before (what is served first must be folded), and their first
 * commands wait here.
 */
@Injectable()
export class Readiness {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** Opened before the first request, closed after the last: what the machinery holds open. */
@Injectable()
class Closing implements OnApplicationShutdown {
  constructor(
    @Inject(Machinery) private readonly machinery: Machinery,
    private readonly processors: Processors,
    private readonly mailer: Mailer,
    private readonly tracing: Tracing,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.processors.stop();
    await this.mailer.close();
    await this.machinery.close();
    await this.tracing.close();
  }
}

const web = [
  AccessLog,
  ApiDocument,
  CommandContexts,
  Cursors,
  Flashes,
  Forms,
  Metrics,
  PageRenderer,
  Positions,
  Readers,
  TypedNames,
  Views,
  Mails,
  FileUploads,
  UploadedRows,
  { provide: Assets, useFactory: () => new Assets() },
];

const part = <K extends keyof Machinery>(token: unknown, name: K): Provider => ({
  provide: token as never,
  inject: [Machinery],
  useFactory: (machinery: Machinery) => machinery[name],
});

/** Parts of the machinery by the names that features ask for. */
const parts = [
  part(Ids, 'ids'),
  part(Vault, 'vault'),
  part(PersonKeys, 'personKeys'),
  part(EventStore, 'events'),
  part(ReadStore, 'store'),
  {
    provide: Streams,
    inject: [Machinery, Tracing],
    useFactory: ({ streams }: Machinery, tracing: Tracing) => (tracing.on ? new TracedStreams(streams, tracing) : streams),
  },
  part(Models, 'models'),
  { provide: Claims, inject: [Streams, Vault], useFactory: (streams: Streams, vault: Vault) => new Claims(streams, vault) },
  {
    provide: Erasure,
    inject: [Streams, PersonKeys, EventStore],
    useFactory: (streams: Streams, keys: PersonKeys, events: EventStore) => new Erasure(streams, keys, events),
  },
];

const processors = {
  provide: Processors,
  inject: [Machinery, CommandBus, Readiness, Tracing],
  useFactory: (machinery: Machinery, bus: CommandBus, readiness: Readiness, tracing: Tracing) =>
    machinery.startProcessors(async (command) => {
      await readiness.opened;
      return tracing.span(command.constructor.name, {}, () => bus.execute(command as ICommand));
    }),
};

const imports = [CqrsModule.forRoot(), ScheduleModule.forRoot(), TerminusModule.forRoot({ logger: false })];

const controllers = [
  ApiRequestsApi,
  ApiRequestsPage,
  DesignPage,
  HealthEndpoints,
  MailboxPage,
  MetricsEndpoint,
  OpenApiFile,
  ProblemPage,
  SwaggerUi,
];

/** The machinery as providers, for every module. Which adapters are behind them is decided by the configuration alone. */
@Global()
@Module({})
export class PlatformModule {
  static with({ config, registry, registryFile, clock = new SystemClock(), reacts }: PlatformOptions): DynamicModule {
    const open = (logs: Logs): Promise<Machinery> => openMachinery({ config, registry, registryFile, clock, log: logs.log, reacts });
    const providers: Provider[] = [
      { provide: Config, useValue: config },
      { provide: Registry, useValue: registry },
      { provide: Clock, useValue: clock },
      Logs,
      { provide: Tracing, inject: [Logs], useFactory: (logs: Logs) => Tracing.start(config, logs) },
      { provide: Machinery, inject: [Logs], useFactory: open },
      ...parts,
      {
        provide: Mailer,
        inject: [ReadStore, Clock, Vault, Tracing],
        useFactory: (store: ReadStore, at: Clock, vault: Vault, tracing: Tracing) => openMailer(config, store, at, vault, tracing),
      },
      { provide: HostNames, useClass: ServersOfNames },
      Outgoing,
      Readiness,
      processors,
      ...web,
    ];
    return {
      module: PlatformModule,
      imports,
      controllers,
      providers: [
        ...providers,
        ClaimSweeper,
        Closing,
        FinishErasureHandler,
        Health,
        Ticks,
        ProblemFilter,
        { provide: APP_FILTER, useExisting: ProblemFilter },
      ],
      exports: [...providers, CqrsModule],
    };
  }
}
