/** Headline options: the fields of a headline as staff give them on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LABELS, type Label } from '../../protocol/headline.ts';
import { collect, given, wholeNumber } from './service-options.ts';

export interface HeadlineOptions {
  readonly section?: string;
  readonly urgency?: number;
  readonly link?: string;
  readonly language?: string;
  readonly label?: readonly Label[];
  readonly tag?: readonly string[];
  readonly summary?: string;
}

/** `--link`, since `--url` names the service in every command. */
export const withHeadline = (command: Command): Command =>
  command
    .option('--section <name>', 'as politics')
    .option('--urgency <n>', '1 flash, 2 and 3 breaking, 5 usual, up to 9', wholeNumber(1, 9))
    .option('--link <url>', 'address of the story')
    .option('--language <tag>', 'as en, az or ru; else the channel’s')
    .addOption(new Option('--label <label>', `${LABELS.join(', ')}; repeatable`).argParser(readLabel))
    .option('--tag <tag>', 'repeatable', collect)
    .option('--summary <text>', 'up to 1000 characters');

export const headlineFields = ({ section, urgency, link, language, label, tag, summary }: HeadlineOptions) =>
  given({ section, urgency, url: link, language, labels: label, tags: tag, summary });

function readLabel(value: string, earlier: readonly string[] | undefined): readonly string[] {
  if (!LABELS.some((label) => label === value)) {
    throw new InvalidArgumentError(`must be ${LABELS.join(' or ')}`);
  }
  return collect(value, earlier);
}
