import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useClient } from '../app/environment.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { IconButton } from '../ui/button.tsx';
import type { Playback } from './playback.ts';
import type { PlayerSnapshot } from './snapshot.ts';

interface StatisticsProps {
  sessionId: string;
  snapshot: PlayerSnapshot;
  playback: Playback;
  onClose: () => void;
}

const POLL_MS = 1_000;

/** Where the bytes come from, and what is believed of the ways to them. For the curious and for testers. */
export function Statistics({ sessionId, snapshot, playback, onClose }: StatisticsProps) {
  const text = useText();
  const format = useFormat();
  const sentence = useErrorSentence();
  const client = useClient();
  const { data: stats } = useQuery({
    queryKey: ['playback-stats', sessionId],
    queryFn: () => client.playback.stats({ sessionId }),
    refetchInterval: POLL_MS,
    gcTime: 0,
  });
  const rung = snapshot.rungs[snapshot.rung];
  const estimate = playback.estimateBitsPerSecond;
  const buffer = snapshot.bufferedToSeconds - snapshot.positionSeconds;
  return (
    <section className="statistics" aria-label={text('player.statistics')}>
      <header>
        <h2>{text('player.statistics')}</h2>
        <IconButton label={text('close')} icon={<X aria-hidden />} onPress={onClose} />
      </header>
      <dl>
        <dt>{text('stats.rung')}</dt>
        <dd>
          {rung
            ? `${text('quality.height', { height: rung.height })} · ${format.bandwidth(rung.bitsPerSecond)}`
            : '–'}
        </dd>
        <dt>{text('stats.throughput')}</dt>
        <dd>{estimate === null ? '–' : format.bandwidth(estimate)}</dd>
        <dt>{text('stats.buffer')}</dt>
        <dd>{format.duration(Math.max(0, buffer))}</dd>
      </dl>
      <h3>{text('stats.sources')}</h3>
      <dl>
        {stats?.bySource.map((each) => (
          <div key={each.source} className="statistics-line">
            <dt>{each.source === 'store' ? text('stats.store') : each.source}</dt>
            <dd>
              {text('stats.segments', { count: each.segments })} · {format.size(each.bytes)}
            </dd>
          </div>
        ))}
      </dl>
      <h3>{text('stats.ocas')}</h3>
      <dl>
        {stats?.ocas.map((oca) => (
          <div key={oca.ocaId} className="statistics-line">
            <dt>{oca.ocaId}</dt>
            <dd>
              {[
                text(`oca.${oca.state}`),
                oca.throughputBitsPerSecond === null
                  ? undefined
                  : format.bandwidth(oca.throughputBitsPerSecond),
                oca.latencyMs === null ? undefined : `${Math.round(oca.latencyMs)} ms`,
              ]
                .filter((each) => each !== undefined)
                .join(' · ')}
            </dd>
          </div>
        ))}
      </dl>
      {stats?.lastError ? <p className="statistics-error">{sentence(stats.lastError)}</p> : null}
    </section>
  );
}
