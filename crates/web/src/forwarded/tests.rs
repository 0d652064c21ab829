use http::HeaderValue;
use lockgate_core::clock::{ManualClock, Timestamp};

use super::*;
