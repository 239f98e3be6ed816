import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { location } from '../domain/location';
import { locationImport, recordActivations, SendImportActivations } from '../domain/location-import';
import { IssueActivationLink } from './activation-links';
import { AT_ONCE, LocationImportRows, type CheckedRow } from './location-import-rows';

/**
 * Mails an activation link to the locations of one chunk that are open, have an address and no device in use. Links and commands derive
 * from what asked for them, so that a repeat after a crash mails nobody twice.
 */
@CommandHandler(SendImportActivations)
export class SendImportActivationsHandler implements ICommandHandler<SendImportActivations> {
  constructor(
    private readonly streams: Streams,
    private readonly rows: LocationImportRows,
    private readonly ids: Ids,
    private readonly commands: CommandBus,
  ) {}

  async execute(command: SendImportActivations): Promise<void> {
    const { context, importId, chunk } = command;
    const stream = `locationImport-${importId}`;
    const { state } = await this.streams.state(context.network, stream, locationImport);
    if (state.status !== 'completed' || state.mails !== 'sending' || state.next !== chunk) return;
    const rows = await this.rows.checked(importId, state.round, chunk);
    let sent = 0;
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const mailed = await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => this.mail(context, row)));
      sent += mailed.filter(Boolean).length;
    }
    await this.streams.change(context, stream, locationImport, (now) => recordActivations(now, command, sent));
  }

  private async mail(context: CommandContext, { locationId }: CheckedRow): Promise<boolean> {
    if (locationId === undefined) return false;
    const { state } = await this.streams.state(context.network, `location-${locationId}`, location);
    if (state.status !== 'open' || reveal(state.email) === undefined) return false;
    if (state.devices.some(({ revokedAt }) => revokedAt === undefined)) return false;
    const name = `${context.commandId}:${locationId}`;
    const own = { ...context, commandId: this.ids.derived('cmd', context.network, 'import-activation', name), requestHash: undefined };
    const linkId = this.ids.derived('link', context.network, 'import-activation', name);
    try {
      await this.commands.execute(new IssueActivationLink(own, locationId, linkId, true));
      return true;
    } catch (error) {
      // Closed, or its person erased, between the look and the mail.
      if (error instanceof Rejection) return false;
      throw error;
    }
  }
}
