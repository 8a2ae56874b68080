//! Words of what somebody says: what he promises, gives, admits and agrees.

use super::Senses;

#[rustfmt::skip]
senses! {
    from super::tools::END;

    // Words of promises.
    /// Gives money back, or asks for less of it.
    BACK: "refund refunds refunded refunding reimburse* credit credits credited crediting waive waives waived waiving compensate* \
        compensation discount discounted rembours* recredit* indemnis* dedommag* ristourn* remise avoir erstatt* gutschrift* \
        gutgeschrieben gutschreiben ruckerstatt* reembols* bonificar abonar abonaremos bonus rebate cashback voucher indemnif* \
        ruckvergut* schadensersatz descuento compensar* compensarem*";
    /// Sends or gives something back.
    RETURN: "devuelve devuelva devuelvan return returned returning renvoyer renvoie rendre rends rend rendons restituer restitue restituons reverser reverse \
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
        versprechen zusage zusagen garantia promesa garantieren";
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
        bietet anbieten angeboten schenke schenken gebe geben gibt erhalten erhaltst erhaltet bekommen bekommst bekommt raumen ofrecer ofrece ofrecemos \
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
    AGREE: "sell vends vendre verkaufe verkaufen vende vender accept accepts accepted accepting agree agrees agreed sign signs signed signing countersign approve approved undertake consent renew \
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
    EXPERT: "nurse enfermera infirmiere pflegerin dr dra doctor doctors physician pharmacist lawyer lawyers attorney advisor adviser accountant consult medecin pharmacien avocat notaire \
        conseiller consultez arzt arztin apotheker anwalt rechtsanwalt berater steuerberater medico medica farmaceutico abogado abogada asesor \
        consulte advice conseil beratung rechtsberatung asesoramiento";
}
