namespace ModelServing.Contracts.Admin;

/// <summary>A version that gets no traffic until a person resets it.</summary>
/// <param name="Trial">The ended trial, from 1.</param>
/// <param name="Time">When it was condemned.</param>
/// <param name="Reason">The reason, as in the journal's event.</param>
/// <param name="Who">The name of the router, the person or the alarm.</param>
/// <param name="Summary">The evidence, in one line; null if there is only the decision of <paramref name="Who"/>.</param>
public sealed record CondemnedVersion(
    ModelVersion Version,
    int Trial,
    DateTimeOffset Time,
    string Reason,
    string Who,
    string? Summary = null);
