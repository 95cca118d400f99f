import { useState } from 'react';
import { Form } from 'react-aria-components';
import { useStatusAction } from '../data/actions.ts';
import { useIsOffline, useStatus } from '../data/queries.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';

/**
 * The service no longer knows this sign-in, or the keychain lost it: said where it disturbs nobody, and mended with the
 * password alone, once there is a connection.
 */
export function SignInAgain() {
  const text = useText();
  const sentence = useErrorSentence();
  const { account, notices } = useStatus();
  const isOffline = useIsOffline();
  const lost = notices.find(({ code }) => code === 'device/secret-unreadable');
  const [isOpen, setOpen] = useState(false);
  if (!account?.mustSignInAgain) return null;
  return (
    <>
      <Notice
        tone="warning"
        action={
          isOffline ? null : (
            <Button look={lost ? 'primary' : 'quiet'} onPress={() => setOpen(true)}>
              {text('signIn.again')}
            </Button>
          )
        }
      >
        {lost ? sentence(lost) : text('signIn.over')}
        {isOffline && !lost ? <span className="notice-line">{text('signIn.offline')}</span> : null}
      </Notice>
      {isOpen ? <PasswordDialog email={account.email} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function PasswordDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const text = useText();
  const [password, setPassword] = useState('');
  const signIn = useStatusAction((client, input: { email: string; password: string }) =>
    client.auth.signIn(input),
  );

  function submit(event: React.FormEvent) {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: onClose });
  }

  return (
    <Dialog title={text('signIn.again')} isOpen onClose={onClose}>
      <Form className="sign-in-form" onSubmit={submit}>
        <p>{email}</p>
        <ErrorNotice error={signIn.error} />
        <Field
          label={text('signIn.password')}
          type="password"
          name="password"
          autoComplete="current-password"
          isRequired
          autoFocus
          value={password}
          onChange={setPassword}
        />
        <div className="dialog-buttons">
          <Button look="quiet" onPress={onClose}>
            {text('cancel')}
          </Button>
          <Button look="primary" type="submit" isPending={signIn.isPending}>
            {text('signIn.submit')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
