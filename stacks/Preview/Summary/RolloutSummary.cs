using System.Text;
using ModelServing.Contracts;
using ModelServing.Settings.Models;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>The models and the shares of their versions, as <c>ms up</c> describes them.</summary>
internal static class RolloutSummary
{
    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        if (TextOf(comparison.Right) is not { } right)
            return comparison.Left is { } left && TextOf(left) is not null ? [new("no model is served any more", RiskClass.Outage)] : [];
        try
        {
            var after = Parse(right);
            if (comparison.Left is not { } former)
                return after.Rollouts.Select(static pair => new SummaryLine($"{pair.Key}: {PlanChange.Describe(pair.Value)}"));
            var before = TextOf(former) is { } text ? Parse(text) : after with { Rollouts = [] };
            var gone = before.Rollouts.Keys.Except(after.Rollouts.Keys).Select(static model => $"{model}: ").ToArray();
            return PlanChange.Lines(before, after).Select(line => new SummaryLine(
                line,
                gone.Any(model => line.StartsWith(model, StringComparison.Ordinal)) ? RiskClass.Outage : null));
        }
        catch (ContractException fault)
        {
            return [new($"rollouts: not comparable: {fault.Message}")];
        }
    }

    private static string? TextOf(StackSnapshot snapshot) => InputTree.TextOf(snapshot.Resources
        .FirstOrDefault(static each => each.Type == ResourceTypes.ConfigMap && each.Name == ClusterNames.Plan)?
        .Inputs["data"]?[ClusterNames.PlanKey]);

    private static PlanDocument Parse(string text) => PlanDocument.Parse(Encoding.UTF8.GetBytes(text));
}
