namespace ModelServing.EndToEnd.Tests;

/// <summary>How a call by gRPC ended.</summary>
/// <param name="Status">Its status; -1 if there was none.</param>
/// <param name="Reason">The kind of problem; null for none.</param>
/// <param name="Variant">The variant that the answer names.</param>
/// <param name="Failover">The variant that failed before this one answered; null for none.</param>
/// <param name="Text">What else it says.</param>
internal sealed record CallAnswer(int Status, string? Reason, string? Variant, string? Failover, string Text)
{
    internal const int Ok = 0;
    internal const int Unavailable = 14;
}
