import { Module } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Codec } from '../platform/event-store/codec';
import { EventStore } from '../platform/event-store/event-store';
import { Models } from '../platform/read-store/models';
import { ReadStore } from '../platform/read-store/read-store';
import { Registry } from '../platform/registry';
import { PersonKeys } from '../platform/security/vault';
import { AuditFacade } from './audit.facade';
import { EventRecords } from './event-record';
import { ExploreEventsPage } from './features/explore-events';
import { EventFeedController, StreamEventsController } from './features/list-events';
import { SeeStreamPage } from './features/see-stream';
import { VerifyLogPage } from './features/verify-log';
import { ModelComparison } from './model-comparison';
import { NetworkLog } from './network-log';
import { Replay } from './state-as-of';
import { Verification } from './verification';

/** Reads what others write: the registry tells it what there is, so it imports no module. */
@Module({
  controllers: [StreamEventsController, EventFeedController, ExploreEventsPage, SeeStreamPage, VerifyLogPage],
  providers: [
    made(NetworkLog, [EventStore, Registry]),
    made(Codec, [Registry]),
    made(EventRecords, [Codec, PersonKeys]),
    made(Replay, [NetworkLog, Registry, Codec, PersonKeys]),
    made(ModelComparison, [NetworkLog, Registry, Codec, PersonKeys, Models, ReadStore]),
    made(Verification, [NetworkLog, Registry, Replay, ModelComparison, Clock]),
    made(AuditFacade, [NetworkLog, EventRecords, Replay, Verification]),
  ],
  exports: [AuditFacade],
})
export class AuditModule {}

type Class<T, A extends unknown[]> = new (...args: A) => T;
type Token<T> = abstract new (...args: never[]) => T;

/** A plain class and what it is made of, checked against its constructor. */
function made<T, A extends unknown[]>(type: Class<T, A>, inject: { [K in keyof A]: Token<A[K]> }) {
  return { provide: type, useFactory: (...args: A) => new type(...args), inject: [...inject] };
}
