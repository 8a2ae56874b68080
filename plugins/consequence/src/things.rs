//! Things that go by several names: what a tool calls `email` a user calls a
//! mail, a message or eine Nachricht.
//!
//! Used only to tell whether the user named the thing that an action is done to;
//! a word that also is a name of people (bill, mark) is none of these.

/// Names of one thing, in English, French, German and Spanish, folded as
/// [`crate::words`] does it.
const THINGS: &[&str] = &[
    "email emails mail mails message messages newsletter newsletters courriel courriels nachricht nachrichten mensaje mensajes correo correos",
    "event events appointment appointments meeting meetings calendar calendrier kalender calendario agenda reminder rendezvous rdv reunion reunions evenement termin termine \
     besprechung besprechungen zahnarzttermin kalendereintrag cita citas evento eventos",
    "file files document documents doc docs attachment attachments fichier fichiers piece datei dateien dokument dokumente anhang \
     archivo archivos documento documentos fichero ficheros",
    "folder folders directory directories dossier dossiers repertoire ordner verzeichnis carpeta carpetas directorio",
    "user users member members colleague colleagues coworker employee employees person people account accounts collegue collegues \
     utilisateur utilisateurs membre membres benutzer nutzer mitglied mitglieder kollege kollegin mitarbeiter usuario usuarios \
     miembro miembros companero companera empleado empleados",
    "channel channels room rooms group groups workspace team teams canal canaux salon groupe groupes kanal kanale raum gruppe gruppen \
     equipe canales grupo grupos equipo",
    "booking bookings reservation reservations reserve stay trip reserva reservas buchung buchungen reservierung viaje reise voyage",
    "order orders purchase purchases basket cart commande commandes bestellung bestellungen pedido pedidos panier warenkorb carrito",
    "ticket tickets issue issues case cases incident incidents request requests demande vorgang vorgange fall solicitud incidencia",
    "task tasks todo todos item items tache taches aufgabe aufgaben tarea tareas",
    "note notes memo memos comment comments notiz notizen kommentar kommentare nota notas comentario comentarios commentaire commentaires",
    "contact contacts customer customers client clients lead leads kontakt kontakte kunde kunden contacto contactos cliente clientes",
    "subscription subscriptions plan plans membership abonnement abonnements abo abos suscripcion suscripciones",
    "post posts article articles page pages entry entries beitrag beitrage artikel seite seiten entrada entradas articulo articulos pagina",
    "record records row rows line lines entry datensatz datensatze zeile zeilen registro registros fila filas ligne lignes enregistrement",
    "server servers machine machines instance instances vm host hosts node nodes rechner serveur serveurs servidor servidores maquina",
    "database databases db table tables base datenbank datenbanken tabelle tabellen tabla tablas",
    "lock smartlock code pin key turschloss turcode zugangscode schlussel schloss digicode serrure cerradura llave",
    "image images photo photos picture pictures video videos bild bilder foto fotos imagen imagenes",
];

/// True when one of `words` is another name of `thing`.
pub fn named<'a>(thing: &str, words: impl Iterator<Item = &'a str> + Clone) -> bool {
    let has = |names: &str, word: &str| names.split_ascii_whitespace().any(|name| name == word);
    THINGS
        .iter()
        .filter(|names| has(names, thing))
        .any(|names| words.clone().any(|word| has(names, word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn one_thing_has_several_names() {
        let said = Words::of("Lösche die Nachricht von Ben");
        assert!(named("email", said.iter()) && named("message", said.iter()));
        assert!(!named("file", said.iter()) && !named("", said.iter()));
    }

    #[test]
    fn names_are_folded_words() {
        for name in THINGS.iter().flat_map(|t| t.split_ascii_whitespace()) {
            assert_eq!(Words::of(name).iter().collect::<Vec<_>>(), [name]);
        }
    }
}
