namespace ModelServing.Cli.Demo;

/// <summary>What came back for one request.</summary>
/// <param name="Variant">The variant that the answer names; null when it names none.</param>
/// <param name="Version">The version that the answer names; null when it names none.</param>
/// <param name="Took">From the request to the last byte of the answer.</param>
/// <param name="Failure">Why it does not count as answered; null when it does.</param>
internal readonly record struct DemoAnswer(string? Variant, int? Version, TimeSpan Took, string? Failure);
