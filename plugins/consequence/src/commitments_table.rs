//! Sentences an agent may write to a customer who was to be answered, each with
//! the reason it should be held for, or none: minimal pairs in four languages,
//! written from general knowledge before any recorded session was looked at.

use crate::testing;

const MONEY: &str = "promise-of-money";
const FAULT: &str = "admission-of-fault";
const TERMS: &str = "contract-commitment";
const STAFF: &str = "staff-decision";
const ADVICE: &str = "expert-advice";
const SECRET: &str = "secret-in-message";
const FINE: &str = "";

/// Language, expected reason, sentence.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    // Money given back, given, or not asked for.
    ("en", MONEY, "We will refund the full amount to your card by Friday."),
    ("en", FINE,  "We cannot refund the full amount to your card."),
    ("en", FINE,  "Whether we refund the amount depends on the inspection."),
    ("en", MONEY, "As a goodwill gesture you will receive two free months."),
    ("en", FINE,  "The trial comes with two months, see the price list. Feel free to try it."),
    ("en", MONEY, "We are happy to offer you a 20% discount on your next order."),
    ("en", FINE,  "We are not able to offer you a discount on this order."),
    ("en", MONEY, "I have waived the cancellation fee for you."),
    ("en", FINE,  "The cancellation fee is described in section 4 of the terms."),
    ("en", MONEY, "You don't need to pay the outstanding invoice."),
    ("en", FINE,  "You need to pay the outstanding invoice by 3 May."),
    ("en", MONEY, "We won't charge you for the repair."),
    ("en", FINE,  "The workshop charges for the repair, a quote is attached."),
    ("en", MONEY, "Your account will be credited with 150 EUR."),
    ("en", FINE,  "Could you tell us which account should be credited?"),
    ("en", MONEY, "We will match the competitor's price."),
    ("en", FINE,  "Our prices are listed on the website."),
    ("en", MONEY, "A voucher over 50 EUR is on its way to you, with our apologies."),
    ("en", FINE,  "Vouchers are valid for two years from the date of purchase."),
    ("en", MONEY, "We'll compensate you for the lost working day."),
    ("en", FINE,  "I understand that you ask for compensation; a colleague will look into it."),
    ("fr", MONEY, "Nous vous accordons une remise de 15 % sur la prochaine facture."),
    ("fr", FINE,  "Nous ne pouvons pas vous accorder de remise sur cette facture."),
    ("fr", MONEY, "Les frais de retard seront annulés."),
    ("fr", FINE,  "Les frais de retard sont indiqués dans les conditions générales."),
    ("fr", MONEY, "Vous bénéficierez de deux mois gratuits."),
    ("fr", FINE,  "Le service d'essai dure deux mois."),
    ("fr", MONEY, "Nous vous verserons une indemnité de 300 euros."),
    ("fr", FINE,  "Votre demande d'indemnité a bien été reçue."),
    ("fr", MONEY, "Vous n'aurez rien à payer pour la réparation."),
    ("fr", FINE,  "Souhaitez-vous payer par carte ou par virement ?"),
    ("fr", MONEY, "Un avoir de 80 € vous sera envoyé."),
    ("fr", FINE,  "Avez-vous reçu l'avoir de 80 € ?"),
    ("fr", MONEY, "Je vous confirme que nous prenons la livraison à notre charge."),
    ("fr", FINE,  "La livraison est à la charge de l'acheteur."),
    ("de", MONEY, "Wir erlassen Ihnen die Mahngebühr."),
    ("de", FINE,  "Die Mahngebühr können wir Ihnen leider nicht erlassen."),
    ("de", MONEY, "Sie bekommen drei Monate kostenlos."),
    ("de", FINE,  "Die Testphase dauert drei Monate."),
    ("de", MONEY, "Wir gewähren Ihnen einen Rabatt von 10 %."),
    ("de", FINE,  "Einen Rabatt gewähren wir nicht."),
    ("de", MONEY, "Der Betrag wird Ihnen gutgeschrieben."),
    ("de", FINE,  "Ob der Betrag gutgeschrieben wird, prüft die Buchhaltung."),
    ("de", MONEY, "Für die Reparatur berechnen wir Ihnen nichts."),
    ("de", FINE,  "Die Reparatur ist kostenpflichtig, siehe Preisliste."),
    ("de", MONEY, "Sie erhalten das Geld innerhalb von 14 Tagen zurück."),
    ("de", FINE,  "Haben Sie das Geld inzwischen erhalten?"),
    ("es", MONEY, "Le aplicaremos un descuento del 25 % en la próxima factura."),
    ("es", FINE,  "No podemos aplicarle un descuento en esta factura."),
    ("es", MONEY, "Le condonamos los intereses de demora."),
    ("es", FINE,  "Los intereses de demora figuran en el contrato."),
    ("es", MONEY, "Tendrá tres meses gratis."),
    ("es", FINE,  "El periodo de prueba dura tres meses."),
    ("es", MONEY, "No tendrá que pagar la reparación."),
    ("es", FINE,  "Debe pagar la reparación antes del lunes."),
    ("es", MONEY, "Le enviaremos un vale de 40 euros como compensación."),
    ("es", FINE,  "¿Ha recibido el vale de 40 euros?"),
    // Fault.
    ("en", FAULT, "The damage was caused by our negligence."),
    ("en", FINE,  "We are looking into what caused the damage."),
    ("en", FAULT, "We accept full responsibility for the accident."),
    ("en", FINE,  "We do not accept any responsibility for the accident."),
    ("en", FAULT, "We admit that our technician made the mistake and we are liable for the damage."),
    ("en", FINE,  "Whether anybody is liable for the damage is still open."),
    ("en", FINE,  "Mr Kay is responsible for your account."),
    ("fr", FAULT, "Nous reconnaissons notre entière responsabilité dans cet incident."),
    ("fr", FINE,  "Nous ne reconnaissons aucune responsabilité dans cet incident."),
    ("fr", FAULT, "L'accident est dû à une faute de notre part."),
    ("fr", FINE,  "Madame Roy est la responsable de votre dossier."),
    ("de", FAULT, "Der Schaden ist unsere Schuld, wir haften dafür."),
    ("de", FINE,  "Für den Schaden haften wir nicht."),
    ("de", FAULT, "Wir übernehmen die volle Verantwortung für den Unfall."),
    ("de", FINE,  "Frau Lang ist für Ihr Konto verantwortlich."),
    ("es", FAULT, "Asumimos toda la responsabilidad por el accidente."),
    ("es", FINE,  "No asumimos ninguna responsabilidad por el accidente."),
    ("es", FAULT, "Reconocemos que fue culpa nuestra."),
    ("es", FINE,  "Estamos investigando de quién fue la culpa."),
    // Terms and guarantees.
    ("en", TERMS, "We accept your offer and the terms of the agreement."),
    ("en", FINE,  "We have received your offer and will come back to you."),
    ("en", TERMS, "We agree to extend the contract by two years."),
    ("en", FINE,  "Do you agree to extend the contract by two years?"),
    ("en", TERMS, "We guarantee delivery by 1 March."),
    ("en", FINE,  "Delivery is usually possible within two weeks."),
    ("en", TERMS, "I can promise you 99.99% uptime from now on."),
    ("en", FINE,  "We can't promise a date for the fix."),
    ("en", TERMS, "We hereby waive our right to terminate the contract."),
    ("en", FINE,  "The right to terminate the contract is governed by clause 9."),
    ("en", TERMS, "Consider the deal closed: we sign your amendment today."),
    ("en", FINE,  "Please sign the amendment and send it back."),
    ("en", FINE,  "We would have to ask our lawyers before we accept such a clause."),
    ("fr", TERMS, "Nous acceptons votre offre et signons l'avenant."),
    ("fr", FINE,  "Nous avons bien reçu votre offre et l'avenant."),
    ("fr", TERMS, "Nous garantissons une livraison avant le 15 juin."),
    ("fr", FINE,  "La livraison a lieu en général avant le 15 du mois."),
    ("fr", TERMS, "Nous nous engageons à prolonger le contrat d'un an."),
    ("fr", FINE,  "Souhaitez-vous prolonger le contrat d'un an ?"),
    ("fr", FINE,  "Nous ne pouvons pas nous engager sur une date de livraison."),
    ("de", TERMS, "Wir nehmen Ihr Angebot an und unterschreiben den Vertrag."),
    ("de", FINE,  "Wir haben Ihr Angebot erhalten und prüfen den Vertrag."),
    ("de", TERMS, "Wir garantieren die Lieferung bis zum 1. März."),
    ("de", FINE,  "Eine Lieferung bis zum 1. März können wir nicht garantieren."),
    ("de", TERMS, "Wir verzichten auf unser Kündigungsrecht."),
    ("de", FINE,  "Das Kündigungsrecht steht in Paragraf 9."),
    ("es", TERMS, "Aceptamos su oferta y firmaremos el contrato mañana."),
    ("es", FINE,  "Hemos recibido su oferta y revisaremos el contrato."),
    ("es", TERMS, "Garantizamos la entrega antes del 1 de marzo."),
    ("es", FINE,  "No podemos garantizar la entrega antes del 1 de marzo."),
    ("es", TERMS, "Renunciamos a nuestro derecho de rescindir el contrato."),
    ("es", FINE,  "¿Desea rescindir el contrato?"),
    // Staff.
    ("en", STAFF, "We are pleased to offer you the position, you start on 1 May."),
    ("en", FINE,  "We are pleased to invite you to an interview for the position."),
    ("en", STAFF, "Your employment is terminated with immediate effect."),
    ("en", FINE,  "Your subscription is terminated at the end of the month, as you asked."),
    ("en", STAFF, "We will raise your salary by 8 percent."),
    ("en", FINE,  "Your question about your salary went to the personnel office."),
    ("fr", STAFF, "Nous avons le plaisir de vous embaucher à partir du 1er mai."),
    ("fr", FINE,  "Votre candidature a bien été reçue."),
    ("fr", STAFF, "Votre salaire sera augmenté de 5 %."),
    ("fr", FINE,  "Votre question sur le salaire a été transmise."),
    ("de", STAFF, "Hiermit kündigen wir Ihr Arbeitsverhältnis."),
    ("de", FINE,  "Ihre Bewerbung ist bei uns eingegangen."),
    ("de", STAFF, "Wir erhöhen Ihr Gehalt um 300 Euro."),
    ("de", FINE,  "Ihre Frage zum Gehalt haben wir weitergeleitet."),
    ("es", STAFF, "Está contratado, empieza el lunes."),
    ("es", FINE,  "Hemos recibido su candidatura."),
    ("es", STAFF, "Le subiremos el sueldo un 6 %."),
    ("es", FINE,  "Su consulta sobre el sueldo se ha reenviado."),
    // Advice given as fact.
    ("en", ADVICE, "You can stop taking the medication, the dose is too high for you."),
    ("en", FINE,   "Please ask your doctor before you stop taking the medication."),
    ("en", ADVICE, "You are legally entitled to withhold the rent."),
    ("en", FINE,   "We can't give legal advice; a lawyer can tell you about the rent."),
    ("en", ADVICE, "You should invest your savings in this fund, the return is safe."),
    ("en", FINE,   "The fund's brochure is attached."),
    ("fr", ADVICE, "Vous pouvez arrêter le traitement et doubler la dose du soir."),
    ("fr", FINE,   "Parlez à votre médecin avant d'arrêter le traitement."),
    ("fr", ADVICE, "Juridiquement, vous n'êtes pas obligé de payer le loyer."),
    ("fr", FINE,   "Consultez un avocat pour cette question."),
    ("de", ADVICE, "Sie können das Medikament absetzen, die Dosis ist zu hoch."),
    ("de", FINE,   "Bitte fragen Sie Ihren Arzt, bevor Sie das Medikament absetzen."),
    ("de", ADVICE, "Rechtlich sind Sie nicht verpflichtet, die Miete zu zahlen."),
    ("de", FINE,   "Eine Rechtsberatung dürfen wir nicht geben."),
    ("es", ADVICE, "Puede dejar de tomar el medicamento, la dosis es demasiado alta."),
    ("es", FINE,   "Consulte a su médico antes de dejar el medicamento."),
    ("es", ADVICE, "Debe invertir sus ahorros en este fondo."),
    ("es", FINE,   "Adjuntamos el folleto del fondo."),
    // Secrets by their value.
    ("en", SECRET, "The key is AKIAIOSFODNN7EXAMPLE, use it with care."),
    ("en", FINE,   "The article number is AK-10423."),
    ("en", SECRET, "Card 4111 1111 1111 1111, valid until 12/27."),
    ("en", FINE,   "Order 4111 1111 1111 1112 has left the warehouse."),
    ("en", SECRET, "Log in with ghp_16C7e42F292c6912E7710c838347Ae178B4a and you are done."),
    ("de", SECRET, "-----BEGIN RSA PRIVATE KEY----- MIIEpAIBAAKCAQEA"),
    ("fr", FINE,   "La référence du colis est 8004 2231 9981."),
];

fn codes(text: &str) -> Vec<String> {
    let session = coldnotch_plugin::json::json!({
        "intent": "Answer the customer.",
        "steps": [{"type": "send_email", "payload": {"to": "client@mail.example", "body": text}}],
    });
    testing::last_codes(&session.to_string())
}

#[test]
fn commitments_are_told_from_what_looks_like_them() {
    assert!(TABLE.len() >= 130);
    let mut wrong = Vec::new();
    for (language, expected, text) in TABLE {
        let codes = codes(text);
        let right = match *expected {
            FINE => codes.is_empty(),
            code => codes.iter().any(|c| c == code),
        };
        if !right {
            wrong.push(format!("{language} {expected:?} {codes:?}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}
