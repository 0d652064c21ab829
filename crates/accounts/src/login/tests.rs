use super::*;

#[test]
fn sources_are_as_coarse_as_a_customer() {
    let cases = [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
    ];
    for (address, expected) in cases {
        assert_eq!(prefix(address.parse().unwrap()), expected);
    }
}
