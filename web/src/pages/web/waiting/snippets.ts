/** The lines that bring the first event, as docs/collect has them. */
import type { Project } from '../../../api/types';

export interface Snippet {
  id: string;
  name: string;
  hint: string;
  text: string;
}

export function snippetsOf(project: Project, origin: string): Snippet[] {
  const page = `https://${project.domains[0] ?? 'my-site.example'}/`;
  return [
    {
      id: 'page', name: 'Web page', hint: 'Paste this line before the closing </head> of every page. No cookies, no banner needed.',
      text: `<script defer src="${origin}/t.js" data-key="${project.site_key}"></script>`,
    },
    {
      id: 'umami', name: 'Umami’s script', hint: 'A page that has the script of Umami already needs one more attribute and this id.',
      text: `<script defer src="https://cloud.umami.is/script.js" data-website-id="${project.id}" data-host-url="${origin}"></script>`,
    },
    {
      id: 'curl', name: 'curl', hint: 'Sends one pageview from a terminal, to see that it works.',
      text: `curl -i -X POST ${origin}/api/collect -H 'Content-Type: text/plain' \\\n  -A 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' \\\n  -d '{"k": "${project.site_key}", "u": "${page}"}'`,
    },
  ];
}
