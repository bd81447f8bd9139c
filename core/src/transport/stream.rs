//! An open connection, whatever it is made of.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};

trait ReadWrite: Read + Write + Unpin + Send {}

impl<T: Read + Write + Unpin + Send> ReadWrite for T {}

/// What the pool must know about a connection.
#[derive(Clone, Copy)]
pub(super) enum Speaks {
    Http1,
    Http2,
    /// HTTP/1.1 to a proxy that reads the requests, which then name the whole URL.
    ToProxy,
}

/// An open connection.
pub(super) struct Stream {
    inner: Box<dyn ReadWrite>,
    speaks: Speaks,
}

impl Stream {
    pub(super) fn new(inner: impl Read + Write + Unpin + Send + 'static, speaks: Speaks) -> Self {
        Self { inner: Box::new(inner), speaks }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self.speaks {
            Speaks::Http1 => Connected::new(),
            Speaks::Http2 => Connected::new().negotiated_h2(),
            Speaks::ToProxy => Connected::new().proxy(true),
        }
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, bytes)
    }
}
