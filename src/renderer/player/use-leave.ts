import { useCanGoBack, useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Back to where the viewer came from; without such a place to the title's page, else home. */
export function useLeave(titleId: string | undefined): () => void {
  const router = useRouter();
  const navigate = useNavigate();
  const canGoBack = useCanGoBack();
  return useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    if (canGoBack) router.history.back();
    else if (titleId) void navigate({ to: '/title/$titleId', params: { titleId } });
    else void navigate({ to: '/' });
  }, [router, navigate, canGoBack, titleId]);
}
