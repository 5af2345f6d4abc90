namespace ModelServing.Bench.Soak.Features;

/// <summary>A prediction as its caller got it.</summary>
/// <param name="AppliedBefore">Up to this sequence, all events were applied before the request was sent.</param>
/// <param name="Output">The model's output, which is its input.</param>
internal sealed record SoakAnswer(long AppliedBefore, double[] Output);
