import type { Core } from "./types";

const EXTENSIONS =
  "7z,apk,avi,bz2,csv,deb,dmg,doc,docx,epub,exe,gz,iso,jar,key,mkv,mobi,mov,mp3,mp4,mpeg,msi,odp,ods,odt,pdf,pkg,ppt,pptx,rar,rpm,rtf,tar,tgz,txt,wav,webm,wmv,xls,xlsx,xz,zip";

/** Without query string and fragment, which may hold what is nobody's business. */
const plain = (url: URL) => url.origin + url.pathname;

/** An address of the web, absolute; nothing if it isn't one. */
const web = (address: string) => {
  try {
    const url = new URL(address, document.baseURI);
    return /^https?:/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined; // `http://[`
  }
};

/** Where an `a` or `area` leads; in SVG, the property is an object. */
const goal = (node: EventTarget) => {
  const { localName, href } = node as HTMLAnchorElement | SVGAElement;
  return /^a(rea)?$/.test(localName) && (typeof href == "object" ? href.baseVal : href);
};

/** Links that lead away, downloads, submitted forms, and pages that aren't there. */
export default ({ data, on, send, quiet }: Core): void => {
  // Frameworks write `true` for an attribute without a value.
  const extensions = /^\W*(true|on|1)?\W*$/.test(data.downloads!) ? EXTENSIONS : data.downloads!;

  const isDownload = (link: Element, url: URL) =>
    link.hasAttribute("download") ||
    extensions.split(/[\s,.]+/).includes(url.pathname.split("/").pop()!.split(".").slice(1).pop()?.toLowerCase()!);

  const click = quiet((event: MouseEvent) => {
    const link = event.composedPath().find(goal) as Element | undefined;
    const url = link && !(event.button > 1) && web(goal(link) as string);
    if (!url) return;
    if (on("downloads") && isDownload(link, url)) send("event", { n: "file_download", p: { url: plain(url) } });
    else if (on("outbound") && url.host != location.host) send("event", { n: "outbound_click", p: { url: plain(url) } });
  });
  if (on("downloads") || on("outbound")) {
    document.addEventListener("click", click, true);
    document.addEventListener("auxclick", click, true);
  }

  if (on("forms"))
    document.addEventListener(
      "submit",
      quiet(({ target }: Event) => {
        // Not form.id or form.action: fields of these names would stand there instead.
        const form = target as HTMLFormElement;
        const attribute = (name: string) => form.getAttribute(name) || "";
        const action = web(attribute("action") || location.href);
        send("event", {
          n: "form_submit",
          p: { form: attribute("id") || attribute("name"), action: action ? plain(action) : "" },
        });
      }),
      true,
    );

  if (on("404")) {
    const [entry] = performance.getEntriesByType("navigation") as (PerformanceEntry & { responseStatus?: number })[];
    if (data["404"] == "always" || entry?.responseStatus == 404) send("event", { n: "404", p: { path: location.pathname } });
  }
};
