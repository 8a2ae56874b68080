;; A plugin whose answers are raw memory. It copies its notes to IMAGE and does as
;; their first words say, so that whoever gives the notes dictates what the host lifts:
;;
;;   word 0   where the answer of `score` and `observe` lies (0: zeros, which is ALLOW)
;;   word 1   where the next memory the host asks for is given out (0: where there is room)
;;   word 2   not 0: first ask the host for the values in the list of word 3 (where)
;;            and word 4 (how many), the answer to lie at word 5
;;   word 6   not 0: keep the session's handle, which breaks the contract
;;
;; Memory from 0 to HEAP is never written. HEAP = 0x400, IMAGE = 0x10000 (4 KiB of it).
(module
  (import "coldnotch:policy/history@0.1.0" "[method]session.find-values"
    (func $find_values (param i32 i32 i32 i32)))
  (import "coldnotch:policy/history@0.1.0" "[resource-drop]session"
    (func $drop_session (param i32)))
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 0x400))

  (func (export "cabi_realloc")
    (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    (local $place i32)
    (local.set $place
      (i32.and
        (i32.sub (i32.add (global.get $next) (local.get $align)) (i32.const 1))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $next (i32.add (local.get $place) (local.get $size)))
    (local.get $place))

  (func $answer (param $session i32) (param $notes i32) (param $len i32) (result i32)
    (if (i32.gt_u (local.get $len) (i32.const 0x1000))
      (then (local.set $len (i32.const 0x1000))))
    (memory.copy (i32.const 0x10000) (local.get $notes) (local.get $len))
    (if (i32.load (i32.const 0x10004))
      (then (global.set $next (i32.load (i32.const 0x10004)))))
    (if (i32.load (i32.const 0x10008))
      (then (call $find_values (local.get $session)
        (i32.load (i32.const 0x1000c)) (i32.load (i32.const 0x10010))
        (i32.load (i32.const 0x10014)))))
    (if (i32.eqz (i32.load (i32.const 0x10018)))
      (then (call $drop_session (local.get $session))))
    (i32.load (i32.const 0x10000)))

  ;; The arguments lie in memory: the action takes 80 bytes, then come the session and
  ;; the notes (where, how many bytes).
  (func (export "coldnotch:policy/scorer@0.1.0#score") (param $args i32) (result i32)
    (call $answer
      (i32.load offset=80 (local.get $args))
      (i32.load offset=84 (local.get $args))
      (i32.load offset=88 (local.get $args))))

  ;; The step takes 120 bytes; then come the leaves, the session and the notes.
  (func (export "coldnotch:policy/observer@0.1.0#observe") (param $args i32) (result i32)
    (call $answer
      (i32.load offset=128 (local.get $args))
      (i32.load offset=132 (local.get $args))
      (i32.load offset=136 (local.get $args))))

  (func (export "coldnotch:policy/scorer@0.1.0#validate-settings")
    (param i32 i32) (result i32)
    (i32.const 0)))
