import { stat, statfs } from 'node:fs/promises';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { positionNumber } from '../../libs/domain/shared/position.js';
import { inspectIndexFile } from '../../projections/timeline/index-file.js';
import { pipelineSnapshotModel } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { isShared } from '../wiring/config.js';
import { configurationShown } from '../wiring/configuration-shown.js';
import { filesOf } from '../wiring/files.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import type { DoctorAnswer, FileSize, IndexHealth, KeptRowsHealth } from './doctor-answer.js';
import { findingsOf } from './doctor-findings.js';

async function indexHealth({ index, readStore, config, eventStore }: Dealtrail): Promise<IndexHealth> {
  const { size, ...status } = index?.info() ?? { state: 'off', loadedFrom: null, loadMs: null, size: null, error: null };
  const version = (await readStore.currentVersion(pipelineSnapshotModel.name)) ?? pipelineSnapshotModel.version;
  const checkpoint = await readStore.lowestCheckpoint({ ...pipelineSnapshotModel, version });
  const through = checkpoint === null ? 0 : positionNumber(checkpoint.position);
  const file = isShared(config) ? undefined : await inspectIndexFile(filesOf(config.dataDir).index);
  const fits =
    file !== undefined && file !== 'torn' && file.origin.logId === eventStore.identity.logId && file.origin.modelVersion === version;
  return {
    ...status,
    rows: size?.rows ?? 0,
    deals: size?.deals ?? 0,
    bytes: size?.bytes ?? 0,
    position: size?.position ?? null,
    behind: size === null ? null : Math.max(0, through - size.position),
    snapshotFile:
      file === undefined
        ? null
        : file === 'torn'
          ? { state: 'torn', bytes: 0, position: null }
          : { state: fits ? 'fits' : 'of another history', bytes: file.bytes, position: file.position },
  };
}

function keptRowsHealth({ keptRows, config }: Dealtrail): KeptRowsHealth | null {
  const kept = keptRows();
  return kept === null ? null : { ...kept, most: config.keptRows };
}

async function sizes(dataDir: string): Promise<readonly FileSize[]> {
  const { log, keys, models, index } = filesOf(dataDir);
  const named = [log, `${log}-wal`, keys, models, `${models}-wal`, index];
  const found = await Promise.all(
    named.map(async (file) =>
      stat(file).then(
        ({ size }) => ({ file, bytes: size }),
        () => undefined,
      ),
    ), // what is not there has no size
  );
  return found.filter((size) => size !== undefined);
}

/** What an operator asks first: what this process is and stands on, how far everything has come, and what is wrong with its cure. */
export async function examine(dealtrail: Dealtrail): Promise<DoctorAnswer> {
  const { config, eventStore, readStore, models, clock } = dealtrail;
  const { position, recordedAt } = await eventStore.head();
  const onDisk = isShared(config) ? null : await statfs(config.dataDir);
  const seen: Omit<DoctorAnswer, 'findings'> = {
    report: 'doctor',
    process: {
      pid: process.pid,
      node: process.version,
      residentBytes: process.memoryUsage.rss(),
      upSeconds: Math.round(process.uptime()),
    },
    configuration: configurationShown(process.env),
    log: {
      store: config.eventStoreUrl === null ? 'embedded' : 'EventStoreDB',
      logId: eventStore.identity.logId,
      keyStoreId: eventStore.identity.keyStoreId,
      position,
      recordedAt: isoInstant(recordedAt),
      aheadOfClockSeconds: Math.max(0, recordedAt - clock.real.now()) / 1000,
    },
    readStore: { store: config.mongoUrl === null ? 'embedded' : 'MongoDB', parked: (await readStore.parked()).length },
    models: models === null ? [] : await models.lag(),
    index: await indexHealth(dealtrail),
    keptRows: keptRowsHealth(dealtrail),
    files: isShared(config) ? [] : await sizes(config.dataDir),
    disk: onDisk === null ? null : { freeBytes: onDisk.bavail * onDisk.bsize, bytes: onDisk.blocks * onDisk.bsize },
  };
  return { ...seen, findings: findingsOf(seen) };
}
