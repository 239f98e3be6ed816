import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { minus, type Money } from '../../kernel/money';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade } from '../../network';
import { Clock } from '../../platform/clock';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { SeeOther, type Page } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import { receiptCode, reversalOf, undoable, undoableUntil, type DoneRedemption } from '../domain/redemption';
import { ReverseRedemption } from '../domain/redemption-process';
import { redemptionList, type RedemptionListItem } from '../read-models/redemption-list';
import { baseOf, Counter, type DeviceRequest } from './counter';
import { RedemptionStreams } from './redemption-streams';
import { newestFirst } from './redemption-search';
import type { Reversed } from './reverse-redemption';

export class UndoInput {}

/** What was redeemed, to show and to print; and the undo of the device's own last one. */
@PageController('n/:slug/redeem/receipts/:id')
export class DeviceReceiptPage {
  constructor(
    private readonly counter: Counter,
    private readonly redemptions: RedemptionStreams,
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly networks: NetworkFacade,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly forms: Forms,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Permit('redemptions.redeem', ['device'])
  async receipt(@Req() request: DeviceRequest, @Param('id') id: string, form = new Form()): Promise<Page> {
    const { reader } = request;
    const done = await this.done(request, id);
    const reversed = done.status === 'reversed';
    return this.counter.screen(
      request,
      'redemption/features/device-receipt',
      {
        title: reader.t('redemption.receipt.title'),
        form,
        id,
        reversed,
        said: reader.t(reversed ? 'redemption.receipt.undone' : 'redemption.receipt.done'),
        amount: done.amount,
        balance: reversed ? undefined : done.balance,
        lastFour: done.lastFour,
        lines: linesOf(done),
        asked: done.asked,
        rest: done.asked && minus(done.asked, done.amount),
        at: done.completedAt,
        receipt: receiptCode(id),
        who: await this.who(request, done),
        clerk: reveal(done.clerk),
        until: await this.undoUntil(request, done),
      },
      { scripts: ['print.js'] },
    );
  }

  @Post('undo')
  @Permit('redemptions.redeem', ['device'])
  undo(@Req() request: DeviceRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, UndoInput, {
      then: async () => {
        const done = await this.done(request, id);
        const to = `${baseOf(request)}/receipts/${id}`;
        if (done.reversal?.reversalId === reversalOf(id)) return new SeeOther(to);
        undoable(done, request.caller.id, this.clock.now());
        if (!(await this.isLast(request, id))) throw new Rejection('undo-not-yours');
        const command = new ReverseRedemption(this.contexts.once(request), id, reversalOf(id));
        const { position } = await this.commands.execute<ReverseRedemption, Reversed>(command);
        return new SeeOther(to, { position });
      },
      again: (form) => this.receipt(request, id, form),
    });
  }

  /** A device sees what was done at its own location, by whichever device. */
  private async done({ network, caller }: DeviceRequest, id: string): Promise<DoneRedemption> {
    const found = await this.redemptions.state(network.id, id);
    if ((found.status !== 'completed' && found.status !== 'reversed') || found.locationId !== caller.locationId)
      throw new Rejection('redemption-unknown');
    return found;
  }

  private async who({ network, reader }: DeviceRequest, { by }: DoneRedemption): Promise<string> {
    return (await this.networks.actorNames(network.id, [by.id])).get(by.id) ?? reader.t(`redemption.actor.${by.kind}`);
  }

  private async undoUntil(request: DeviceRequest, done: DoneRedemption): Promise<string | undefined> {
    try {
      undoable(done, request.caller.id, this.clock.now());
    } catch (error) {
      if (error instanceof Rejection) return undefined;
      throw error;
    }
    return (await this.isLast(request, done.redemptionId)) ? undoableUntil(done) : undefined;
  }

  /** What was refused took nothing and stands in nobody's way. */
  private async isLast(request: DeviceRequest, id: string): Promise<boolean> {
    const { network, caller } = request;
    await this.models.settled(redemptionList, this.positions.of(request));
    const [last] = await this.models.find<RedemptionListItem>(redemptionList, {
      filter: { network: network.id, 'by.id': caller.id, state: { ne: 'refused' } },
      sort: newestFirst,
      limit: 1,
    });
    return last === undefined || last.redemptionId === id;
  }
}

function linesOf({ what }: DoneRedemption): readonly { readonly name: string; readonly quantity: number; readonly total: Money }[] {
  if (what.kind !== 'items') return [];
  return what.items.map(({ name, quantity, price }) => ({ name, quantity, total: { ...price, amount: price.amount * quantity } }));
}
