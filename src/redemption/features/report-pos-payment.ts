import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Streams } from '../../platform/event-store/streams';
import {
  AssignPosPayment,
  assignPosPayment,
  posPayment,
  ReleasePosPayment,
  releasePosPayment,
  ReportPosPayment,
  reportPosPayment,
  UsePosPayment,
  usePosPayment,
  VoidPosPayment,
  voidPosPayment,
} from '../domain/pos-payment';
import { PaymentsFeed } from './payments-feed';
import type { PosPaymentChange } from './pos-reports';

const ID = /^pos_[0-9A-Z]{26}$/;

/** Ids come from URLs: what can't be one names no payment. */
export const streamOfPosPayment = (id: string): string => `posPayment-${ID.test(id) ? id : 'none'}`;

@CommandHandler(ReportPosPayment)
export class ReportPosPaymentHandler implements ICommandHandler<ReportPosPayment> {
  constructor(
    private readonly streams: Streams,
    private readonly feed: PaymentsFeed,
  ) {}

  async execute(command: ReportPosPayment): Promise<PosPaymentChange> {
    const { context, posPaymentId } = command;
    const change = await this.streams.change(context, streamOfPosPayment(posPaymentId), posPayment, (state) =>
      reportPosPayment(state, command),
    );
    this.feed.changed(change);
    return change;
  }
}

@CommandHandler(VoidPosPayment)
export class VoidPosPaymentHandler implements ICommandHandler<VoidPosPayment> {
  constructor(
    private readonly streams: Streams,
    private readonly feed: PaymentsFeed,
  ) {}

  async execute({ context, posPaymentId }: VoidPosPayment): Promise<PosPaymentChange> {
    const change = await this.streams.change(context, streamOfPosPayment(posPaymentId), posPayment, (state) =>
      voidPosPayment(state, context),
    );
    this.feed.changed(change);
    return change;
  }
}

@CommandHandler(AssignPosPayment)
export class AssignPosPaymentHandler implements ICommandHandler<AssignPosPayment> {
  constructor(
    private readonly streams: Streams,
    private readonly feed: PaymentsFeed,
  ) {}

  async execute(command: AssignPosPayment): Promise<PosPaymentChange> {
    const { context, posPaymentId } = command;
    const change = await this.streams.change(context, streamOfPosPayment(posPaymentId), posPayment, (state) =>
      assignPosPayment(state, command),
    );
    this.feed.changed(change);
    return change;
  }
}

@CommandHandler(ReleasePosPayment)
export class ReleasePosPaymentHandler implements ICommandHandler<ReleasePosPayment> {
  constructor(
    private readonly streams: Streams,
    private readonly feed: PaymentsFeed,
  ) {}

  async execute(command: ReleasePosPayment): Promise<PosPaymentChange> {
    const { context, posPaymentId } = command;
    const change = await this.streams.change(context, streamOfPosPayment(posPaymentId), posPayment, (state) =>
      releasePosPayment(state, command),
    );
    this.feed.changed(change);
    return change;
  }
}

@CommandHandler(UsePosPayment)
export class UsePosPaymentHandler implements ICommandHandler<UsePosPayment> {
  constructor(private readonly streams: Streams) {}

  execute(command: UsePosPayment): Promise<PosPaymentChange> {
    const { context, posPaymentId } = command;
    return this.streams.change(context, streamOfPosPayment(posPaymentId), posPayment, (state) => usePosPayment(state, command));
  }
}
