import type { DoctorAnswer } from '../../operations/doctor-answer.js';
import { examine } from '../../operations/doctor.js';
import type { Finding } from '../../operations/doctor-answer.js';
import { answerText } from '../../questions/question.js';
import { checkFiles } from '../../wiring/check-files.js';
import type { CheckedFile } from '../../wiring/check-files.js';
import type { Config } from '../../wiring/config.js';
import { NoLogYet, holdsLog, openDealtrail } from '../../wiring/open-dealtrail.js';
import type { Mode } from '../../wiring/open-dealtrail.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print, remark } from '../output.js';
import { doctorText } from '../render/doctor.js';
import { whereToAsk } from '../where.js';

export interface DoctorOptions extends CommonOptions {
  readonly format: 'table' | 'json';
  /** Reads the files of the data directory through as well. */
  readonly checkFiles?: boolean;
}

async function examineHere(config: Config, mode: Mode): Promise<DoctorAnswer> {
  const dealtrail = await openDealtrail(config, { mode, keeps: 'nothing', anyHistory: true, beginsLog: false });
  try {
    return await examine(dealtrail);
  } finally {
    await dealtrail.close();
  }
}

async function answerOf(config: Config, options: DoctorOptions): Promise<DoctorAnswer> {
  if (options.url === undefined && config.eventStoreUrl === null && !holdsLog(config.dataDir)) throw new NoLogYet(config.dataDir);
  const where = await whereToAsk(config, options, 'doctor');
  switch (where.kind) {
    case 'server':
      return JSON.parse(await where.remote.get('/v1/operations/doctor')) as DoctorAnswer; // of our own server
    case 'beside':
      remark(`dealtrail: ${where.owner} owns ${config.dataDir}: looked at beside it`);
      return examineHere(config, 'reader');
    case 'here':
      try {
        return await examineHere(config, 'owner');
      } finally {
        where.own?.release();
      }
  }
}

function damaged(files: readonly CheckedFile[]): Finding[] {
  return files.flatMap(({ file, damage }) =>
    damage === null
      ? []
      : [
          {
            severity: 'damage',
            what: `${file} is damaged: ${damage}`,
            cure: 'stop writing, keep a copy of the file and of its -wal, and restore a backup',
          },
        ],
  );
}

/** Exits with 1 where something does not work, with 3 where what is stored is damaged. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const config = configOf(options);
  const files = options.checkFiles === true ? checkFiles(config.dataDir) : [];
  const harm = damaged(files);
  // A damaged file may stop the look itself: what the files say is then all there is to say.
  const seen = await answerOf(config, options).catch((error: unknown) => {
    const [first] = harm;
    if (first === undefined) throw error;
    throw new CommandFailed(EXIT.damage, `${first.what}; ${first.cure}`);
  });
  const answer: DoctorAnswer = { ...seen, findings: [...harm, ...seen.findings] };
  print(options.format === 'json' ? answerText(answer) : doctorText(answer, files));
  const count = (severity: Finding['severity']): number => answer.findings.filter((finding) => finding.severity === severity).length;
  if (count('damage') > 0) throw new CommandFailed(EXIT.damage, 'what is stored is damaged: see above');
  if (count('problem') > 0) throw new CommandFailed(EXIT.failed, `${count('problem')} of the things above need something done`);
}
