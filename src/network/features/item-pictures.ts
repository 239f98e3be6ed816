import { Controller, Get, Injectable, Param, Req, Res, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import sharp from 'sharp';
import { Rejection } from '../../kernel/rejection';
import { ReadStore } from '../../platform/read-store/read-store';
import { Public } from '../../platform/security/permit';
import type { PageReply, PageRequest } from '../../platform/web/page';
import { networkOf } from './page-network';

const COLLECTION = 'item-pictures';
/** What a phone's camera makes. */
const MOST_BYTES = 8_000_000;
const MOST_PIXELS = 50_000_000;
/** The longer side, on any screen that a button fits on. */
const SIDE = 512;
const QUALITY = 80;
const FOR_EVER = 'public, max-age=31536000, immutable';
export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;

type WithFile = FastifyRequest & {
  file(options: object): Promise<{ file: Readable & { truncated: boolean } } | undefined>;
};

/** What a file is, its first bytes say; only these reach the decoder (no SVG, no PDF, nothing that could name other files). */
function isPicture(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 12).toString('latin1');
  return head.startsWith('\xff\xd8\xff') || head.startsWith('\x89PNG\r\n\x1a\n') || /^RIFF[^]{4}WEBP$/.test(head);
}

/** Pictures of items: made anew from what was sent, small and without its metadata (where it was taken), and found by their hash. */
@Injectable()
export class ItemPictures implements OnModuleInit {
  /** One at a time: decoding takes memory. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly store: ReadStore,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [] });
    const server = this.host.httpAdapter?.getInstance() as FastifyInstance | undefined;
    for (const type of PICTURE_TYPES) {
      if (server && !server.hasContentTypeParser(type))
        server.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) => done(null, body));
    }
  }

  /**
   * The picture of a request, sent as it is or by a form: kept, and the hash that it is found by.
   * @throws Rejection `picture-unusable`, `input-too-large`
   */
  async take(network: string, request: FastifyRequest): Promise<string> {
    const bytes = await bytesOf(request);
    if (!isPicture(bytes)) throw new Rejection('picture-unusable');
    const made = this.last.then(() => webp(bytes));
    this.last = made.catch(() => undefined);
    const picture = await made;
    const hash = createHash('sha256').update(picture).digest('base64url');
    await this.store.put(COLLECTION, `${network}:${hash}`, { webp: picture.toString('base64') });
    return hash;
  }

  async find(network: string, hash: string): Promise<Buffer | undefined> {
    const found = await this.store.fetch<{ webp: string }>(COLLECTION, `${network}:${hash}`);
    return found && Buffer.from(found.doc.webp, 'base64');
  }
}

/** Where a picture is served. */
export const pictureUrl = (slug: string, hash: string | undefined): string | undefined =>
  hash === undefined ? undefined : `/n/${slug}/item-pictures/${hash}.webp`;

async function webp(bytes: Buffer): Promise<Buffer> {
  try {
    return await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .rotate()
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toBuffer();
  } catch {
    throw new Rejection('picture-unusable');
  }
}

async function bytesOf(request: FastifyRequest): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (Buffer.isBuffer(request.body)) return request.body;
  if (!type.startsWith('multipart/form-data')) throw new Rejection('picture-unusable');
  // What a form's parser refuses (no boundary, an end in the middle, too many fields) is the sender's mistake.
  const part = await (request as WithFile).file({ limits: { fileSize: MOST_BYTES } }).catch(() => undefined);
  if (!part) throw new Rejection('picture-unusable');
  const pieces: Buffer[] = [];
  for await (const piece of part.file) pieces.push(piece as Buffer);
  if (part.file.truncated) throw new Rejection('input-too-large', { limit: `${MOST_BYTES / 1_000_000} MB` });
  return Buffer.concat(pieces);
}

/** Open to everybody who knows the name: it is the hash of the content, and what is for sale is no secret. */
@Controller('n/:slug/item-pictures')
@ApiExcludeController()
export class ItemPicturesPage {
  constructor(private readonly pictures: ItemPictures) {}

  @Get(':file')
  @Public()
  async show(@Req() request: PageRequest, @Param('file') file: string, @Res({ passthrough: true }) reply: PageReply): Promise<Buffer> {
    const hash = /^([\w-]{43})\.webp$/.exec(file)?.[1];
    const picture = hash === undefined ? undefined : await this.pictures.find(networkOf(request).id, hash);
    if (!picture) throw new Rejection('not-found');
    reply.type('image/webp').header('cache-control', FOR_EVER);
    return picture;
  }
}
