/** From and to the messages of EventStoreDB's protocol. */
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { AppendReq, AppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { Metadata, status } from '@grpc/grpc-js';
import type { Kept, Outcome, Proposed } from './eventstoredb-log';

export function received(messages: readonly AppendReq[]): { stream: string; expected: number; proposed: Proposed[] } {
  const [header, ...rest] = messages;
  const options = header.getOptions() as AppendReq.Options;
  return {
    stream: Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString(),
    expected: options.hasRevision() ? Number(options.getRevision()) : -1,
    proposed: rest.map((message) => {
      const event = message.getProposedMessage() as AppendReq.ProposedMessage;
      return {
        id: event.getId()?.getString() ?? '',
        type: event.getMetadataMap().get('type') ?? '',
        contentType: event.getMetadataMap().get('content-type') ?? '',
        data: event.getData_asU8(),
        metadata: event.getCustomMetadata_asU8(),
      };
    }),
  };
}

export function answerOf(outcome: Exclude<Outcome, { kind: 'too-large' }>, expected: number): AppendResp {
  const answer = new AppendResp();
  if (outcome.kind === 'written') {
    const position = new AppendResp.Position();
    position.setCommitPosition(String(outcome.position)).setPreparePosition(String(outcome.position));
    return answer.setSuccess(new AppendResp.Success().setCurrentRevision(String(outcome.revision)).setPosition(position));
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (outcome.actual < 0) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(outcome.actual));
  if (expected < 0) wrong.setExpectedNoStream(new Empty());
  else wrong.setExpectedRevision(String(expected));
  return answer.setWrongExpectedVersion(wrong);
}

export function eventOf(kept: Kept): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new UUID().setString(kept.id));
  recorded.setStreamIdentifier(new StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(kept.stream))));
  recorded.setStreamRevision(String(kept.revision));
  recorded.setCommitPosition(String(kept.position)).setPreparePosition(String(kept.position));
  recorded.setData(kept.data).setCustomMetadata(kept.metadata);
  const metadata = recorded.getMetadataMap();
  metadata.set('type', kept.type);
  metadata.set('content-type', kept.contentType);
  // Ticks of 100 nanoseconds.
  metadata.set('created', String(BigInt(kept.created) * 10_000n));
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(kept.position)));
}

export const notFound = (stream: Uint8Array): ReadResp =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(new StreamIdentifier().setStreamName(stream)));

export const confirmation = (): ReadResp => new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId('1'));

export const caughtUp = (): ReadResp => new ReadResp().setCaughtUp(new ReadResp.CaughtUp());

export const checkpoint = (position: number): ReadResp =>
  new ReadResp().setCheckpoint(new ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position)));

/** An error as the server tells it: what happened is in the trailing metadata. */
export function failure(
  exception: string,
  details: Readonly<Record<string, string>>,
): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('exception', exception);
  for (const [key, value] of Object.entries(details)) metadata.set(key, value);
  return { code: status.INVALID_ARGUMENT, details: exception, metadata };
}
