import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../../libs/reporting/nearest.js';
import type { Parameter, Question } from '../questions/question.js';
import { flagOf } from '../questions/question.js';
import { QUESTIONS } from '../questions/questions.js';
import { packageVersion } from '../wiring/package-version.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { FORMATS } from './render/formats.js';

// Only what --help needs is loaded here; every command loads the rest when it runs.

const program = new Command('dealtrail')
  .description(
    'Records a B2B sales process as events that never change, and answers every report as of any instant, as known at any instant.',
  )
  .version(packageVersion(), '--version', 'the version of this program')
  .configureHelp({ helpWidth: 100 })
  .configureOutput({ outputError: (said, write) => write(`dealtrail: ${misuseLine(said)} (--help has what there is)\n`) })
  .exitOverride();

/** What commander says of a wrong use: one line, as of every other failure, with the choice that is near to what was said. */
function misuseLine(said: string): string {
  const line = said
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ');
  const [, value, choices] = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/.exec(line) ?? [];
  return value === undefined || choices === undefined ? line : `${line}${nearest(value, choices.split(', '))}`;
}

function common(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'folder of log, keys and read models (default: DEALTRAIL_DATA_DIR, else .dealtrail)')
    .option('--url <address>', 'work through the server there instead')
    .exitOverride();
}

function formatOption(): Option {
  return new Option('--format <format>', 'how the answer is written; json is the body that HTTP answers').choices(FORMATS).default('table');
}

function optionOf(parameter: Parameter): Option {
  const { about, shape, choices, required } = parameter;
  const flag = `--${flagOf(parameter)}`;
  const option = new Option(shape === 'flag' ? flag : `${flag} <value>`, `${parameter.filter ? '' : about}`);
  if (choices && shape !== 'list') option.choices(choices);
  if (shape === 'many') option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  if (parameter.filter) option.helpGroup('Only deals of this (by id or name, or not-known; may be repeated):');
  return required ? option.makeOptionMandatory() : option;
}

const groups = new Map<string, Command>();

function groupOf(name: string): Command {
  const found = groups.get(name);
  if (found) return found;
  const about = name === 'report' ? 'answers as of any instant, as known at any instant' : 'one deal';
  const made = program.command(name).description(about).exitOverride();
  groups.set(name, made);
  return made;
}

function addQuestion(question: Question): void {
  const [group = '', name = ''] = question.command.split(' ');
  const command = common(groupOf(group).command(name).description(question.summary))
    .addOption(formatOption())
    .option('--output <file>', 'write the answer into this file');
  if (question.about === 'deal') command.argument('<id>', 'the deal');
  for (const parameter of question.parameters) command.addOption(optionOf(parameter));
  const names = new Set(question.parameters.map((parameter) => parameter.name));
  command.action(async (...given: unknown[]) => {
    const { ask } = await import('./commands/ask.js');
    const options: Record<string, unknown> = command.opts();
    const said = Object.fromEntries(Object.entries(options).filter(([option]) => names.has(option)));
    await ask(question, said, command.opts<Parameters<typeof ask>[2]>(), question.about === 'deal' ? (given[0] as string) : ''); // the argument
  });
}

for (const question of QUESTIONS) addQuestion(question);

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

function workFormat(): Option {
  return new Option('--format <format>', 'how the answer is written').choices(['table', 'json']).default('table');
}

common(program.command('import').description('import a sales history by a mapping file; the same import twice adds nothing'))
  .argument('<mapping>', 'the mapping file (YAML)')
  .requiredOption('--dir <folder>', 'the folder with the source files')
  .option('--strict', 'write nothing where a row cannot be read')
  .option('--as-corrections', 'write what contradicts the record as corrections')
  .addOption(workFormat())
  .action(async (mapping: string, options: Parameters<(typeof import('./commands/import.js'))['importSource']>[1]) => {
    const { importSource } = await import('./commands/import.js');
    await importSource(mapping, options);
  });

common(program.command('demo').description('tell the history of a believable demo company; an unfinished one goes on'))
  .option('--deals <number>', 'how many requests come in', wholeNumber, 2_000)
  .option('--seed <number>', 'the same seed tells the same history', wholeNumber, 7)
  .addOption(workFormat())
  .action(async (options: Parameters<(typeof import('./commands/demo.js'))['demo']>[0]) => {
    const { demo } = await import('./commands/demo.js');
    await demo(options);
  });

type Operating = typeof import('./commands/models.js');

common(program.command('lag').description('how far each read model is behind the log, in events and in seconds'))
  .addOption(workFormat())
  .action(async (options: Parameters<Operating['lag']>[0]) => {
    const { lag } = await import('./commands/models.js');
    await lag(options);
  });

common(program.command('parked').description('streams held back because an event of them could not be projected'))
  .option('--replay', 'try them again')
  .option('--model <name>', 'with --replay: of one read model')
  .option('--stream <name>', 'with --replay: of one stream')
  .addOption(workFormat())
  .action(async (options: Parameters<Operating['parked']>[0]) => {
    const { parked } = await import('./commands/models.js');
    await parked(options);
  });

for (const [which, meaning] of [
  ['pause', 'hold read models at their position until they are resumed, over a restart too'],
  ['resume', 'let read models go on; one that stopped at an event tries it again'],
] as const) {
  common(program.command(which).description(meaning))
    .argument('[model]', 'one read model; all of them where it is left out')
    .addOption(workFormat())
    .action(async (model: string | undefined, options: Parameters<Operating['lag']>[0]) => {
      const { hold } = await import('./commands/models.js');
      await hold(which, model, options);
    });
}

common(program.command('rebuild').description('make read models anew from the log, beside those in use'))
  .argument('[model]', 'one read model; all of them where it is left out')
  .addOption(workFormat())
  .action(async (model: string | undefined, options: Parameters<Operating['rebuildModels']>[1]) => {
    const { rebuildModels } = await import('./commands/models.js');
    await rebuildModels(model, options);
  });

common(program.command('doctor').description('what this is and stands on, how far everything has come, and what is wrong with its cure'))
  .option('--check-files', 'read the files of the data directory through for damage as well (seconds a gigabyte)')
  .addOption(workFormat())
  .action(async (options: Parameters<(typeof import('./commands/doctor.js'))['doctor']>[0]) => {
    const { doctor } = await import('./commands/doctor.js');
    await doctor(options);
  });

program
  .command('backup')
  .description('copy log and keys of a data directory into a new folder, while its owner goes on, and read the copy back')
  .argument('<folder>', 'where to; must not be there yet')
  .option('--with-models', 'the read models too, which otherwise are made again from the log')
  .option('--data-dir <folder>', 'what to copy (default: DEALTRAIL_DATA_DIR, else .dealtrail)')
  .addOption(workFormat())
  .exitOverride()
  .action(async (folder: string, options: Parameters<(typeof import('./commands/backup.js'))['backup']>[1]) => {
    const { backup } = await import('./commands/backup.js');
    await backup(folder, options);
  });

program
  .command('protocol-server')
  .description('serve the embedded log alone to EventStoreDB clients until it is told to end; beyond this machine with TLS and users')
  .option('--data-dir <folder>', 'folder of the log (default: DEALTRAIL_DATA_DIR, else .dealtrail)')
  .option('--port <number>', 'port; 0 takes any free one', wholeNumber, 2_113)
  .option('--listen <address>', 'address it listens on', '127.0.0.1')
  .option('--advertise <name>', 'the name by which clients reach that address, where it is another')
  .option('--tls-cert <file>', "PEM: the server's certificate, and those between it and its authority")
  .option('--tls-key <file>', 'PEM: its private key')
  .option('--users <file>', 'JSON: who may call, with hashed passwords (docs/protocol-server.md)')
  .exitOverride()
  .action(async (options: Parameters<(typeof import('./commands/protocol-server.js'))['protocolServer']>[0]) => {
    const { protocolServer } = await import('./commands/protocol-server.js');
    await protocolServer(options);
  });

program
  .command('migrate')
  .description('move the embedded log to the EventStoreDB at EVENTSTORE_URL (and its keys to MONGODB_URL); run again it goes on')
  .option('--data-dir <folder>', 'folder of the log (default: DEALTRAIL_DATA_DIR, else .dealtrail)')
  .addOption(workFormat())
  .exitOverride()
  .action(async (options: Parameters<(typeof import('./commands/migrate.js'))['migrateLog']>[0]) => {
    const { migrateLog } = await import('./commands/migrate.js');
    await migrateLog(options);
  });

const token = program.command('token').description('tokens that callers of a server show, for its file of hashes').exitOverride();

token
  .command('create')
  .description('make a token: shown once, with the lines for the file of hashes that DEALTRAIL_TOKENS names')
  .requiredOption(
    '--subject <subject>',
    'whom it stands for: an employee id; a name or address is hashed before it is written anywhere else',
  )
  .requiredOption('--rights <rights>', 'with commas: read, write, correct, operate, personal')
  .option('--expires <when>', 'a date (the end of it, UTC) or an instant')
  .option('--name <name>', 'what it is for')
  .exitOverride()
  .action(async (options: Parameters<(typeof import('./commands/token.js'))['createToken']>[0]) => {
    const { createToken } = await import('./commands/token.js');
    createToken(options);
  });

token
  .command('list')
  .description('who has tokens of the file that DEALTRAIL_TOKENS names, with which rights, until when')
  .addOption(workFormat())
  .exitOverride()
  .action(async (options: Parameters<(typeof import('./commands/token.js'))['listTokens']>[0]) => {
    const { listTokens } = await import('./commands/token.js');
    listTokens(options);
  });

async function run(): Promise<number> {
  try {
    await program.parseAsync();
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { exitOf, lineOf } = await import('./failure.js');
    process.stderr.write(`dealtrail: ${lineOf(error)}\n`);
    return error instanceof CommandFailed ? error.exitCode : exitOf(error);
  }
}

process.exitCode = await run();
