//! The network that somebody comes from: what failed attempts are counted by.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::IpAddr;

/// Bits of an IPv4 address that name a network: what one organisation or one provider's customers
/// share.
const PREFIX_V4: u8 = 24;
/// The same of an IPv6 address: the least that one customer is given.
const PREFIX_V6: u8 = 56;

/// A network, such as `203.0.113.0/24` or `2001:db8::/56`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// The network of an address. An IPv4 address in IPv6's clothes is the IPv4 address.
    pub fn of(address: IpAddr) -> Self {
        let net = match address.to_canonical() {
            IpAddr::V4(v4) => Ipv4Net::new_assert(v4, PREFIX_V4).trunc().into(),
            IpAddr::V6(v6) => Ipv6Net::new_assert(v6, PREFIX_V6).trunc().into(),
        };
        Self(net)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
