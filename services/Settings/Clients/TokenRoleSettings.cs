using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>The claim that gives the client of a token another role than that of a caller.</summary>
public sealed record TokenRoleSettings
{
    [Setting(
        "The claim: a text or a list of texts. The claims `scope` and `scp` are split into words.",
        Pattern = TokenSettings.ClaimPattern,
        Form = TokenSettings.ClaimForm,
        Example = "groups")]
    public required string Claim { get; init; }

    [Setting("The values of the claim that grant the role of a tester.")]
    public IReadOnlyList<string> Testers { get; init; } = [];

    [Setting("The values of the claim that grant the role of a reporter.")]
    public IReadOnlyList<string> Reporters { get; init; } = [];

    [Setting("The values of the claim that grant the role of an operator.")]
    public IReadOnlyList<string> Operators { get; init; } = [];
}
