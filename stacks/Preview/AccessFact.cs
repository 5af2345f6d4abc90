using ModelServing.Contracts;

namespace ModelServing.Stacks.Preview;

/// <summary>Who may call the platform, and with what. The clients document is a secret, so a preview compares these instead.</summary>
/// <param name="Who">The client, as people name it.</param>
/// <param name="Credentials">What it proves that with: digests of keys, or the conditions of tokens.</param>
internal sealed record AccessFact(string Who, ClientRole Role, IReadOnlyList<string> Credentials)
{
    /// <summary>Every client of a document.</summary>
    internal static IReadOnlyList<AccessFact> From(ClientsDocument document, SecretDigest digest)
    {
        var facts = new List<AccessFact>();
        if (document.Anonymous)
            facts.Add(new("anyone, without a credential", ClientRole.Caller, []));
        foreach (var (name, client) in document.Clients)
            facts.Add(new($"client {name}", client.Role, [.. client.KeyHashes.Select(digest.From)]));
        if (document.Tokens is not { } tokens)
            return facts;

        string[] conditions = [.. tokens.Audiences.Select(static audience => $"audience {audience}"), $"keys at {tokens.KeysUri}"];
        facts.AddRange(tokens.Issuers.Distinct().Select(issuer => new AccessFact($"tokens of {issuer}", ClientRole.Caller, conditions)));
        if (tokens.Roles is { } roles)
        {
            facts.AddRange(Holders(roles, roles.Testers, ClientRole.Tester));
            facts.AddRange(Holders(roles, roles.Reporters ?? [], ClientRole.Reporter));
            facts.AddRange(Holders(roles, roles.Operators, ClientRole.Operator));
        }

        return facts;
    }

    private static IEnumerable<AccessFact> Holders(TokenRoles roles, IReadOnlyList<string> values, ClientRole role) =>
        // A value may give several roles.
        from value in values.Distinct()
        select new AccessFact($"tokens with {roles.Claim} {value} as {role.ToString().ToLowerInvariant()}", role, []);
}
