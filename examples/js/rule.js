// Holds mails that go outside the known domains.

let domains;

export const scorer = {
  validateSettings(settings) {
    domains = JSON.parse(settings).domains;
    if (!Array.isArray(domains)) throw ['`domains` is missing: give a list such as ["example.com"]'];
  },

  score(action, history, notes) {
    const { to, cc } = JSON.parse(action.payload);
    const addresses = [to, cc].flat().filter((address) => typeof address === "string");
    const outside = addresses.find((address) => !domains.includes(domain(address)));
    if (outside === undefined) return { risk: 0, reasons: [], labels: [] };
    return {
      risk: 0.7,
      verdict: "hold",
      reasons: [
        {
          code: "outside",
          message: `${outside} is not at ${domains.join(" or ")}`,
          evidence: [{ path: "payload", text: outside }],
        },
      ],
      labels: ["mail-outside"],
    };
  },
};

const domain = (address) => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
