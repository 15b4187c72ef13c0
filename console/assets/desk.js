// The counselor's desk: shows what the seat's stream tells, asks the API for what a button says, saves the form itself.
import { showPlans } from "./plans.js";

const at = (id) => document.getElementById(id);
const words = at("words").dataset;
const PAUSE_MS = 700;
let seat = { state: "", offer: null, contact_id: null };
let contact = null;
let saving = null;

async function ask(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const reply = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (reply.status === 401) location.assign("/sign-in");
  const told = reply.status === 204 ? null : await reply.json();
  if (!reply.ok) throw Object.assign(new Error(told.detail), { told });
  return told;
}

const tell = (text) => { at("news").textContent = text; };
const act = (id, work) => at(id).addEventListener("click", async (event) => {
  event.preventDefault();
  try { tell(""); await work(); } catch (refused) { tell(refused.message); }
});
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
// Whether there is a softphone a script in the page may say by the event `softphone`; else the counselor does, by hand.
const heart = new Worker("/assets/beat.js");
const beat = () => heart.postMessage({ softphone: at("softphone").checked, every: Number(words.beatMs) });
const stateWords = (state) => words[camel(`state_${state}`)] ?? state;
const afterwards = () => ["wrapping", "recovering"].includes(seat.state);

function show() {
  at("state").textContent = stateWords(seat.state);
  at("advice").textContent = seat.advice ?? "";
  for (const button of at("activities").children) {
    button.setAttribute("aria-pressed", String(button.dataset.activity === (seat.next_activity ?? seat.activity)));
  }
  const offered = seat.offer && seat.offer.state === "pending";
  if (offered && at("offer").hidden) {
    at("why").textContent = seat.offer.why;
    at("offer").hidden = false;
    at("accept").focus();
  }
  if (!offered) at("offer").hidden = true;
  const talking = ["on_contact", "on_hold"].includes(seat.state);
  at("nobody").hidden = offered || talking || afterwards();
  at("call").hidden = !talking;
  at("hold").hidden = seat.state !== "on_contact";
  at("resume").hidden = seat.state !== "on_hold";
  at("extend").hidden = seat.state !== "wrapping";
  at("wrap-up").hidden = !afterwards();
  showPlans(seat.offer, ask).catch((refused) => tell(refused.message));
  document.title = offered ? `☎ ${at("accept").textContent}` : stateWords(seat.state);
  if (seat.contact_id && talking && contact?.id !== seat.contact_id) openContact(seat.contact_id);
}

function tick() {
  const until = seat.offer?.state === "pending" ? seat.offer.deadline : afterwards() ? seat.wrap_until : null;
  const left = until ? Math.max(0, Math.round((new Date(until) - Date.now()) / 1000)) : null;
  at("clock").textContent = left === null ? "" : `${left} ${words.leftS}`;
}

function listen() {
  const stream = new EventSource("/api/seat/events?beats=true");
  const hear = (kind, take) => stream.addEventListener(kind, (event) => { take(JSON.parse(event.data)); show(); });
  hear("snapshot", (now) => { seat = now; if (at("news").textContent === words.outage) tell(""); });
  hear("seat", (now) => { seat = { ...seat, ...now }; if (now.state === "wrapping") listDrafts(); });
  hear("offer", (offer) => { seat = { ...seat, offer: { ...offer, state: "pending" } }; });
  hear("offer_over", (over) => { if (seat.offer?.offer_id === over.offer_id) seat = { ...seat, offer: null }; });
  hear("outage", () => tell(words.outage));
  stream.addEventListener("end", () => { stream.close(); location.assign("/sign-in"); });
}

// The form: every field names its place in it, a part that is not ticked is not there.
const fields = () => [...document.querySelectorAll("[data-path]")];
const parts = () => [...document.querySelectorAll("[data-part]")];
const dig = (form, path) => path.split(".").reduce((part, name) => part?.[name], form);

function put(form, path, value) {
  const names = path.split(".");
  const last = names.pop();
  names.reduce((part, name) => (part[name] ??= {}), form)[last] = value;
}

function written() {
  const form = {};
  for (const field of fields()) {
    const part = field.closest("[data-of]")?.dataset.of;
    if (!part || document.querySelector(`[data-part="${part}"]`).checked) put(form, field.dataset.path, field.value || null);
  }
  for (const tick of parts()) {
    if (!tick.checked) put(form, tick.dataset.part, null);
    else if (!dig(form, tick.dataset.part)) put(form, tick.dataset.part, {});
  }
  return form;
}

async function openContact(id) {
  contact = await ask("GET", `/api/contacts/${id}`);
  for (const field of fields()) field.value = dig(contact.form, field.dataset.path) ?? "";
  for (const tick of parts()) tick.checked = Boolean(dig(contact.form, tick.dataset.part));
  at("caller").textContent = contact.caller ?? words.none;
  at("earlier").textContent = `${words.earlierCalls}: ${contact.earlier_calls}`;
  at("problems").replaceChildren();
  at("saved").textContent = "";
  fold();
  at("form").hidden = false;
}

function fold() {
  for (const part of document.querySelectorAll("[data-of]")) {
    part.hidden = !document.querySelector(`[data-part="${part.dataset.of}"]`).checked;
  }
}

async function save() {
  clearTimeout(saving);
  saving = null;
  at("saved").textContent = words.saving;
  try {
    const { version } = await ask("PATCH", `/api/contacts/${contact.id}`, { version: contact.version, form: written() });
    contact.version = version;
    at("saved").textContent = words.saved;
  } catch (refused) {
    at("saved").textContent = `${words.notSaved}: ${refused.message}`;
    if (refused.told?.version) contact.version = refused.told.version;
  }
}

function label(path) {
  const field = document.querySelector(`[data-path="${path}"], [data-part="${path}"]`);
  return field ? `${field.closest("label").firstChild.textContent.trim() || field.closest("label").textContent.trim()}:` : "";
}

async function listDrafts() {
  const mine = await ask("GET", "/api/contacts?view=mine&limit=20");
  const open = mine.filter((one) => ["in_progress", "draft", "reopened"].includes(one.state));
  at("drafts").replaceChildren(...open.map((one) => {
    const button = Object.assign(document.createElement("button"), {
      textContent: `${new Date(one.opened_at).toLocaleTimeString()} ${one.caller ?? words.none}`,
      onclick: () => openContact(one.id),
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

async function finalize() {
  if (saving) await save();
  at("problems").replaceChildren();
  try {
    await ask("POST", `/api/contacts/${contact.id}/finalize`, { version: contact.version, form: written() });
  } catch (refused) {
    const found = refused.told?.errors ?? [{ at: "", problem: refused.message }];
    at("problems").replaceChildren(...found.map(({ at: where, problem }) => (
      Object.assign(document.createElement("li"), { textContent: `${label(where)} ${problem}`.trim() })
    )));
    return;
  }
  contact = null;
  at("form").hidden = true;
  tell(words.finalized);
  await listDrafts();
}

async function finishLater() {
  if (saving) await save();
  const { due_at: due } = await ask("POST", `/api/contacts/${contact.id}/finish-later`, { because: at("because").value });
  tell(`${words.putOff} ${new Date(due).toLocaleTimeString()}`);
}

at("form").addEventListener("input", ({ target }) => {
  if (target.id === "because") return;
  fold();
  clearTimeout(saving);
  saving = setTimeout(save, PAUSE_MS);
});
act("accept", () => ask("POST", `/api/offers/${seat.offer.offer_id}/accept`));
act("reject", () => ask("POST", `/api/offers/${seat.offer.offer_id}/reject`, { reason: "desk" }));
for (const what of ["hold", "resume", "hang-up"]) act(what, () => ask("POST", `/api/calls/${seat.contact_id}/${what}`));
act("wrap-up", () => ask("POST", "/api/seat/wrap-up"));
act("extend", () => ask("POST", "/api/seat/wrap-up/extend"));
act("finalize", finalize);
act("later", finishLater);
act("sign-out", async () => { await ask("POST", "/sign-out"); location.assign("/sign-in"); });
for (const button of at("activities").children) {
  button.addEventListener("click", () => ask("PUT", "/api/seat/activity", { activity: button.dataset.activity })
    .catch((refused) => tell(refused.message)));
}
for (const { code, name_ko: ko, name_en: en } of await ask("GET", "/api/districts")) {
  for (const list of document.querySelectorAll("[data-districts]")) list.append(new Option(words.language === "en" ? en : ko, code));
}
await listDrafts();
at("softphone").addEventListener("change", beat);
document.addEventListener("softphone", ({ detail }) => { at("softphone").checked = detail.registered; beat(); });
beat();
listen();
setInterval(tick, 250);
