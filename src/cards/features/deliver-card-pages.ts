import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Permit } from '../../platform/security/permit';
import { Forms, Form } from '../../platform/web/form';
import { Email, Flag, Line, Optional } from '../../platform/web/input';
import type { Page, SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { CorrectBuyer } from '../domain/delivery';
import type { Person } from '../domain/gift-card.facts';
import { CardAction, type ActionField } from './card-action';
import { CardStreams, type CardChange } from './card-streams';
import { OnceForm, back } from './deduct-page';
import { CardDelivery } from './deliver-card';
import { FormContexts, Once, type CardPageRequest } from './form-contexts';
import { IssuedTicket } from './issued-ticket';
import { shownPerson } from './shown-card';

export class PersonForm {
  @Email() email!: string;
  @Optional() @Line(100) name?: string;
  @Once() once!: string;
}

export class ReplaceForm {
  @Flag() mail!: boolean;
  @Once() once!: string;
}

/** How a card reaches its people: sent again, replaced when lost, addresses put right. */
@PageController('n/:slug/gift-cards/:id')
export class DeliverCardPages {
  constructor(
    private readonly action: CardAction,
    private readonly forms: Forms,
    private readonly once: FormContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly delivery: CardDelivery,
    private readonly issued: IssuedTicket,
  ) {}

  @Get('replace')
  @Permit('cards.replace', ['employee'])
  async replacePage(@Req() request: CardPageRequest, @Param('id') id: string, form?: Form): Promise<Page> {
    const { reader, network } = request;
    const { card } = await this.cards.card(network.id, id);
    const address = reveal(card.recipient?.email);
    const label = reader.t('cards.replace.mail', { address: address ?? '' });
    const fields: ActionField[] = address === undefined ? [] : [{ name: 'mail', label, type: 'checkbox', checked: form === undefined }];
    return this.action.page(request, id, { name: 'replace', fields, danger: true }, form);
  }

  @Post('replace')
  @Permit('cards.replace', ['employee'])
  replace(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ReplaceForm, {
      then: async (input) => {
        const { context } = this.once.of(request, 'replace-card', input);
        const secrets = await this.delivery.replace(context, id, input.mail);
        const { card } = await this.cards.card(context.network, id);
        return this.issued.page(request, card, secrets, 'replaced');
      },
      again: (form) => this.replacePage(request, id, form),
    });
  }

  @Get('resend')
  @Permit('cards.resend', ['employee'])
  async resendPage(@Req() request: CardPageRequest, @Param('id') id: string, form?: Form): Promise<Page> {
    const { card } = await this.cards.card(request.network.id, id);
    const address = card.recipient ? (shownPerson(card.recipient, request.reader).email ?? '') : '';
    return this.action.page(request, id, { name: 'resend', values: { address } }, form);
  }

  @Post('resend')
  @Permit('cards.resend', ['employee'])
  resend(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, OnceForm, {
      then: async (input) => {
        const { context } = this.once.of(request, 'resend', input);
        const { position } = await this.delivery.send(context, id);
        return back(request, id, position, 'cards.flash.resent');
      },
      again: (form) => this.resendPage(request, id, form),
    });
  }

  @Get('recipient')
  @Permit('cards.correct-recipient', ['employee'])
  async recipientPage(@Req() request: CardPageRequest, @Param('id') id: string, form?: Form): Promise<Page> {
    const { card } = await this.cards.card(request.network.id, id);
    return this.action.page(
      request,
      id,
      { name: 'correct-recipient', path: 'recipient', fields: personFields(request) },
      form ?? filled(card.recipient),
    );
  }

  @Post('recipient')
  @Permit('cards.correct-recipient', ['employee'])
  recipient(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, PersonForm, {
      then: async (input) => {
        const { context } = this.once.of(request, 'correct-recipient', input);
        const { position } = await this.delivery.correctRecipient(context, id, { email: input.email, name: input.name });
        return back(request, id, position, 'cards.flash.recipient');
      },
      again: (form) => this.recipientPage(request, id, form),
    });
  }

  @Get('buyer')
  @Permit('cards.correct-buyer', ['employee'])
  async buyerPage(@Req() request: CardPageRequest, @Param('id') id: string, form?: Form): Promise<Page> {
    const { card } = await this.cards.card(request.network.id, id);
    return this.action.page(
      request,
      id,
      { name: 'correct-buyer', path: 'buyer', fields: personFields(request) },
      form ?? filled(card.buyer),
    );
  }

  @Post('buyer')
  @Permit('cards.correct-buyer', ['employee'])
  buyer(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, PersonForm, {
      then: async (input) => {
        const { context } = this.once.of(request, 'correct-buyer', input);
        const command = new CorrectBuyer(context, id, { email: input.email, name: input.name });
        const { position } = await this.commands.execute<CorrectBuyer, CardChange>(command);
        return back(request, id, position, 'cards.flash.buyer');
      },
      again: (form) => this.buyerPage(request, id, form),
    });
  }
}

const personFields = ({ reader }: CardPageRequest): readonly ActionField[] => [
  { name: 'email', label: reader.t('cards.sell.email'), type: 'email' },
  { name: 'name', label: reader.t('cards.sell.name'), optional: true, most: 100 },
];

const filled = (person: Person | null): Form => new Form({ email: reveal(person?.email) ?? '', name: reveal(person?.name) ?? '' });
