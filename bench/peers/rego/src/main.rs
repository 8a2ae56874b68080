//! Regorus, as a library: `peer-rego FOLDER POLICY.rego interpreter|vm`. The policy is
//! compiled once; each action is its input.

use peer_protocol::{Failure, serve};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

const DECISION: &str = "data.gate.decision";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(2);
    let (Some(path), Some(how)) = (arguments.next(), arguments.next()) else {
        return Err("usage: peer-rego FOLDER POLICY.rego interpreter|vm".into());
    };
    let mut engine = Engine::new();
    engine.add_policy_from_file(path)?;
    let policy = engine.compile_with_entrypoint(&DECISION.into())?;
    let allow = Value::from("allow");

    if how == "interpreter" {
        return serve(|line| {
            let input = Value::from_json_str(line)?;
            Ok(policy.eval_with_input(input)? == allow)
        });
    }
    let mut vm = RegoVM::new();
    vm.load_program(Compiler::compile_from_policy(&policy, &[DECISION])?);
    serve(|line| {
        vm.set_input(Value::from_json_str(line)?);
        Ok(vm.execute()? == allow)
    })
}
