namespace ModelServing.Contracts.Admin;

/// <summary>A version that gets no traffic until a person resets it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Trial">The trial that was ended, from 1.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">What condemned it, as in the journal's event.</param>
/// <param name="Who">Who did.</param>
/// <param name="Summary">What it rests on, in one line; null where there is nothing but the word of <paramref name="Who"/>.</param>
public sealed record CondemnedVersion(ModelVersion Version, int Trial, DateTimeOffset Time, string Reason, string Who, string? Summary = null);
