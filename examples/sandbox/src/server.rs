use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use crate::double::{Double, Outcome};
use crate::error::{Error, Result};

/// Serves a double over HTTP/1.1 on a loopback address; port 0 takes any free port.
///
/// The server has a thread and a runtime of its own, so it does not depend on the caller's. It
/// serves until [`Server::shutdown`] or until it is dropped.
///
/// # Errors
///
/// [`Error::PortInUse`], [`Error::NotLoopback`], or [`Error::Serve`] if the system refuses.
pub fn serve(double: Arc<dyn Double>, address: &str) -> Result<Server> {
    let failed = |source| Error::Serve { address: address.to_owned(), source };
    let listener = bind(address)?;
    let addr = listener.local_addr().map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name(format!("sandbox-{}", addr.port()))
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    // An error of the receiver means that the handle is gone, which also stops.
                    _ = stopped => {}
                    () = accept(double, listener) => {}
                }
            });
            runtime.shutdown_background();
        })
        .map_err(failed)?;
    Ok(Server { addr, stop: Some(stop), thread: Some(thread) })
}

/// A running loopback server of one double.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// The address it listens on, with the port that was found for port 0.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops accepting, breaks open connections and waits for the thread to end.
    pub fn shutdown(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only if the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread was reported by the panic hook; nothing to add.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn bind(address: &str) -> Result<TcpListener> {
    let failed = |source| Error::Serve { address: address.to_owned(), source };
    let resolved = address.to_socket_addrs().map_err(failed)?.next().ok_or_else(|| {
        failed(io::Error::new(io::ErrorKind::InvalidInput, "the address names no host"))
    })?;
    if !resolved.ip().is_loopback() {
        return Err(Error::NotLoopback { address: address.to_owned() });
    }
    TcpListener::bind(resolved).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse { address: address.to_owned() },
        _ => failed(source),
    })
}

async fn accept(double: Arc<dyn Double>, listener: TcpListener) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, as a rule: give the others time to close theirs.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let double = Arc::clone(&double);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&double), request));
            // A broken connection is the peer's business, or a fault that was asked for.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    double: Arc<dyn Double>,
    request: Request<Incoming>,
) -> io::Result<Response<Answer>> {
    let (parts, body) = request.into_parts();
    // An announced length is refused without waiting for the bytes.
    let fits = usize::try_from(body.size_hint().lower()).is_ok_and(|least| least <= REQUEST_BYTES);
    let collected =
        if fits { Limited::new(body, REQUEST_BYTES).collect().await.ok() } else { None };
    let Some(body) = collected else {
        let mut response = Response::new(Answer::whole(Bytes::new()));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    match double.handle(&Request::from_parts(parts, body.to_bytes())) {
        Outcome::Answer(response) => Ok(response.map(Answer::whole)),
        Outcome::Delay(time, response) => {
            tokio::time::sleep(time).await;
            Ok(response.map(Answer::whole))
        }
        Outcome::Cut(response) => {
            let (mut parts, body) = response.into_parts();
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            Ok(Response::from_parts(parts, Answer::half(&body)))
        }
        Outcome::Drop => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// A body that is sent whole, or breaks after its first half.
#[derive(Debug)]
struct Answer {
    data: Option<Bytes>,
    end: End,
}

#[derive(Debug, Eq, PartialEq)]
enum End {
    Whole,
    /// Let what was written reach the wire first.
    FlushThenBreak,
    Break,
}

impl Answer {
    fn whole(data: Bytes) -> Self {
        Self { data: Some(data).filter(|data| !data.is_empty()), end: End::Whole }
    }

    fn half(data: &Bytes) -> Self {
        Self { data: Some(data.slice(..data.len() / 2)), end: End::FlushThenBreak }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::FlushThenBreak => {
                self.end = End::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Break => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.end == End::Whole
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match (&self.data, &self.end) {
            (Some(data), End::Whole) => hyper::body::SizeHint::with_exact(data.len() as u64),
            (None, End::Whole) => hyper::body::SizeHint::with_exact(0),
            _ => hyper::body::SizeHint::default(),
        }
    }
}

/// A request body above this is refused; the largest that a client of these APIs sends is far below.
const REQUEST_BYTES: usize = 2 * 1024 * 1024;
