// Shows openapi.json, and sends requests. Text from the document and from answers becomes text of the page, never markup.

const methods = ["get", "post", "put", "patch", "delete"];
const deepest = 6;
const mostShown = 200_000;

const main = document.getElementById("main");
const credentials = new Map();
let api;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

function resolve(part) {
  if (!part?.$ref) return part ?? {};
  return part.$ref.slice(2).split("/").reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], api);
}

// ---- What a schema says

function typeOf(schema) {
  if (schema.enum?.length === 1) return JSON.stringify(schema.enum[0]);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(resolve(one))).join(" or ");
  const type = schema.format ? `${schema.type} (${schema.format})` : (schema.type ?? "any");
  const limits = [
    schema.minimum === undefined ? "" : `from ${schema.minimum}`,
    schema.maximum === undefined ? "" : `to ${schema.maximum}`,
  ].filter((text) => text).join(" ");
  return limits ? `${type} ${limits}` : type;
}

function describe(part, depth = 0) {
  const schema = resolve(part);
  const list = make("ul", { class: "schema" });
  if (depth >= deepest) return list;
  const required = new Set(schema.required ?? []);
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const inner = resolve(member);
    list.append(make(
      "li",
      {},
      make("code", {}, name),
      ` ${typeOf(inner)}`,
      required.has(name) ? make("span", { class: "dim" }, ", required") : "",
      inner.description ? make("span", { class: "dim" }, ` \u2014 ${inner.description}`) : "",
      describe(inner, depth + 1)));
  }
  if (schema.items && schema.type === "array") {
    const inner = resolve(schema.items);
    for (const one of inner.anyOf?.some((choice) => resolve(choice).properties) ? inner.anyOf.map(resolve) : [inner]) {
      if (one.properties) list.append(make("li", {}, one.title ? `an item ${one.title}:` : "each item:", describe(one, depth + 1)));
    }
  }
  return list;
}

function exampleOf(part, depth = 0) {
  const schema = resolve(part);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return exampleOf(schema.anyOf[0], depth + 1);
  switch (schema.type) {
    case "object": {
      if (depth >= deepest) return {};
      const required = schema.required ?? [];
      return Object.fromEntries(required.map((name) => [name, exampleOf(schema.properties?.[name], depth + 1)]));
    }
    case "array": return schema.items && depth < deepest ? [exampleOf(schema.items, depth + 1)] : [];
    case "integer": case "number": return schema.minimum ?? 0;
    case "boolean": return false;
    default: return "";
  }
}

// ---- One operation

function parametersOf(path, operation) {
  return [...(api.paths[path].parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
}

function showParameters(parameters) {
  if (parameters.length === 0) return "";
  return make("section", {}, make("h3", {}, "Parameters"), make(
    "table",
    {},
    make("tbody", {}, ...parameters.map((one) => make(
      "tr",
      {},
      make("th", { scope: "row" }, make("code", {}, one.name), make("div", { class: "dim" }, one.in)),
      make("td", {}, typeOf(resolve(one.schema)), one.required ? ", required" : ""),
      make("td", {}, one.description ?? ""))))));
}

function showBody(body) {
  if (!body) return "";
  return make("section", {}, make("h3", {}, "Body"), ...Object.entries(resolve(body).content).map(([type, content]) => {
    const schema = resolve(content.schema);
    return make("div", {}, make("code", {}, type), ` ${typeOf(schema)} `, schema.description ?? "", describe(schema));
  }));
}

function showAnswers(responses) {
  return make("section", {}, make("h3", {}, "Answers"), make(
    "table",
    {},
    make("tbody", {}, ...Object.entries(responses).map(([status, part]) => {
      const response = resolve(part);
      const reasons = response["x-reasons"]?.join(", ");
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, status),
        make(
          "td",
          {},
          response.description,
          reasons ? make("div", { class: "dim" }, reasons) : "",
          ...Object.entries(response.content ?? {}).map(([type, content]) => make(
            "details",
            {},
            make("summary", {}, make("code", {}, type)),
            describe(content.schema)))));
    }))));
}

function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(url, method, headers, body) {
  const parts = ["curl", "-i"];
  if (method !== "GET" && body === undefined) parts.push("-X", method);
  for (const [name, value] of Object.entries(headers)) parts.push("-H", quote(`${name}: ${value}`));
  if (body !== undefined) parts.push("--data-binary", quote(body));
  return [...parts, quote(url)].join(" ");
}

function field(form, id, label, text, attributes = {}, tag = "input") {
  const input = make(tag, { id, spellcheck: "false", autocomplete: "off", ...attributes });
  input.value = text;
  form.append(make("label", { for: id }, label), input);
  return input;
}

function tryForm(path, method, operation, id) {
  const form = make("form", { "aria-label": `Try ${operation.operationId ?? path}` }, make("h3", {}, "Try it"));
  const fields = parametersOf(path, operation).map((one) => [one, field(
    form,
    `${id}-${one.name}`,
    `${one.name} (${one.in})`,
    one.example ?? (one.in === "path" ? String(exampleOf(one.schema)) : ""))]);
  const json = resolve(operation.requestBody)?.content?.["application/json"];
  const text = json ? JSON.stringify(json.example ?? exampleOf(json.schema), null, 2) : "";
  const body = json ? field(form, `${id}-body`, "Body (JSON)", text, {}, "textarea") : null;
  const button = make("button", { type: "submit" }, "Send");
  const result = make("div", { role: "status", "aria-live": "polite" });
  form.append(button, result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await send(path, method, fields, body, operation, result);
    } finally {
      button.disabled = false;
    }
  });
  return form;
}

async function send(path, method, fields, body, operation, result) {
  const headers = {};
  const query = new URLSearchParams();
  let target = path;
  for (const [one, input] of fields) {
    if (one.in === "path") target = target.replaceAll(`{${one.name}}`, encodeURIComponent(input.value));
    else if (input.value === "") continue;
    else if (one.in === "query") query.append(one.name, input.value);
    else headers[one.name] = input.value;
  }
  if (operation.security?.some((one) => Object.keys(one).length > 0)) {
    for (const [name, value] of credentials.values()) if (value !== "") headers[name] = value;
  }
  if (body) headers["Content-Type"] = "application/json";
  const text = query.size > 0 ? `${target}?${query}` : target;
  const url = new URL(text.replace(/^\//, ""), new URL(api.servers?.[0]?.url ?? "/", location.href)).href;
  const began = performance.now();
  try {
    const answer = await fetch(url, { method, headers, body: body?.value, credentials: "omit", redirect: "manual" });
    const content = await answer.text();
    show(result, answer, content, performance.now() - began, curlOf(url, method, headers, body?.value));
  } catch (error) {
    result.replaceChildren(make("p", { class: "bad" }, `No answer: ${error.message}`));
  }
}

function show(result, answer, content, milliseconds, curl) {
  let shown = content;
  try {
    shown = JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    // Text that is not JSON is shown as it came.
  }
  if (shown.length > mostShown) shown = `${shown.slice(0, mostShown)}\n\u2026 and ${shown.length - mostShown} characters more`;
  const status = make("span", { class: answer.ok ? "good" : "bad" }, `${answer.status} ${answer.statusText}`);
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  result.replaceChildren(
    make("p", {}, status, ` in ${milliseconds.toFixed(1)} ms`),
    make("pre", { tabindex: "0", "aria-label": "The answer's body" }, shown),
    make("details", {}, make("summary", {}, "Headers"), make("pre", {}, headers)),
    make("details", {}, make("summary", {}, "As a command"), make("pre", {}, curl)));
}

function showOperation(path, method) {
  const operation = api.paths[path][method];
  const id = operation.operationId ?? `${method}${path.replaceAll(/\W/g, "-")}`;
  const details = make("details", { class: "operation", id }, make(
    "summary",
    {},
    make("span", { class: "method" }, method.toUpperCase()),
    make("code", {}, path),
    make("div", { class: "dim" }, operation.summary ?? "")));
  // A page of a hundred forms would be slow.
  details.addEventListener("toggle", () => details.append(make(
    "div",
    {},
    operation.description ? make("p", {}, operation.description) : "",
    showParameters(parametersOf(path, operation)),
    showBody(operation.requestBody),
    showAnswers(operation.responses),
    tryForm(path, method.toUpperCase(), operation, id))), { once: true });
  return details;
}

// ---- The page

function showCredentials() {
  const schemes = Object.entries(api.components?.securitySchemes ?? {});
  if (schemes.length === 0) return "";
  const form = make(
    "form",
    { "aria-label": "Credentials", submit: (event) => event.preventDefault() },
    make("h3", {}, "Credentials"),
    make("p", { class: "dim" }, "One of them, if the server wants one. They stay in this page, and go only to operations that take them."));
  for (const [key, scheme] of schemes) {
    const isToken = scheme.type === "http";
    const name = isToken ? "Authorization" : scheme.name;
    const input = field(form, `credential-${key}`, isToken ? `Token (${name}: Bearer)` : `Key (${name})`, "", { type: "password" });
    input.addEventListener("input", () => {
      credentials.set(key, [name, isToken && input.value !== "" ? `Bearer ${input.value}` : input.value]);
    });
  }
  return form;
}

function render() {
  const tags = [...(api.tags?.map((tag) => tag.name) ?? []), ""];
  const operations = Object.keys(api.paths).flatMap((path) =>
    methods.filter((method) => api.paths[path][method]).map((method) => [path, method]));
  const tagOf = ([path, method]) => tags.find((tag) => api.paths[path][method].tags?.includes(tag)) ?? "";
  document.title = api.info.title;
  main.replaceChildren(
    make("h1", {}, api.info.title),
    make("p", {}, api.info.description ?? ""),
    make("p", { class: "dim" }, `Version ${api.info.version}. `, make("a", { href: "openapi.json" + location.search }, "openapi.json")),
    showCredentials(),
    ...tags.map((tag) => [tag, operations.filter((one) => tagOf(one) === tag)])
      .filter(([, some]) => some.length > 0)
      .map(([tag, some]) =>
        make("section", {}, make("h2", {}, tag || "others"), ...some.map((one) => showOperation(...one)))));
  main.removeAttribute("aria-busy");
  openTarget();
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches("details")) target.open = true;
}

try {
  const answer = await fetch("openapi.json" + location.search, { credentials: "omit" });
  if (!answer.ok) throw new Error(`openapi.json: ${answer.status} ${await answer.text()}`);
  api = await answer.json();
  render();
  addEventListener("hashchange", openTarget);
} catch (error) {
  main.replaceChildren(make("p", { class: "bad" }, `The document can't be shown: ${error.message}`));
  main.removeAttribute("aria-busy");
}
