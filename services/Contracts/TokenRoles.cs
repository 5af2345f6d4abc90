namespace ModelServing.Contracts;

/// <summary>The claim that gives a token's client more than the role of a caller, or another one.</summary>
public sealed record TokenRoles
{
    /// <summary>The claim's name. Its value is a text or a list of texts; in <c>scope</c> and <c>scp</c>, each word counts.</summary>
    public required string Claim { get; init; }

    /// <summary>The values that make a tester.</summary>
    public required IReadOnlyList<string> Testers { get; init; }

    /// <summary>The values that make a reporter; null for none, which is what earlier programs wrote.</summary>
    public IReadOnlyList<string>? Reporters { get; init; }

    /// <summary>The values that make an operator.</summary>
    public required IReadOnlyList<string> Operators { get; init; }

    internal void Check(string path)
    {
        if (Claim.Length == 0)
            throw new ContractException($"{path}.claim is empty");
        TokenRules.CheckTexts($"{path}.testers", Testers, least: 0);
        TokenRules.CheckTexts($"{path}.reporters", Reporters ?? [], least: 0);
        TokenRules.CheckTexts($"{path}.operators", Operators, least: 0);
    }
}
