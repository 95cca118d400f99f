import type { Log, LogFields } from '../src/shared/platform.ts';

export interface RecordingLog extends Log {
  readonly lines: { level: 'debug' | 'info' | 'warn' | 'error'; event: string; fields: LogFields }[];
}

/** Says nothing and remembers everything. */
export function createRecordingLog(): RecordingLog {
  const lines: RecordingLog['lines'] = [];
  const at =
    (level: RecordingLog['lines'][number]['level']) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ level, event, fields });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
