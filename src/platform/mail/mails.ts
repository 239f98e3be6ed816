import { Injectable } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '../config';
import { ROOT } from '../web/assets';
import type { PageNetwork } from '../web/page';
import type { Language, Reader } from '../web/reader';
import { Readers } from '../web/readers';
import { templateEngine } from '../web/template-engine';
import type { Mail } from './mailer';

export interface MailDraft {
  /** Deterministic: `Mail.id`. Derive it from the cause: `gift:${cardId}:${n}`. */
  readonly id: string;
  readonly kind: string;
  readonly network: PageNetwork;
  readonly to: { readonly name?: string; readonly address: string };
  readonly language?: Language;
  /** Path under src without `.mail.hbs`: `cards/features/gift`. Its text part is `cards/features/gift.text.hbs`. */
  readonly template: string;
  /** Keys of the catalogues, filled with the model's figures; the preview is the line that mail clients show beside the subject. */
  readonly subject: string;
  readonly preview?: string;
  readonly model: Readonly<Record<string, unknown>>;
  readonly images?: Mail['images'];
}

type Template = (context: object) => string;

/**
 * Renders mails: a feature's two templates (HTML with all styles inline, and text) inside the two layouts, in the reader's language
 * and in the network's name and colour.
 */
@Injectable()
export class Mails {
  private readonly templates = new Map<string, Template>();

  constructor(
    private readonly readers: Readers,
    private readonly config: Config,
  ) {}

  compose({ id, kind, network, to, language = network.language, template, subject, preview, model, images }: MailDraft): Mail {
    const reader = this.readers.of(language, network.timeZone);
    const colours = facesOf(network.brand);
    const context = { ...model, reader, network, publicUrl: this.config.publicUrl, icons: new Set<string>(), ...colours };
    const head = { subject: reader.t(subject, model), preview: preview && reader.t(preview, model) };
    return {
      id,
      kind,
      network: network.id,
      to,
      from: { name: network.name },
      replyTo: network.contactEmail,
      subject: oneLine(head.subject),
      html: this.inLayout('layout.mail.hbs', `${template}.mail.hbs`, { ...context, ...head }),
      text:
        this.inLayout('layout.text.hbs', `${template}.text.hbs`, { ...context, ...head }, true)
          .replace(/\n{3,}/g, '\n\n')
          .trim() + '\n',
      images,
    };
  }

  /** For somebody who is no recipient: a reader to format figures with, as the mail's own would. */
  reader(network: PageNetwork, language: Language = network.language): Reader {
    return this.readers.of(language, network.timeZone);
  }

  private inLayout(layout: string, template: string, context: object, plain = false): string {
    const body = this.template(join(ROOT, template), plain)(context);
    return this.template(join(ROOT, 'platform/mail', layout), plain)({ ...context, body });
  }

  private template(path: string, plain: boolean): Template {
    let template = this.templates.get(path);
    if (!template) this.templates.set(path, (template = templateEngine().compile(readFileSync(path, 'utf8'), { noEscape: plain })));
    return template;
  }
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ').slice(0, 250);

/** The colour of the card's face with black or white on it, whichever contrasts more, and one dark enough for links on white. */
export function facesOf(brand: string): { face: string; onFace: string; link: string } {
  const luminance = luminanceOf(channelsOf(brand));
  return { face: brand, onFace: luminance > 0.179 ? '#000000' : '#ffffff', link: hex(dimmed(channelsOf(brand))) };
}

const channelsOf = (colour: string): readonly number[] => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
const hex = (channels: readonly number[]): string => `#${channels.map((each) => Math.round(each).toString(16).padStart(2, '0')).join('')}`;

/** WCAG 2 relative luminance. */
function luminanceOf(channels: readonly number[]): number {
  const [red, green, blue] = channels.map((each) =>
    each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function dimmed(channels: readonly number[]): readonly number[] {
  let colour = channels;
  while (luminanceOf(colour) > 0.11) colour = colour.map((each) => each * 0.94);
  return colour;
}
