namespace ModelServing.Functions.Rollback;

/// <summary>The evidence in the journal's entry of a condemned version. People see the <c>summary</c> of any entry.</summary>
internal sealed record AlarmEvidence(
    string Summary,
    string Alarm,
    string Title,
    string? Query,
    DateTimeOffset? FiredAt,
    string? Value,
    IReadOnlyDictionary<string, string> Dimensions);
