import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Streams } from '../../platform/event-store/streams';
import { locationImport, recordActivations, SendImportActivations } from '../domain/location-import';
import { ActivationMailing } from './activation-mailing';
import { AT_ONCE, LocationImportRows } from './location-import-rows';

/** Mails an activation link to the locations of one chunk; a repeat after a crash mails nobody twice. */
@CommandHandler(SendImportActivations)
export class SendImportActivationsHandler implements ICommandHandler<SendImportActivations> {
  constructor(
    private readonly streams: Streams,
    private readonly rows: LocationImportRows,
    private readonly mailing: ActivationMailing,
  ) {}

  async execute(command: SendImportActivations): Promise<void> {
    const { context, importId, chunk } = command;
    const stream = `locationImport-${importId}`;
    const { state } = await this.streams.state(context.network, stream, locationImport);
    if (state.status !== 'completed' || state.mails !== 'sending' || state.next !== chunk) return;
    const rows = await this.rows.checked(importId, state.round, chunk);
    const mailing = { operation: 'import-activation', key: context.commandId, renews: true } as const;
    let sent = 0;
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const places = rows.slice(at, at + AT_ONCE).flatMap(({ locationId }) => locationId ?? []);
      const mailed = await Promise.all(places.map((place) => this.mailing.mail(context, place, mailing)));
      sent += mailed.filter(Boolean).length;
    }
    await this.streams.change(context, stream, locationImport, (now) => recordActivations(now, command, sent));
  }
}
