/** Markup of all pages, and what routes share. */
export const safe = (text) => String(text ?? '').replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

export const page = (title, body) =>
  `<!doctype html><html lang="en"><head><title>${safe(title)}</title><link rel="stylesheet" href="/static/board.css">
<script src="/static/board.js" defer></script></head><body><p class="warning">DELIBERATELY VULNERABLE TEST APPLICATION</p>
<nav><a href="/">Board</a> <a href="/archive">Archive</a> <a href="/files">Files</a> <a href="/profile">Profile</a></nav><main>${body}</main></body></html>`;

export const form = (action, names, button = 'Send', method = 'post') =>
  `<form action="${action}" method="${method}">${names.map((name) => `<label>${name} <input name="${name}"></label>`).join('')}<button>${button}</button></form>`;

/** A handler for people who have signed in. */
export const signedIn = (handler) => (request, response, next) =>
  request.person ? handler(request, response, next) : response.redirect(303, '/login');
