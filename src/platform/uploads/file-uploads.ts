import multipart from '@fastify/multipart';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Rejection } from '../../kernel/rejection';

/** 50,000 rows with addresses are about 8 MB, 10,000 with long messages as well. */
export const MOST_BYTES = 16_000_000;
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const TYPES = ['text/csv', XLSX];

type WithFile = FastifyRequest & { file(): Promise<{ file: Readable & { truncated: boolean } } | undefined> };

/**
 * Files of rows, sent as they are (`text/csv`, XLSX) or by a form (`multipart/form-data`). The bytes are held, up to a limit, while
 * their rows are read one after the other; what a file is, its content says and not its name.
 */
@Injectable()
export class FileUploads implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    // The document is also made without a server behind it.
    const server = this.host.httpAdapter?.getInstance() as FastifyInstance | undefined;
    if (!server || server.hasContentTypeParser('text/csv')) return;
    for (const type of TYPES) server.addContentTypeParser(type, (_request, stream, done) => done(null, stream));
    // Not awaited: that would start the server before Nest has told it how to answer errors. It is loaded before the first request.
    void server.register(multipart as never, { limits: { files: 1, fileSize: MOST_BYTES, fields: 10, fieldSize: 10_000 } });
  }

  /** @throws Rejection `import-not-a-file`, `input-too-large`, `import-empty` */
  async read(request: FastifyRequest): Promise<Buffer> {
    const type = request.headers['content-type'] ?? '';
    if (TYPES.some((each) => type.startsWith(each))) return whole(request.body as Readable);
    if (!type.startsWith('multipart/form-data')) throw new Rejection('import-not-a-file');
    return whole(await fileOf(request as WithFile));
  }
}

/** What a form's parser refuses (no boundary, an end in the middle, more fields than its limit) is the sender's mistake. */
async function fileOf(request: WithFile): Promise<Readable & { truncated: boolean }> {
  try {
    const part = await request.file();
    if (part) return part.file;
  } catch {
    throw new Rejection('import-not-a-file');
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
