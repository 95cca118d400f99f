import { Check } from 'lucide-react';
import { Checkbox } from 'react-aria-components';
import type { DownloadView } from '../../shared/downloads.ts';
import { useText } from '../i18n/use-text.ts';
import { DownloadLine } from './download-line.tsx';
import { useNameOfDownload } from './name.ts';
import type { Picking } from './use-picking.ts';

interface PlainListProps {
  downloads: DownloadView[];
  labelledBy: string;
  picking: Picking;
}

/** Downloads one below the other; while some are being picked, each with a box to tick. */
export function PlainList({ downloads, labelledBy, picking }: PlainListProps) {
  const text = useText();
  const nameOf = useNameOfDownload();
  return (
    <ul className="downloads-list" aria-labelledby={labelledBy}>
      {downloads.map((download) => {
        const { downloadId } = download;
        if (!picking.isOn) return <DownloadLine key={downloadId} download={download} />;
        return (
          <DownloadLine
            key={downloadId}
            download={download}
            actions={null}
            lead={
              <Checkbox
                className="choice-check download-pick"
                aria-label={text('pick.one', { name: nameOf(download) })}
                isSelected={picking.picked.has(downloadId)}
                onChange={(isPicked) => picking.pick(downloadId, isPicked)}
              >
                <span className="choice-mark">
                  <Check aria-hidden strokeWidth={3.5} />
                </span>
              </Checkbox>
            }
          />
        );
      })}
    </ul>
  );
}
