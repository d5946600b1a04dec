use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use super::*;

/// Polls once, so that the work is handed over, without waiting for it.
fn start<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Waits longer than any loaded machine takes to wake a thread.
fn patient(threads: usize, queue: usize) -> std::io::Result<ThreadOffload> {
    ThreadOffload::with_longest_wait(threads, queue, Duration::from_mins(1))
}

#[test]
fn work_runs_elsewhere_and_its_value_comes_back() {
    let offload = patient(2, 0).unwrap();
    let here = std::thread::current().id();
    let there = pollster::block_on(call(&offload, || std::thread::current().id())).unwrap();
    assert_ne!(here, there);
}

#[test]
fn a_thread_is_free_when_its_caller_hears_of_the_end() {
    let offload = patient(1, 0).unwrap();
    for number in 0..1_000 {
        assert_eq!(pollster::block_on(call(&offload, move || number)), Ok(number));
    }
}

#[test]
fn work_beyond_threads_and_queue_is_refused_and_not_run() {
    let offload = patient(1, 1).unwrap();
    let (release, gate) = mpsc::channel::<()>();
    let mut running = Box::pin(call(&offload, move || gate.recv().is_ok()));
    let mut waiting = Box::pin(call(&offload, || 2));
    assert!(start(&mut running).is_pending());
    assert!(start(&mut waiting).is_pending());
    let ran = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ran);
    let refused = pollster::block_on(call(&offload, move || count.fetch_add(1, Ordering::SeqCst)));
    assert_eq!(refused, Err(Overloaded));
    release.send(()).unwrap();
    assert_eq!(pollster::block_on(running), Ok(true));
    assert_eq!(pollster::block_on(waiting), Ok(2));
    assert_eq!(ran.load(Ordering::SeqCst), 0);
}

#[test]
fn pw_12_dropped_callers_do_not_make_more_run_at_once() {
    let offload = patient(2, 1_000).unwrap();
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    for round in 0..100 {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        let mut future = Box::pin(call(&offload, move || {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1));
            running.fetch_sub(1, Ordering::SeqCst);
        }));
        let _ = start(&mut future);
        if round == 99 {
            pollster::block_on(future).unwrap();
        }
    }
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
}

#[test]
fn work_that_waited_too_long_is_not_run() {
    let perform = |longest_wait| {
        let shared = Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            longest_queue: 0,
            longest_wait,
        };
        let ran = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&ran);
        let work = Box::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let (done, _receiver) = oneshot::channel();
        let since = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        let finished = shared.perform(Task { work, since, done }).is_some();
        (finished, ran.load(Ordering::SeqCst))
    };
    assert_eq!(perform(Duration::from_millis(1)), (false, 0));
    assert_eq!(perform(Duration::from_hours(1)), (true, 1));
}

#[test]
fn a_panic_reaches_the_caller_and_the_thread_goes_on() {
    let offload = patient(1, 1).unwrap();
    let panicking = AssertUnwindSafe(|| {
        pollster::block_on(call(&offload, || -> u8 { std::panic::panic_any("boom") }))
    });
    let panic = catch_unwind(panicking).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"boom"));
    assert_eq!(pollster::block_on(call(&offload, || 3)), Ok(3));
}

#[test]
fn dropping_waits_for_running_work_and_refuses_waiting_work() {
    let offload = patient(1, 5).unwrap();
    let (started, gate) = mpsc::channel();
    let ended = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ended);
    let shared = Arc::clone(&offload.shared);
    let running = shared.enqueue(Box::new(move || {
        started.send(()).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        count.fetch_add(1, Ordering::SeqCst);
    }));
    gate.recv().unwrap();
    let waiting = shared.enqueue(Box::new(|| ())).unwrap();
    drop(offload);
    assert_eq!(ended.load(Ordering::SeqCst), 1);
    assert!(pollster::block_on(running.unwrap()).is_ok());
    assert!(pollster::block_on(waiting).is_err());
    assert!(shared.enqueue(Box::new(|| ())).is_err());
}
