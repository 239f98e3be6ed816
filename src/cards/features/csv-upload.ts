import multipart from '@fastify/multipart';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Rejection } from '../../kernel/rejection';

/** 10,000 rows with long messages are about 8 MB. */
export const MOST_BYTES = 16_000_000;

type WithFile = FastifyRequest & { file(): Promise<{ file: Readable & { truncated: boolean } } | undefined> };

/**
 * Files of rows, sent as they are (`text/csv`) or by a form (`multipart/form-data`). Held whole, up to a limit: an import is looked at
 * before it is used.
 */
@Injectable()
export class CsvUploads implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    // The document is also made without a server behind it.
    const server = this.host.httpAdapter?.getInstance() as FastifyInstance | undefined;
    if (!server || server.hasContentTypeParser('text/csv')) return;
    server.addContentTypeParser('text/csv', (_request, stream, done) => done(null, stream));
    // Not awaited: that would start the server before Nest has told it how to answer errors. It is loaded before the first request.
    void server.register(multipart as never, { limits: { files: 1, fileSize: MOST_BYTES, fields: 10, fieldSize: 10_000 } });
  }

  /** @throws Rejection `content-type-not-supported`, `input-too-large`, `import-empty` */
  async read(request: FastifyRequest): Promise<Buffer> {
    const type = request.headers['content-type'] ?? '';
    if (type.startsWith('text/csv')) return whole(request.body as Readable);
    if (!type.startsWith('multipart/form-data')) throw new Rejection('import-not-csv');
    return whole(await fileOf(request as WithFile));
  }
}

/**
 * What a form's parser cannot read (no boundary, an end in the middle) is the sender's mistake; limits that it keeps itself carry a
 * status.
 */
async function fileOf(request: WithFile): Promise<Readable & { truncated: boolean }> {
  try {
    const part = await request.file();
    if (part) return part.file;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== undefined) throw error;
    throw new Rejection('import-not-csv');
  }
  throw new Rejection('import-empty');
}

async function whole(stream: (Readable & { truncated?: boolean }) | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream ?? []) {
    bytes += (piece as Buffer).length;
    if (bytes <= MOST_BYTES) pieces.push(piece as Buffer);
  }
  if (bytes > MOST_BYTES || stream?.truncated) throw new Rejection('input-too-large', { limit: `${MOST_BYTES / 1_000_000} MB` });
  if (bytes === 0) throw new Rejection('import-empty');
  return Buffer.concat(pieces);
}
