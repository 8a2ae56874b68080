use super::*;
use coldnotch_plugin::json::{Value, json};

fn of(kind: &str, payload: Value) -> Effects {
    let fields = crate::payload::fields(&payload);
    let targets = target::targets(&fields, &crate::settings::Settings::default());
    effects(&type_words(kind, &fields), &fields, &targets)
}

#[test]
fn the_type_is_understood_in_any_style_and_language() {
    for kind in [
        "payments.create",
        "createPayment",
        "virement_creer",
        "BankManagerTransferFunds",
        "frais.rembourser",
        "send_money",
    ] {
        assert!(of(kind, json!({})).any(Effects::PAY), "{kind}");
    }
    for kind in [
        "payments.list",
        "getScheduledTransactions",
        "refund_status",
        "facture_consulter",
        "ViewSavedPaymentMethods",
    ] {
        assert_eq!(of(kind, json!({})), Effects::READ, "{kind}");
    }
    for kind in [
        "delete_record",
        "purgeData",
        "drive.vider_corbeille",
        "crm__destroy",
    ] {
        assert!(of(kind, json!({})).any(Effects::DELETE), "{kind}");
    }
    for kind in [
        "gmail__send",
        "envoyer_mail",
        "chat.postReply",
        "mail_senden",
        "correo.enviar",
    ] {
        assert!(of(kind, json!({})).any(Effects::SEND), "{kind}");
    }
}

#[test]
fn a_general_tool_does_what_its_arguments_say() {
    assert!(
        of(
            "execute",
            json!({"op": "wire", "amount": 10, "iban": "CY17002001280000001200527600"})
        )
        .any(Effects::PAY)
    );
    assert!(of("crm__bulk_action", json!({"action": "destroy"})).any(Effects::DELETE));
    assert!(
        of(
            "http_request",
            json!({"method": "POST", "url": "https://x.example"})
        )
        .any(Effects::UPLOAD)
    );
    assert_eq!(
        of(
            "http_request",
            json!({"method": "GET", "url": "https://x.example"})
        ),
        Effects::READ
    );
}

#[test]
fn what_is_bought_and_what_binds_is_told_from_looking_it_up() {
    for kind in [
        "flights.book",
        "shop.order",
        "order_create",
        "bestellung_ausloesen",
        "registerDomain",
        "hotel__reserve",
        "billets.reserver",
    ] {
        assert!(of(kind, json!({})).any(Effects::BUY), "{kind}");
    }
    for kind in [
        "contract.sign",
        "contrat.resilier",
        "pixelboard.change_plan",
        "subscription_cancel",
        "accept_terms",
    ] {
        assert!(of(kind, json!({})).any(Effects::BIND), "{kind}");
    }
    for kind in [
        "get_order_details",
        "order.update_address",
        "orders.list",
        "booking_status",
        "contract_read",
    ] {
        assert!(
            !of(kind, json!({})).any(Effects::BUY | Effects::BIND),
            "{kind}"
        );
    }
}

#[test]
fn a_draft_is_one_unless_a_flag_says_the_contrary() {
    assert!(of("create_draft", json!({})).any(Effects::DRAFT));
    assert!(
        of(
            "crm__bulk_action",
            json!({"action": "destroy", "dry_run": true})
        )
        .any(Effects::DRAFT)
    );
    assert!(of("linkedin__create_share", json!({"lifecycleState": "DRAFT"})).any(Effects::DRAFT));
    assert!(of("envoyer_mail", json!({"envoyer": false})).any(Effects::DRAFT));
    assert!(!of("create_draft", json!({"send": true})).any(Effects::DRAFT));
    assert!(!of("send_draft", json!({})).any(Effects::DRAFT));
    assert!(
        !of(
            "bulk_action",
            json!({"dry_run": false, "note": "dry run done"})
        )
        .any(Effects::DRAFT)
    );
}

#[test]
fn what_a_thing_is_called_excuses_no_verb_beside_it() {
    for kind in [
        "crm.historiqueCommandes",
        "maison.journal",
        "tienda.historialPedidos",
    ] {
        assert_eq!(of(kind, json!({})), Effects::READ, "{kind}");
    }
    for kind in [
        "historique.supprimer",
        "historial_borrar",
        "journal.effacer",
    ] {
        assert!(of(kind, json!({})).any(Effects::DELETE), "{kind}");
    }
    for kind in [
        "xero.emailInvoice",
        "compta_saisir_facture",
        "createInvoices",
    ] {
        let effects = of(kind, json!({"amount": 90, "number": "F-7"}));
        assert!(!effects.any(Effects::PAY), "{kind}");
    }
    for kind in ["create_bill_payment", "invoice.pay", "send_invoice_payment"] {
        assert!(of(kind, json!({"amount": 90})).any(Effects::PAY), "{kind}");
    }
    let invited = of(
        "calendar.invite",
        json!({"event": "fri", "to": "ana@mail.example"}),
    );
    assert!(invited.any(Effects::SEND) && !invited.any(Effects::ACCESS));
    assert!(of("workspace.invite", json!({"to": "ana@mail.example"})).any(Effects::ACCESS));
    assert!(!of("application_status", json!({"id": 7, "status": "open"})).any(Effects::READ));
}
