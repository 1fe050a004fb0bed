use super::TrustedProxies;

fn client(trusted: &[&str], peer: &str, hops: &[&str]) -> String {
    let trusted = TrustedProxies(trusted.iter().map(|net| net.parse().unwrap()).collect());
    trusted.client(peer.parse().unwrap(), hops.iter().copied()).to_string()
}

#[test]
fn a_header_is_believed_from_the_right_while_the_hop_is_trusted() {
    let ours = ["10.0.0.0/8", "::1/128"];
    for (peer, hops, is) in [
        ("203.0.113.9", vec![], "203.0.113.9"),
        ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", vec!["192.0.2.1", " 198.51.100.1 "], "198.51.100.1"),
        ("10.0.0.1", vec!["192.0.2.1", "198.51.100.1", "10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", vec!["10.0.0.2", "10.0.0.3"], "10.0.0.2"),
        ("10.0.0.1", vec!["198.51.100.1", "unknown"], "10.0.0.1"),
        ("10.0.0.1", vec!["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", vec!["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", vec!["[2001:db8::1]"], "2001:db8::1"),
        ("::ffff:10.0.0.1", vec!["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::1", vec!["2001:db8::7"], "2001:db8::7"),
    ] {
        assert_eq!(client(&ours, peer, &hops), is, "{peer} {hops:?}");
        if !hops.is_empty() {
            let alone: std::net::IpAddr = peer.parse().unwrap();
            let alone = alone.to_canonical().to_string();
            assert_eq!(client(&[], peer, &hops), alone, "nobody is trusted");
        }
    }
}
