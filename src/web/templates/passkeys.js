// Asks the browser for a passkey, and sends what it gave by the page's own form. Without this script
// the page says in words how to go on.
(function () {
  "use strict";
  var form = document.getElementById("passkey");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) {
    return;
  }
  var without = document.getElementById("without-script");
  var fault = document.getElementById("passkey-fault");
  var answer = form.elements.namedItem("credential");
  var isNew = form.getAttribute("data-ceremony") === "create";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    var found = new Uint8Array(plain.length);
    for (var at = 0; at < plain.length; at += 1) {
      found[at] = plain.charCodeAt(at);
    }
    return found;
  }

  function text(buffer) {
    var plain = "";
    var found = new Uint8Array(buffer);
    for (var at = 0; at < found.length; at += 1) {
      plain += String.fromCharCode(found[at]);
    }
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function withBytes(credentials) {
    (credentials || []).forEach(function (it) {
      it.id = bytes(it.id);
    });
  }

  function options() {
    var wanted = JSON.parse(form.getAttribute("data-options"));
    wanted.challenge = bytes(wanted.challenge);
    withBytes(wanted.excludeCredentials);
    withBytes(wanted.allowCredentials);
    if (wanted.user) {
      wanted.user.id = bytes(wanted.user.id);
    }
    return { publicKey: wanted };
  }

  function sent(credential) {
    var given = credential.response;
    var response = { clientDataJSON: text(given.clientDataJSON) };
    if (isNew) {
      response.attestationObject = text(given.attestationObject);
    } else {
      response.authenticatorData = text(given.authenticatorData);
      response.signature = text(given.signature);
      response.userHandle = given.userHandle ? text(given.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: response
    });
  }

  function tell() {
    fault.hidden = false;
    fault.focus();
  }

  function ask() {
    return isNew ? navigator.credentials.create(options()) : navigator.credentials.get(options());
  }

  form.addEventListener("submit", function (event) {
    var name = form.elements.namedItem("name");
    if (name && !name.value.trim()) {
      // The server says what is missing, before the device makes anything.
      return;
    }
    event.preventDefault();
    fault.hidden = true;
    var asked;
    try {
      asked = ask();
    } catch (refused) {
      tell();
      return;
    }
    asked.then(function (credential) {
      answer.value = sent(credential);
      form.submit();
    }).catch(tell);
  });
  without.hidden = true;
  form.hidden = false;
}());
