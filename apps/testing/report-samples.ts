import type { Answers } from '../../projections/answers/answers.js';
import { render } from '../cli/render/answer.js';
import type { Format } from '../cli/render/formats.js';
import { readGiven } from '../questions/given.js';
import type { Question } from '../questions/question.js';
import { answerText, flagOf } from '../questions/question.js';
import { QUESTIONS } from '../questions/questions.js';

/** A fence of a page with one command line and what it prints. */
const SAMPLE = /```console\n\$ \.\/dealtrail ([^\n]+)\n([^]*?)```/g;
/** Filled with the question's own parameters: `<!-- parameters: report funnel -->`. */
const PARAMETERS = /<!-- parameters: ([a-z -]+) -->\n[^]*?<!-- end of parameters -->/g;
/** Told once, in docs/reports/README.md. */
const EVERYWHERE = ['timeZone', 'knownAt', 'after', 'timeoutMs', 'closing', 'organised', 'convertTo'];

interface Asked {
  readonly question: Question;
  readonly id: string;
  readonly said: Readonly<Record<string, string | string[]>>;
  readonly format: Format;
  /** The file that a chart goes to. */
  readonly output: string | undefined;
}

/** A command line as the CLI reads it: words, `--flag value`, quotes around what has spaces. */
function read(line: string): Asked {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const [group = '', name = '', ...rest] = words;
  const question = QUESTIONS.find(({ command }) => command === `${group} ${name}`);
  if (question === undefined) throw new Error(`no question is called '${group} ${name}'`);
  const said: Record<string, string | string[]> = {};
  const more: Record<string, string> = {};
  const id = question.about === 'deal' ? (rest.shift() ?? '') : '';
  while (rest.length > 0) {
    const flag = (rest.shift() ?? '').replace(/^--/, '');
    const parameter = question.parameters.find((each) => flagOf(each) === flag);
    const value = parameter?.shape === 'flag' ? 'true' : (rest.shift() ?? '');
    if (parameter === undefined) more[flag] = value;
    else said[parameter.name] = parameter.shape === 'many' ? [...(said[parameter.name] ?? []), value] : value;
  }
  return { question, id, said, format: (more['format'] ?? 'table') as Format, output: more['output'] };
}

/** The identity of a log is drawn anew each time: a page has zeros for it. */
function withoutIdentity(text: string, log: string): string {
  return text.replaceAll(log, '00000000-0000-0000-0000-000000000000').replaceAll(log.slice(0, 8), '00000000');
}

export interface SamplePage {
  readonly text: string;
  /** Charts that its samples write, by file name. */
  readonly files: ReadonlyMap<string, string>;
}

function parametersText(command: string): string {
  const question = QUESTIONS.find((each) => each.command === command);
  if (question === undefined) throw new Error(`no question is called '${command}'`);
  const rows = question.parameters
    .filter(({ name, filter }) => filter !== true && !EVERYWHERE.includes(name))
    .map((parameter) => {
      const { about, example, required, choices, shape } = parameter;
      const untold = choices?.some((each) => !about.includes(each)) ?? false;
      const words = choices && untold && shape !== 'list' ? `: ${choices.map((each) => `\`${each}\``).join(', ')}` : '';
      return `- \`--${flagOf(parameter)}\`${required ? ' (required)' : ''} ${about}${words}; such as \`${example}\``;
    });
  return [`Over HTTP \`GET ${question.path}\`; parameters there are written \`asOf\` for \`--as-of\`.`, '', ...rows].join('\n');
}

/** What a command line is answered with, as somebody who may read names. */
export async function askedBy(line: string, answers: Answers): Promise<object> {
  const { question, id, said } = read(line);
  return question.ask(answers, readGiven(question, said), { readPersonal: true }, id);
}

/** The page as it reads when every sample is run and every list of parameters is made anew. */
export async function runSamples(page: string, answers: Answers, log: string): Promise<SamplePage> {
  const files = new Map<string, string>();
  let text = page;
  for (const [fence, line = ''] of page.matchAll(SAMPLE)) {
    const { format, output } = read(line);
    const printed = await render(answerText(await askedBy(line, answers)), format);
    if (typeof printed !== 'string') throw new Error(`${line}: what is no text is no sample`);
    const told = withoutIdentity(printed, log);
    if (output !== undefined) files.set(output, told);
    const shown = output === undefined ? told : `written to ${output}\n`;
    text = text.replace(fence, () => `\`\`\`console\n$ ./dealtrail ${line}\n${shown}\`\`\``);
  }
  for (const [block, command = ''] of page.matchAll(PARAMETERS))
    text = text.replace(block, () => `<!-- parameters: ${command} -->\n\n${parametersText(command)}\n\n<!-- end of parameters -->`);
  return { text, files };
}
