//! Words of what a tool does, what with, and what its fields are called.

use super::Senses;

#[rustfmt::skip]
senses! {
    from 0;

    // Verbs of what a tool does.
    /// Looks at something without changing it.
    READ: "cat count counts controle controler kontrolliere kontrollieren controla controlar dime dis dites sieh schauen muestrame verifie verifiez regarde montre liste cherche trouve trouver lis muestra mira lee busca comprueba comprobar revisa cuenta lista prufe zeige zeig zeigen finde finden such liste zaehle zaehlen zaehl lies schau schaue nachsehen explain explique expliquer explica erklare erklaren look examine review diagnose investigate audit get list read search view show check find lookup fetch query inspect browse status history count describe \
        download retrieve scan compare diff tail grep wc summarize summarise open monitor watch verify validate calculate analyze analyse \
        lire lecture lister liste chercher recherche rechercher consulter consultation voir afficher verifier compter obtenir \
        leer listar buscar ver consultar obtener contar revisar lesen suchen anzeigen auflisten abrufen prufen suche";
    /// Brings something about, whatever it is.
    MAKE: "repeat repete repetez repite repetir wiederhole wiederholen refais refaire redo auslosen declencher register create make send submit execute add post set do process issue initiate release schedule transfer move trigger \
        perform new book place authorize authorise approve run confirm commit cree creer envoyer effectuer faire emettre executer \
        ajouter ajoute ajoutez valider valide validez lancer lance lancez crear crea enviar hacer haz fais faites effectue emets execute executez anade anadir agrega agregar ejecuta emite erstelle sende trag trage eintragen fuhre fuge hinzufugen fug trag stell setz leg mach gib installiere installieren installe installer installez instala instalar install deploy deploie deployer despliega desplegar stelle setze richte einrichten start starte starten demarre demarrer arranca lege hacer ejecutar erstellen senden ausfuhren anlegen freigeben emitir";
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
    UPDATE: "double triple halve verdopple verdoppeln halbiere dobla mets mettez increase raise reduce upgrade downgrade extend amend augmente augmentez augmenter baisse baissez baisser reduis reduisez diminue \
        erhohe erhohen senke senken kurze reduziere anpassen umstellen verlangere aumenta aumente aumentar reduce reduzca rebaja amplia prolonga switch wechsel wechsle wechseln shift konfigurieren konfiguriere einstellen configurer configure configurez parametrer configurar configura parametrizar ajustar ajusta reset rotate regenerate reinitialiser reinitialise reinitialisez zurucksetzen restablecer update set change exchange merge fusionner fusionar zusammenfuhren modify edit replace redirect patch put upsert switch modifier changer remplacer \
        mettre maj adjust configure config setzen ajuster corriger modifie change aendern actualizar cambiar modificar andern aktualisieren ersetzen";
    /// Gives words or data to somebody.
    SEND: "send reply respond answer email mail message sms mms notify tell dm whatsapp forward post comment chat inform \
        envoyer envoi repondre reponse transmettre courriel courrier notifier poster message informer ecrire relance \
        enviar responder correo mensaje avisar senden versenden versende verschicken verschicke schicken antworten antwort nachricht mitteilen informieren weiterleiten \
        letter write schreib schick antwort respuesta manda mandar mande follow welcome relance avisa avise bescheid informe informa ecris envoie envoyez reponds repondez envia responde schick schreibe antworte";
    /// Gets in touch with somebody, in a user's words.
    CONTACT: "sell vends vendez vendre verkauf verkaufe verkaufen vende vender claim nudge chase reassure congratulate brief decline reject warn reclame reclamez reclamer refuse refusez decline felicite rassure \
        transmets transmettez transmettre conteste contester resilie reklamiere reklamieren beanstande beanstanden mahne mahnen gratuliere beruhige \
        kundige kundigen storniere lehne sage reclama reclamar rechaza rechazar felicita tranquiliza ask contact thank invite confirm cancel remind request arrange organise organize apply register rsvp introduce propose know \
        reach coordinate apologise apologize complain offer enquire inquire invoice call convince agree negotiate dispute \
        demande demander contacter contacte remercie remercier inviter invite confirme confirmer annule annuler rappelle organise organiser \
        propose proposer inscris inscrire savoir prevenir previens excuse frage fragen kontaktiere danke bestatige bestatigen absagen \
        sage einladen erinnere organisiere anmelden vereinbare bitte pregunta preguntar contacta agradece confirma confirmar cancela \
        recuerda organiza propon saber inscribe dile diles acknowledge beantworte beantworten beantwortet benachrichtige benachrichtigen \
        verstandige melde contesta contestar conteste escribe escribir comunica comunicar notifica notificar avertis avertir signale signaler";
    /// Orders something that costs money, in a user's words.
    ORDER: "restock replenish nachbestellen nachbestelle reapprovisionne reapprovisionner repon reponer festmachen klarmachen order reorder book reserve subscribe renew rent hire get commander commande commandez reserver reserve reservez abonner \
        louer prends prenez prendre bestelle bestell buch reservier kauf miet bestellen buche buchen reserviere mieten pide pedir encarga reserva reservar alquila contrata";
    /// Gets something for money, as a tool's verb.
    ACQUIRE: "buy buys purchase purchases checkout book reserve rent lease acheter achete commander commande reserver louer kaufen kaufe \
        einkaufen bestellen bestelle buchen buche reservieren mieten comprar compra reservar alquilar contratar encargar pedir provision \
        runinstances";
    /// What is bought, as a thing that is made.
    PURCHASE: "order orders purchase booking reservation po preorder bestellung bestellungen buchung reservierung auftrag pedido pedidos \
        reserva compra domain domains instances vm license licenses licence seats ticket_purchase billet billets achat achats";
    /// Binds, or ends what binds, as a tool's verb.
    BIND: "sign accept renew cancel terminate enroll alta subscribe unsubscribe extend signer signe accepter renouveler resilier annuler \
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
    CONTRACT: "contract contracts agreement terms subscription subscriptions plan lease envelope offer policy_renewal membership abono \
        mandate contrat contrats avenant abonnement abonnements bail forfait vertrag vertrage abo tarif contrato contratos suscripcion \
        convenio nda warranty";
    /// Puts data somewhere on a network.
    UPLOAD: "upload webhook push sync network http curl egress ingest outbound exfil* televers* subir hochladen pastebin gist ftp";
    /// Makes something visible to everybody.
    PUBLISH: "publish tweet retweet publier publication publicar publica veroffentlich* publie publiez broadcast";
    /// Asks, in a user's words, to make something visible.
    ANNOUNCE: "spread diffuse diffusez diffuser verbreite verbreiten difunde difundir post tweet announce publish release poster annoncer annonce anunciar anuncia posten ankundigen";
    /// A place where everybody reads along.
    SOCIAL: "linkedin twitter facebook instagram mastodon bluesky reddit youtube tiktok medium blog newsroom pastebin gist website";
    /// Moves money by itself.
    PAY: "abona abonar reintegra reintegrar contribute aportar aporta aportacion donar dona spenden spende cotiser pay refund reimburse remit disburse withdraw charge purchase buy donate tip pays paie payer payez paye regle regler \
        reglez rembourser rembourse remboursez virer vire acheter achete achetez verser verse pagar paga compra comprar \
        reembolsar reembolsa zahle zahl zahlen bezahl* uberweis uberweise* kaufe kaufen erstatte erstatten auszahlen settle";
    /// Money as a thing that is moved.
    MONEY: "money fund funds payment payments transfer transfers wire transaction transactions payout payouts refund refunds \
        invoice invoices bill bills payroll paiement paiements virement virements facture factures argent fonds remboursement \
        pago pagos transferencia factura dinero zahlung zahlungen uberweisung rechnung geld erstattung cash cryptocurrency crypto \
        salary expense expenses deposit rent subscription remboursements salaires devolucion devoluciones reembolso reembolsos transferencias \
        facturas nominas sueldos erstattungen ruckerstattung ruckerstattungen uberweisungen rechnungen auszahlung auszahlungen lohne gehalter";
    /// Ends something for good.
    DELETE: "rm rmdir unlink delete purge destroy wipe erase drop truncate expunge obliterate shred supprimer supprime supprimez supprim* effacer efface \
        effacez purger detruire detruis ecraser loschen losche geloscht vernichten borrar borra eliminar elimina destruir vider vide videz \
        vaciar leeren borres borre elimines elimine supprimes loscht deleting removing deletion suppression";
    /// Takes something away, often harmlessly.
    REMOVE: "empty tear teardown discard scrap ditch nuke zap prune thin trim dispose jeter jette jetez demonte demonter demontez debarrasse dunn dunne \
        ausdunnen leere wegwerfen wirf abreissen reiss aufraumen abbauen desmonta desmontar tira tirar tumba tumbar vacia deshazte poda podar \
        remove clear clean cleanup retirer retire enlever enleve nettoyer nettoie entfernen entferne quitar quita limpiar limpia \
        uninstall tidy menage deduplicate";
    /// Runs code.
    EXEC: "spawn exec shell bash terminal command powershell console cmd sh ssh subprocess ejecutar executer";
    /// Gives somebody power.
    GRANT: "allow erlaube erlauben permite permitir autorise autorisez entriegeln entsperren freischalten freischalte deverrouiller debloquer debloque debloquez unblock reinstate desbloquear grant invite authorize authorise permit promote elevate accorder inviter invite autoriser autorise promouvoir \
        attribuer conceder invitar autorizar erteilen berechtigen einladen accorde donne donner give dale erteile unlock";
    /// Lets somebody see.
    SHARE: "share sharing partager partage partagez compartir comparte teilen teile freigeben shared";
    /// Power over something, as a thing.
    ACCESS: "access permission permissions role roles privilege privileges acl admin administrator owner policy collaborator \
        member membership guest acces droit droits autorisation permiso permisos rol zugriff recht rechte rolle berechtigung \
        ownership iam sudo superuser";
    /// What proves who one is.
    CREDENTIAL: "factors authenticator authenticators keys recovery recuperacion recuperation wiederherstellung passkey password passphrase credential credentials token apikey key pat secret secrets otp passwort kennwort contrasena \
        clave motdepasse identifiants jeton cle ssh_key certificate login";
    /// Switches something off or around.
    OFF: "disarm disarms desarmer desarme desarmez desarmar desarma entscharfen entscharfe disable disables deactivate stop suspend bypass skip ignore override mute snooze silence stummschalten silenciar unprotect off desactiver desactive \
        couper coupe arreter arrete suspendre contourner desactivar desactiva apagar detener deaktivieren abschalten ausschalten \
        stoppen umgehen disabled relax weaken lower unset kill";
    /// Something that catches mistakes and attacks.
    SAFETY: "disarm desarmer desarmar entscharfen verificacion verifizierung authentification authentifizierung autenticacion zweifaktor multifactor alarmas alertes supervision smoke detector detectors rauchmelder detecteur brandmelder feuermelder fumee humo sirene siren antitheft log logs logging audit auditing auditd backup backups snapshot snapshots monitoring monitor alert alerts alerting alarm \
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
    SECRET: "llavero trousseau schlusselbund tresor secret secrets password passwords passwd passphrase credential credentials apikey privkey vault keychain keyring cookies env \
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
    NOTE: "kommentar kommentare comentario comentarios carnet cahier notebook diary cuaderno libreta notizbuch tagebuch notiere notier notez noter anota apunta note notes task tasks todo memo ticket_note interne nota notas notiz notizen aufgabe tarea tache comment comments \
        internal commentaire log activity";
    /// All of it.
    WHOLE: "all every everything entire bulk whole mass any tous toutes tout entier todos todas todo alle alles gesamt massive";
    /// For anybody to see.
    PUBLIC: "public anyone everyone world anonymous allusers publique publico offentlich internet unauthenticated";
    /// Before everybody.
    OPENLY: "publicly openly offentlich publiquement publicamente";
    /// Power over others.
    STRONG: "admin administrator owner root superuser sudo editor writer full administrateur proprietaire write administrador \
        besitzer eigentumer wheel cluster maintainer";

    // Names of payload fields.
    /// Who or where something goes to.
    TO: "to recipient recipients cc bcc email emails address addresses destination dest target payee beneficiary beneficiaire \
        destinataire destinataires vers avec para destinatario con an empfanger user users member invitee grantee principal with \
        guest a who assignee attendees participants invitees receiver contact partager handle phone number channel channels kanal canal";
    /// How much.
    AMOUNT: "amount summe gesamtsumme gesamtbetrag endbetrag montant betrag importe monto total sum price somme amt cents minor";
    /// Where money is kept.
    ACCOUNT: "bankverbindung kontoverbindung bankdaten kontodaten iban account rib wallet compte konto cuenta payee routing bban sortcode acct beneficiary beneficiaire recipient kontonummer";
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
