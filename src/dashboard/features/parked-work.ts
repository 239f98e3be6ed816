import { Get, Param, Post, Req } from '@nestjs/common';
import type { ParkedEntry } from '../../platform/processors/parked-work';
import type { EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { Page, SeeOther, type PageNetwork, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { nameOf, ParkedDesk } from './parked-desk';

type ParkedRequest = PageRequest & { caller: EmployeeCaller; network: PageNetwork };

/** Work that failed for good: what, why, since when, and a button that tries it again. */
@PageController('n/:slug/parked-work')
export class ParkedWorkPage {
  constructor(private readonly desk: ParkedDesk) {}

  @Get()
  @Permit('processes.manage', ['employee'])
  async show(@Req() request: ParkedRequest): Promise<Page> {
    const { network, reader } = request;
    const entries = await this.desk.list(network.id);
    return new Page('dashboard/features/parked-work', {
      title: reader.t('dashboard.parked.title'),
      entries: entries.map((entry) => row(request, entry)),
    });
  }

  @Post(':id/retries')
  @Permit('processes.manage', ['employee'])
  async retry(@Req() { network }: ParkedRequest, @Param('id') id: string): Promise<SeeOther> {
    const done = await this.desk.retry(network.id, id);
    return new SeeOther(`/n/${network.slug}/parked-work`, { flash: done ? 'dashboard.flash.done' : 'dashboard.flash.trying' });
  }
}

function row({ network, reader, caller }: ParkedRequest, entry: ParkedEntry) {
  const { kind, name, stream, type, error, tries, parkedAt, status } = entry;
  return {
    id: nameOf(entry),
    // Policies, models and wake-ups are named as sentences and nouns.
    name: name.replaceAll('-', ' '),
    kind: reader.t(`dashboard.parked.kind.${kind}`),
    type,
    stream,
    href: caller.permissions.has('audit.view') ? `/n/${network.slug}/audit/streams/${encodeURIComponent(stream)}` : undefined,
    error,
    tries,
    parkedAt,
    waiting: status === 'parked',
  };
}
