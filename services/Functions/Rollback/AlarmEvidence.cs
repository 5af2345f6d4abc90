namespace ModelServing.Functions.Rollback;

/// <summary>What a condemned version's entry in the journal rests on. <c>summary</c> is what a person is shown of any entry.</summary>
internal sealed record AlarmEvidence(string Summary, string Alarm, string Title, string? Query, DateTimeOffset? FiredAt, string? Value, IReadOnlyDictionary<string, string> Dimensions);
