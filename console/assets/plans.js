// What was agreed with whoever calls: shown while they are offered and talked with, and their safety plan open in danger.
const words = document.getElementById("words").dataset;
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const made = (tag, text) => Object.assign(document.createElement(tag), { textContent: text ?? "" });
const line = (one) => (typeof one === "string" ? one : [one.name, one.words, one.phone, one.hours].filter(Boolean).join(" "));
let shown = "";

function part(prefix, name, said) {
  const lines = [said ?? []].flat().map(line);
  if (!lines.length) return [];
  const list = document.createElement("ul");
  list.append(...lines.map((text) => made("li", text)));
  return [made("h4", words[camel(`${prefix}_${name}`)]), list];
}

function plan(prefix, names, said) {
  return names.flatMap((name) => part(prefix, name, said[name]));
}

function person(known, danger) {
  const parts = [made("h3", known.person.name ?? "")];
  if (known.care_plan) parts.push(...plan("plan", ["helps", "avoid", "rhythm", "limits"], known.care_plan.words));
  if (known.safety_plan) {
    const folded = document.createElement("details");
    folded.open = danger;
    const steps = ["signs", "own_ways", "places", "people", "professionals", "safer_place"];
    folded.append(made("summary", words.safetyPlan), ...plan("safety", steps, known.safety_plan.words));
    parts.push(folded);
  }
  return parts;
}

// Asked again whenever the offer moves on or its caller is in danger: who is named is in clear for whoever talks then.
export async function showPlans(offer, ask) {
  const has = (offer?.hints ?? []).some((hint) => hint.endsWith("_plan"));
  const wanted = has ? [offer.contact_id, offer.state, offer.priority].join(" ") : "";
  if (wanted === shown) return;
  shown = wanted;
  const place = document.getElementById("plans");
  const found = wanted ? await ask("GET", `/api/contacts/${offer.contact_id}/plans`) : [];
  if (wanted !== shown) return;
  place.replaceChildren(...found.flatMap((known) => person(known, offer.priority === "danger")));
  place.hidden = !found.length;
}
