import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Actor, RecordedFact } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade, ownLocation } from '../../network';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Line, Optional, Pattern } from '../../platform/web/input';
import { Page, SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { Reader } from '../../platform/web/reader';
import { receiptCode, type Redemption, type RedemptionFact } from '../domain/redemption';
import { ReverseRedemption } from '../domain/redemption-process';
import { tagOf, type OfficeRequest } from './redemption-pages';
import { RedemptionStreams } from './redemption-streams';
import type { Reversed } from './reverse-redemption';

export class ReverseForm {
  @Optional() @Line(200) reason?: string;
  /** Made with the page: sent twice it is one reversal. */
  @Pattern('^rev_[0-9A-Z]{26}$', 'input.format', { most: 30 }) once!: string;
}

type Known = Exclude<Redemption, { status: 'unknown' }>;

/** One redemption with everything that happened to it, and its reversal. */
@PageController('n/:slug/redemptions/:id')
export class RedemptionPage {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly networks: NetworkFacade,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly forms: Forms,
    private readonly ids: Ids,
  ) {}

  @Get()
  @Permit('redemptions.view', ['employee'])
  async show(@Req() request: OfficeRequest, @Param('id') id: string, form = new Form()): Promise<Page> {
    const { network, reader, caller } = request;
    const found = await this.known(request, id);
    const history = await this.redemptions.history(network.id, id);
    const actors = history.map(({ metadata }) => metadata.actor.id);
    const names = await this.networks.actorNames(network.id, [...actors, found.by.id]);
    const place = await this.networks.location(network.id, found.locationId);
    return new Page('redemption/features/redemption', {
      title: reader.t('redemption.one.title', { code: receiptCode(id) }),
      form,
      id,
      ...tagOf(found.status),
      label: reader.t(`redemption.state.${found.status}`),
      amount: found.amount,
      asked: found.asked,
      balance: 'balance' in found ? found.balance : undefined,
      refusal: found.status === 'refused' ? reader.t(`redemption.refusal.${found.code}`) : undefined,
      lastFour: found.lastFour,
      cardHref: caller.permissions.has('cards.view') ? `/n/${network.slug}/gift-cards/${found.cardId}` : undefined,
      place: place?.name,
      who: nameOf(found.by, names, reader),
      clerk: reveal(found.clerk),
      reference: found.reference,
      items: itemsOf(found),
      entries: entriesOf(history, names, reader),
      once: this.ids.next('rev'),
      reversible: found.status === 'completed' && caller.permissions.has('redemptions.reverse'),
    });
  }

  @Post('reversals')
  @Permit('redemptions.reverse', ['employee'])
  async reverse(@Req() request: OfficeRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    await this.known(request, id);
    return this.forms.handle(request, ReverseForm, {
      then: async ({ reason, once }) => {
        const command = new ReverseRedemption(this.contexts.once(request), id, once, reason);
        const { redemption, balance, position } = await this.commands.execute<ReverseRedemption, Reversed>(command);
        const values = { amount: redemption.amount, balance };
        return new SeeOther(`/n/${request.network.slug}/redemptions/${id}`, { flash: 'redemption.flash.reversed', values, position });
      },
      again: (form) => this.show(request, id, form),
    });
  }

  /** @throws Rejection `redemption-unknown`; `not-found` for another location's */
  private async known({ network, caller }: OfficeRequest, id: string): Promise<Known> {
    const found = await this.redemptions.state(network.id, id);
    if (found.status === 'unknown') throw new Rejection('redemption-unknown');
    ownLocation(caller, found.locationId);
    return found;
  }
}

const nameOf = ({ kind, id }: Actor, names: ReadonlyMap<string, string>, reader: Reader): string =>
  names.get(id) ?? reader.t(`redemption.actor.${kind}`);

function itemsOf({ what }: Known): readonly { readonly name: string; readonly quantity: number; readonly total: Money }[] | undefined {
  if (what.kind !== 'items') return undefined;
  return what.items.map(({ name, quantity, price }) => ({ name, quantity, total: { ...price, amount: price.amount * quantity } }));
}

function entriesOf(history: readonly RecordedFact<RedemptionFact>[], names: ReadonlyMap<string, string>, reader: Reader) {
  return history
    .map(({ fact: { type, data }, metadata }, index) => ({
      label: reader.t(`redemption.fact.${type}`),
      at: data.at,
      by: nameOf('by' in data ? data.by : metadata.actor, names, reader),
      amount: amountOf(type, 'amount' in data ? data.amount : undefined),
      in: type === 'RedemptionReversed',
      note: 'reason' in data && data.reason ? reader.t('redemption.one.reason', { reason: data.reason }) : undefined,
      balance: 'balance' in data ? data.balance : undefined,
      now: index === history.length - 1,
    }))
    .reverse();
}

function amountOf(type: RedemptionFact['type'], amount: Money | undefined): Money | undefined {
  if (!amount || type === 'RedemptionStarted') return undefined;
  return type === 'RedemptionCompleted' ? { ...amount, amount: -amount.amount } : amount;
}
