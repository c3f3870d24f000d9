import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { readMapping } from '../../../libs/importing/mapping/read-mapping.js';
import { formatImportReport } from '../../../libs/importing/report/format-report.js';
import type { ImportReport } from '../../../libs/importing/report/import-report.js';
import { sourceOnDisk } from '../../../libs/importing/running/import-input.js';
import { sourceFileNames } from '../../../libs/importing/mapping/source-file-names.js';
import { importInto } from '../../operations/import.js';
import { finishDemo } from '../../operations/demo.js';
import { answerText } from '../../questions/question.js';
import type { CommonOptions } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print } from '../output.js';
import { visible } from '../render/visible.js';
import { carryOut } from '../work.js';

export interface ImportCommandOptions extends CommonOptions {
  readonly dir: string;
  readonly strict?: boolean;
  readonly asCorrections?: boolean;
  readonly format: 'table' | 'json';
}

function mappingTextOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(EXIT.usage, `the mapping file ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A mapping is often somebody else's: it names files of the folder, and no other that this user can read (and would send to a server). */
function placeIn(folder: string): (name: string) => string | undefined {
  return (name) => {
    const path = resolve(folder, name);
    const from = relative(folder, path);
    return isAbsolute(from) || from.split(sep)[0] === '..' ? undefined : path;
  };
}

export async function importSource(mappingFile: string, options: ImportCommandOptions): Promise<void> {
  const mappingText = mappingTextOf(mappingFile);
  const mappingName = basename(mappingFile);
  if (!existsSync(options.dir)) throw new CommandFailed(EXIT.usage, `there is no folder ${options.dir}`);
  const place = placeIn(options.dir);
  const source = sourceOnDisk(place);
  const flags = { strict: options.strict === true, asCorrections: options.asCorrections === true };
  const report = await carryOut<ImportReport>(options, {
    doing: 'import',
    open: { threads: 'log and models' },
    here: async (dealtrail, onProgress, signal) => {
      await finishDemo(dealtrail, onProgress, signal);
      return importInto(dealtrail, {
        ...{ ...source, mappingText, mappingName, onProgress, signal },
        options: flags,
      });
    },
    there: async () => {
      const form = new FormData();
      form.set('strict', String(flags.strict));
      form.set('asCorrections', String(flags.asCorrections));
      form.set('mapping', new Blob([mappingText]), mappingName);
      for (const name of sourceFileNames(readMapping(mappingText, mappingName))) {
        const path = place(name);
        if (path !== undefined && source.sizeOf(name) !== undefined) form.append('files', await openAsBlob(path), name);
      }
      return { path: '/v1/imports', init: { body: form } };
    },
  });
  print(options.format === 'json' ? answerText(report) : visible(formatImportReport(report)));
  if (report.stopped) throw new CommandFailed(EXIT.failed, 'nothing was imported: --strict, and rows cannot be read');
}
