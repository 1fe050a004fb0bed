//! From where a request comes. Whoever calls us says so by the connection that they have; a header
//! says so only where a proxy wrote it that the settings name.

use crate::auth::Network;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use ipnet::IpNet;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The networks of the proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// The client's address: of the hops in `X-Forwarded-For`, written by proxies from left to
    /// right, and the peer after them, the last one that is none of ours. What stands further left
    /// anybody may have written.
    fn client<'h>(&self, peer: IpAddr, hops: impl DoubleEndedIterator<Item = &'h str>) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in hops.rev() {
            if !self.0.iter().any(|network| network.contains(&client)) {
                break;
            }
            // What cannot be read was written by nobody we trust: it is the proxy's own request.
            let Some(before) = hop_address(hop) else { break };
            client = before;
        }
        client
    }
}

/// An address as proxies write it: alone, with a port, or in brackets.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let alone = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let read = match alone.parse::<IpAddr>() {
        Ok(address) => Some(address),
        Err(_no_address_alone) => match hop.parse::<SocketAddr>() {
            Ok(with_port) => Some(with_port.ip()),
            Err(_no_address) => None,
        },
    };
    read.map(|address| address.to_canonical())
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Of a request; the unspecified address where there is no connection, as in a test.
    pub fn of(request: &HttpRequest) -> Self {
        let peer = request.peer_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        let Some(proxies) = request.app_data::<web::Data<TrustedProxies>>() else {
            return Self(peer.to_canonical());
        };
        let values: Vec<&str> = request
            .headers()
            .get_all("X-Forwarded-For")
            // One that is no text is a hop that cannot be read.
            .map(|value| value.to_str().unwrap_or("?"))
            .collect();
        let hops: Vec<&str> = values.iter().flat_map(|value| value.split(',')).collect();
        Self(proxies.client(peer, hops.into_iter()))
    }

    /// Its network, by which it is throttled.
    pub fn network(self) -> Network {
        Network::of(self.0)
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests;
