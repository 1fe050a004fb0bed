//! From numbers to pixels.

/// A line of numbers laid along a line of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rendering) struct Scale {
    /// The least and the greatest number.
    pub(in crate::rendering) numbers: (f64, f64),
    /// The pixels where they are.
    pub(in crate::rendering) pixels: (i32, i32),
}

impl Scale {
    /// The pixel of a number; one that is outside is laid at the nearer end.
    #[expect(clippy::cast_possible_truncation, reason = "between two pixels, which are i32")]
    pub(in crate::rendering) fn pixel(&self, number: f64) -> i32 {
        let ((least, greatest), (from, to)) = (self.numbers, self.pixels);
        let length = greatest - least;
        let part = if length > 0.0 { ((number - least) / length).clamp(0.0, 1.0) } else { 0.0 };
        from + (f64::from(to - from) * part).round() as i32
    }
}

/// Round numbers from 0 up to the first that is not below `greatest`, about five of them.
pub(in crate::rendering) fn ticks(greatest: f64, is_whole: bool) -> Vec<f64> {
    let rough = (greatest / 5.0).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    let fits = |step: &f64| *step >= rough && (!is_whole || step.fract() == 0.0);
    let step = steps.into_iter().find(fits).unwrap_or(10.0 * power);
    let step = if is_whole { step.max(1.0) } else { step };
    let mut ticks = vec![0.0];
    let mut at = 0.0;
    while at < greatest && ticks.len() < 12 {
        at += step;
        ticks.push(at);
    }
    ticks
}
