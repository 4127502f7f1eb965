// Keeps an open page up to date: every two seconds it fetches the page again
// and replaces the parts ([data-live]) that changed. A list keeps its scroll
// position relative to the row at the top of the view; open details stay open.
// The page is not refreshed while text is selected or the page is hidden.
(() => {
  "use strict";
  document.documentElement.classList.add("live");
  const every = 2000;
  const shown = {};
  const parts = () => document.querySelectorAll("[data-live]");
  for (const part of parts()) shown[part.dataset.live] = part.innerHTML;

  // The scroll position of each list is stored, so that it is kept when the reader
  // opens a row. positionKey returns the key of a list's position.
  const positionKey = (box) => location.pathname + " " + box.dataset.scroll;
  for (const box of document.querySelectorAll("[data-scroll]")) {
    box.scrollTop = Number(sessionStorage.getItem(positionKey(box))) || 0;
    addEventListener("pagehide", () => sessionStorage.setItem(positionKey(box), box.scrollTop));
  }

  // anchor returns a function that restores the scroll position of the part's first
  // visible row.
  function anchor(part) {
    const box = part.closest("[data-scroll]") || document.scrollingElement;
    if (box.scrollTop < 8) return () => {}; // at the top: new rows become visible
    const edge = box === document.scrollingElement ? 0 : box.getBoundingClientRect().top;
    for (const row of part.querySelectorAll("[data-id]")) {
      const top = row.getBoundingClientRect().top;
      if (top < edge) continue;
      return () => {
        const same = part.querySelector(`[data-id="${CSS.escape(row.dataset.id)}"]`);
        if (same) box.scrollTop += same.getBoundingClientRect().top - top;
      };
    }
    return () => {};
  }

  function replace(part, html) {
    const restore = anchor(part);
    const open = [...part.querySelectorAll("details[open]")].map((d) => d.id);
    const before = new Set([...part.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
    part.innerHTML = html;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const row of part.querySelectorAll("[data-id]")) {
      if (before.size && !before.has(row.dataset.id)) row.classList.add("fresh");
    }
    restore();
  }

  async function refresh() {
    if (document.hidden || String(getSelection())) return;
    const pulse = document.getElementById("pulse");
    try {
      const here = new URL(location.href);
      const open = document.querySelector("[data-open]")?.dataset.open;
      if (open) here.searchParams.set("m", open); // keep the open message although a newer one arrived
      const answer = await fetch(here, { cache: "no-cache" });
      pulse.classList.toggle("lost", !answer.ok);
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const name = part.dataset.live;
        const fresh = next.querySelector(`[data-live="${name}"]`);
        if (!fresh || fresh.innerHTML === shown[name]) continue;
        shown[name] = fresh.innerHTML;
        replace(part, fresh.innerHTML);
      }
      if (!document.querySelector("[data-live]") !== !next.querySelector("[data-live]") ||
          next.querySelectorAll("[data-live]").length !== parts().length) location.reload();
    } catch {
      pulse.classList.add("lost");
      pulse.title = "The local cloud does not answer";
    }
  }
  setInterval(refresh, every);

  // The filter applies when its selection changes; without a script, its button does.
  const filter = document.querySelector("form.filter");
  filter?.querySelector("select").addEventListener("change", () => filter.requestSubmit());

  // The keys j and k open the next and the previous row of the list.
  addEventListener("keydown", (e) => {
    if (e.target.matches("input, select, textarea") || e.ctrlKey || e.metaKey || e.altKey) return;
    const row = document.querySelector(".rows .open");
    const to = e.key === "j" ? row?.nextElementSibling : e.key === "k" ? row?.previousElementSibling : null;
    to?.querySelector("a")?.click();
  });
})();
