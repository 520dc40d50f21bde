/** The lines that bring the first event or request, as docs/collect and docs/sdk.md have them. */
import type { Project } from '../../api/types';

export interface Snippet {
  id: string;
  name: string;
  hint: string;
  text: string;
  /** What arrives where it works. */
  brings: 'event' | 'request';
}

const TOKEN = 'ff_pat_…';

export function snippetsOf(project: Project, origin: string): Snippet[] {
  const page = `https://${(project.domains[0] ?? 'my-site.example').replace(/^\*\./, 'www.')}/`;
  return [
    {
      id: 'page', name: 'Web page', brings: 'event', hint: 'Paste this line before the closing </head> of every page. No cookies, no banner needed.',
      text: `<script defer src="${origin}/t.js" data-key="${project.site_key}"></script>`,
    },
    {
      id: 'umami', name: 'Umami’s script', brings: 'event', hint: 'A page that has the script of Umami already needs one more attribute and this id.',
      text: `<script defer src="https://cloud.umami.is/script.js" data-website-id="${project.id}" data-host-url="${origin}"></script>`,
    },
    {
      id: 'curl', name: 'curl', brings: 'event', hint: 'Sends one pageview from a terminal, to see that it works.',
      text: `curl -i -X POST ${origin}/api/collect -H 'Content-Type: text/plain' \\\n  -A 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' \\\n  -d '{"k": "${project.site_key}", "u": "${page}"}'`,
    },
    {
      id: 'python', name: 'Python', brings: 'event', hint: 'pip install ./sdk, in a clone of Footfall. The token needs the scope “ingest”.',
      text: `from footfall_client import Footfall\n\nclient = Footfall("${origin}", "${TOKEN}")\nclient.pageview("${page}", visitor_id="ada")`,
    },
    {
      id: 'fastapi', name: 'FastAPI', brings: 'request', hint: 'Every request that the application answers, by route. There is the same for Starlette, Django, Flask and Litestar.',
      text: `from footfall_client import Footfall\nfrom footfall_client.fastapi import FootfallMiddleware\n\nclient = Footfall("${origin}", "${TOKEN}")\napp.add_middleware(FootfallMiddleware, client=client)`,
    },
    {
      id: 'request', name: 'curl, a request', brings: 'request', hint: 'Sends one request from a terminal. The token needs the scope “ingest”.',
      text: `curl -i -X POST ${origin}/api/tracking/visits -H 'Authorization: Bearer ${TOKEN}' \\\n  -H 'X-Project: ${project.slug}' -H 'Content-Type: application/json' \\\n  -d '{"visits": [{"method": "GET", "endpoint": "/v1/orders", "status": 200, "duration_ms": 12.5}]}'`,
    },
  ];
}
