import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { Component } from 'react';
import type { ReactNode } from 'react';
import { isLayoverError, retryOf } from '../../shared/errors.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';

interface BoundaryProps {
  children: ReactNode;
  onRetry: () => void;
}

class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    const retry = () => {
      this.props.onRetry();
      this.setState({ error: null });
    };
    return <Failed error={this.state.error} onRetry={retry} />;
  }
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const text = useText();
  const isFinal = isLayoverError(error) && retryOf(error.code) === 'never';
  return (
    <div className="screen">
      <ErrorNotice
        error={error}
        action={
          isFinal ? (
            // Not the router's link: what stands here may be what is left of it.
            <a href="#/" className="button button-plain" onClick={onRetry}>
              {text('nav.home')}
            </a>
          ) : (
            <Button onPress={onRetry}>{text('tryAgain')}</Button>
          )
        }
      />
    </div>
  );
}

/** The same, where the router itself catches what a screen's own boundary did not. */
export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  return <Failed error={error} onRetry={reset} />;
}

/** A sentence and a way on instead of an empty window. */
export function ErrorBoundary({ children }: { children: ReactNode }) {
  const { reset } = useQueryErrorResetBoundary();
  return <Boundary onRetry={reset}>{children}</Boundary>;
}
