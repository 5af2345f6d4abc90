using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Rollout;

namespace ModelServing.Settings.Models;

/// <summary>The differences between two plans, as lines for people: <c>fraud: canary v2 5% -> 25%</c>.</summary>
public static class PlanChange
{
    /// <summary>One line per difference; empty for equal plans.</summary>
    public static IReadOnlyList<string> Lines(PlanDocument before, PlanDocument after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var lines = new List<string>();
        foreach (var model in before.Rollouts.Keys.Union(after.Rollouts.Keys).Order())
        {
            var changes = (before.Rollouts.GetValueOrDefault(model), after.Rollouts.GetValueOrDefault(model)) switch
            {
                (null, { } added) => ["new: " + Describe(added)],
                ({ }, null) => ["no longer served"],
                var (old, now) => Describe(old!, now!),
            };
            lines.AddRange(changes.Select(change => $"{model}: {change}"));
        }

        return lines;
    }

    /// <summary>A rollout in one line, such as <c>stable v1 95%, canary v2 5%</c>.</summary>
    public static string Describe(RolloutPlan rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        return string.Join(
            ", ", rollout.Variants.Reverse().Select(static variant => $"{variant.Name} v{variant.Version} {Share(variant)}"));
    }

    private static List<string> Describe(RolloutPlan before, RolloutPlan after)
    {
        var changes = new List<string>();
        foreach (var name in before.Variants.Concat(after.Variants)
            .Select(static variant => variant.Name)
            .Distinct()
            .OrderByDescending(static name => name == VariantPlan.Stable))
        {
            var (old, now) = (Find(before, name), Find(after, name));
            if (old is null)
                changes.Add($"{name} v{now!.Version} {Share(now)} is new");
            else if (now is null)
                changes.Add($"{name} v{old.Version} {Share(old)} is removed");
            else if (old.Version != now.Version)
                changes.Add($"{name} v{old.Version} {Share(old)} -> v{now.Version} {Share(now)}");
            else if (old.Weight != now.Weight)
                changes.Add($"{name} v{now.Version} {Share(old)} -> {Share(now)}");
        }

        // One variant gains the weight that another loses. Report only the variant that was changed.
        if (changes.Count == 2 && before.Revision == after.Revision)
            changes.RemoveAt(0);
        if (before.DeadlineMilliseconds != after.DeadlineMilliseconds)
            changes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"deadline {before.DeadlineMilliseconds} ms -> {after.DeadlineMilliseconds} ms"));
        if (before.AttemptLimitMilliseconds != after.AttemptLimitMilliseconds
            && before is { AttemptLimitMilliseconds: { } limit }
            && after is { AttemptLimitMilliseconds: { } next })
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"attempt limit {limit} ms -> {next} ms"));
        if (Key(before) != Key(after))
            changes.Add($"routing key {Key(before)} -> {Key(after)}");
        if (before.Experiment != after.Experiment)
            changes.Add($"experiment {before.Experiment ?? "none"} -> {after.Experiment ?? "none"}");
        if (before is { Guard: { } guard } && after.Guard is { } other && guard != other)
            changes.Add($"guard {Describe(guard)} -> {Describe(other)}");
        if (!(before.KeptWarm ?? []).SequenceEqual(after.KeptWarm ?? []))
            changes.Add($"kept warm {Kept(before)} -> {Kept(after)}");
        return changes;
    }

    private static string Key(RolloutPlan rollout) =>
        rollout.RoutingKeyHeader is { } header ? $"header {header}" : rollout.RoutingKeyClaim is { } claim ? $"claim {claim}" : "none";

    private static string Describe(GuardPlan guard) =>
        string.Create(CultureInfo.InvariantCulture, $"tolerance {guard.Tolerance}, false alarm {guard.FalseAlarm}") +
        (guard.SlowerThanMilliseconds is { } slow ? string.Create(CultureInfo.InvariantCulture, $", slower than {slow} ms") : "") +
        (guard.MaxErrorRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $", at most {rate} errors") : "") +
        string.Create(CultureInfo.InvariantCulture, $", unreachable for {guard.UnreachableForMilliseconds / 1000.0} s");

    private static string Kept(RolloutPlan rollout) =>
        rollout.KeptWarm is { Count: > 0 } kept ? string.Join(", ", kept.Select(static version => $"v{version}")) : "none";

    private static VariantPlan? Find(RolloutPlan rollout, string name) => rollout.Variants.FirstOrDefault(variant => variant.Name == name);

    private static string Share(VariantPlan variant) => $"{Percent.FromHundredths(variant.Weight)}%";
}
