//! Resumption of TLS sessions, for an hour at most.
//!
//! A resumed session brings the client's certificate along, which then is verified like any other.

use std::sync::Arc;

use lockgate_core::limits;
use rustls::Error;
use rustls::crypto::GetRandomFailed;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::ProducesTickets;
use rustls::ticketer::TicketRotator;

/// Keys are used for half an hour, and understood for another one.
const ROTATION_SECS: u32 = 30 * 60;

/// Tickets that are good for at most an hour.
pub(super) fn hourly() -> Result<Arc<dyn ProducesTickets>, Error> {
    Ok(Arc::new(TicketRotator::new(ROTATION_SECS, fresh)?))
}

fn fresh() -> Result<Box<dyn ProducesTickets>, GetRandomFailed> {
    let ticketer = Ticketer::new().map_err(|_| GetRandomFailed)?;
    Ok(Box::new(Bounded(ticketer)))
}

/// Makes no ticket of a session with a huge client certificate.
#[derive(Debug)]
struct Bounded(Arc<dyn ProducesTickets>);

impl ProducesTickets for Bounded {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        2 * ROTATION_SECS
    }

    fn encrypt(&self, session: &[u8]) -> Option<Vec<u8>> {
        (session.len() <= limits::TLS_TICKET).then(|| self.0.encrypt(session))?
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        self.0.decrypt(ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_live_an_hour_and_are_not_huge() {
        let tickets = hourly().unwrap();
        assert_eq!(tickets.lifetime(), 3600);
        let ticket = tickets.encrypt(&[7; limits::TLS_TICKET]).unwrap();
        assert_eq!(tickets.decrypt(&ticket).unwrap(), [7; limits::TLS_TICKET]);
        assert_eq!(hourly().unwrap().decrypt(&ticket), None);
        assert_eq!(tickets.encrypt(&[7; limits::TLS_TICKET + 1]), None);
    }
}
