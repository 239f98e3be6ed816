import { Get, Param, Post, Req } from '@nestjs/common';
import { CardsFacade, type CardTotals, type DayOfCards } from '../../cards';
import { money, type Money } from '../../kernel/money';
import { NetworkFacade, type NetworkFigures } from '../../network';
import { Clock } from '../../platform/clock';
import { Processors } from '../../platform/processors/processors';
import { Alerts, type KeyedAlert } from '../../platform/security/alerts';
import type { EmployeeCaller } from '../../platform/security/caller';
import { Permit, SignedIn } from '../../platform/security/permit';
import { Page, SeeOther, type PageNetwork, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { Reader } from '../../platform/web/reader';

type OverviewRequest = PageRequest & { caller: EmployeeCaller; network: PageNetwork };

interface Entry {
  readonly label: string;
  readonly hint?: string;
  readonly at?: string;
  readonly href?: string;
  /** The key of an alert that this reader may acknowledge. */
  readonly acknowledge?: string;
}

/**
 * The first page after signing in: what needs a person, then the first steps that are left, then the network in figures. Location staff
 * have their own location's page.
 */
@PageController('n/:slug')
export class OverviewPage {
  constructor(
    private readonly networks: NetworkFacade,
    private readonly cards: CardsFacade,
    private readonly alerts: Alerts,
    private readonly processors: Processors,
    private readonly clock: Clock,
  ) {}

  @Get()
  @SignedIn()
  async show(@Req() request: OverviewRequest): Promise<Page | SeeOther> {
    const { network, caller, reader } = request;
    if (caller.locationId !== undefined) return new SeeOther(`/n/${network.slug}/locations/${caller.locationId}`);
    const figures = await this.networks.figures(network.id);
    const seesCards = caller.permissions.has('cards.view');
    return new Page('dashboard/features/overview', {
      title: reader.t('dashboard.title'),
      asOf: this.clock.now(),
      needs: (await Promise.all([this.raised(request), this.unsent(request), this.stuck(request)])).flat(),
      owed: seesCards ? await this.owed(request) : undefined,
      steps: stepsLeft(request, figures),
      tiles: caller.permissions.has('employees.manage') ? networkTiles(request, figures) : [],
    });
  }

  @Post('alerts/:key/acknowledgement')
  @Permit('alerts.acknowledge', ['employee'])
  async acknowledge(@Req() request: OverviewRequest, @Param('key') key: string): Promise<SeeOther> {
    const { network, caller } = request;
    await this.alerts.acknowledge(network.id, key, caller.id);
    return new SeeOther(`/n/${network.slug}`, { flash: 'dashboard.flash.acknowledged' });
  }

  /** What is on the cards, and what moved in the last seven days; nothing before the first card. */
  private async owed({ network, reader }: OverviewRequest) {
    const { outstanding, cards } = await this.cards.totals(network.id);
    if (!outstanding) return undefined;
    const days = await this.cards.days(network.id, dayBefore(this.clock.millis(), 6), dayBefore(this.clock.millis(), 0));
    const sum = (amount: (day: DayOfCards) => number): Money =>
      money(
        days.reduce((total, day) => total + amount(day), 0),
        outstanding.currency,
      );
    const amounts = [
      { label: reader.t('dashboard.tile.sold'), amount: sum((day) => day.issued + day.toppedUp) },
      { label: reader.t('dashboard.tile.deducted'), amount: sum((day) => day.deducted - day.reversed) },
    ];
    return { outstanding, amounts, counts: cardCounts(reader, cards) };
  }

  private async raised({ network, caller, reader }: OverviewRequest): Promise<readonly Entry[]> {
    if (!caller.permissions.has('cards.view')) return [];
    const mayAcknowledge = caller.permissions.has('alerts.acknowledge');
    return (await this.alerts.raised(network.id)).map(({ key, kind, about, count, lastAt }: KeyedAlert) => ({
      label: reader.t(`dashboard.alert.${kind}`, { count }),
      hint: reader.t(`dashboard.alert.${kind}.hint`, { about }),
      at: new Date(lastAt).toISOString(),
      href: kind === 'wrong-codes-for-a-card' ? `/n/${network.slug}/gift-cards/${about}` : undefined,
      acknowledge: mayAcknowledge ? key : undefined,
    }));
  }

  private async unsent({ network, caller, reader }: OverviewRequest): Promise<readonly Entry[]> {
    const count = caller.permissions.has('cards.view') ? await this.cards.unsent(network.id) : 0;
    if (count === 0) return [];
    return [
      {
        label: reader.t('dashboard.unsent', { count }),
        hint: reader.t('dashboard.unsent.hint'),
        href: `/n/${network.slug}/gift-cards?status=unsent`,
      },
    ];
  }

  private async stuck({ network, caller, reader }: OverviewRequest): Promise<readonly Entry[]> {
    if (!caller.permissions.has('processes.manage')) return [];
    const parked = await this.processors.parked.list(network.id);
    const first = parked[0];
    if (!first) return [];
    return [
      {
        label: reader.t('dashboard.parked', { count: parked.length }),
        hint: reader.t('dashboard.parked.hint', { name: first.name.replaceAll('-', ' '), error: first.error }),
        at: first.parkedAt,
        href: `/n/${network.slug}/parked-work`,
      },
    ];
  }
}

const DAY = 86_400_000;
const dayBefore = (now: number, days: number): string => new Date(now - days * DAY).toISOString().slice(0, 10);

const cardCounts = (reader: Reader, { pending, active, used }: CardTotals['cards']) => [
  { label: reader.t('dashboard.tile.cards'), value: active + used },
  { label: reader.t('dashboard.tile.pending'), value: pending },
];

const networkTiles = ({ reader }: OverviewRequest, { openLocations, activeEmployees, invitedEmployees, activeApiKeys }: NetworkFigures) => [
  { label: reader.t('dashboard.tile.locations'), value: openLocations },
  { label: reader.t('dashboard.tile.people'), value: activeEmployees },
  { label: reader.t('dashboard.tile.invited'), value: invitedEmployees },
  { label: reader.t('dashboard.tile.keys'), value: activeApiKeys },
];

function stepsLeft(
  { network, caller, reader }: OverviewRequest,
  { openLocations, activeEmployees, invitedEmployees, activeApiKeys }: NetworkFigures,
): readonly Entry[] {
  const all = [
    { name: 'location', path: 'locations/new', permission: 'locations.manage', done: openLocations > 0 },
    { name: 'people', path: 'employees/new', permission: 'employees.manage', done: activeEmployees + invitedEmployees > 1 },
    { name: 'brand', path: 'settings', permission: 'settings.manage', done: network.brand !== '#8c2b56' },
    { name: 'key', path: 'api-keys/new', permission: 'api-keys.manage', done: activeApiKeys > 0 },
  ];
  const left = all.filter(({ permission, done }) => !done && caller.permissions.has(permission));
  return left.map(({ name, path }) => ({
    label: reader.t(`dashboard.steps.${name}`),
    hint: reader.t(`dashboard.steps.${name}.hint`),
    href: `/n/${network.slug}/${path}`,
  }));
}
