import { Get, Post, Query, Req, StreamableFile, Res } from '@nestjs/common';
import { Readable } from 'node:stream';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Models } from '../../platform/read-store/models';
import type { Filter } from '../../platform/read-store/read-store';
import { Permit } from '../../platform/security/permit';
import { countedFar, countSummary, shownCount } from '../../platform/web/counted';
import { Cursors } from '../../platform/web/cursors';
import { Form, Forms } from '../../platform/web/form';
import { Line, Optional } from '../../platform/web/input';
import { Page, SeeOther, type PageReply } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import type { Reader } from '../../platform/web/reader';
import { cardList, unsentCards, type CardListItem } from '../read-models/card-list';
import { CardCsv } from './card-csv';
import type { CardPageRequest } from './form-contexts';
import { ShownCodes } from './shown-codes';
import { newestFirst, placeInList, searched } from './see-card';
import { shownPerson, tagOf } from './shown-card';

const PAGE = 25;
const MOST_TYPED = 200;
const tabs = ['all', 'pending', 'unsent', 'active', 'used', 'blocked', 'voided', 'expired'] as const;
type Tab = (typeof tabs)[number];

export class FindCardInput {
  @Optional() @Line(MOST_TYPED) q?: string;
}

interface WindowQuery {
  readonly tab: Tab;
  readonly q: string;
}

/** The Gift Cards window: every employee's, on all cards sold. */
@PageController('n/:slug/gift-cards')
export class CardWindowPage {
  constructor(
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
    private readonly forms: Forms,
    private readonly codes: ShownCodes,
    private readonly csv: CardCsv,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Permit('cards.view', ['employee'])
  window(
    @Req() request: CardPageRequest,
    @Query('status') status?: string,
    @Query('q') q?: string,
    @Query('after') after?: string,
  ): Promise<Page> {
    return this.page(request, readQuery(status, q), after, new Form({ q: typed(q) }));
  }

  /** By POST, because what is typed may be a card's code, which no address and no browser history may hold. */
  @Post('find')
  @Permit('cards.view', ['employee'])
  find(@Req() request: CardPageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, FindCardInput, {
      then: async ({ q = '' }) => {
        const base = `/n/${request.network.slug}/gift-cards`;
        const cardId = await this.found(request, q);
        if (cardId) return new SeeOther(`${base}/${cardId}`);
        return new SeeOther(q === '' ? base : `${base}?${new URLSearchParams({ q }).toString()}`);
      },
      again: (form) => this.page(request, readQuery(undefined, undefined), undefined, form),
      fieldOf: { 'no-card-with-this-code': 'q' },
    });
  }

  @Get('export.csv')
  @Permit('cards.view', ['employee'])
  async export(
    @Req() request: CardPageRequest,
    @Res({ passthrough: true }) reply: PageReply,
    @Query('status') status?: string,
    @Query('q') q?: string,
  ): Promise<StreamableFile> {
    const { network, reader } = request;
    await this.models.settled(cardList, this.positions.of(request));
    const rows = this.csv.rows(meaning(network.id, readQuery(status, q)), reader);
    reply.header('content-disposition', `attachment; filename="gift-cards-${this.clock.now().slice(0, 10)}.csv"`);
    reply.type('text/csv; charset=utf-8');
    return new StreamableFile(Readable.from(rows), { type: 'text/csv; charset=utf-8' });
  }

  /** The card of a whole code or of the link in its QR code; a wrong one is said at the field. */
  private async found(request: CardPageRequest, text: string): Promise<string | undefined> {
    try {
      return await this.codes.cardOf(request, text);
    } catch (error) {
      if (error instanceof Rejection && error.code === 'code-not-valid') throw new Rejection('no-card-with-this-code');
      throw error;
    }
  }

  private async page(request: CardPageRequest, query: WindowQuery, cursor: string | undefined, form: Form): Promise<Page> {
    const { network, reader } = request;
    await this.models.settled(cardList, this.positions.of(request));
    const list = [network.id, 'card-window', query];
    const [found, counts] = await Promise.all([
      this.models.find<CardListItem>(cardList, {
        ...meaning(network.id, query),
        sort: newestFirst,
        after: this.cursors.open(list, cursor),
        limit: PAGE + 1,
      }),
      Promise.all(tabs.map((tab) => this.models.count(cardList, { ...meaning(network.id, { ...query, tab }), ...countedFar }))),
    ]);
    const { data, next } = this.cursors.page(list, found, PAGE, placeInList);
    const href = (more: Partial<Record<'status' | 'q' | 'after', string>>, file = ''): string => addressOf(network.slug, query, more, file);
    return new Page('cards/features/card-window', {
      title: reader.t('cards.window.title'),
      form,
      q: query.q,
      now: this.clock.now(),
      tabs: tabs
        .map((tab, index) => ({
          tab,
          href: href({ status: tab }),
          label: reader.t(`cards.window.tab.${tab}`),
          count: shownCount(counts[index]!, reader),
          current: tab === query.tab,
        }))
        .filter(({ tab, current }, index) => tab !== 'unsent' || current || counts[index] !== 0),
      cards: data.map((card) => row(card, network.slug, reader)),
      summary: countSummary('cards.window', counts[tabs.indexOf(query.tab)] ?? 0, reader),
      csv: href({}, '/export.csv'),
      next: next && href({ after: next }),
      newest: cursor && href({}),
      nothingYet: query.q === '' && counts[0] === 0,
    });
  }
}

const typed = (q: unknown): string => (typeof q === 'string' ? q.trim().slice(0, MOST_TYPED) : '');
const readQuery = (status: unknown, q: unknown): WindowQuery => ({ tab: tabs.find((tab) => tab === status) ?? 'all', q: typed(q) });

const beyondStatus: Partial<Record<Tab, Filter>> = {
  blocked: { blocked: { in: ['byStaff', 'byBuyer'] }, status: { in: ['pending', 'active', 'used'] } },
  unsent: unsentCards,
};

/** Which cards a tab and a search mean. Blocked is no status: a blocked card is also pending, active or used; unsent ones are pending. */
function meaning(network: string, { tab, q }: WindowQuery): { filter: Filter; anyOf?: readonly Filter[] } {
  const status = tab === 'all' || tab === 'blocked' || tab === 'unsent' ? undefined : tab;
  const { filter, anyOf } = searched(network, { status, search: q });
  return { filter: { ...filter, ...beyondStatus[tab] }, ...(anyOf ? { anyOf } : {}) };
}

function addressOf(slug: string, { tab, q }: WindowQuery, more: Partial<Record<'status' | 'q' | 'after', string>>, file: string): string {
  const wanted = { status: tab as string, q, ...more };
  const search = new URLSearchParams(
    Object.entries(wanted).filter(([name, value]) => value !== '' && !(name === 'status' && value === 'all')),
  );
  return `/n/${slug}/gift-cards${file}${search.size > 0 ? `?${search.toString()}` : ''}`;
}

function row(card: CardListItem, slug: string, reader: Reader) {
  const { cardId, recipient, buyer, lastFour, issuedAt, balance } = card;
  const shown = recipient && shownPerson(recipient, reader);
  return {
    href: `/n/${slug}/gift-cards/${cardId}`,
    recipient: shown?.label ?? reader.t('cards.person.none'),
    email: shown?.name === undefined ? undefined : shown.email,
    buyer: shownPerson(buyer, reader).label,
    lastFour,
    issuedAt,
    tag: tagOf(card),
    balance,
  };
}
