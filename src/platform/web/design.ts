import { Get, Req } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../config';
import { Public } from '../security/permit';
import { Form } from './form';
import { icons } from './icons';
import { Page, type PageRequest } from './page';
import { PageController } from './page-controller';

const USD = (amount: number) => ({ amount, currency: 'USD' as const });

/** Every partial with an example of each of its states, by name: what people look at, and what axe reads. Demo only. */
@PageController('design')
export class DesignPage {
  constructor(private readonly config: Config) {}

  @Get()
  @Public()
  show(@Req() request: PageRequest): Page {
    if (!this.config.demo) throw new Rejection('not-found');
    const { reader } = request;
    const wrong = new Form({ 'wrong.email': 'dana@', 'wrong.amount': '3' });
    wrong.refuse(reader.t('input.email'), 'wrong.email').refuse(reader.t('input.money'), 'wrong.amount');
    return new Page(
      'platform/web/design',
      {
        title: 'Design',
        right: new Form({ 'right.name': 'Dana Whitfield' }),
        wrong,
        statuses: ['pending', 'active', 'used', 'blocked', 'voided', 'expired', 'cancelled'],
        choices: [
          { value: 'a', label: 'Lantern Books' },
          { value: 'b', label: 'Blue Door Bakery' },
        ],
        entries: timeline,
        rows,
        balance: USD(7450),
        iconNames: Object.keys(icons),
        brands: ['#8c2b56', '#0f6a73', '#ffc21a'],
      },
      { shell: 'public' },
    );
  }
}

const timeline = [
  {
    label: 'Deduction requested',
    amount: USD(1200),
    plain: true,
    muted: true,
    at: '2025-11-14T19:19:00.000Z',
    by: 'Nadia Roy, Lantern Books',
    under: 'code sent',
    now: true,
  },
  {
    label: 'Deduction',
    tag: 'cancelled',
    amount: USD(0),
    plain: true,
    at: '2025-11-14T15:18:00.000Z',
    by: 'Luis Ortega',
    note: 'wrong code 3 times',
    balance: USD(7450),
  },
  { label: 'Topped up', amount: USD(2500), in: true, at: '2025-11-13T13:40:00.000Z', by: 'Marcus Whitfield', balance: USD(7450) },
  { label: 'Funds deducted', amount: USD(-3200), at: '2025-11-12T22:03:00.000Z', by: 'Nadia Roy', balance: USD(4950) },
];

const rows = [
  {
    name: 'Theo Lindqvist',
    email: 'theo.l@example.com',
    buyer: 'Ines Lindqvist',
    last: 'W41N',
    sold: '2025-11-14T18:58:00.000Z',
    status: 'pending',
    balance: USD(15_000),
  },
  {
    name: 'Priya Raman',
    email: 'priya@example.com',
    buyer: 'Sam Okafor',
    last: '0HZ7',
    sold: '2025-11-14T14:31:00.000Z',
    status: 'active',
    balance: USD(5000),
    current: true,
  },
  {
    name: 'George Abbott',
    email: 'gabbott@example.com',
    buyer: 'Lila Abbott',
    last: '5QXE',
    sold: '2025-11-06T22:20:00.000Z',
    status: 'blocked',
    balance: USD(20_000),
  },
];
