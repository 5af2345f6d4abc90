using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>The claim by which a token's client is more than a caller.</summary>
public sealed record TokenRoleSettings
{
    /// <summary>The claim.</summary>
    [Setting("The claim: a text, or a list of texts. Of `scope` and `scp` each word counts.", Pattern = "^[\\x21-\\x7e]{1,100}$", Form = "a claim's name", Example = "groups")]
    public required string Claim { get; init; }

    /// <summary>The values that make a tester.</summary>
    [Setting("The values that make a tester.")]
    public IReadOnlyList<string> Testers { get; init; } = [];

    /// <summary>The values that make an operator.</summary>
    [Setting("The values that make an operator.")]
    public IReadOnlyList<string> Operators { get; init; } = [];
}
