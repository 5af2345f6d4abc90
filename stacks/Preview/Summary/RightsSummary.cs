using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>Who gains or loses a right: clients, pods and functions in OCI, and pods in the cluster.</summary>
internal static class RightsSummary
{
    private static readonly string[] PodRights =
        ["securityContext", "serviceAccountName", "automountServiceAccountToken", "hostNetwork", "hostPID", "hostIPC", "hostPath"];

    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        SummaryLine[] lines = [.. Clients(comparison), .. Statements(comparison), .. Members(comparison), .. Objects(comparison)];
        return lines.Length > 0 ? lines : [SummaryLine.Absence("no right is gained or lost")];
    }

    private static IEnumerable<SummaryLine> Clients(StackComparison comparison)
    {
        if (comparison is not { Left: { IsComplete: true } left, Right.Access: { } after })
            yield break;
        var before = (left.Access ?? []).ToDictionary(static fact => fact.Who);
        foreach (var fact in after)
        {
            if (!before.Remove(fact.Who, out var former))
                yield return new($"new: {fact.Who}: {RightsOf(fact.Role)}", RiskClass.NewRight);
            else if (former.Role != fact.Role)
                yield return new(
                    $"{fact.Who}: {RightsOf(former.Role)} -> {RightsOf(fact.Role)}",
                    Gains(former.Role, fact.Role) ? RiskClass.NewRight : null);
            else if (fact.Credentials.Except(former.Credentials).Any())
                yield return new($"{fact.Who} has another credential: {RightsOf(fact.Role)}", RiskClass.NewRight);
            else if (former.Credentials.Except(fact.Credentials).Any())
                yield return new($"{fact.Who} loses a credential");
        }

        foreach (var gone in before.Values)
            yield return new($"gone: {gone.Who}: its requests are refused", RiskClass.Outage);
    }

    private static IEnumerable<SummaryLine> Statements(StackComparison comparison)
    {
        // Earlier programs did not know the statements.
        if (comparison.Left is not { IsComplete: true } left)
            yield break;
        var (before, after) = (StatementsOf(left), StatementsOf(comparison.Right));
        var lost = before.Except(after).ToList();
        foreach (var statement in after.Except(before).Select(PolicyText.Parse))
        {
            var former = lost.Select(PolicyText.Parse).FirstOrDefault(statement.HasSubjectOf);
            lost.Remove(former?.Text ?? "");
            yield return new(
                $"{statement.Who} may {statement.Right}" + (former is null ? "" : $" (before: {former.Right}{former.Unlike(statement)})"),
                former is null || statement.ExceedsOf(former) ? RiskClass.NewRight : null);
        }

        foreach (var statement in lost.Select(PolicyText.Parse))
            yield return new($"{statement.Who} may no longer {statement.Right}");
    }

    private static IEnumerable<SummaryLine> Members(StackComparison comparison)
    {
        foreach (var group in comparison.Created(ResourceTypes.DynamicGroup))
            yield return new($"DynamicGroup {group.Name} comes: {group.Inputs["matchingRule"]}", RiskClass.NewRight);
        foreach (var change in comparison.Updated(ResourceTypes.DynamicGroup))
        {
            foreach (var value in change.Values.Where(static value => value is { Name: "matchingRule", Follows: false }))
                yield return new($"DynamicGroup {change.Resource.Name} has other members: {value.Right}", RiskClass.NewRight);
        }
    }

    private static IEnumerable<SummaryLine> Objects(StackComparison comparison)
    {
        foreach (var type in (string[])[ResourceTypes.Role, ResourceTypes.RoleBinding])
        {
            foreach (var created in comparison.Created(type))
                yield return new($"{created.Kind} {created.Name} comes", RiskClass.NewRight);
        }

        foreach (var change in comparison.Changes.Where(static change => change.Change is Change.Update or Change.Replace))
        {
            var reasons = change.Values.Where(static value => !value.Follows).Where(value => change.Resource.Type switch
            {
                ResourceTypes.Role => value.Path[0] == "rules",
                ResourceTypes.RoleBinding => value.Path[0] is "subjects" or "roleRef",
                ResourceTypes.KubernetesNamespace => value.Dotted.Contains("pod-security", StringComparison.Ordinal),
                ResourceTypes.Deployment or ResourceTypes.StatefulSet or ResourceTypes.CronJob => value.Path.Any(PodRights.Contains),
                _ => false,
            }).Select(static value => value.Name).Distinct().ToList();
            if (reasons.Count > 0)
                yield return new($"{change.Title} has other rights in the cluster: {string.Join(", ", reasons)}", RiskClass.NewRight);
        }
    }

    private static HashSet<string> StatementsOf(StackSnapshot snapshot) =>
    [
        .. snapshot.Resources.Where(static each => each.Type == ResourceTypes.Policy)
            .SelectMany(static each => each.Inputs["statements"] as JsonArray ?? [])
            .Select(InputTree.TextOf)
            .OfType<string>()
            .SelectMany(PolicyText.ByAccount),
    ];

    private static bool Gains(ClientRole before, ClientRole after) => (before, after) switch
    {
        (ClientRole.Operator, _) or (ClientRole.Tester, ClientRole.Caller) => false,
        _ => true,
    };

    private static string RightsOf(ClientRole role) => role switch
    {
        ClientRole.Caller => "caller, may send requests",
        ClientRole.Tester => "tester, may send requests and choose the variant",
        ClientRole.Reporter => "reporter, may post outcomes and events",
        ClientRole.Operator => "operator, may also roll back, reset and promote versions",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
