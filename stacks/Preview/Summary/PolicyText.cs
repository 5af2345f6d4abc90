using System.Text.RegularExpressions;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>A statement of an OCI policy, taken apart.</summary>
/// <param name="Text">The whole statement.</param>
/// <param name="Who">Whom it allows something: the pods of a service account, or the statement's own subject.</param>
/// <param name="Resources">The type of resources.</param>
/// <param name="Conditions">The rest: the place and the conditions.</param>
internal sealed partial record PolicyText(string Text, string Who, string Verb, string Resources, string Conditions)
{
    // Each verb includes those before it.
    private static readonly string[] Verbs = ["inspect", "read", "use", "manage"];

    internal string Right => $"{Verb} {Resources}".TrimEnd();

    /// <summary>One statement for each account of a statement about several, so that a new account is not a new right of the others.
    /// </summary>
    internal static IEnumerable<string> ByAccount(string text) => Accounts().Match(text) is { Success: true } accounts
        ? accounts.Groups[1].Value.Split(", ").Select(one => text.Replace(accounts.Value, one, StringComparison.Ordinal))
        : [text];

    /// <summary>Takes a statement apart. Another form than this program's becomes one right of the statement itself.</summary>
    internal static PolicyText Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            return new(text, $"the statement '{text}'", "apply", "", "");
        var rest = match.Groups[4].Value;
        var who = Account().Match(rest) is { Success: true } account ? $"pods of {account.Groups[1].Value}"
            : rest.Contains("request.principal.type='ApiGateway'", StringComparison.Ordinal) ? "the gateway"
            : match.Groups[1].Value;
        return new(text, who, match.Groups[2].Value, match.Groups[3].Value, rest);
    }

    /// <summary>Whether another statement is about the same subject and the same resources.</summary>
    internal bool HasSubjectOf(PolicyText other) => Who == other.Who && Resources == other.Resources;

    /// <summary>Whether this statement allows something that the other may not.</summary>
    internal bool ExceedsOf(PolicyText other) =>
        Conditions != other.Conditions || Array.IndexOf(Verbs, Verb) > Array.IndexOf(Verbs, other.Verb);

    /// <summary>A remark for two statements with other conditions.</summary>
    internal string Unlike(PolicyText other) => Conditions == other.Conditions ? "" : ", on other conditions";

    [GeneratedRegex(@"\AAllow (.+?) to (\w+) (\S+) (in .*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex("service_account='([^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Account();

    [GeneratedRegex("any \\{(request\\.principal\\.service_account='[^{}]+)\\}", RegexOptions.CultureInvariant)]
    private static partial Regex Accounts();
}
