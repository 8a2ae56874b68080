// Holds mail to anybody outside one's own domains.

let domains;

export const scorer = {
  validateSettings(settings) {
    ({ domains } = JSON.parse(settings));
    if (!Array.isArray(domains)) throw ["`domains` is missing: give a list"];
  },

  score(action, history, notes) {
    const { to } = JSON.parse(action.payload);
    const strangers = [to ?? []].flat().filter((mail) => {
      const domain = String(mail).toLowerCase().split("@").pop();
      return !domains.includes(domain);
    });
    if (strangers.length === 0) return { risk: 0, reasons: [], labels: [] };
    const evidence = strangers.map((text) => ({ path: "payload.to", text }));
    const message = `${strangers.join(", ")} is outside ${domains.join(", ")}`;
    return { risk: 0.6, verdict: "hold", reasons: [{ code: "stranger", message, evidence }], labels: [] };
  },
};
