//! What words mean, in English, French, German and Spanish.
//!
//! A word has senses; a rule asks for senses and never for a spelling. A `*`
//! stands for any ending. Words are in the folded form of [`crate::words`].

use std::ops::BitOr;
use std::sync::LazyLock;

use crate::dictionary::Dictionary;

/// A set of senses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Senses(u128);

impl Senses {
    /// No sense.
    pub const NONE: Senses = Senses(0);

    /// True when the two sets share a sense.
    pub const fn any(self, of: Senses) -> bool {
        self.0 & of.0 != 0
    }

    /// Both sets together, where the operator cannot be used.
    pub const fn and(self, other: Senses) -> Senses {
        Senses(self.0 | other.0)
    }
}

impl Senses {
    /// Verbs of doing, other than looking.
    pub const ACTING: Senses = Senses::MAKE
        .and(Senses::UPDATE)
        .and(Senses::DELETE)
        .and(Senses::REMOVE)
        .and(Senses::OFF)
        .and(Senses::GRANT)
        .and(Senses::SHARE)
        .and(Senses::SEND)
        .and(Senses::CONTACT)
        .and(Senses::ORDER)
        .and(Senses::UPLOAD)
        .and(Senses::PUBLISH)
        .and(Senses::PAY)
        .and(Senses::PLAN)
        .and(Senses::MEND)
        .and(Senses::EXEC);
}

impl BitOr for Senses {
    type Output = Senses;

    fn bitor(self, other: Senses) -> Senses {
        Senses(self.0 | other.0)
    }
}

/// Declares each sense with its words.
macro_rules! senses {
    ($($(#[$doc:meta])* $name:ident: $words:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($name),* }

        impl Senses {
            $($(#[$doc])* pub const $name: Senses = Senses(1 << Index::$name as u32);)*
        }

        const WORDS: &[(Senses, &str)] = &[$((Senses::$name, $words)),*];
    };
}

#[rustfmt::skip]
senses! {
    // Verbs of what a tool does.
    /// Looks at something without changing it.
    READ: "controle controler kontrolliere kontrollieren controla controlar dime dis dites sieh schauen muestrame verifie verifiez regarde montre liste cherche trouve trouver lis muestra mira lee busca comprueba comprobar revisa cuenta lista prufe zeige zeig zeigen finde finden such liste zahle lies schau schaue nachsehen explain explique expliquer explica erklare erklaren look examine review diagnose investigate audit get list read search view show check find lookup fetch query inspect browse status history count describe \
        download retrieve scan compare summarize summarise open monitor watch verify validate calculate analyze analyse \
        lire lecture lister liste chercher recherche rechercher consulter consultation voir afficher verifier compter obtenir \
        leer listar buscar ver consultar obtener contar revisar lesen suchen anzeigen auflisten abrufen prufen suche";
    /// Brings something about, whatever it is.
    MAKE: "auslosen declencher register create make send submit execute add post set do process issue initiate release schedule transfer move trigger \
        perform new book place authorize authorise approve run confirm commit cree creer envoyer effectuer faire emettre executer \
        ajouter ajoute ajoutez valider valide validez lancer lance lancez crear crea enviar hacer haz fais faites effectue emets execute executez anade anadir agrega agregar ejecuta emite erstelle sende fuhre fuge hinzufugen fug trag stell setz leg mach gib installiere installieren installe installer installez instala instalar install deploy deploie deployer despliega desplegar stelle setze richte einrichten start starte starten demarre demarrer arranca lege hacer ejecutar erstellen senden ausfuhren anlegen freigeben emitir";
    /// Puts something right or into another shape, in a user's words.
    MEND: "fix repair solve resolve restart reboot rollback roll upgrade migrate rename refactor rewrite clean bump scale rebuild build \
        compile tidy sort merge rebase file fill move copy draft handle process correct corrige corriger repare reparer resous resoudre \
        redemarre redemarrer renomme renommer migre migrer repariere reparieren behebe beheben korrigiere neustarten benenne \
        umbenennen migriere migrieren arregla arreglar repara reparar reinicia reiniciar renombra renombrar migra migrar aktualisiere \
        actualiza resuelve resolver optimise optimize optimiere compacta comprime deduplicate triage classify tag label book";
    /// Lays down what shall happen later, in a user's words.
    PLAN: "schedule plan programa programar programme programmer planifie planifier plane planen einplanen agenda agendar remind \
        rappelle rappeler erinnere erinnern recuerda recordar recuerdame";
    /// Changes something that is there.
    UPDATE: "reset rotate regenerate reinitialiser zurucksetzen restablecer update set change exchange merge fusionner fusionar zusammenfuhren modify edit replace redirect patch put upsert switch modifier changer remplacer \
        mettre maj adjust configure config setzen ajuster corriger modifie change aendern actualizar cambiar modificar andern aktualisieren ersetzen";
    /// Gives words or data to somebody.
    SEND: "send reply respond answer email mail message sms mms notify tell dm whatsapp forward post comment chat inform \
        envoyer envoi repondre reponse transmettre courriel courrier notifier poster message informer ecrire relance \
        enviar responder correo mensaje avisar senden schicken antworten antwort nachricht mitteilen informieren weiterleiten \
        letter write respuesta manda mandar mande follow welcome relance avisa avise bescheid informe informa ecris envoie envoyez reponds repondez envia responde schick schreibe antworte";
    /// Gets in touch with somebody, in a user's words.
    CONTACT: "ask contact thank invite confirm cancel remind request arrange organise organize apply register rsvp introduce propose know \
        reach coordinate apologise apologize complain offer enquire inquire invoice call convince agree negotiate dispute \
        demande demander contacter contacte remercie remercier inviter invite confirme confirmer annule annuler rappelle organise organiser \
        propose proposer inscris inscrire savoir prevenir previens excuse frage fragen kontaktiere danke bestatige bestatigen absagen \
        sage einladen erinnere organisiere anmelden vereinbare bitte pregunta preguntar contacta agradece confirma confirmar cancela \
        recuerda organiza propon saber inscribe dile diles";
    /// Orders something that costs money, in a user's words.
    ORDER: "order reorder book reserve subscribe renew rent hire get commander commande commandez reserver reserve reservez abonner \
        louer prends prenez prendre bestelle bestell buch reservier kauf miet bestellen buche buchen reserviere mieten pide pedir encarga reserva reservar alquila contrata";
    /// Gets something for money, as a tool's verb.
    ACQUIRE: "buy buys purchase purchases checkout book reserve rent lease acheter achete commander commande reserver louer kaufen kaufe \
        einkaufen bestellen bestelle buchen buche reservieren mieten comprar compra reservar alquilar contratar encargar pedir provision \
        runinstances";
    /// What is bought, as a thing that is made.
    PURCHASE: "order orders purchase booking reservation po preorder bestellung bestellungen buchung reservierung auftrag pedido pedidos \
        reserva compra domain domains instances vm license licenses licence seats ticket_purchase billet billets achat achats";
    /// Binds, or ends what binds, as a tool's verb.
    BIND: "sign accept renew cancel terminate enroll subscribe unsubscribe extend signer signe accepter renouveler resilier annuler \
        abonner souscrire unterschreiben unterzeichnen akzeptieren annehmen verlangern kundigen stornieren abonnieren firmar aceptar \
        renovar cancelar rescindir suscribir endorse agree resilie resiliez annule annulez renouvelle renouvelez accepte acceptez \
        kundige kundig storniere stornier verlangere akzeptiere unterschreibe unterzeichne acepta cancela anula renueva rescinde";
    /// Puts things together or apart, as a tool's verb.
    MERGE: "merge split assign convert import restore revert apply enable toggle fusionner fusionar fusionieren zusammenfuhren zuweisen \
        affecter asignar appliquer aplicar anwenden setzen wechseln umstellen basculer alternar";
    /// Files and notes an agent writes to remember and to show.
    LEAF: "file files fichier datei archivo write memory scratchpad report summary document doc sheet cell row page slide chart plot \
        canvas answer result results output screenshot tab window cursor session context browser click type scroll filter query";
    /// What binds.
    CONTRACT: "contract contracts agreement terms subscription subscriptions plan lease envelope offer policy_renewal membership \
        mandate contrat contrats avenant abonnement abonnements bail forfait vertrag vertrage abo tarif contrato contratos suscripcion \
        convenio nda warranty";
    /// Puts data somewhere on a network.
    UPLOAD: "upload webhook push sync network http curl egress ingest outbound exfil* televers* subir hochladen pastebin gist ftp";
    /// Makes something visible to everybody.
    PUBLISH: "publish tweet retweet publier publication publicar publica veroffentlich* publie publiez broadcast";
    /// Asks, in a user's words, to make something visible.
    ANNOUNCE: "post tweet announce publish release poster annoncer annonce anunciar anuncia posten ankundigen";
    /// A place where everybody reads along.
    SOCIAL: "linkedin twitter facebook instagram mastodon bluesky reddit youtube tiktok medium blog newsroom pastebin gist website";
    /// Moves money by itself.
    PAY: "contribute aportar aporta aportacion donar dona spenden spende cotiser pay refund reimburse remit disburse withdraw charge purchase buy donate tip pays paie payer payez paye regle regler \
        reglez rembourser rembourse remboursez virer vire acheter achete achetez verser verse pagar paga compra comprar \
        reembolsar reembolsa zahle zahlen bezahl* uberweise* kaufe kaufen erstatte erstatten auszahlen settle";
    /// Money as a thing that is moved.
    MONEY: "money fund funds payment payments transfer transfers wire transaction transactions payout payouts refund refunds \
        invoice invoices bill bills payroll paiement paiements virement virements facture factures argent fonds remboursement \
        pago pagos transferencia factura dinero zahlung zahlungen uberweisung rechnung geld erstattung cash cryptocurrency crypto \
        salary expense expenses deposit rent subscription";
    /// Ends something for good.
    DELETE: "delete purge destroy wipe erase drop truncate expunge obliterate shred supprimer supprime supprimez supprim* effacer efface \
        effacez purger detruire detruis ecraser loschen losche geloscht vernichten borrar borra eliminar elimina destruir vider vide videz \
        vaciar leeren deleting removing deletion suppression";
    /// Takes something away, often harmlessly.
    REMOVE: "remove clear clean cleanup retirer retire enlever enleve nettoyer nettoie entfernen entferne quitar quita limpiar limpia \
        uninstall tidy menage deduplicate";
    /// Runs code.
    EXEC: "spawn exec shell bash terminal command powershell console cmd sh ssh subprocess ejecutar executer";
    /// Gives somebody power.
    GRANT: "allow erlaube erlauben permite permitir autorise autorisez entriegeln entsperren deverrouiller desbloquear grant invite authorize authorise permit promote elevate assign accorder inviter invite autoriser autorise promouvoir \
        attribuer conceder invitar autorizar erteilen berechtigen einladen accorde donne donner give dale erteile unlock";
    /// Lets somebody see.
    SHARE: "share sharing partager partage partagez compartir comparte teilen teile freigeben shared";
    /// Power over something, as a thing.
    ACCESS: "access permission permissions role roles privilege privileges acl admin administrator owner policy collaborator \
        member membership guest acces droit droits autorisation permiso permisos rol zugriff recht rechte rolle berechtigung \
        ownership iam sudo superuser";
    /// What proves who one is.
    CREDENTIAL: "keys recovery recuperacion recuperation wiederherstellung passkey password passphrase credential credentials token apikey key pat secret secrets otp passwort kennwort contrasena \
        clave motdepasse identifiants jeton cle ssh_key certificate login";
    /// Switches something off or around.
    OFF: "disable disables deactivate stop suspend bypass skip ignore override mute silence unprotect off desactiver desactive \
        couper coupe arreter arrete suspendre contourner desactivar desactiva apagar detener deaktivieren abschalten ausschalten \
        stoppen umgehen disabled relax weaken lower unset kill";
    /// Something that catches mistakes and attacks.
    SAFETY: "smoke detector detectors rauchmelder detecteur brandmelder feuermelder fumee humo sirene siren antitheft log logs logging audit auditing auditd backup backups snapshot snapshots monitoring monitor alert alerts alerting alarm \
        review reviews reviewer approval approvals mfa 2fa totp firewall antivirus edr protection guard guardrail guardrails \
        failover retention versioning encryption verification validation sauvegarde sauvegardes journal journaux journalisation \
        surveillance alerte alertes parefeu alarmanlage approbation chiffrement copias respaldo registro auditoria alarma alertas \
        cortafuegos sicherung sicherungen protokollierung uberwachung alarme freigabe virenscanner safety safeguard \
        moderation captcha sandbox watchdog throttling ratelimit";
    /// Not yet the thing itself.
    DRAFT: "dry draft drafts preview simulate simulation estimate prepare preparer proposal propose quote template dryrun \
        brouillon brouillons apercu simuler simulacion estimation estimer borrador borradores simular estimar vorschau entwurf \
        entwurfe simulieren vorbereiten calculate precheck whatif suggest pending attente staged";

    // Things.
    /// Papers about a matter, not the matter.
    PAPER: "policy policies politique procedure procedures faq doc docs documentation guide guideline guidelines manual handbook \
        kb knowledge wiki help aide reglement richtlinie richtlinien politica politicas manuel handbuch article regles rules regeln reglas";
    /// What a rightful owner keeps hidden.
    SECRET: "secret secrets password passwords passwd passphrase credential credentials apikey privkey vault keychain keyring env \
        kennwort passwort passwortsafe contrasena contrasenas motdepasse kubeconfig htpasswd shadow pem netrc pgpass coffre secretos \
        cvv pin";
    /// Data about people, and data the house keeps to itself.
    PERSONAL: "customer customers client clients patient patients employee employees salary salaries payroll medical ssn passport \
        card cards carte cartes tarjeta tarjetas iban bank cuenta salarie salaries kunden mitarbeiter gehalt clientes empleados nomina hr contacts genetic location";
    /// Inside the house.
    INTERNAL: "internal interne internes intern interna interno internos confidential confidentiel confidentielle confidencial \
        vertraulich private prive privee privado privat restricted proprietary";
    /// Outside the house.
    OUTSIDE: "external externe externes externo extern outbound thirdparty tiers sortant remote";
    /// Of little worth, or made to be thrown away.
    LIGHT: "temp tmp temporary cache caches draft drafts cart basket tag tags label labels reminder reminders notification \
        notifications reaction filter bookmark test tests scratch sandbox build dist temporaire temporaires brouillon brouillons \
        panier rappel etiquette temporal temporales borrador temporar zwischenspeicher entwurf spam todo playlist favorite \
        favourite alarm staging_copy dummy fixture fixtures venv";
    /// Notes to oneself and one's colleagues.
    NOTE: "carnet cahier notebook diary cuaderno libreta notizbuch tagebuch notiere notier notez noter anota apunta note notes task tasks todo memo ticket_note interne nota notas notiz notizen aufgabe tarea tache comment comments \
        internal commentaire log activity";
    /// All of it.
    WHOLE: "all every everything entire bulk whole mass any tous toutes tout entier todos todas todo alle alles gesamt massive";
    /// For anybody to see.
    PUBLIC: "public anyone everyone world anonymous allusers publique publico offentlich internet unauthenticated";
    /// Power over others.
    STRONG: "admin administrator owner root superuser sudo editor writer full administrateur proprietaire write administrador \
        besitzer eigentumer wheel cluster maintainer";

    // Words of promises.
    /// Gives money back, or asks for less of it.
    BACK: "refund refunds refunded refunding reimburse* credit credits credited crediting waive waives waived waiving compensate* \
        compensation discount discounted rembours* recredit* indemnis* dedommag* ristourn* remise avoir erstatt* gutschrift* \
        gutgeschrieben gutschreiben ruckerstatt* reembols* bonificar abonar abonaremos bonus rebate cashback voucher indemnif* \
        ruckvergut* schadensersatz descuento compensar* compensarem*";
    /// Sends or gives something back.
    RETURN: "return returned returning renvoyer renvoie rendre rends rend rendons restituer restitue restituons reverser reverse \
        recuperer recuperez devolver devolvemos devolveremos zuruck zuruckgeben zuruckzahlen back repay repaid payback vire virer \
        verser versons verserons versement";
    /// Money in somebody's mouth.
    SUM: "money argent sous somme montant dollars dollar euros euro eur usd gbp chf pounds amount sum fee fees cost costs frais \
        dinero importe geld betrag price bucks paid pay acompte difference share balance deposit owe owed";
    /// The speaker and those he speaks for.
    FIRST: "we i nous je j wir ich nosotros yo";
    /// Announces what will be.
    WILL: "will ll shall going gonna promise promises guarantee vais allons va vont werden werde wird vamos voy garantissons garantis \
        promets promettons engage engageons hereby versprechen garantieren prometemos garantizamos aura aurez serez sera seront \
        soon recibira recibiras tendra tendras obtendra";
    /// The one spoken to.
    YOU: "you your yours vous votre vos te ton tes toi ihnen ihr ihre sie usted su le les os";
    /// Commits in one word.
    PROMISE: "promise promises promised promesse promettre promettons garantie guarantee guaranteed commit commitment engagement \
        versprechen zusage garantia promesa garantieren";
    /// Not.
    NOT: "not no nothing nobody never none nor without don doesn didn won isn aren wasn weren haven hasn hadn couldn wouldn shouldn cannot can't ne n pas jamais aucun aucune sans nicht kein keine keinen nie \
        niemals ohne nunca sin ningun ninguna ni nichts rien nada keinerlei unable refuse cant wont dont nichts rien nada keinerlei";
    /// Perhaps.
    PERHAPS: "can could may might would should if whether unless maybe perhaps possible possibly eligible \
        peut peuvent pouvez pourrait pourriez pourra pourrez pouvons pourrons puis si eventuellement possibilite \
        kann konnen konnte konnten ob falls vielleicht wenn sofern sobald puede podria podemos podriamos quiza posible pruft prufen \
        examine examiner etudier depending dependent depends depend provided once ask asks asked asking wants wishes";
    /// A matter that is talked about, not decided.
    MATTER: "request requests requested claim dispute demande demander solicita solicitud review policy politique conditions terms \
        according richtlinie antrag anfrage before avant";
    /// What something costs.
    PRICE: "price prices rate rates fee tarif tarifs prix preis preise precio precios figure quote rent loyer rabais subscription";
    /// Stays as it is.
    FIXED: "lock locked freeze frozen fixed guarantee guaranteed bloque fige gele garanti garantie garantissons garantiert garantizado \
        garantizamos fest eingefroren congelado";
    /// Becomes another.
    CHANGE: "change changes changing move moves moving increase rise bouge bougera bouger changera augmente augmentera augmenter erhoht \
        steigt steigen subira cambia cambiara anywhere up touch touche toucherons toca tocara tocamos angetastet";

    // Words of commitments: what is given, admitted, agreed and told.
    /// Gives or grants, in somebody's mouth.
    OFFER: "offer offers offering offered give gives giving grant grants granting granted provide receive apply applies applied match matches \
        extend offrir offre offrons offrirons accorder accorde accordons accorderons accordee octroyer octroie octroyons octroyee donnons \
        donnerons beneficiez beneficierez recevrez recevez appliquons appliquerons appliquer envoyons enverrons consentons gewahr* biete bieten \
        bietet anbieten angeboten schenke schenken gebe geben gibt erhalten erhaltst erhaltet bekommen bekommst bekommt raumen ofrecer ofrecemos \
        ofrecere ofreceremos ofrezco conceder concedemos concederemos concedo otorgar otorgamos otorgaremos regalar regalamos regalaremos \
        aplicaremos aplicamos aplicare aplicarle damos daremos recibira recibiras tendra tendras obtendra enviaremos hacemos haremos";
    /// What is given to please somebody.
    GIFT: "discount discounts voucher vouchers coupon coupons rebate gift cashback compensation goodwill remise reduction rabais \
        ristourne avoir cadeau indemnite indemnites indemnisation dedommagement compensation rabatt preisnachlass nachlass gutschein gutschrift \
        entschadigung kulanz descuento rebaja vale cupon bono abono compensacion indemnizacion upgrade";
    /// Costs nothing.
    FREE: "free gratis complimentary gratuit gratuits gratuite gratuites gratuitement offert offerts offerte offertes kostenlos* kostenfrei* \
        gratuito gratuitos gratuita gratuitas unentgeltlich* gebuhrenfrei beitragsfrei";
    /// Asks for money, or has to give it.
    CHARGE: "charge charged charging bill billed billing facturer facturerons facturons facturee prelever preleverons preleve debiter \
        berechne berechnen berechnet belasten belastet abbuchen abgebucht cobrar cobrarle cobraremos cobramos cobrara facturar facturaremos \
        pay paying payer paierez payerez zahlen bezahlen pagar pagara pagaras owe owes debera schulden";
    /// Gives up what one could ask for.
    WAIVE: "waive waives waived waiving forgive forgives forgiven forgiving erlasse erlassen erlasst verzichte verzichten verzichtet stornieren \
        storniere storniert streichen gestrichen renonce renoncons renoncer renoncerons renuncio renunciamos renunciaremos renunciar condonar \
        condonamos condonaremos condona perdonar perdonamos perdonaremos annuler annule annulons annulee annules annulees annulerons supprimons \
        supprimes supprimer cancel cancelled canceled cancelling drop dropped dropping remove removed removing quitar quitamos quitaremos \
        anular anulamos anularemos eximir eximimos erase erased write forget oublions oublie oubliez vergessen vergiss olvidamos olvide olvidese";
    /// What one owes on top, or owes at all.
    DUE: "fee fees penalty penalties surcharge interest charges deposit invoice bill balance debt instalment installment premium frais penalite \
        penalites interets majoration facture factures dette solde acompte gebuhr gebuhren mahngebuhr mahngebuhren stornogebuhr \
        bearbeitungsgebuhr servicegebuhr versandkosten mahnkosten vertragsstrafe strafe zinsen verzugszinsen rechnung kosten forderung \
        restbetrag tarifa recargo penalizacion multa interes intereses comision gastos factura deuda cuota caution kaution fianza";
    /// Whose fault it is, as a thing.
    LIABLE: "liable liability fault negligence negligent negligently blame responsibility guilty culpable faute torts responsabilite \
        responsables schuld schuldig hafte haften haftet haftung verschulden verschuldet fahrlassig* verantwortung culpa culpables \
        negligencia responsabilidad consequences folgen consecuencias";
    /// In charge, or at fault: the company it keeps decides.
    RESPONSIBLE: "responsible responsable verantwortlich";
    /// Harm done to somebody.
    HARM: "damage damages loss losses injury injuries accident incident outage breach harm mistake error erreur fehler error dommage dommages prejudice sinistre panne perte \
        fuite schaden unfall verlust verletzung ausfall vorfall dano danos perjuicio perjuicios accidente incidente perdida lesion averia";
    /// Says that it is so, against oneself.
    ADMIT: "admit admits admitted accept accepts accepted acknowledge acknowledged assume assumed take takes concede confess reconnaitre \
        reconnais reconnaissons reconnait admettons admettre assumons assumer assume acceptons accepter ubernehme ubernehmen ubernimmt \
        anerkennen erkennen gestehen einraumen zugeben asumimos asumir asumo asumiremos reconocemos reconocer reconozco admitimos admitir \
        admito aceptamos acepto";
    /// Belongs to the speaker.
    OUR: "our ours notre nos unser unsere unserer unseres unserem unseren nuestra nuestro nuestras nuestros";
    /// Binds oneself to terms.
    AGREE: "accept accepts accepted accepting agree agrees agreed sign signs signed signing countersign approve approved undertake consent renew \
        extend prolong terminate acceptons accepte accepter accepterons acceptee convenons signons signe signer signerons approuvons approuve \
        consentons engageons prolongeons prolonger renouvelons renouveler resilions annehmen nehmen angenommen akzeptiere akzeptieren \
        akzeptiert zustimmen stimmen einverstanden unterschreiben unterschreibe unterzeichnen unterzeichnet verlangern verpflichten schliessen \
        kundigen aceptamos acepto aceptar aceptaremos firmamos firmaremos firmar firmo acordamos acordar comprometemos aprobamos \
        prorrogamos prorrogar renovamos renovar rescindimos closed";
    /// What binds two sides.
    TERMS: "contract contracts agreement terms clause clauses amendment addendum offer proposal renewal exclusivity settlement deal licence license \
        lease nda msa contrat contrats accord avenant offre devis exclusivite bail vertrag vertrage vereinbarung bedingungen klausel angebot \
        nachtrag vergleich exklusivitat mietvertrag rahmenvertrag contrato contratos acuerdo clausula clausulas condiciones oferta enmienda \
        exclusividad arrendamiento anexo presupuesto";
    /// What one may insist on.
    CLAIM: "right rights claim claims droit droits recht rechte kundigungsrecht widerrufsrecht anspruch anspruche derecho derechos reclamacion";
    /// Gives one's word.
    VOUCH: "guarantee guarantees guaranteed promise promises promised assure assured undertake commit pledge garantis garantissons garantir \
        promettons promets promettre assurons engageons garantiere garantieren garantiert verspreche versprechen zusichern zusagen sichern \
        gewahrleisten garantizamos garantizo garantizar prometemos prometo prometer aseguramos aseguro comprometemos comprometo hereby hiermit word wort palabra parole";
    /// What one's word is given on.
    SERVICE: "delivery deliver delivered delivering uptime availability sla deadline date fix fixed repair release feature completion \
        completed migration ready exclusivity renewal contract livraison livrer livree livrerons disponibilite delai correction lieferung \
        liefern geliefert verfugbarkeit termin frist fertigstellung fertig entrega entregar entregado disponibilidad plazo fecha \
        monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche montag dienstag mittwoch \
        donnerstag freitag samstag sonntag lunes martes miercoles jueves viernes sabado domingo hours heures stunden horas";
    /// Work for pay, as a thing.
    JOB: "position job employment vacancy salary wage wages raise promotion poste emploi salaire augmentation arbeitsverhaltnis arbeitsvertrag \
        stelle gehalt gehalter lohn gehaltserhohung beforderung puesto empleo sueldo salario aumento ascenso";
    /// Decides about somebody's work for pay.
    EMPLOY: "hire hired employ employed fire fired dismiss dismissed terminate terminated raise raised increase increased promote promoted \
        offer offers offering embauch* licenci* recrut* augmente augmentons augmenterons augmentee augmenter promouv* nommons einstellen \
        eingestellt entlassen entlasse kundige kundigen gekundigt befordern befordert erhohe erhohen erhoht anbieten bieten contratado \
        contratada contratar contratamos contrataremos contratarle despedir despedido despedida despedimos despediremos subir subiremos subimos \
        aumentar aumentaremos aumentamos ascender ascendemos ofrecerle ofrecemos";
    /// The same in one word, said of somebody.
    EMPLOYED: "hired fired dismissed embaucher embauchons embauche licencier licencions licencie eingestellt entlassen contratado contratada \
        despedido despedida contratarle";
    /// What is done to become well.
    HEALTH: "medication medicine medicines medicament medicaments traitement dose doses dosage tablets pill pills antibiotic* therapy insulin \
        medikament* medizin arznei* tablette* dosis dosierung therapie medicamento* pastilla* tratamiento insulina antidepress*";
    /// Changes it.
    TREAT: "stop take taking double increase reduce skip arreter arretez doubler doublez prendre prenez augmenter augmentez reduire absetzen \
        einnehmen verdoppeln erhohen nehmen weglassen dejar deje tomar tome duplicar duplique suspender suspenda aumentar reducir";
    /// As the law says.
    LAW: "legally lawful unlawful lawfully juridiquement legalement rechtlich gesetzlich rechtens legalmente juridicamente";
    /// Puts money away to have more of it.
    INVEST: "invest investing investir investissez placez anlegen investieren invertir invierta invierte";
    /// Tells somebody what to do or what he may.
    TELL: "should must can may need have entitled obliged allowed required devez pouvez devriez peux dois oblige obligee tenu droit sollten \
        mussen konnen durfen konnt verpflichtet berechtigt debe debes puede puedes deberia deberias obligado obligada tiene";
    /// Somebody who knows better.
    EXPERT: "doctor doctors physician pharmacist lawyer lawyers attorney advisor adviser accountant consult medecin pharmacien avocat notaire \
        conseiller consultez arzt arztin apotheker anwalt rechtsanwalt berater steuerberater medico medica farmaceutico abogado abogada asesor \
        consulte advice conseil beratung rechtsberatung asesoramiento";

    // Words of acts, in a type or in a user's words.
    /// Looks or asks, in a user's words.
    LOOK: "find look check see show tell list read search review compare summarize summarise explain describe what where when who which why how \
        whether count is are do does did has have investigate identify analyze analyse inspect verify lookup \
        cherche cherchez trouve trouvez liste verifie verifiez regarde regardez dis dites montre montrez lis lisez relis releve controle \
        controlez compare resume combien quel quelle quels quelles quand pourquoi comment qui que quoi ou est explique consulte analyse \
        finde such suche sieh schau zeig zeige prufe pruf lies liste vergleiche nenne sag erklare fasse wie wer was wann wo warum welche \
        welcher welches wieviel wieviele hat ist sind busca mira revisa dime lee comprueba muestra muestrame averigua encuentra compara \
        resume cuanto cuantos cuanta cuantas cual cuales cuando donde quien explica lista enumera hay";
    /// Orders, books or buys, in a type.
    BUY: "order reorder book booking reserve reservation subscribe renew rent checkout purchase buy enroll po commander commande reserver \
        acheter souscrire abonner louer bestellen bestellung buchen buchung reservieren kaufen kauf mieten abonnieren pedir encargar reservar \
        comprar alquilar contratar suscribir";
    /// Signs or accepts for good.
    SIGN: "rsvp sign signs signed signing countersign esign signature accept accepter accepte acceptez signer signe signez unterschreiben unterschreibe \
        unterzeichnen unterzeichne signieren annehmen akzeptieren firmar firma firme aceptar acepta acepte";
    /// Ends what binds two sides.
    END: "cancel cancels terminate terminates unsubscribe resilier resilie resiliez annuler annule annulez kundigen kundige stornieren storniere \
        absagen rescindir rescinde cancelar cancela anular anula dismiss";
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
        premium commission margin";
    /// How many.
    QUANTITY: "quantity qty count number seats units nights guests tickets copies pieces quantite quantites nombre unites places menge anzahl \
        stuckzahl stuck platze cantidad unidades numero plazas entradas";
    /// Files that go along.
    ATTACH: "attachment attachments attached attach file files document documents piece pieces jointe jointes pj fichier fichiers anhang anhange \
        anlage anlagen datei dateien adjunto adjuntos archivo archivos fichero";
    /// Not yet the thing itself, in a user's words.
    SKETCH: "draft drafts sketch preview prepare simulate simulation dryrun brouillon brouillons projet ebauche apercu prepare preparez simule \
        simuler entwurf entwurfe bereite vorbereite vorbereiten vorschau simuliere borrador borradores prepara preparar simula simulacion";
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
    ACCORDING: "according laut gemass selon suivant segun per";
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
    /// How somebody proves who he is when all else fails, or is paid.
    RECOVERY: "recovery recuperacion recuperation wiederherstellung payout payouts auszahlung auszahlungskonto versement beneficiary";

    // Names of payload fields.
    /// Who or where something goes to.
    TO: "to recipient recipients cc bcc email emails address addresses destination dest target payee beneficiary beneficiaire \
        destinataire destinataires vers avec para destinatario con an empfanger user users member invitee grantee principal with \
        guest a who assignee attendees participants invitees receiver contact partager handle phone number channel channels kanal canal";
    /// How much.
    AMOUNT: "amount summe gesamtsumme gesamtbetrag endbetrag montant betrag importe monto total sum price somme amt cents minor";
    /// Where money is kept.
    ACCOUNT: "iban account rib wallet compte konto cuenta payee routing bban sortcode acct beneficiary beneficiaire recipient kontonummer";
    /// A place on the network.
    URL: "url uri endpoint link href webhook host server website site lien enlace";
    /// Code to be run.
    COMMAND: "command commands cmd cmdline shell_command bash_command script sql query code orden commande befehl shell statement requete consulta stdin input cmdline run comando";
    /// What somebody will read.
    BODY: "body text message content corps texte cuerpo texto nachricht html caption mensaje inhalt contenu reply answer reponse \
        subject betreff asunto objet description title note respuesta antwort msg tweet post comment comments";
    /// How far something has come.
    STATE: "status state etat statut estado zustand lifecycle mode env environment visibility published envoi stage phase";
    /// Where from.
    FROM: "from source sender de von desde origin debit payer";
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::of(WORDS));

/// Builds the dictionary, so that no decision has to.
pub fn prepare() {
    LazyLock::force(&DICTIONARY);
}

/// The senses of one folded word.
pub fn senses(word: &str) -> Senses {
    let found = DICTIONARY.senses(word);
    if found != Senses::NONE {
        return found;
    }
    let bytes = word.as_bytes();
    if bytes
        .windows(2)
        .any(|two| matches!(two, b"ae" | b"oe" | b"ue"))
    {
        // German without its dots: `loeschen` for `löschen`.
        return DICTIONARY.senses(
            &word
                .replace("ae", "a")
                .replace("oe", "o")
                .replace("ue", "u"),
        );
    }
    if let Some(plain) = without_digits(word) {
        return DICTIONARY.senses(&plain);
    }
    match word.strip_suffix('s') {
        Some(singular) if singular.len() >= 4 => DICTIONARY.senses(singular),
        _ => Senses::NONE,
    }
}

/// Verbs that matter most, by which a slip of the hand is mended.
const MENDED: &[&str] = &[
    "approve",
    "authorize",
    "cancel",
    "charge",
    "create",
    "deactivate",
    "delete",
    "destroy",
    "disable",
    "execute",
    "forward",
    "invite",
    "overwrite",
    "password",
    "payment",
    "permission",
    "publish",
    "purchase",
    "refund",
    "reimburse",
    "remove",
    "revoke",
    "schedule",
    "subscribe",
    "terminate",
    "transfer",
    "truncate",
    "unlock",
    "update",
    "upload",
    "withdraw",
    "acheter",
    "commander",
    "desactiver",
    "effacer",
    "envoyer",
    "partager",
    "publier",
    "rembourser",
    "supprimer",
    "bestellen",
    "bezahlen",
    "erstatten",
    "loeschen",
    "senden",
    "uberweisen",
    "veroffentlichen",
    "borrar",
    "comprar",
    "eliminar",
    "enviar",
    "publicar",
    "reembolsar",
    "transferir",
    "dismiss",
];

/// The senses of a word that is none, as the verb it was meant to be:
/// `tranfer`, `dleete`. Inflections (`created`) are words of their own.
pub fn mended(word: &str) -> Senses {
    if word.len() < 5 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return Senses::NONE;
    }
    // One slip leaves a word as long, but for a letter, and one of its first two
    // letters first.
    let near = |verb: &str| {
        let begins = word.as_bytes().first();
        verb.len().abs_diff(word.len()) <= 1
            && verb
                .as_bytes()
                .iter()
                .take(2)
                .any(|letter| Some(letter) == begins)
    };
    let meant = MENDED.iter().find(|verb| {
        near(verb)
            && !verb.starts_with(word)
            && !word.starts_with(*verb)
            && crate::words::one_slip(word, verb)
    });
    meant.map_or(Senses::NONE, |verb| senses(verb))
}

/// A word with digits for letters, written with letters: `d3l3te`. Only where
/// digits stand between letters: `user42` and `s3` mean what they say.
fn without_digits(word: &str) -> Option<String> {
    let bytes = word.as_bytes();
    let letter = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_alphabetic);
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let within = (1..bytes.len()).any(|i| bytes[i].is_ascii_digit() && letter(i - 1));
    if digits == 0
        || bytes.len() < 5
        || digits * 2 > bytes.len()
        || !within
        || !letter(bytes.len() - 1) && digits == 1
    {
        return None;
    }
    let plain = |c: char| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        other => other,
    };
    Some(word.chars().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_have_several_senses_and_an_open_end() {
        assert!(senses("2fa").any(Senses::SAFETY));
        assert!(senses("refund").any(Senses::PAY) && senses("refund").any(Senses::MONEY));
        assert!(senses("remboursement").any(Senses::BACK), "open ending");
        assert!(senses("rembourserons").any(Senses::BACK));
        assert!(!senses("payment").any(Senses::PAY), "no open ending");
        assert_eq!(senses("xyz"), Senses::NONE);
        assert_eq!(senses(""), Senses::NONE);
        assert_eq!(senses("é"), Senses::NONE);
    }

    #[test]
    fn slips_are_mended_and_inflections_are_not() {
        assert!(
            mended("delte").any(Senses::DELETE)
                && mended("tranfer").any(Senses::MONEY)
                && mended("dleete").any(Senses::DELETE)
        );
        for word in ["created", "cancels", "paper", "relate", "payee", "pager"] {
            assert_eq!(mended(word), Senses::NONE, "{word}");
        }
    }

    #[test]
    fn the_table_holds_every_declared_word_in_folded_form() {
        for (sense, words) in WORDS {
            for word in words.split_ascii_whitespace() {
                let plain = word.trim_end_matches('*');
                assert!(senses(plain).any(*sense), "{word}");
                assert!(
                    plain.bytes().all(|b| b.is_ascii_lowercase()
                        || b.is_ascii_digit()
                        || b == b'_'
                        || b == b'\''),
                    "{word} is not folded"
                );
            }
        }
    }
}
