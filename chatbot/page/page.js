"use strict";
const talk = document.getElementById("talk");
const form = document.getElementById("form");
const question = document.getElementById("question");
let state = null, queue = Promise.resolve();

function entry(kind, who) {
  const box = document.createElement("article");
  box.className = kind;
  const name = document.createElement("h2");
  name.className = "who";
  name.textContent = who;
  box.append(name);
  talk.append(box);
  return box;
}

function said(text, box) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  box.append(paragraph);
}

async function ask(text) {
  said(text, entry("you", "You"));
  let data;
  try {
    const answer = await fetch("v1/respond", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text, state, format: "html" }),
    });
    data = await answer.json();
    if (!answer.ok) throw new Error(data.error);
  } catch (error) {
    said("The answer did not come. Please ask again. If it is urgent, call your local emergency number.", entry("bot", "Answer"));
    return;
  }
  state = data.state;
  const box = entry("bot", "Answer");
  const body = document.createElement("div");
  body.innerHTML = data.html; // made by the renderer, which escapes whatever the reply holds
  data.reply.suggestions.forEach((choice, at) => {
    const item = body.querySelectorAll("ol > li")[at];
    if (!item) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = choice.label;
    button.addEventListener("click", () => { question.focus(); send(choice.utterance); });
    item.replaceChildren(button);
  });
  box.append(body);
  box.scrollIntoView({ block: "start" });
}

function send(text) { queue = queue.then(() => ask(text)); }

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (!text) return;
  question.value = "";
  send(text);
});

document.getElementById("anew").addEventListener("click", () => {
  state = null;
  talk.replaceChildren();
  question.focus();
});
