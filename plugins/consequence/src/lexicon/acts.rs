//! Words of acts, in a type or in a user's words.

use super::Senses;

#[rustfmt::skip]
senses! {
    from super::talk::END;

    // Words of acts, in a type or in a user's words.
    /// Looks or asks, in a user's words.
    LOOK: "find look check see show tell list read search review compare summarize summarise explain describe what where when who which why how \
        whether count is are do does did has have investigate identify analyze analyse inspect verify lookup \
        cherche cherchez trouve trouvez retrouve retrouvez liste verifie verifiez regarde regardez dis dites montre montrez lis lisez relis releve controle \
        controlez compare resume combien quel quelle quels quelles quand pourquoi comment qui que quoi ou est explique consulte analyse \
        fass finde such suche sieh schau zeig zeige prufe pruf lies liste vergleiche nenne sag erklare fasse wie wer was wann wo warum welche \
        welcher welches wieviel wieviele hat ist sind busca mira revisa dime lee comprueba muestra muestrame averigua encuentra compara \
        resume cuanto cuantos cuanta cuantas cual cuales cuando donde quien explica lista enumera hay";
    /// Orders, books or buys, in a type.
    BUY: "order reorder book booking reserve reservation subscribe renew rent checkout purchase buy enroll po commander commande reserver \
        acheter souscrire abonner louer bestellen bestellung buchen buchung beauftragen abschliessen reservieren kaufen kauf mieten abonnieren pedir encargar reservar \
        comprar alquilar contratar suscribir";
    /// Signs or accepts for good.
    SIGN: "rsvp sign signs signed signing countersign esign signature accept accepter accepte acceptez signer signe signez unterschreiben unterschreibe \
        unterzeichnen unterzeichne unterschrift unterzeichnung signieren annehmen akzeptieren firmar firma firme aceptar acepta acepte";
    /// Where money is kept, in a user's words.
    BANK: "bank banking bankverbindung kontoverbindung bankdaten kontodaten bancaire bancaires bancario bancarios bancaria bancarias";
    /// Ends what binds two sides.
    END: "cancel cancels terminate terminates unsubscribe resilier resilie resiliez annuler annule annulez kundigen kundige stornieren storniere \
        absagen abmelden desinscris desinscrire desinscrivez desapunta desapuntar rescindir rescinde baja cancelar cancela anular anula dismiss";
    /// Says yes where a second one has to.
    APPROVE: "approve approves approved authorise authorize certify valider valide validez approuver approuve \
        genehmigen genehmige freigeben abzeichnen aprobar aprueba validar valida autorizar attest attester";
    /// Sets something going.
    LAUNCH: "launch start send submit submits soumettre soumets soumettez einreichen reiche presentar presenta trigger release lancer demarrer envoyer starten ausfuhren senden versenden lanzar iniciar enviar activate";
    /// Words to many people at once.
    CAMPAIGN: "campaign campaigns campagne kampagne campana newsletter mailing mailout blast rundmail serienbrief infolettre boletin broadcast";
    /// What somebody is paid or pays, as a thing that is set.
    WORTH: "salary wage wages comp compensation bonus payroll price prices pricing discount rebate fare rate limit allowance salaire prime \
        remise prix tarif rabais gehalt lohn pramie preis rabatt nachlass sueldo salario precio descuento tarifa nomina plan seats tier \
        premium commission margin plafond";
    /// How many.
    QUANTITY: "quantity qty count number seats units nights guests tickets copies pieces quantite quantites nombre unites places menge anzahl \
        stuckzahl stuck platze cantidad unidades numero plazas entradas";
    /// Files that go along.
    ATTACH: "attachment attachments attached attach file files document documents piece pieces jointe jointes pj fichier fichiers anhang anhange \
        anlage anlagen datei dateien adjunto adjuntos archivo archivos fichero";
    /// Not yet the thing itself, in a user's words.
    SKETCH: "draft drafts sketch preview prepare simulate simulation dryrun brouillon brouillons projet ebauche apercu prepare preparez simule \
        simuler entwurf entwurfe bereite vorbereite vorbereiten vorschau simuliere borrador borradores prepara preparar simula simulacion bereit bereitlegen";
    /// What a payment is for, in a field's name.
    REFERENCE: "reference ref invoice memo purpose motif libelle zweck verwendungszweck betreff concepto referencia note subject facture rechnung \
        factura article item sku product order id";
    /// What money is counted in.
    CURRENCY: "currency devise wahrung moneda";
    /// A bound on money, in a user's words.
    LIMIT: "total totals overall max maximum most limit budget cap under below within up than altogether jusqu maximal maximale plafond moins \
        hochstens insgesamt maximal unter bis limite hasta maximo menos tope presupuesto";
    /// More than a bound.
    OVER: "over above exceeding exceeds superieur superieure superieurs depasse dessus uber mehr hoher superior superiores mas excede supera";
    /// Each of several.
    EACH: "each per every apiece both chacun chacune chaque par jeweils je pro jede jeder jedem jeden beide cada por ambos respectively again twice \
        thrice monthly weekly times fois mal veces nochmal encore";
    /// Points to where a value stands.
    ACCORDING: "listed quoted according laut gemass selon suivant segun per";
    /// Somebody who belongs to something.
    PEOPLE: "user users member members participant participants attendee attendees guest guests collaborator collaborators employee employees \
        teammate teammates utilisateur utilisateurs membre membres invites mitglied mitglieder benutzer nutzer teilnehmer gast gaste \
        usuario usuarios miembro miembros participante participantes invitado invitados asistente asistentes";
    /// What is on record about somebody.
    PROFILE: "profile profil perfil info address adresse anschrift direccion phone telephone telefon telefono birthdate";
    /// Who takes part in a meeting.
    ATTENDEE: "participant participants attendee attendees invitee invitees guest guests teilnehmer eingeladene gaste \
        participante participantes invitado invitados asistente asistentes";
    /// A meeting at a set time, in a user's words.
    APPOINT: "meeting meetings reunion reunions besprechung besprechungen appointment appointments rendez rendezvous rdv termin termine cita citas slot creneau table tisch mesa";
    /// Comes on top, in a user's words.
    PLUS: "plus additionally also zusatzlich ausserdem plus aussi egalement ademas mas tambien";
    /// A sum that is to be worked out, in a user's words.
    RELATIVE: "percent percentage pourcent prozent porcentaje half moitie halfte mitad difference differenz unterschied diferencia share anteil \
        rest remaining remainder reste restant resto vat tva mwst iva double triple ratio";
    /// Turns a sentence around.
    TURN: "aber although but doch however jedoch mais pero sino sondern";
    /// Opens a condition.
    IF: "assuming cuando falls if once provided si sobald sofern unless wenn whether ob until";
    /// What is written down about a person, in a type.
    RECORD: "diagnosis diagnoses medical labs results record records chart payslip payslips salary salaries payroll passport dossier befund befunde \
        diagnose laborwerte krankenakte patientenakte akte gehaltsabrechnung lohnabrechnung ausweis personalakte bulletin bulletins diagnostic \
        ordonnance resultats resultado resultados diagnostico historial nomina nominas expediente pasaporte biometric biometrics heart weight location";
    /// Hands something in, where it counts from then on.
    SUBMIT: "submit submits efile lodge transmit transmettre transmets deposer depose soumettre soumets teletransmettre einreichen reiche \
        abgeben gib ubermitteln ubermittle ubermittelt absenden abschicken presentar presenta entregar entrega remitir tramitar tramita";
    /// What is handed in to an authority, an insurer, an employer.
    FILING: "tax taxes return declaration filing efile claim application elster steuer steuererklarung erklarung antrag anmeldung impots impot \
        candidature sinistre reclamation solicitud declaracion impuestos renta hacienda siniestro bewerbung voranmeldung";
    /// How an account is set up.
    SETTINGS: "settings setting preferences preference privacy visibility ajustes ajuste preferencias privacidad visibilidad einstellungen \
        einstellung privatsphare sichtbarkeit parametres reglages confidentialite visibilite";
    /// How somebody proves who he is when all else fails, or is paid.
    RECOVERY: "recovery recuperacion recuperation wiederherstellung payout payouts auszahlung auszahlungskonto versement beneficiary";
}
