import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Disclosure, DisclosurePanel, Form, Heading, Button as AriaButton } from 'react-aria-components';
import { ChevronRight, Plane } from 'lucide-react';
import { useClient } from '../app/environment.ts';
import { Wordmark } from '../app/wordmark.tsx';
import { useStatusAction } from '../data/actions.ts';
import { queries, useIsOffline, useSettings } from '../data/queries.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { OpenAddressButton } from '../open/open-address.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import './sign-in.css';

export function SignInScreen() {
  const text = useText();
  useScreen(text('signIn.submit'));
  const settings = useSettings();
  const isOffline = useIsOffline();
  const opened = useQuery(queries.addresses(useClient())).data ?? [];
  const [serviceUrl, setServiceUrl] = useState(settings.serviceUrl ?? '');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useStatusAction((client, input: { email: string; password: string; serviceUrl?: string }) =>
    client.auth.signIn(input),
  );

  function submit(event: React.FormEvent) {
    event.preventDefault();
    const address = serviceUrl.trim();
    signIn.mutate({ email: email.trim(), password, ...(address === '' ? {} : { serviceUrl: address }) });
  }

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Wordmark />
        <h1>{text('signIn.title')}</h1>
        <p className="sign-in-lead">
          <Plane aria-hidden /> {text('signIn.lead')}
        </p>
        {isOffline && !signIn.error ? <Notice tone="calm">{text('signIn.offline')}</Notice> : null}
        <ErrorNotice error={signIn.error} />
        <Form className="sign-in-form" onSubmit={submit}>
          <Field
            label={text('signIn.email')}
            type="email"
            name="email"
            autoComplete="username"
            isRequired
            value={email}
            onChange={setEmail}
          />
          <Field
            label={text('signIn.password')}
            type="password"
            name="password"
            autoComplete="current-password"
            isRequired
            value={password}
            onChange={setPassword}
          />
          <Disclosure className="sign-in-advanced">
            <Heading level={2}>
              <AriaButton slot="trigger" className="sign-in-trigger">
                <ChevronRight aria-hidden /> {text('signIn.advanced')}
              </AriaButton>
            </Heading>
            <DisclosurePanel>
              <Field
                label={text('signIn.serviceAddress')}
                type="url"
                name="service"
                value={serviceUrl}
                onChange={setServiceUrl}
              />
            </DisclosurePanel>
          </Disclosure>
          <Button look="primary" type="submit" isPending={signIn.isPending}>
            {text('signIn.submit')}
          </Button>
        </Form>
        <div className="sign-in-else">
          <OpenAddressButton />
          {opened.length > 0 ? (
            <Link to="/opened" className="button button-quiet">
              {text('row.opened-addresses')}
            </Link>
          ) : null}
          <p>{text('open.withoutAccount')}</p>
        </div>
      </div>
    </main>
  );
}
