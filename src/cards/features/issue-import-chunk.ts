import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { lessThan } from '../../kernel/money';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { UploadedRows } from '../../platform/uploads/uploaded-rows';
import type { NetworkSummary } from '../../network';
import { cardImport, IssueCardImportChunk, recordChunk } from '../domain/card-import';
import { IssueCard, issueCard } from '../domain/issue-card';
import { CardKeys } from './card-keys';
import { CardStreams } from './card-streams';
import type { ImportRow } from './card-import-file';
import { expiryOf, Places } from './places';

const AT_ONCE = 25;

/** Issues the rows of one chunk. Each card's id and command derive from import and line, so that a repeat finds what is there. */
@CommandHandler(IssueCardImportChunk)
export class IssueCardImportChunkHandler implements ICommandHandler<IssueCardImportChunk> {
  constructor(
    private readonly streams: Streams,
    private readonly cards: CardStreams,
    private readonly rows: UploadedRows,
    private readonly keys: CardKeys,
    private readonly places: Places,
    private readonly ids: Ids,
  ) {}

  async execute(command: IssueCardImportChunk): Promise<void> {
    const { context, importId, chunk } = command;
    const stream = `cardImport-${importId}`;
    const { state } = await this.streams.state(context.network, stream, cardImport);
    if (state.status !== 'issuing' || state.next !== chunk) return;
    const network = await this.places.network(context.network);
    const rows = await this.rows.of<readonly ImportRow[]>(importId, chunk);
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => this.issue(context, network, importId, row)));
    }
    await this.streams.change(context, stream, cardImport, (now) => recordChunk(now, command, rows.length));
    await this.rows.drop(importId, chunk);
  }

  /** The rules were checked when the file was read; should they have changed since, what was previewed and confirmed still holds. */
  private issue(context: CommandContext, network: NetworkSummary, importId: string, row: ImportRow): Promise<unknown> {
    const { line, value, buyer, recipient, message, delivery } = row;
    const name = `${importId}:${line}`;
    const cardId = this.ids.derived('card', context.network, 'card-import', name);
    const commandId = this.ids.derived('cmd', context.network, 'card-import', name);
    const { largestValue } = network.cardRules;
    const limit = lessThan(largestValue, value) ? value : largestValue;
    const sale = {
      value,
      smallest: value,
      limit,
      buyer,
      recipient,
      message,
      language: network.language,
      delivery,
      source: { kind: 'import', importId, line },
      expiresAt: expiryOf(network, context.at),
    } as const;
    const command = new IssueCard({ ...context, commandId, requestHash: undefined }, cardId, sale, this.keys.fresh(cardId));
    return this.cards.change(command.context, cardId, (card) => issueCard(card, command));
  }
}
