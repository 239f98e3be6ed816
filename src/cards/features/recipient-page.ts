import { Get, Param, Req, Res } from '@nestjs/common';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade } from '../../network';
import { qrSquares } from '../../platform/qr';
import { Public } from '../../platform/security/permit';
import { Throttle } from '../../platform/security/throttle';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Readers } from '../../platform/web/readers';
import type { Reader } from '../../platform/web/reader';
import { activitiesOf, type Activity } from '../read-models/activities';
import type { CardListItem } from '../read-models/card-list';
import { CardKeys, newestSecrets } from './card-keys';
import type { CardSheet } from './card-streams';
import { CardFinder } from './look-up-card';
import { Places } from './places';
import { bareCode, goodUntil, tagOf } from './shown-card';

/** More of them are in the directory. */
const PLACES_SHOWN = 24;

/** Nothing that this page links to learns its address, and no search engine keeps it: the address is the money. */
export function keepToOneself(reply: PageReply, referrer: 'no-referrer' | 'same-origin'): void {
  reply.header('referrer-policy', referrer).header('x-robots-tag', 'noindex, nofollow, noarchive');
}

/** The recipient's own page of the card, behind the link in the mail. */
@PageController('c/:token')
export class RecipientPage {
  constructor(
    private readonly finder: CardFinder,
    private readonly keys: CardKeys,
    private readonly places: Places,
    private readonly networks: NetworkFacade,
    private readonly readers: Readers,
    private readonly throttle: Throttle,
  ) {}

  @Get()
  @Public()
  async show(
    @Req() request: PageRequest,
    @Param('token') token: string,
    @Res({ passthrough: true }) reply: PageReply,
  ): Promise<Page | SeeOther> {
    keepToOneself(reply, 'no-referrer');
    const found = await this.open(request, token);
    const network = await this.places.network(found.network);
    // On a device at a counter of the network the same link, mailed or scanned, is the card to redeem.
    if (request.device?.network === network.id) return new SeeOther(`/n/${network.slug}/redeem/link/${token}`);
    request.reader = this.readers.ofPage(request, network);
    const { reader } = request;
    const { card } = found;
    const listed = await this.networks.listed(network.id, PLACES_SHOWN);
    return new Page(
      'cards/features/recipient-page',
      {
        title: reader.t('cards.recipient.title'),
        heading: headingFor(card, reader),
        from: fromLine(card, reader),
        message: reveal(card.message ?? undefined),
        tag: tagOf(card),
        balance: card.balance,
        state: stateOf(card, reader),
        until: goodUntil(card, reader),
        ...this.secretsOf(found),
        entries: await this.entries(found, reader),
        locations: listed.names,
        directory: {
          href: `/n/${network.slug}/directory`,
          label: reader.t('cards.recipient.directory', { count: listed.count }),
        },
      },
      { shell: 'public', network, scripts: ['print.js'] },
    );
  }

  /** A wrong, a replaced and an unknown link are answered alike, and each takes a try from whoever has it. */
  private async open(request: PageRequest, token: string): Promise<CardSheet & { network: string }> {
    const attempt = await this.throttle.take('link', { ip: request.ip });
    try {
      const found = await this.finder.byLink(token);
      await attempt.giveBack();
      return found;
    } catch (error) {
      if (error instanceof Rejection && error.code === 'code-not-valid') throw new Rejection('card-link-not-valid');
      throw error;
    }
  }

  /** Only of a card that can be spent: what is dead or blocked must not be shown at a till. */
  private secretsOf({ card, history }: CardSheet) {
    const secrets = newestSecrets(history);
    if (!secrets || !spendableNow(card)) return {};
    const { code, link } = this.keys.reveal(card.cardId, secrets);
    return { bare: bareCode(code), qr: qrSquares(link) };
  }

  private async entries({ card, history, network }: CardSheet & { network: string }, reader: Reader) {
    const lines = activitiesOf(history).filter(
      ({ kind, amount }) => amount !== undefined || (kind === 'blocked' && card.blocked === 'byStaff'),
    );
    const names = await this.networks.locationNames(
      network,
      lines.flatMap(({ locationId }) => locationId ?? []),
    );
    return lines.map((activity, index) => ({ ...entryOf(activity, names, reader), now: index === 0 }));
  }
}

const spendableNow = ({ status, blocked }: CardListItem): boolean => (status === 'active' || status === 'used') && blocked === 'no';

function headingFor({ recipient }: CardListItem, reader: Reader): string {
  const name = reveal(recipient?.name);
  return name === undefined ? reader.t('cards.recipient.heading-nobody') : reader.t('cards.recipient.heading', { name });
}

function fromLine({ buyer, issuedAt }: CardListItem, reader: Reader): string | undefined {
  const name = reveal(buyer.name);
  return name === undefined ? undefined : reader.t('cards.recipient.from', { name, day: reader.day(issuedAt) });
}

/** Why it can't be spent now, and what to do. */
function stateOf(card: CardListItem, reader: Reader): { tone: string; text: string } | undefined {
  const tag = tagOf(card);
  if (tag === 'active' || tag === 'used') return undefined;
  return { tone: tag === 'pending' ? 'warn' : 'bad', text: reader.t(`cards.recipient.state.${tag}`) };
}

function entryOf({ kind, at, amount, balance, locationId, reversed }: Activity, names: ReadonlyMap<string, string>, reader: Reader) {
  const place = locationId === undefined ? undefined : names.get(locationId);
  const moved = amount && { ...amount.money, amount: amount.sign * amount.money.amount };
  const label = kind === 'deducted' && place !== undefined ? place : reader.t(`cards.recipient.activity.${kind}`);
  const note = kind === 'reversed' ? place : undefined;
  const undone = reversed ? { tag: 'cancelled', tagLabel: reader.t('cards.history.reversed') } : {};
  return { label, at, note, ...undone, amount: moved, plain: amount?.money.amount === 0, in: amount?.sign === 1, balance };
}
