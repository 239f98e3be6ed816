import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { CardsFacade } from '../../cards';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { Form, Forms } from '../../platform/web/form';
import { Secret } from '../../platform/web/input';
import { SeeOther, type Page } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Decoder } from './decoder';
import { baseOf, Counter, type DeviceRequest } from './counter';
import { Tickets } from './tickets';

/** A card's code, or the link behind its QR code: scanners that type like a keyboard send that. */
export class ShowCardInput {
  @Secret(300) code!: string;
}

const LINK = /\/c\/([0-9A-Z]{26})\/?(?:[?#].*)?$/i;

/** The screen that waits for the next card. */
@PageController('n/:slug/redeem')
export class DeviceHomePage {
  constructor(
    private readonly counter: Counter,
    private readonly cards: CardsFacade,
    private readonly tickets: Tickets,
    private readonly forms: Forms,
    private readonly decoder: Decoder,
  ) {}

  @Get()
  @Permit('redemptions.redeem', ['device'])
  home(@Req() request: DeviceRequest, @Query('old') old?: string): Promise<Page> {
    const form = new Form();
    if (old !== undefined) form.refuse(request.reader.t('redemption.home.old'));
    return this.page(request, form, old === undefined ? undefined : 410);
  }

  /** By POST, because a code must be in no address and no browser history. */
  @Post('cards')
  @Permit('redemptions.redeem', ['device'])
  show(@Req() request: DeviceRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, ShowCardInput, {
      then: async ({ code }) => {
        const token = LINK.exec(code.trim())?.[1];
        return token === undefined ? this.present(request, 'code', code) : this.present(request, 'link', token);
      },
      again: (form) => this.page(request, form),
      fieldOf: { 'card-code-not-valid': 'code', 'too-many-requests': 'code' },
    });
  }

  /** Where the recipient's link leads on a device; nothing happens to the card yet. */
  @Get('link/:token')
  @Permit('redemptions.redeem', ['device'])
  async link(@Req() request: DeviceRequest, @Param('token') token: string): Promise<Page | SeeOther> {
    try {
      return await this.present(request, 'link', token);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const form = new Form().refuse(request.reader.refusal(error.code, error.details));
      return this.page(request, form, error.code === 'too-many-requests' ? 429 : 422);
    }
  }

  private async present(request: DeviceRequest, kind: 'code' | 'link', typed: string): Promise<SeeOther> {
    const { network, caller, ip } = request;
    try {
      const card = await this.cards.presentAtCounter(kind, typed, { network: network.id, ip, device: caller.id });
      return new SeeOther(`${baseOf(request)}/cards/${this.tickets.issue(request, card)}`);
    } catch (error) {
      if (error instanceof Rejection && error.code === 'code-not-valid')
        throw kind === 'code' ? new Rejection('card-code-not-valid') : new Rejection('card-qr-not-valid');
      throw error;
    }
  }

  private page(request: DeviceRequest, form: Form, status?: number): Promise<Page> {
    const title = request.reader.t('redemption.home.title');
    return this.counter.screen(
      request,
      'redemption/features/device-home',
      { title, form, decoder: this.decoder.url },
      { status, scripts: ['scan.js'] },
    );
  }
}
