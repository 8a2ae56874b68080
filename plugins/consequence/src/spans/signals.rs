//! What gives away a text that speaks to whoever reads it for the user, as
//! data: turns of phrase and verbs in English, French, German and Spanish, in
//! the folded form of [`crate::words`]. No single one decides anything.

use std::ops::{BitOr, BitOrAssign};
use std::sync::LazyLock;

use crate::effect::Effects;
use crate::words::Words;

/// A set of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals(u16);

impl Signals {
    /// No signal.
    pub const NONE: Signals = Signals(0);
    /// Tells the reader to do something.
    pub const ORDER: Signals = Signals(1);
    /// Speaks to a machine that reads: an assistant, an agent, a model.
    pub const AGENT: Signals = Signals(1 << 1);
    /// Sets aside what was asked before.
    pub const OVERRIDE: Signals = Signals(1 << 2);
    /// Speaks of the reader's task or of the user in the third person.
    pub const TASK: Signals = Signals(1 << 3);
    /// Dressed up as another speaker's turn: a role, a tag, a system line.
    pub const ROLE: Signals = Signals(1 << 4);
    /// A call to attention before the order: `TODO`, `IMPORTANT`, capitals.
    pub const ALARM: Signals = Signals(1 << 5);
    /// Wants nobody asked or told.
    pub const SECRECY: Signals = Signals(1 << 6);
    /// Not on the screen of somebody who reads the page.
    pub const HIDDEN: Signals = Signals(1 << 7);
    /// Says that something else is so from now on.
    pub const CHANGE: Signals = Signals(1 << 8);
    /// Claims somebody's leave.
    pub const LEAVE: Signals = Signals(1 << 9);
    /// Says that something has to be done, without an order.
    pub const DUE: Signals = Signals(1 << 10);
    /// Gives the reader something to do, as one notes it for oneself.
    pub const TODO: Signals = Signals(1 << 11);

    /// Signals that no honest text to a human has.
    pub const PLOT: Signals =
        Signals(Self::AGENT.0 | Self::OVERRIDE.0 | Self::TASK.0 | Self::ROLE.0 | Self::SECRECY.0);

    /// Signals that set a passage off from the honest text around it.
    pub const ILL: Signals = Signals(Self::PLOT.0 | Self::HIDDEN.0 | Self::TODO.0);
    /// Signals that say something to the reader.
    pub const SAYS: Signals = Signals(Self::ORDER.0 | Self::CHANGE.0 | Self::DUE.0 | Self::PLOT.0);

    /// True when the two sets share a signal.
    pub const fn any(self, of: Signals) -> bool {
        self.0 & of.0 != 0
    }

    /// Those that the other set has not.
    pub const fn without(self, of: Signals) -> Signals {
        Signals(self.0 & !of.0)
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// As a number, for the notes.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// From a number of the notes.
    pub const fn from_bits(bits: u16) -> Signals {
        Signals(bits)
    }
}

impl BitOr for Signals {
    type Output = Signals;

    fn bitor(self, other: Signals) -> Signals {
        Signals(self.0 | other.0)
    }
}

impl BitOrAssign for Signals {
    fn bitor_assign(&mut self, other: Signals) {
        self.0 |= other.0;
    }
}

/// Turns of phrase and what they signal. A `*` at a word's end stands for any
/// ending; `;` parts phrases.
#[rustfmt::skip]
pub const PHRASES: &[(Signals, &str)] = &[
    (Signals::AGENT,
        // English
        "ai assistant;ai agent;ai model;an ai;any ai;the ai;ais;llm;llms;language model*;chatbot;chat bot;dear assistant;the assistant;this assistant;\
         hey assistant;hello assistant;your assistant*;onboard assistant*;voice assistant*;smart assistant*;by assistants;ai reader*;assistant must;assistant should;assistant note;note to assistant*;attention assistant*;automated agent*;\
         virtual assistant;digital assistant;any assistant;assistants must;assistants should;assistants reading;agents must;agents should;agents reading;\
         agents that;for agents;for assistants;the agent;to the agent;agent must;agent should;agent note;the bot;bot must;autonomous agent*;\
         claude;chatgpt;gpt;copilot;gemini;llama;mistral;as an ai;you are an;you are now;your system prompt;your instructions;your tools;your capabilities;\
         whoever processes this;processing this message;reading this;reads this;who read this;handling this;handles this;processes this;on the user s behalf;on behalf of the user;\
         dear model;the model must;the model should;model should;copilots;\
         assistant to the user;summarizing this;summarising this;if you are reading;when you read this;when reading this;when processing this;\
         crawler*;automated system*;automated reader*;automated tool*;automated process*;for automation;\
         assistant ia;une ia;l ia;les ia;agent ia;cher assistant;l assistant;assistants ia;modele de langage;lisent ceci;lit ceci;lisant ceci;traitent ceci;traite ceci;si tu lis ceci;si vous lisez ceci;agents automatiques;agent automatique;\
         robot de lecture;assistant virtuel;assistant numerique;votre assistant;ton assistant;assistant vocal;assistant de bord;a l attention de l assistant;a l attention des assistants;\
         ki assistent*;ki agent*;eine ki;die ki;ki modell*;sprachmodell*;lieber assistent;der assistent;an den assistenten;an assistenten;vom assistenten;ihr assistent;dein assistent;geehrter assistent;sprachassistent*;bordassistent*;digitale* assistent*;\
         wer das liest;wer dies liest;das hier liest;dies liest;dies lesen;das hier lesen;wenn du das liest;wenn sie das lesen;automatisierte* agent*;automatische* system*;\
         asistente de ia;agente de ia;una ia;la ia;modelo de lenguaje;querido asistente;el asistente;asistente virtual;asistentes automaticos;al asistente;por el asistente;su asistente;tu asistente;asistente de voz;asistente de a bordo;estimado asistente;lea esto;lean esto;leen esto;leyendo esto;procese esto;procesen esto;si lees esto;agentes automaticos;sistema automatico"),
    (Signals::OVERRIDE,
        "ignore your;ignore all;ignore the above;ignore previous;ignore any;ignore the previous;ignore what;ignore everything;disregard all;disregard the;disregard previous;\
         disregard your;disregard any;forget all;forget your;forget everything;forget the above;forget previous;override previous;override all;override your;\
         supersedes all;supersede all;supersedes previous;supersedes any;supersedes your;takes precedence over;replaces your;new instruction*;new instructions;updated instructions;\
         instead of the task;instead of what;previous instruction*;prior instruction*;earlier instruction*;above instruction*;real task;actual task;true task;new task;\
         following instruction*;strictly adhere;stop what you;drop the current;\
         ignore tes;ignorez vos;ignore les instructions;ignorez les instructions;ignore toutes;ignorez toutes;oublie tes;oublie tout;oubliez vos;oubliez tout;instructions precedentes;\
         consignes precedentes;nouvelles instructions;nouvelle consigne;ne tiens pas compte;ne tenez pas compte;remplace les instructions;\
         ignoriere alle;ignorieren sie alle;ignoriere die;ignoriere deine;ignorieren sie die;vergiss alle*;vergiss deine;vergessen sie alle*;vorherige* anweisung*;bisherige* anweisung*;\
         fruhere* anweisung*;neue anweisung*;neue aufgabe;vorige* anweisung*;obige* anweisung*;\
         ignora tus;ignora las;ignore las;ignora todas;ignora todo;olvida tus;olvida todo;olvida las;olvide todo;instrucciones anteriores;instrucciones previas;nuevas instrucciones;\
         nueva tarea;haz caso omiso;haga caso omiso"),
    (Signals::TASK,
        "the task that i gave;task i gave you;tasks i gave;your task;your original task;original task;current task;task at hand;before you can;before you continue;before continuing with;\
         before you do;before you answer;before answering;before you proceed;before proceeding;before responding;before replying;before summar*;before completing;to complete the task;complete your task;finish your task;\
         do the following first;following first;do the following;after you do that;after that you can;once you have done;once done you;then continue with;\
         then you can continue;then resume;then proceed with;as part of your task;as part of this task;required to continue;in order to continue;necessary to complete;needed to complete;\
         the user s;the users s;the user has;the user wants;the user asked;the user requested;the user already;user has already;user wants;user authorized;user authorised;user consent*;user has approved;user confirmed;\
         your user;your principal;your owner;your operator;your human;your response;your reply must;your answer must;your summary;your output;\
         tool call*;function call*;use your;call the tool;use the tool;with your tool*;using your tool*;system prompt;conversation history;chat history;\
         ta tache;votre tache;tache en cours;avant de continuer;avant de repondre;avant de resumer;avant toute;l utilisateur;de l utilisateur;pour terminer la tache;pour finir la tache;\
         faites d abord;fais d abord;commence par;commencez par;ensuite tu peux;ensuite vous pouvez;ta reponse;votre reponse doit;ton resume;\
         deine aufgabe;ihre aufgabe;deiner aufgabe;bevor du;bevor sie;vor der zusammenfassung;der benutzer;des benutzers;der nutzer;des nutzers;dem nutzer;nutzer hat;benutzer hat;zuerst folgendes;\
         folgendes zuerst;erledige zuerst;danach kannst du;danach konnen sie;deine antwort;in deiner antwort;um die aufgabe;\
         tu tarea;su tarea;tarea original;antes de continuar;antes de responder;antes de resumir;el usuario;del usuario;al usuario;para completar la tarea;haz primero;haga primero;\
         despues puedes;luego puedes;tu respuesta;en tu respuesta;tu resumen"),
    (Signals::ROLE,
        "system message;system note;system notice;system instruction*;system override;system update;system prompt;system admin message;admin override;admin note;admin instruction*;\
         developer message;developer note;developer mode;begin instruction*;end instruction*;instructions for the;instruction to;instructions to the;important message from;\
         a message from me;message to you;note to the;maintenance mode;debug mode;priority instruction*;security protocol;end of document;end of email;end of message;end of user;start of new;\
         message du systeme;message systeme;note systeme;consigne systeme;instruction systeme;mode developpeur;debut des instructions;\
         systemnachricht;systemhinweis;systemanweisung;systemmeldung;entwicklermodus;anweisung an;anweisung fur;hinweis an;hinweis fur;\
         mensaje del sistema;nota del sistema;instruccion del sistema;aviso del sistema;modo desarrollador;nota para;instruccion para;instrucciones para"),
    (Signals::ALARM,
        "important;urgent;attention;action required;action needed;mandatory;required action;immediately;asap;right away;at once;critical;priority;time sensitive;\
         final notice;last reminder;imperatif;imperativement;immediatement;tout de suite;sans delai;sans attendre;obligatoire;action requise;des maintenant;\
         wichtig;dringend;achtung;sofort;umgehend;unverzuglich;pflicht;zwingend;erforderlich;handlungsbedarf;\
         importante;urgente;atencion;inmediatamente;de inmediato;cuanto antes;obligatorio;imprescindible;accion requerida;ya mismo"),
    (Signals::TODO, "todo;a faire;zu erledigen;por hacer;pendiente de hacer"),
    (Signals::SECRECY,
        "do not tell;don t tell;do not mention;don t mention;do not inform;don t inform;do not notify;do not ask;don t ask;without asking;without telling;without confirm*;\
         without informing;without notifying;without mention*;without the user;no confirmation;no need to ask;no need to confirm;no need to mention;silently;quietly;in the background;discreetly;\
         do not reveal;do not disclose;don t disclose;keep this between;keep this confidential;never mention;do not report;no approval needed;no further approval;skip confirmation;without approval;\
         ne dis rien;ne dites rien;ne mentionne pas;ne mentionnez pas;ne pas mentionner;ne previens pas;ne prevenez pas;ne demande pas;sans demander;sans prevenir;sans en parler;sans confirmation;\
         sans le mentionner;sans validation;discretement;en silence;inutile de demander;inutile de confirmer;inutile de prevenir;\
         sag nichts;sagen sie nichts;erwahne nicht;erwahne dies nicht;nicht erwahnen;ohne ruckfrage;ohne nachfrage;ohne zu fragen;ohne bestatigung;ohne hinweis;stillschweigend;heimlich;\
         keine ruckfrage;nicht nachfragen;ohne den nutzer;ohne den benutzer;\
         no digas;no lo menciones;no menciones;no mencione;no preguntes;no pregunte;sin preguntar;sin avisar;sin confirmar;sin confirmacion;sin decir;en silencio;discretamente;no avises;no informes;no hace falta confirmar"),
    (Signals::CHANGE,
        "has changed;have changed;has moved;have moved;has been replaced;has been updated;have been updated;is now;are now;no longer;new account;new bank;new iban;new details;new payment details;new address;new number;\
         new email;new card;changed our;changed my;moved to;switched to;from now on;effective immediately;as of today;henceforth;going forward;instead of the old;replaces the;old account;account is closed;being audited;under review;\
         a change;ont change;nouveau compte;nouvel iban;nouveau rib;nouvelles coordonnees;nouvelle adresse;desormais;dorenavant;a compter de;a partir de maintenant;ancien compte;ancien rib;\
         hat sich geandert;haben sich geandert;neues konto;neuen konto;neue iban;neue bankverbindung;neue adresse;ab sofort;ab heute;kunftig;in zukunft;altes konto;alte konto;nicht mehr;\
         ha cambiado;han cambiado;nueva cuenta;nuevo iban;nuevos datos;nueva direccion;a partir de ahora;desde hoy;en adelante;cuenta anterior;ya no"),
    (Signals::DUE,
        "must be;must have;needs to be;need to be;has to be;have to be;has to go;have to go;needs to go;is required;are required;is mandatory;is due;only valid;only if;should be sent;should be paid;must go;goes to;to secure;to guarantee;to confirm;to avoid;\
         to keep;to verify;otherwise;failing which;payable to;unless;\
         doit etre;doivent etre;est requis*;faut;il convient;au lieu de;pour confirmer;pour garantir;pour eviter;a envoyer a;a regler sur;a verser;sous peine;\
         muss;mussen;ist erforderlich;ist notwendig;ist zu;sind zu;statt;anstelle;um zu bestatigen;nur gultig;andernfalls;\
         debe ser;deben ser;debe hacerse;hay que;es necesario;es obligatorio;en lugar de;en vez de;para confirmar;para garantizar;para evitar;se requiere;de lo contrario"),
    (Signals::LEAVE,
        "pre approved;preapproved;already approved;already authori*;has been approved;have been approved;approved by;authorized by;authorised by;with the permission;permission from;has authorized;has authorised;\
         on the authority;per management;management has;security team;legal team;compliance team;cleared by;signed off;\
         deja approuve*;deja valid*;valide par;approuve par;autorise par;accord de la;avec l accord;\
         bereits genehmigt;bereits freigegeben;genehmigt von;freigegeben von;autorisiert von;mit erlaubnis;im auftrag;\
         ya aprobado;ya autorizado;aprobado por;autorizado por;con permiso;visto bueno"),
];

/// Verbs as one orders with them, and what they bring about.
#[rustfmt::skip]
pub const VERBS: &[(Effects, &str)] = &[
    (Effects::SEND,
        "send forward email mail message text reply respond notify tell contact write submit report transmit deliver relay dm call ask inform cc bcc share give provide ping mention say recommend include append attach \
         envoie envoies envoyez envoyer transmets transmettez transmettre transfere transferez transferer reponds repondez repondre ecris ecrivez ecrire contacte contactez contacter previens prevenez communique \
         communiquez communiquer fournis fournissez donne donnez donner avise avisez relaie relayez joins joignez indique indiquez \
         sende senden schicke schick schicken leite leiten weiterleiten antworte antworten schreibe schreib schreiben kontaktiere kontaktieren informiere informieren melde melden teile teilen ubermittle ubermitteln gib geben nenne \
         envia enviale envie enviar manda mandale mande mandar reenvia reenvie reenviar responde responda responder escribe escriba escribir contacta contacte contactar avisa avise informa informe comunica comunique facilita facilite \
         proporciona proporcione adjunta adjunte di diga"),
    (Effects::PAY,
        "pay transfer wire remit refund reimburse purchase buy donate deposit withdraw settle credit charge tip book reserve order subscribe renew rent hire secure repay \
         paie paye payez payer vire virez virer verse versez verser regle reglez regler rembourse remboursez achete achetez acheter reserve reservez reserver commande commandez crediter credite abonne abonnez \
         zahle zahlen bezahle bezahlen uberweise uberweisen kaufe kaufen erstatte erstatten buche buchen reserviere reservieren bestelle bestellen spende spenden \
         paga pague pagar transfiere transfiera transferir abona abone abonar compra compre comprar ingresa ingrese deposita deposite reembolsa reembolse reserva reservar encarga encargue dona done"),
    (Effects::WRITE,
        "book reserve order subscribe renew rent hire reserver reservez commande commandez buche buchen reserviere reservieren bestelle bestellen reserva reservar encarga encargue"),
    (Effects::DELETE,
        "delete remove erase wipe purge drop clear destroy cancel unsubscribe discard trash overwrite rm rmdir uninstall shred scrub truncate revoke dispose \
         supprime supprimez supprimer efface effacez effacer annule annulez annuler vide videz vider retire retirez retirer detruis detruisez detruire ecrase ecrasez ecraser desinstalle desinstallez revoque revoquez \
         losche loschen entferne entfernen storniere stornieren leere leeren vernichte vernichten uberschreibe uberschreiben deinstalliere deinstallieren widerrufe widerrufen \
         borra borre borrar elimina elimine eliminar cancela cancele cancelar vacia vacie quita quite quitar destruye destruya destruir sobrescribe sobrescriba sobrescribir desinstala desinstale revoca revoque"),
    (Effects::ACCESS,
        "grant invite authorize authorise unlock release promote whitelist allow permit approve enroll reset add share give open assign elevate pair link \
         accorde accordez invite invitez inviter autorise autorisez autoriser deverrouille deverrouillez deverrouiller ouvre ouvrez ouvrir libere liberez liberer ajoute ajoutez ajouter partage partagez partager promeus approuve approuvez \
         gewahre gewahren lade einladen erteile erteilen entsperre entsperren entriegele entriegeln offne offnen erlaube erlauben genehmige genehmigen fuge hinzufugen gib teile teilen \
         concede conceda invita invite autoriza autorice desbloquea desbloquee desbloquear libera libere liberar abre abra abrir anade anada agrega agregue comparte comparta aprueba apruebe permite permita"),
    (Effects::PUBLISH,
        "post publish tweet upload announce share push commit merge star follow like upvote \
         publie publiez publier poste postez annonce annoncez televerse televersez \
         veroffentliche veroffentlichen poste posten lade hochladen \
         publica publique publicar sube suba subir anuncia anuncie"),
    (Effects::EXECUTE,
        "run execute install launch invoke curl source eval deploy start activate enable \
         execute executez executer lance lancez installe installez active activez demarre \
         fuhre ausfuhren starte starten installiere installieren aktiviere aktivieren \
         ejecuta ejecute ejecutar instala instale lanza lance activa active"),
    (Effects::OFF,
        "disable deactivate stop skip bypass suspend mute pause disarm silence switch turn \
         desactive desactivez desactiver arrete arretez coupe coupez suspends contourne contournez \
         deaktiviere deaktivieren schalte schalten stoppe stoppen umgehe umgehen uberspringe \
         desactiva desactive desactivar apaga apague deten detenga omite omita salta salte"),
    (Effects::WRITE,
        "create update change set modify edit move rename replace make schedule record register save enter accept confirm agree sign store fill put use copy insert concatenate withdraw adjust raise lower increase mark add open assign append extend postpone reschedule restore duplicate configure reassign resize convert lock unlock release overwrite \
         cree creez creer modifie modifiez modifier change changez changer mets mettez mettre remplace remplacez enregistre enregistrez enregistrer accepte acceptez confirme confirmez utilise utilisez copie copiez saisis saisissez saisir inscris inscrivez inscrire ajuste ajustez ajuster ajoute ajoutez ajouter ouvre ouvrez renomme renommez renommer deplace deplacez deplacer reporte reportez reporter prolonge prolongez applique appliquez copier remplacer verrouille verrouillez ecrase ecrasez \
         erstelle erstellen andere andern aktualisiere aktualisieren setze setzen ersetze ersetzen speichere speichern bestatige bestatigen trage eintragen nutze nutzen verwende verwenden kopiere passe unterschreibe kopieren verschiebe verschieben stelle stellen lege anlegen festlegen offne offnen benenne umbenennen fuge hinzufugen einfugen eintragen verlangere verlangern ersetze ersetzen uberschreibe uberschreiben schreibe schreiben \
         crea cree crear actualiza actualice actualizar cambia cambie cambiar modifica modifique pon ponga reemplaza reemplace registra registre guarda guarde acepta acepte confirma confirme usa use utiliza utilice copia copie copiar firma firme anade anada anadir agrega agregue agregar renombra renombre renombrar mueve mueva mover abre abra aplaza aplace aplazar aplica aplique establece establezca fija fije reemplazar sustituye sustituya modificar escribe escriba escribir sobrescribe sobrescriba"),
    (Effects::READ,
        "visit read fetch browse go click check look retrieve access search get list view find load navigate download gather collect see scan \
         visite visitez visiter lis lisez lire clique cliquez va allez consulte consultez ouvre ouvrez telecharge telechargez recupere recuperez cherche cherchez \
         besuche besuchen lies lesen klicke klicken gehe offne offnen rufe abrufen lade herunterladen suche suchen hole holen sammle \
         visita visite visitar lee lea haz pulsa pulse ve vaya consulta consulte abre abra descarga descargue recupera recupere busca busque recopila"),
];

/// Words that may stand between the beginning of a clause and its verb.
#[rustfmt::skip]
pub const FILLERS: &str =
    "please kindly then and but mais aber pero actually also first firstly now next finally just must should shall need needs to have has make sure be do does don t dont not forget remember you your always immediately todo important urgent \
     step instead additionally i want would like could can will ask us we d ll so if only let simply quickly directly automatically again ensure important attention note task re required it is mandatory essential \
     s il te vous plait veuillez merci de d abord ensuite puis et il faut tu dois devez pense pensez n oublie oubliez pas assure assurez toi aussi immediatement maintenant enfin \
     bitte dann und auch zuerst zunachst jetzt sie du musst mussen sollst sollen sollten vergiss vergessen nicht unbedingt sofort danach anschliessend \
     por favor luego despues y tambien primero ahora debes debe tienes tiene que hay no olvides olvide asegurate asegurese inmediatamente finalmente";

/// The verbs and fillers in order: a filler has no effect of its own.
static TABLE: LazyLock<Vec<(&'static str, Effects, bool)>> = LazyLock::new(|| {
    let mut table: Vec<(&str, Effects, bool)> = Vec::new();
    for (effects, words) in VERBS {
        table.extend(words.split_ascii_whitespace().map(|w| (w, *effects, false)));
    }
    let fillers = FILLERS.split_ascii_whitespace();
    table.extend(fillers.map(|w| (w, Effects::NONE, true)));
    table.sort_unstable_by(|a, b| a.0.cmp(b.0));
    table.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 |= next.1;
            kept.2 |= next.2;
        }
        same
    });
    table
});

/// The turns of phrase in the order of their first words.
static TURNS: LazyLock<Vec<(&'static str, Signals)>> = LazyLock::new(|| {
    let mut turns: Vec<(&str, Signals)> = PHRASES
        .iter()
        .flat_map(|(signals, phrases)| phrases.split(';').map(|p| (p, *signals)))
        .collect();
    turns.sort_unstable_by_key(|turn| first(turn.0));
    turns
});

/// The first word of a phrase without its open end.
fn first(phrase: &str) -> &str {
    let word = phrase.split(' ').next().unwrap_or(phrase);
    word.trim_end_matches('*')
}

/// Builds the tables, so that no observation has to.
pub fn prepare() {
    LazyLock::force(&TABLE);
    LazyLock::force(&TURNS);
}

fn entry(word: &str) -> Option<(Effects, bool)> {
    let at = TABLE.binary_search_by(|e| e.0.cmp(word)).ok()?;
    TABLE.get(at).map(|e| (e.1, e.2))
}

/// A verb's effects; none when it is no verb one orders with.
pub fn verb(word: &str) -> Effects {
    entry(word).map_or(Effects::NONE, |e| e.0)
}

/// True when the word may stand before the verb of an order.
pub fn is_filler(word: &str) -> bool {
    entry(word).is_some_and(|e| e.1) || word.bytes().all(|b| b.is_ascii_digit())
}

/// True for those who read for somebody, in the plural: a text that says what
/// `assistants`, `Buchungsassistenten` or `les assistants` do tells them what to do.
pub fn is_audience(word: &str) -> bool {
    const THOSE: [&str; 6] = [
        "assistants",
        "assistenten",
        "assistenzsysteme",
        "asistentes",
        "chatbots",
        "bots",
    ];
    word.len() >= 4 && THOSE.iter().any(|those| word.ends_with(those))
}

/// What the turns of phrase in a sentence signal, and at which word the first stands.
pub fn turns(words: &Words) -> (Signals, Option<usize>) {
    let mut signals = Signals::NONE;
    let mut place = None;
    for i in 0..words.len() {
        let word = words.get(i);
        // A first word with an open end sorts before what it begins, so the
        // few with the same three letters are tried.
        let stem = super::short(word, 2);
        let from = TURNS.partition_point(|t| first(t.0) < stem);
        if is_audience(word) {
            signals |= Signals::AGENT;
        }
        signals |= TURNS[from..]
            .iter()
            .take_while(|t| first(t.0) <= word)
            .filter(|t| words.starts_at(i, t.0))
            .fold(Signals::NONE, |all, t| all | t.1);
        if place.is_none() && signals != Signals::NONE {
            place = Some(i);
        }
    }
    (signals, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_are_folded() {
        for (_, words) in VERBS {
            for word in words.split_ascii_whitespace() {
                let read = crate::words::Words::of(word);
                assert_eq!(read.iter().collect::<Vec<_>>(), [word]);
            }
        }
        for (_, phrases) in PHRASES {
            for phrase in phrases.split(';') {
                let folded = crate::words::Words::of(&phrase.replace('*', ""));
                let words: Vec<_> = folded.iter().collect();
                assert_eq!(words.join(" "), phrase.replace('*', ""), "{phrase}");
            }
        }
    }
}
