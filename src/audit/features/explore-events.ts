import { Get, Query, Req, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { Page, type PageRequest, SeeOther } from '../../platform/web/page';
import { Form } from '../../platform/web/form';
import { PageController } from '../../platform/web/page-controller';
import { Registry } from '../../platform/registry';
import { Permit } from '../../platform/security/permit';
import { EventRecords } from '../event-record';
import { exportLines } from '../export';
import { NetworkLog } from '../network-log';
import { callerOf } from './list-events';

const SHOWN = 30;

/** The newest events of the network, and the way to any stream. */
@PageController('n/:slug/audit')
export class ExploreEventsPage {
  constructor(
    private readonly log: NetworkLog,
    private readonly records: EventRecords,
    private readonly registry: Registry,
  ) {}

  @Get()
  @Permit('audit.view', ['employee'])
  async show(@Req() request: PageRequest, @Query('q') text?: string, @Query('kind') kind?: string): Promise<Page | SeeOther> {
    const { network } = callerOf(request);
    const wanted = typeof text === 'string' ? text.trim().slice(0, 200) : '';
    const [found] = wanted === '' ? [] : await this.log.streamsNamed(network, wanted);
    if (found !== undefined) return new SeeOther(`/n/${request.network!.slug}/audit/streams/${encodeURIComponent(found)}`);
    const kinds = [...this.registry.aggregates.keys()];
    const category = kinds.find((each) => each === kind);
    const events = await this.records.read(await this.log.latest(network, SHOWN, category), 'no-people');
    const form = new Form({ q: wanted });
    if (wanted !== '') form.refuse(request.reader.t('audit.explorer.not-found'), 'q');
    return new Page(
      'audit/features/explore-events',
      {
        title: request.reader.t('audit.explorer.title'),
        form,
        kinds: kinds.map((name) => ({ name, chosen: name === category })),
        events,
        zone: request.reader.zone(events[0]?.recordedAt ?? '2026-01-01T00:00:00.000Z'),
      },
      form.invalid ? { status: 404 } : {},
    );
  }

  @Get('export')
  @Permit('audit.view', ['employee'])
  export(@Req() request: PageRequest, @Query('stream') stream?: string): StreamableFile {
    const { network } = callerOf(request);
    const name = typeof stream === 'string' && /^[\w:-]{1,200}$/.test(stream) ? stream : undefined;
    return new StreamableFile(Readable.from(exportLines(this.log, network, name)), {
      type: 'application/x-ndjson',
      disposition: `attachment; filename="${(name ?? 'events').replace(/[^\w-]/g, '_')}.jsonl"`,
    });
  }
}
